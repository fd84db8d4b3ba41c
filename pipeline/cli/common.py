"""What every command shares: options, the clock, printing, and errors as one sentence."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from pipeline import log
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.settings import load as load_settings

WatchOption = Annotated[
    Path | None,
    typer.Option("--watch", metavar="DIR", help="Watch folder (default: NEWSWATCH_WATCH_DIR, else the one shipped)."),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database", metavar="URL", help="Database (default: NEWSWATCH_DATABASE_URL, else var/newswatch.db)."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="At most so many in this run.")]

ALARM = "alarm"  # of a tally's detail: why nothing went well, and what to do

WIDTH = 100  # columns of a table where no terminal says how wide it is

out = Console(width=None if sys.stdout.isatty() else WIDTH)
err = Console(stderr=True)
_chosen = {"verbose": False}


def now() -> datetime:
    """Read the clock: the one place that does."""
    return datetime.now(UTC)


def load(watch: Path | None = None, database: str | None = None, **more: object) -> Settings:
    """Read the settings, options winning over the environment, and start logging."""
    made = load_settings(watch_dir=watch, database_url=database, **more)
    log.configure(made.log_format, _chosen["verbose"])
    return made


def be_verbose(on: bool) -> None:
    """Write log lines on a terminal too, as `-v` asks for."""
    _chosen["verbose"] = on


def print_json(value: Any) -> None:
    """Print JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_tallies(tallies: Sequence[Tally], as_json: bool) -> None:
    """Print what steps did, as a table or as JSON; exit 1 when one has an alarm: all failed, and somebody must act."""
    if as_json:
        print_json([asdict(t) for t in tallies] if len(tallies) != 1 else asdict(tallies[0]))
    else:
        rows = [(t.step, t.seen, t.done, t.skipped, t.failed, f"{t.seconds:.1f}", _detail(t.detail)) for t in tallies]
        print_table(("step", "seen", "done", "skipped", "failed", "seconds", "detail"), rows)
    alarms = [f"{t.step}: {t.detail[ALARM]}" for t in tallies if ALARM in t.detail]
    for alarm in alarms:
        err.print(alarm, style="red", soft_wrap=True, markup=False, highlight=False)
    if alarms:
        raise typer.Exit(1)


def _detail(detail: Mapping[str, Any]) -> str:
    told = {k: v for k, v in detail.items() if isinstance(v, int | float | str) and v not in {0, ""} and k != ALARM}
    return " ".join(f"{k}={v}" for k, v in told.items())


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None, empty: str = ""
) -> None:
    """Print rows for a person; numbers stand to the right. Without rows, say in `empty` what to do."""
    rows = list(rows)
    if empty and not rows:
        out.print(empty, soft_wrap=True, highlight=False, markup=False)
        return
    table = Table(title=None if title is None else Text(title), title_justify="left", header_style="bold")
    listed = [tuple(r) for r in rows]
    for i, name in enumerate(columns):
        numeric = bool(listed) and all(isinstance(r[i], int | float) for r in listed)
        table.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        table.add_row(*(Text("" if v is None else str(v)) for v in row))  # what feeds say is never markup
    out.print(table)


@contextmanager
def progress(enabled: bool = True) -> Iterator[Callable[[str, int, int | None], None]]:
    """Give a progress reporter: bars on a terminal, nothing elsewhere."""
    if not (enabled and err.is_terminal):
        yield lambda step, done, total: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield report


def moment(value: Any) -> Any:
    """Write a time for a table; anything else as it is."""
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value
