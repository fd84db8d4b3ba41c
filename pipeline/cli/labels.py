"""The commands of those who correct: label stories, list and export the labels, check the watchlist, find new names."""

import json
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption, WatchOption
from pipeline.cli.explained import say
from pipeline.words.page import LEVELS, called

if TYPE_CHECKING:
    from pipeline.desk.labels import LabelledRow
    from pipeline.desk.watchlist import Checked

labels = typer.Typer(no_args_is_help=True, help="What people said of stories: list it, export it, take it back.")
watchlist = typer.Typer(no_args_is_help=True, help="The watchlist: check its aliases, find new ones in stored events.")
StoryArgument = Annotated[str, typer.Argument(help="Its number, its address, or the first digits of its hash.")]


_NONE = "No labels. Say which level a story should have: newswatch label STORY 0..3"


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(label)
    app.add_typer(labels, name="labels")
    app.add_typer(watchlist, name="watchlist")


def label(
    story: StoryArgument,
    level: Annotated[int, typer.Argument(min=0, max=3, help="The level that it should have.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")] = "",
    note: Annotated[str, typer.Option("--note", help='Why; "lookalike: …" for a namesake.')] = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which level a story should have; it counts in `evaluate --from-store` and in the next fit.

    0 = not ours, 1 = a watched entity in the seeds' field, 2 = the seeds' subject, 3 = the seeds' happening.
    """
    from pipeline.desk import labels as step

    found, is_new = step.run(common.load(database=database), common.now(), story, level, by, note)
    if as_json:
        common.print_json(_written(found) | {"added": is_new})
        return
    told = found.story
    say(f"[bold]{escape(called(told.title, told.summary))}[/]")
    say(f"story {told.id} · {told.language} · {escape(told.outlet)}")
    if found.judged is None:
        say("  it waits to be judged")
    else:
        agrees = "as it was judged" if found.judged == level else "not as it was judged"
        say(f"  judged level {found.judged} ({LEVELS[found.judged]}), score {found.score:.3f}: the label is {agrees}")
    before = f"; said before: {', '.join(map(str, found.said_before))}" if found.said_before else ""
    say(f"  label {'kept' if is_new else 'was there already'}: level {level} ({LEVELS[level]}){before}")


@labels.command("list")
def list_labels(
    wrong: Annotated[bool, typer.Option("--wrong", help="Only stories that are judged otherwise.")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the labelled stories, the newest label first, beside what they are judged."""
    from pipeline.desk import labels as step

    found = step.listed(common.load(database=database), wrong)
    if as_json:
        common.print_json([_written(r) for r in found])
        return
    rows = [
        (
            r.story.id,
            r.level,
            r.judged,
            r.story.language,
            called(r.story.title, r.story.summary),
            r.by,
            r.note,
            common.moment(r.at),
        )
        for r in found
    ]
    common.print_table(("story", "label", "judged", "language", "title", "by", "note", "when"), rows, empty=_NONE)
    say(f"{len(found)} labelled stories, {sum(r.judged != r.level for r in found)} of them judged otherwise")


def _written(row: "LabelledRow") -> dict[str, Any]:
    """Write a labelled story as JSON: its story by number, language, outlet, title and address."""
    told = row.story
    title = called(told.title, told.summary)
    story = {"story": told.id, "language": told.language, "outlet": told.outlet, "title": title, "url": told.url}
    return {f.name: getattr(row, f.name) for f in fields(row)} | story


@labels.command("export")
def export_labels(
    file: Annotated[Path | None, typer.Argument(help="Write there; standard output by default.")] = None,
    database: DatabaseOption = None,
) -> None:
    """Write the labels as JSON lines that `newswatch evaluate` and `newswatch fit` read."""
    from pipeline.desk import labels as step

    lines = step.export(common.load(database=database))
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    if file is None:
        sys.stdout.write(text)
    else:
        file.write_text(text, encoding="utf-8")
        say(f"{len(lines)} labelled stories in {escape(str(file))}")


@labels.command("withdraw")
def withdraw_label(story: StoryArgument, database: DatabaseOption = None) -> None:
    """Take back all that was said of a story."""
    from pipeline.desk import labels as step

    number, count = step.withdraw(common.load(database=database), story)
    say(f"story {number}: {count} labels withdrawn")


@watchlist.command("check")
def check_watchlist(
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Texts that are not ours: JSON lines, or lines LANGUAGE <tab> TEXT; repeatable."),
    ] = None,
    common_share: Annotated[
        float, typer.Option("--common", min=0, max=1, help="Too common: from this share of texts not ours.")
    ] = 0.005,
    show_all: Annotated[bool, typer.Option("--all", help="Show every alias that never fired.")] = False,
    watch: WatchOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find aliases that collide, are too common, or never fired; exit 1 when a person should act."""
    from pipeline.desk import watchlist as step

    settings = common.load(watch, database)
    with common.progress(not as_json) as report:
        found = step.check(settings, data or (), share=common_share, progress=report)
    if as_json:
        common.print_json(asdict(found))
    else:
        _show_check(found, show_all)
    if found.wrong:
        raise typer.Exit(1)


def _show_check(found: "Checked", show_all: bool) -> None:
    stories = "no stored stories" if found.stories is None else f"{found.stories:,} stored stories"
    say(f"{found.aliases:,} aliases of watchlist {found.watchlist}, {found.texts:,} texts, {stories}")
    silent = [f for f in found.faults if f.kind in {"unused", "unseen"}]
    faults = found.faults if show_all else [f for f in found.faults if f not in silent]
    for fault in sorted(faults, key=lambda f: not f.wrong):
        say(f"  {_mark(fault.wrong)} {fault.kind:9} {fault.entity} “{escape(fault.alias)}”: {escape(fault.text)}")
    unused = [f for f in silent if f.kind == "unused"]
    if not show_all and unused:
        say("never fired, though stories of their language name the entity by other words:")
        for fault in unused[:10]:
            say(f"  note  unused    {fault.entity} “{escape(fault.alias)}”: {escape(fault.text)}")
    if silent:
        say(f"{len(silent):,} aliases never fired, {len(unused):,} of them where it says something; --all lists them")
    for lack in found.lacking:
        say(f"  {_mark(lack.wrong)} {escape(lack.text)}")
    for tried in found.seeds:
        say(f"  seed {tried.seed}: level {tried.level} ({LEVELS[tried.level]}); {', '.join(tried.why)}")
    say("Nothing is wrong." if not found.wrong else f"{found.wrong} things are wrong.")


def _mark(wrong: bool) -> str:
    return "[red]wrong[/]" if wrong else "note "


@watchlist.command("suggest")
def suggest_names(
    entity: Annotated[str | None, typer.Option("--entity", help="Only for this entity (its key).")] = None,
    watch: WatchOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose aliases from stored events, as TOML to paste into watchlist.toml; nothing is written.

    A name is proposed that stands in stories of events about an entity where no alias of it does.
    """
    from pipeline.desk import watchlist as step

    with common.progress(not as_json) as report:
        found = step.find(common.load(watch, database), entity=entity, progress=report)
    if as_json:
        common.print_json([asdict(p.name) | {"toml": p.toml, "titles": p.titles} for p in found])
        return
    last = ""
    for proposal in found:
        s = proposal.name
        if s.entity != last:
            say(f"{'' if not last else chr(10)}# {s.entity}: into its " + escape("[entities.aliases]"))
            last = s.entity
        why = f"sounds like {s.sounds_like} ({s.alike:.2f})" if s.sounds_like else "by its company only"
        say(f"{s.language} = {escape('[' + proposal.toml + ']')}")
        say(
            f"  # {why}; in {len(s.stories)} of {s.lacking} stories that lack it "
            f"({', '.join(map(str, s.stories[:6]))}; {len(s.outlets)} outlets, {len(s.events)} events), "
            f"in {s.elsewhere} others" + (f"; also as {escape(', '.join(s.also[:5]))}" if s.also else "")
        )
        say(f"  # {escape(proposal.titles[0])}")
    if not found:
        say("# no name to propose: where an event is about an entity, its stories name it")
