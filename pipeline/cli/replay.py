"""The commands that apply a changed watchlist to history: see what would change, then make it so."""

from dataclasses import asdict
from typing import Annotated

import typer

from pipeline import steps
from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption, LimitOption, WatchOption

SinceOption = Annotated[
    str, typer.Option("--since", metavar="DATE", help="Stories seen from then on: 2026-11-01, or with a time, UTC.")
]
VersionOption = Annotated[
    str | None,
    typer.Option("--watchlist", metavar="VERSION", help="Judge with this stored version (default: the current one)."),
]


SinceAllOption = Annotated[
    str | None, typer.Option("--since", help="Only stories seen since then; by default all.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(backtest)
    app.command()(rematch)
    app.command()(reread)
    app.command()(faults)


def faults(
    step: Annotated[str | None, typer.Option("--step", help="Only those of one step.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Let the next run try them again at once.")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the stories, events and mails that broke the program, each left out so that the others go on."""
    from pipeline.desk import faults as desk

    settings = common.load(database=database)
    if again:
        common.out.print(f"{desk.again(settings, step)} items are tried again by the next run.")
        return
    found = [f for f in desk.listed(settings) if step in {None, f.step}]
    if as_json:
        common.print_json([asdict(f) for f in found])
        return
    columns = ("step", "item_kind", "item_id", "attempts", "failed_at", "retry_at", "reason")
    shown = [tuple(common.moment(getattr(f, c)) for c in columns) for f in found]
    common.print_table(columns, shown, empty="Nothing broke: every story, event and mail went through.")


def backtest(
    since: SinceOption,
    watch: WatchOption = None,
    database: DatabaseOption = None,
    limit: LimitOption = 10_000_000,
    as_json: JsonOption = False,
) -> None:
    """Show what judging history again with the watch folder as it is now would change; write nothing."""
    from pipeline.steps import rematch as step

    settings = common.load(watch, database)
    with common.progress(not as_json) as report:
        found = step.backtest(settings, since, limit=limit, progress=report)
    if as_json:
        common.print_json(asdict(found))
        return
    rows = [
        (change, story.story, story.language, f"{story.score:.2f}", story.title)
        for change, examples in found.examples.items()
        for story in examples
    ]
    if rows:
        common.print_table(("level", "story", "language", "score", "title"), rows, "What would change (examples)")
    changes = ", ".join(f"{n} from level {c.replace('>', ' to ')}" for c, n in found.levels.items()) or "none"
    common.out.print(f"{found.seen} stories judged again with watchlist {found.watchlist}; changes: {changes}.")
    if found.levels:
        common.out.print("`newswatch sync` adopts the watch folder, `newswatch rematch --since …` applies it.")


def rematch(
    since: SinceOption,
    watchlist: VersionOption = None,
    watch: WatchOption = None,
    database: DatabaseOption = None,
    limit: LimitOption = 10_000_000,
    as_json: JsonOption = False,
) -> None:
    """Judge stored stories again with the current watchlist, and let events follow; old news is mailed to nobody."""
    settings = common.load(watch, database)
    moment = common.now()
    tallies = []
    with common.progress(not as_json) as report:
        if watchlist is None:
            tallies.append(steps.perform("sync", settings, moment))
        tallies.append(
            steps.perform("rematch", settings, moment, since=since, watchlist=watchlist, limit=limit, progress=report)
        )
        tallies += [steps.perform(step, settings, moment, progress=report) for step in ("cluster", "alert")]
    common.print_tallies(tallies, as_json)


def reread(
    since: SinceAllOption = None,
    database: DatabaseOption = None,
    limit: LimitOption = 10_000_000,
    as_json: JsonOption = False,
) -> None:
    """Read the facts of matched stories anew after a change of rules or words; nothing is judged, nobody is mailed."""
    settings = common.load(database=database)
    moment = common.now()
    from pipeline.steps.rematch import since_of

    first = since_of(since, moment) if since else None
    with common.progress(not as_json) as report:
        tallies = [steps.perform("reread", settings, moment, since=first, limit=limit, progress=report)]
        tallies.append(steps.perform("cluster", settings, moment, progress=report))
    common.print_tallies(tallies, as_json)
