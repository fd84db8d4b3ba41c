"""The commands of the main job: run, one for each step, the demo, and the database."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import steps
from pipeline.cli import airflow, common, events, examples, fit, judge, labels, replay, serve, sql, tell, watch
from pipeline.cli.common import DatabaseOption, JsonOption, LimitOption, WatchOption
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.version import __version__

app = typer.Typer(
    name="newswatch",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="""Find each happening of a storyline in the world's press, in every language, once.

    newswatch reads the feeds of a *watch folder*, stores each story once, judges it against a watchlist and seed
    articles (level 0-3), folds the stories of one happening into one event, and mails each subscriber once per event.

    Start with `newswatch demo`, then `newswatch init my-watch --example` and `newswatch run --watch my-watch`.
    """,
)

AllFeedsOption = Annotated[bool, typer.Option("--all-feeds", help="Every enabled feed, whatever its schedule.")]

_WHAT = {
    "sync": "Bring the watch folder into the store: feeds, watchlist, subscriptions.",
    "fetch": "Fetch the feeds that are due; store what is new.",
    "parse": "Turn stored feed documents into stories.",
    "detect": "Detect the language of new stories.",
    "match": "Judge new stories against the watchlist: level 0-3, with evidence.",
    "enrich": "Fetch the article pages of stories that matched.",
    "cluster": "Fold matched stories into events.",
    "alert": "Decide who is owed a mail about which event.",
    "deliver": "Send the mails that are due.",
}


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Write log lines on a terminal too: newswatch -v run.")
    ] = False,
) -> None:
    common.be_verbose(verbose)
    if version:
        common.out.print(f"newswatch {__version__}")
        raise typer.Exit


@app.command()
def run(
    watch: WatchOption = None,
    database: DatabaseOption = None,
    all_feeds: AllFeedsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Do what is due, once: sync, fetch, parse, detect, match, enrich, cluster, alert, deliver, and look after it."""
    settings = common.load(watch, database)
    with common.progress(not as_json) as report:
        tallies = steps.run_all(settings, common.now(), all_feeds=all_feeds, progress=report)
    _watch(settings, tallies)
    common.print_tallies(tallies, as_json)


def _watch(settings: Settings, tallies: list[Tally]) -> None:
    from pipeline.desk import outage

    outage.watch(settings, common.now(), tallies)


def _add_step(step: str) -> None:
    def command(
        watch: WatchOption = None,
        database: DatabaseOption = None,
        limit: LimitOption = 100_000,
        as_json: JsonOption = False,
    ) -> None:
        _one(step, common.load(watch, database), as_json, limit=limit)

    app.command(step, help=_WHAT[step])(command)


def _one(step: str, settings: Settings, as_json: bool, **options: Any) -> None:
    with common.progress(not as_json) as report:
        tally = steps.perform(step, settings, common.now(), progress=report, **options)
    _watch(settings, [tally])
    common.print_tallies([tally], as_json)


@app.command(help=_WHAT["sync"])
def sync(watch: WatchOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:  # noqa: D103 - help= says it
    _one("sync", common.load(watch, database), as_json)


@app.command(help=_WHAT["fetch"])
def fetch(  # noqa: D103 - help= says it
    watch: WatchOption = None,
    database: DatabaseOption = None,
    all_feeds: AllFeedsOption = False,
    limit: LimitOption = 100_000,
    as_json: JsonOption = False,
) -> None:
    _one("fetch", common.load(watch, database), as_json, all_feeds=all_feeds, limit=limit)


for _step in steps.MAIN[2:]:
    _add_step(_step)

db = typer.Typer(no_args_is_help=True, help="The database: make or migrate it.")
app.add_typer(db, name="db")


@db.command("upgrade")
def db_upgrade(database: DatabaseOption = None) -> None:
    """Migrate the database to this version's schema and make the views anew."""
    from pipeline.desk import database as kept

    before, after = kept.upgrade(common.load(database=database))
    common.out.print(
        f"schema {after}"
        + (" (was already there); views made anew" if before == after else f", was {before or 'empty'}")
    )


@app.command()
def demo(directory: Annotated[Path, typer.Option("--dir", help="Where the demo writes.")] = Path("var/demo")) -> None:
    """Run the main job on the sample feeds, served from this machine, and show what it found."""
    from pipeline.cli import demo as shown

    shown.run(directory)


watch.register(app)
judge.register(app)
tell.register(app)
events.register(app)
labels.register(app)
fit.register(app)
replay.register(app)
serve.register(app)
sql.register(app, db)
airflow.register(app)
examples.add(app)
