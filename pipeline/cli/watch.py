"""The commands on the watch folder: init, feeds."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption, WatchOption
from pipeline.errors import StoreError

feeds = typer.Typer(no_args_is_help=True, help="The feeds: list them, check their health, add one.")


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(init)
    app.add_typer(feeds, name="feeds")


def init(
    directory: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    seed: Annotated[
        list[Path] | None,
        typer.Option("--seed", help="A seed article (a text file, its title in the first line); repeatable."),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="The storyline's name; by default the folder's.")] = "",
    example: Annotated[bool, typer.Option("--example", help="The storyline that ships, whole.")] = False,
) -> None:
    """Write a watch folder there, to edit: a small one made from your seed articles, or the one that ships."""
    from pipeline.desk import init as step

    if bool(seed) == example:
        raise typer.BadParameter(
            "a folder is made from your own articles (--seed FILE, one or more) or is the storyline that ships, "
            "4,400 lines of it (--example); say one of the two",
            param_hint="--seed",
        )
    for path in step.run(directory, seed or (), name):
        common.out.print(f"  {path}", highlight=False, soft_wrap=True)
    if seed:
        common.out.print("Say in watchlist.toml who is subject, party, watched; then:", soft_wrap=True)
        common.out.print(f"  newswatch watchlist check --watch {directory}", soft_wrap=True)
    common.out.print(f"Edit them, then: newswatch run --watch {directory}", soft_wrap=True)


@feeds.command("list")
def list_feeds(
    watch: WatchOption = None,
    database: DatabaseOption = None,
    state: Annotated[
        str | None, typer.Option("--state", help="Only these: ok, quiet, slow, failing, moved, gone, lying, new, off.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the stored feeds with their state; before the first run, those that the watch folder declares."""
    from pipeline.desk import feeds as step

    settings = common.load(watch, database)
    try:
        rows: list[dict[str, Any]] = [asdict(feed) for feed in step.overview(settings, state)]
    except StoreError:
        rows = [
            {
                "id": None,
                "title": f.title,
                "url": f.url,
                "language": f.language,
                "state": "declared",
                "last_new_at": None,
            }
            for f in step.declared(settings)
        ]
    if as_json:
        common.print_json(rows)
        return
    columns = {
        "id": "id", "state": "state", "language": "lang", "title": "title",
        "last_new_at": "last new", "next_fetch_at": "next", "error": "error",
    }  # fmt: skip
    shown = [[common.moment(r.get(c) or (r["url"] if c == "title" else None)) for c in columns] for r in rows]
    none = f"No feed is {state}." if state else "No feeds. Add one: newswatch feeds add ADDRESS --watch my-watch"
    common.print_table(tuple(columns.values()), shown, empty=none)


@feeds.command("check")
def check_feeds(watch: WatchOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Check the watch folder's files, then the health of the stored feeds; exit 1 when a person should act."""
    from pipeline.desk import feeds as step

    settings = common.load(watch, database)
    count = len(step.declared(settings))
    try:
        alarms = step.check(settings, common.now())
        note = f"{count} feeds are declared, every file is well-formed."
    except StoreError:
        alarms, note = [], f"{count} feeds are declared, every file is well-formed; nothing was fetched yet."
    if as_json:
        common.print_json([asdict(a) for a in alarms])
    else:
        common.out.print(note, highlight=False)
        if contact := step.contact_note(settings):
            common.out.print(f"Note: {contact}.", soft_wrap=True, highlight=False, markup=False)
        for alarm in alarms:
            common.out.print(
                f"  {alarm.kind:9} {alarm.subject}: {alarm.text}", soft_wrap=True, highlight=False, markup=False
            )
        common.out.print("No alarms." if not alarms else f"{len(alarms)} alarms.", highlight=False)
    if alarms:
        raise typer.Exit(1)


@feeds.command("add")
def add_feed(
    url: Annotated[str, typer.Argument(help="A feed's address, or a page that declares one.")],
    watch: WatchOption = None,
) -> None:
    """Find the feed at an address, and append it to the watch folder's feeds.toml."""
    from pipeline.desk import feeds as step

    found = step.add(common.load(watch), url, common.now())
    common.out.print(
        f"added {found.spec.title} ({found.format}, {found.entries} {'entry' if found.entries == 1 else 'entries'}): "
        f"{found.spec.url}",
        soft_wrap=True,
        markup=False,
    )


@feeds.command("import")
def import_feeds(file: Annotated[Path, typer.Argument(help="An OPML file.")], watch: WatchOption = None) -> None:
    """Append the good feeds of an OPML file to the watch folder, and say why others were not taken."""
    from pipeline.desk import feeds as step

    found = step.import_opml(common.load(watch), file)
    for line in found.refused:
        common.out.print(f"not taken: {line}", soft_wrap=True, markup=False)
    common.out.print(f"{found.added} feeds added, {found.known} were there already, {len(found.refused)} not taken")


@feeds.command("export")
def export_feeds(watch: WatchOption = None) -> None:
    """Write the watch folder's feeds as OPML to standard output."""
    import sys

    from pipeline.desk import feeds as step

    sys.stdout.buffer.write(step.export_opml(common.load(watch)))
