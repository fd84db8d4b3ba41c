"""The commands about what is told: alerts, subscriptions, the heartbeat, events as a feed."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline import steps
from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption

alerts = typer.Typer(no_args_is_help=True, help="The outbox: what waits, what was sent, what could not be.")
subscriptions = typer.Typer(no_args_is_help=True, help="Who gets what: list, unsubscribe, forget an address.")

StateOption = Annotated[
    str | None, typer.Option("--state", help="pending, sent, dead, baseline (never to be sent) or cancelled.")
]
KeyOption = Annotated[str | None, typer.Option("--subscription", metavar="KEY", help="Of this subscription only.")]
ShownOption = Annotated[int, typer.Option("--limit", min=1, help="Show at most so many.")]


_NO_READERS = "Nobody is subscribed. Write subscriptions.toml in the watch folder, then: newswatch sync"
_NO_ALERTS = {
    "": "No alert yet. `newswatch events list` shows what could be told, `newswatch subscriptions list` to whom.",
    "dead": "No dead letters: nothing to do.",
    "pending": "Nothing waits to be sent.",
}


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(alerts, name="alerts")
    app.add_typer(subscriptions, name="subscriptions")
    app.command()(heartbeat)
    app.command()(outcomes)
    app.command()(targets)
    app.command("feed-out")(feed_out)


@alerts.command("list")
def alerts_list(
    state: StateOption = None,
    subscription: KeyOption = None,
    limit: ShownOption = 50,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List alerts, the newest first. Addresses are never shown."""
    _show_alerts(state, subscription, limit, database, as_json)


@alerts.command("dead")
def alerts_dead(limit: ShownOption = 50, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List dead letters: mails that were refused for good or failed for too long, and why."""
    _show_alerts("dead", None, limit, database, as_json)


def _show_alerts(state: str | None, subscription: str | None, limit: int, database: str | None, as_json: bool) -> None:
    from pipeline.desk import subscriptions as step

    found = step.alerts_listed(common.load(database=database), state, subscription, limit)
    if as_json:
        common.print_json([asdict(x) for x in found])
        return
    rows = [
        (
            a.id,
            a.subscription,
            a.event_id,
            a.title,
            a.reason,
            a.state,
            f"{a.sent_at or a.due_at:%d %b %H:%M}",
            a.last_error or a.why,
        )
        for a in found
    ]
    columns = ("alert", "subscription", "event", "title", "reason", "state", "sent or due", "error or why")
    common.print_table(columns, rows, empty=_NO_ALERTS.get(state or "", f"No alert is {state}."))


@alerts.command("requeue")
def alerts_requeue(
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ALERT]...", help="Numbers; all of them if none.")] = None,
    database: DatabaseOption = None,
) -> None:
    """Give dead letters a fresh start, after the cause was mended; `newswatch deliver` sends them."""
    from pipeline.desk import subscriptions as step

    count = step.requeue(common.load(database=database), ids or [], common.now())
    common.out.print(f"{count} dead letters wait again; send them with: newswatch deliver")


@alerts.command("baseline")
def alerts_baseline(
    database: DatabaseOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Drop everything that waits, for good: after a backup was restored, when readers know it already."""
    from pipeline.desk import subscriptions as step

    if not yes:
        typer.confirm("Everything that waits will never be sent. Go on?", abort=True)
    common.out.print(f"{step.stand_down(common.load(database=database))} alerts will not be sent.")


@subscriptions.command("list")
def subscriptions_list(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List subscriptions with what each got; addresses are masked."""
    from pipeline.desk import subscriptions as step

    found = step.listed(common.load(database=database))
    if as_json:
        common.print_json([asdict(x) for x in found])
        return
    rows = [
        (
            s.key,
            s.name,
            s.address or "(erased)",
            "yes" if s.enabled else "left" if s.unsubscribed_at else "no",
            s.frequency,
            s.language,
            s.min_level,
            s.alerts.get("sent", 0),
            s.alerts.get("pending", 0),
            s.alerts.get("dead", 0),
        )
        for s in found
    ]
    columns = ("key", "name", "address", "on", "how often", "language", "level", "sent", "waiting", "dead")
    common.print_table(columns, rows, empty=_NO_READERS)


@subscriptions.command("forget")
def subscriptions_forget(
    address: Annotated[str, typer.Argument(help="The mail address to erase.")], database: DatabaseOption = None
) -> None:
    """Erase an address, with name and targets, wherever it stands; take it out of subscriptions.toml yourself."""
    from pipeline.desk import subscriptions as step

    keys = step.forget(common.load(database=database), address, common.now())
    common.out.print(f"Erased from {', '.join(keys)}. Remove it from subscriptions.toml too.", soft_wrap=True)


@subscriptions.command("unsubscribe")
def subscriptions_unsubscribe(
    token: Annotated[str, typer.Argument(help="The last part of the unsubscribe link in a mail.")],
    database: DatabaseOption = None,
) -> None:
    """Do what the unsubscribe link in a mail does."""
    from pipeline.desk import subscriptions as step

    key = step.unsubscribe(common.load(database=database), token, common.now())
    common.out.print(f"{key} gets no more mail.")


def heartbeat(
    database: DatabaseOption = None,
    force: Annotated[bool, typer.Option("--now", help="Send it even if less than a week has passed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Mail the operator (NEWSWATCH_OPERATOR) what the week brought, once a week, so that silence means something."""
    tally = steps.perform("heartbeat", common.load(database=database), common.now(), force=force)
    common.print_tallies([tally], as_json)


def outcomes(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Check that mail got out: an event of level 3 without a delivered mail is an alarm, and exit status 4."""
    tally = steps.perform("outcomes", common.load(database=database), common.now())
    common.print_tallies([tally], as_json)
    if tally.failed:
        raise typer.Exit(4)


def targets(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Tell web hooks and chats what the mails told."""
    common.print_tallies([steps.perform("targets", common.load(database=database), common.now())], as_json)


def feed_out(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write there (default: print).")] = None,
    min_level: Annotated[int, typer.Option("--min-level", min=1, max=3, help="Events of this level and above.")] = 1,
    language: Annotated[str, typer.Option("--language", help="Titles in this language where a story has one.")] = "en",
    limit: ShownOption = 50,
    database: DatabaseOption = None,
) -> None:
    """Write the events as an Atom feed, to follow in any reader."""
    from pipeline.desk import pages

    settings = common.load(database=database)
    written = pages.atom_feed(settings, common.now(), limit=limit, min_level=min_level, language=language)
    if out is None:
        sys.stdout.buffer.write(written)
        return
    part = out.with_suffix(out.suffix + ".part")
    part.write_bytes(written)
    part.replace(out)
    common.out.print(f"  {out}", highlight=False, soft_wrap=True)
