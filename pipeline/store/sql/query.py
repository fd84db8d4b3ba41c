"""Analysts' SQL: the files that ship with newswatch, their headers, and running one read-only."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.errors import NotFoundError, StoreError
from pipeline.store.engine import read
from pipeline.store.sql.headers import Sheet, parse
from pipeline.store.sql.schema import sql_dir

BATCH = 5000  # rows in hand at a time
_STEPS = 20_000  # SQLite instructions between two looks at the clock: under a millisecond


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a query, as they come."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def shipped(folder: str) -> list[Sheet]:
    """List the files of `sql/views`, `sql/queries` or `sql/checks`, by name."""
    return [parse(p.stem, p.read_text(encoding="utf-8")) for p in sorted((sql_dir() / folder).glob("*.sql"))]


def find(what: str) -> Sheet:
    """Give a shipped query by name, or read a file; raise NotFoundError for neither."""
    for sheet in shipped("queries"):
        if sheet.name == what:
            return sheet
    path = Path(what)
    if path.is_file():
        try:
            return parse(path.stem, path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as e:
            raise NotFoundError(f"{what} is not a text file in UTF-8") from e
    names = ", ".join(s.name for s in shipped("queries"))
    raise NotFoundError(f"there is no query and no file {what}; the queries are: {names}")


def view(name: str) -> Sheet:
    """Give the file of a view; raise NotFoundError when there is no such view."""
    for sheet in shipped("views"):
        if sheet.name == name:
            return sheet
    raise NotFoundError(f"there is no view {name}; the views are: {', '.join(s.name for s in shipped('views'))}")


@contextlib.contextmanager
def ask(url: str, sheet: Sheet, timeout_s: float) -> Iterator[Answer]:
    """Run a query read-only and stream its rows; raise StoreError in the database's words, or after `timeout_s`."""
    statement = sa.text(sheet.text.replace("\\", "\\\\").replace(":", "\\:"))
    with reader(url, timeout_s) as db, _said(sheet.name, timeout_s):
        result = db.execution_options(stream_results=True, max_row_buffer=BATCH).execute(statement)
        if not result.returns_rows:
            raise StoreError(f"{sheet.name} gives no rows: write one select")
        columns = tuple(result.keys())
        yield Answer(columns, _rows(result, columns))


def _rows(result: sa.CursorResult[Any], columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for row in result:
        yield tuple(typed(name, value) for name, value in zip(columns, row, strict=True))


@contextlib.contextmanager
def reader(url: str, timeout_s: float) -> Iterator[sa.Connection]:
    """Open a connection that cannot write and gives up after `timeout_s` seconds a statement."""
    with read(url) as db:
        if db.dialect.name == "postgresql":
            db.execute(sa.text("select set_config('statement_timeout', :ms, true)"), {"ms": str(int(timeout_s * 1000))})
            yield db
            return
        raw: Any = db.connection.dbapi_connection
        end = time.monotonic() + timeout_s
        raw.execute("pragma query_only = on")
        raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            yield db
        finally:
            raw.set_progress_handler(None, 0)
            raw.execute("pragma query_only = off")


@contextlib.contextmanager
def _said(name: str, timeout_s: float) -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as e:
        said = str(e.orig).splitlines()[0] if e.orig else str(e)
        if "statement timeout" in said or said == "interrupted":
            raise StoreError(
                f"{name} took longer than {timeout_s:g} s and was stopped (NEWSWATCH_QUERY_TIMEOUT)"
            ) from e
        raise StoreError(f"{name}: {said}") from e


def typed(name: str, value: Any) -> Any:
    """Give a value the type that its column's name promises: `…_at` a time, `day` a date, `is_…` a boolean.

    SQLite has none of these types; PostgreSQL has, and counts in decimals.
    """
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            if name.endswith("_at"):
                return datetime.fromisoformat(value).replace(tzinfo=UTC)
            if name == "day" or name.endswith("_day"):
                return date.fromisoformat(value)
    if isinstance(value, int) and value in {0, 1} and name.startswith(("is_", "has_")):
        return bool(value)
    return value
