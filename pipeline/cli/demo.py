"""The demo: the main job on the sample feeds, and what it found."""

from pathlib import Path
from typing import Any

from pipeline import steps
from pipeline.cli import common
from pipeline.desk import pages, sample
from pipeline.model import Tally
from pipeline.settings import Settings


def settings_for(directory: Path) -> Settings:
    """Give the demo's settings: everything under one folder, no network, mails as files."""
    return common.load(
        watch=directory / "watch",
        database=f"sqlite:///{directory / 'newswatch.db'}",
        mail_dir=directory / "mail",
        allow_addresses=("127.0.0.1",),
        host_spacing=0.0,
        host_concurrency=8,
        enrich=False,  # the outlets are fictional: there are no article pages
        mail_from="newswatch@demo.example",
        log_format="quiet",
    )


def run(directory: Path) -> None:
    """Run the whole job into `directory` and show events, mails and what to try next."""
    settings = settings_for(directory)
    mail_dir = directory / "mail"
    before = {p.name for p in mail_dir.glob("*.eml")}
    with sample.watched(directory / "watch", common.now()), common.progress() as report:
        tallies = steps.run_all(settings, common.now(), all_feeds=True, progress=report)
    found = pages.at_a_glance(settings)
    _show(found["events"])
    mails = sorted(p for p in mail_dir.glob("*.eml") if p.name not in before)
    _tell(directory, tallies, found["events"], mails)


def _show(events: list[dict[str, Any]]) -> None:
    rows = [
        (
            e["id"],
            e["title"],
            e["level"],
            e["story_count"],
            " ".join(e["languages"]),
            f"{e['first_seen_at']:%d %b %H:%M}",
        )
        for e in events
    ]
    common.print_table(("event", "title", "level", "stories", "languages", "first seen"), rows, "Events")


def _tell(directory: Path, tallies: list[Tally], events: list[dict[str, Any]], mails: list[Path]) -> None:
    by_step = {t.step: t for t in tallies}
    stories = by_step["parse"].detail.get("stories", 0)
    say = common.out.print
    if not stories and not mails:
        say(f"\nNothing new: every story was seen before, {len(events)} events stand, no mail was sent.")
    else:
        say(f"\n{stories} new stories, {by_step['match'].done} matched, {len(events)} events, {len(mails)} mails:")
        for path in mails:
            say(f"  {path}", soft_wrap=True, highlight=False)
    database = directory / "newswatch.db"
    say(f"\nDatabase: {database}\n\nTry next:", highlight=False)
    option = f"--database sqlite:///{database}"
    for command in (
        f".venv/bin/newswatch events show {events[0]['id'] if events else 1} {option}",
        f".venv/bin/newswatch explain {events[0]['lead_story_id'] if events else 1} {option}",
        f".venv/bin/newswatch query {option}",
    ):
        say(f"  {command}", soft_wrap=True, highlight=False)
