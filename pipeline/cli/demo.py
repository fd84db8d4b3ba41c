"""The demo: the main job on the sample feeds, and what it found."""

from collections.abc import Sequence
from pathlib import Path

from pipeline import steps
from pipeline.cli import common
from pipeline.desk import pages, sample
from pipeline.desk.pages import ListedEvent
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
        news_days=sample.NEWS_DAYS,
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
    _show(found.events)
    mails = sorted(p for p in mail_dir.glob("*.eml") if p.name not in before)
    _tell(directory, tallies, found.events, mails)


def _show(listed: Sequence[ListedEvent]) -> None:
    rows = [
        (e.event.id, e.event.title, e.event.level, e.event.story_count, " ".join(e.languages),
         f"{e.event.first_seen_at:%d %b %H:%M}")
        for e in listed
    ]  # fmt: skip
    common.print_table(("event", "title", "level", "stories", "languages", "first seen"), rows, "Events")


def _tell(directory: Path, tallies: list[Tally], listed: Sequence[ListedEvent], mails: list[Path]) -> None:
    by_step = {t.step: t for t in tallies}
    stories = by_step["parse"].detail.get("stories", 0)
    say = common.out.print
    if not stories and not mails:
        say(f"\nNothing new: every story was seen before, {len(listed)} events stand, no mail was sent.")
    else:
        say(f"\n{stories} new stories, {by_step['match'].done} matched, {len(listed)} events, {len(mails)} mails:")
        for path in mails:
            say(f"  {path}", soft_wrap=True, highlight=False)
    database = directory / "newswatch.db"
    say(f"\nDatabase: {database}\n\nTry next:", highlight=False)
    option = f"--database sqlite:///{database}"
    for command in (
        f".venv/bin/newswatch events show {listed[0].event.id if listed else 1} {option}",
        f".venv/bin/newswatch explain {listed[0].event.lead_story_id if listed else 1} {option}",
        f".venv/bin/newswatch query {option}",
    ):
        say(f"  {command}", soft_wrap=True, highlight=False)
