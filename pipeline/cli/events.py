"""The commands on events: list, show, merge, split, link, unlink, replay."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape

from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption
from pipeline.cli.explained import say
from pipeline.words.page import amount

events = typer.Typer(no_args_is_help=True, help="The events: list and show them, correct what was joined wrongly.")
EventArgument = Annotated[int, typer.Argument(help="Event number.")]
_NONE = (
    "No event yet. `newswatch run` makes them of stories at level 1 and above: `newswatch query languages_read` says "
    "how many were read and matched, `newswatch query refused_naming` who was named and refused."
)
ByOption = Annotated[str, typer.Option("--by", help="Who corrects.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(events, name="events")
    app.command()(replay)


@events.command("list")
def list_events(
    min_level: Annotated[int, typer.Option("--min-level", min=0, max=3, help="At least this level.")] = 1,
    entity: Annotated[str | None, typer.Option("--entity", help="About this entity (its key).")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show at most so many.")] = 50,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the standing events, the last told first."""
    from pipeline.desk import events as step

    found = step.newest(common.load(database=database), limit, min_level, entity=entity)
    if as_json:
        common.print_json([asdict(e) for e in found])
        return
    rows = [
        (e.id, e.level, e.title, e.story_count, e.independent_count, e.language_count, common.moment(e.last_seen_at))
        for e in found
    ]
    common.print_table(
        ("event", "level", "title", "stories", "independent", "languages", "last told"), rows, empty=_NONE
    )


@events.command("show")
def show(event: EventArgument, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Show one event: its stories by language, its facts, its history."""
    from pipeline.desk import events as step

    found = step.show(common.load(database=database), event)
    if as_json:
        linked = {key: [asdict(x) for x in found[key]] for key in ("follows", "followed_by")}
        common.print_json({**found, **linked, "event": asdict(found["event"])})
        return
    told = found["event"]
    merged = f" (event {event} was merged into it)" if event != told.id else ""
    say(f"[bold]Event {told.id}[/]{merged}: {escape(told.title)}")
    counts = f"{told.story_count} stories, {told.independent_count} independent, {told.language_count} languages"
    span = f"{common.moment(told.first_seen_at)} to {common.moment(told.last_seen_at)} UTC"
    say(f"  level {told.level} · {counts} · {span}")
    say(f"  about {', '.join(told.entities)}")
    for key, words in (("follows", "follows"), ("followed_by", "followed by")):
        for x in found[key]:
            say(f"  {words} event {x.event_id}, {common.moment(x.first_seen_at)}: {escape(x.title)} ({x.strength:.0%})")
    rows = [
        (s["id"], s["language"], s["outlet"], s["title"], f"copy of {s['copy_of']}" if s["copy_of"] else s["how"])
        for s in found["stories"]
    ]
    common.print_table(("story", "language", "outlet", "title", "place"), rows)
    _facts(found)
    past = [
        (common.moment(r["at"]), r["revision"], r["kind"], r["story_id"], r["other_event_id"]) for r in found["history"]
    ]
    common.print_table(("at (UTC)", "revision", "what", "story", "other event"), past)


def _facts(found: Mapping[str, Any]) -> None:
    rows = []
    for f in found["facts"]:
        differ = "reports differ" if f["disputed"] else ""
        at = common.moment(f["first_at"])
        rows.append((f["kind"], f["role"], amount(f), differ, f["story_count"], f["first_story_id"], at))
    if rows:
        common.print_table(("fact", "role", "value", "", "stories", "first in", "at (UTC)"), rows)
    for c in found["contradictions"]:
        here = f"“{escape(c['written'])}” in story {c['story_id']}"
        there = f"“{escape(c['against_written'])}” in story {c['against_story_id']}"
        say(f"  [yellow]contradiction[/] ({c['kind']}, {c['role']}): {here}, {there}")


@events.command("merge")
def merge(
    event: EventArgument,
    into: Annotated[int, typer.Argument(help="The event that it belongs to.")],
    by: ByOption = "",
    note: NoteOption = "",
    database: DatabaseOption = None,
) -> None:
    """Say that two events are one happening; the correction survives every replay."""
    from pipeline.desk import events as step

    stays = step.merge(common.load(database=database), common.now(), event, into, by, note)
    common.out.print(
        f"They are event {stays} now; subscribers who were told are sent a correction by the next alert step."
    )


@events.command("split")
def split(
    event: EventArgument,
    stories: Annotated[list[int], typer.Argument(help="Story numbers that tell something else.")],
    by: ByOption = "",
    note: NoteOption = "",
    database: DatabaseOption = None,
) -> None:
    """Say that some stories of an event tell another happening; the correction survives every replay."""
    from pipeline.desk import events as step

    numbers = step.split(common.load(database=database), common.now(), event, stories, by, note)
    common.out.print(f"They are events {' and '.join(map(str, numbers))} now.")


@events.command("link")
def link(
    event: EventArgument,
    other: Annotated[int, typer.Argument(help="The event that it follows, or that follows it.")],
    by: ByOption = "",
    note: NoteOption = "",
    database: DatabaseOption = None,
) -> None:
    """Say that two events are of one thread: the later follows the earlier; kept in every later clustering."""
    from pipeline.desk import events as step

    later, earlier = step.link(common.load(database=database), common.now(), event, other, by, note)
    common.out.print(f"Event {later} follows event {earlier} now.")


@events.command("unlink")
def unlink(
    event: EventArgument,
    other: Annotated[int, typer.Argument(help="The event that it does not follow.")],
    by: ByOption = "",
    note: NoteOption = "",
    database: DatabaseOption = None,
) -> None:
    """Say that two events are of no one thread; kept in every later clustering."""
    from pipeline.desk import events as step

    later, earlier = step.unlink(common.load(database=database), common.now(), event, other, by, note)
    common.out.print(f"Event {later} does not follow event {earlier} any more.")


def replay(
    days: Annotated[float, typer.Option("--days", min=0, help="Rebuild the events of so many days; 0 = all.")] = 180.0,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rebuild events from stored stories in memory and print what would differ; nothing is written."""
    from pipeline.desk import events as step

    found = step.replay(common.load(database=database), common.now(), days or None)
    if as_json:
        common.print_json(found)
        return
    common.print_table(("", ""), [(k, v) for k, v in found.items() if isinstance(v, int | float | str)])
    for row in found.get("differences", []):
        say(f"  event {row['event']}: stories {row['stories']} would be {row['replayed']}")
