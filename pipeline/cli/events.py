"""The commands on events: list, show, merge, split, link, unlink, replay."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption
from pipeline.cli.explained import say
from pipeline.words.page import amount

if TYPE_CHECKING:
    from pipeline.desk.pages import ToldEvent

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

    settings = common.load(database=database)
    found = step.told(settings, event)
    if as_json:
        timeline = [asdict(x) for x in step.timeline(settings, event)]
        common.print_json(_written(found) | {"asked": event, "timeline": timeline})
        return
    told = found.event
    merged = f" (event {event} was merged into it)" if event != told.id else ""
    say(f"[bold]Event {told.id}[/]{merged}: {escape(told.title)}")
    counts = f"{told.story_count} stories, {told.independent_count} independent, {told.language_count} languages"
    span = f"{common.moment(told.first_seen_at)} to {common.moment(told.last_seen_at)} UTC"
    say(f"  level {told.level} · {counts} · {span}")
    say(f"  about {', '.join(told.entities)}")
    for linked, words in ((found.follows, "follows"), (found.followed_by, "followed by")):
        for x in linked:
            say(f"  {words} event {x.event_id}, {common.moment(x.first_seen_at)}: {escape(x.title)} ({x.strength:.0%})")
    rows = [
        (s.id, s.language, s.outlet, s.title, f"copy of {s.copy_of}" if s.copy_of else s.how) for s in found.stories
    ]
    common.print_table(("story", "language", "outlet", "title", "place"), rows)
    _facts(found)
    past = [(common.moment(r.at), r.revision, r.kind, r.story_id, r.other_event_id) for r in found.history]
    common.print_table(("at (UTC)", "revision", "what", "story", "other event"), past)


def _facts(found: "ToldEvent") -> None:
    rows = []
    for told in found.claims:
        c = told.claim
        differ = "reports differ" if told.is_disputed else ""
        rows.append((c.kind, c.role, amount(c), differ, len(c.stories), c.stories[0], common.moment(c.since)))
    if rows:
        common.print_table(("fact", "role", "value", "", "stories", "first in", "at (UTC)"), rows)
    for x in found.contradictions:
        here, there = (
            f"“{escape(written)}” in story {number}"
            for written, number in ((x.written, x.story_id), (x.against_written, x.against_story_id))
        )
        say(f"  [yellow]contradiction[/] ({x.kind}, {x.role}): {here}, {there}")


def _written(found: "ToldEvent") -> dict[str, Any]:
    """Write an event as JSON: what the page knows of it, its amounts flat under "facts"."""
    told = asdict(found)
    shown = ("event", "stories", "history", "follows", "followed_by")
    beside = {"story", "against_story"}
    return {key: told[key] for key in shown} | {
        "event": told["event"] | {"merged_into": None},  # it stands
        "leads": {s.language: s.id for s in found.stories if s.is_lead},
        "facts": [
            {
                **{
                    k: getattr(x.claim, k) for k in ("kind", "unit", "role", "value", "approximate", "bound", "written")
                },
                "upper_value": x.claim.upper,
                "story_count": len(x.claim.stories),
                "independent_count": x.claim.independent,
                "stories": list(x.claim.stories),
                "first_story_id": x.claim.stories[0],
                "first_at": x.claim.since,
                "last_at": x.claim.until,
                "disputed": x.is_disputed,
            }
            for x in found.claims
        ],
        "contradictions": [{k: v for k, v in c.items() if k not in beside} for c in told["contradictions"]],
    }


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
        common.print_json(asdict(found))
        return
    told = {k: v for k, v in asdict(found).items() if isinstance(v, int | float | str)}
    common.print_table(("", ""), list(told.items()))
    for x in found.differences:
        say(f"  event {x.event}: stories {x.stories} would be {x.replayed}")
