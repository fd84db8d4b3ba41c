"""Analysts' SQL: the files that ship with newswatch, their headers, and running one read-only."""

import contextlib
import difflib
import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.errors import ConfigError, NotFoundError, SlowError, StoreError
from pipeline.store.engine import read
from pipeline.store.sql.headers import SqlFile, parse
from pipeline.store.sql.schema import sql_dir

BATCH = 4000  # rows in hand at a time
_STATEMENT = re.compile(r"\s*(?:--[^\n]*\n\s*)*(?:select|with|values)\b", re.IGNORECASE)
# What is no parameter (texts, quoted names, comments, dollar quotes), parameters, and what the driver must not read.
_MARKS = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"""
    r"""|(?<![:\w]):(?P<name>[A-Za-z_]\w*)|%""",
    re.DOTALL,
)
Guard = Callable[..., int]  # an authorizer of SQLite
LONGEST = 50_000_000  # bytes of one value: a statement can make longer ones than memory holds
_STEPS = 20_000  # SQLite instructions between two looks at the clock: under a millisecond


@dataclass(frozen=True, slots=True)
class QueryRows:
    """The rows of a query, as they come."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def shipped(folder: str) -> list[SqlFile]:
    """List the files of `sql/views`, `sql/queries` or `sql/checks`, by name."""
    return [parse(p.stem, p.read_text(encoding="utf-8")) for p in sorted((sql_dir() / folder).glob("*.sql"))]


SUBJECTS = ("events", "stories", "names", "outlets", "languages", "mails", "feeds", "job")


def by_question() -> list[SqlFile]:
    """List the shipped queries as people look for them: by what they are about, then by their question."""
    place = {subject: i for i, subject in enumerate(SUBJECTS)}
    return sorted(shipped("queries"), key=lambda s: (place.get(s.header.get("about", ""), len(place)), s.question))


def is_statement(text: str) -> bool:
    """Whether a text begins as what only reads does: select, with, values."""
    return _STATEMENT.match(text) is not None


def find(what: str) -> SqlFile:
    """Give a shipped query by name, a statement (`select …`, `with …`), or read a file; NotFoundError for neither."""
    if is_statement(what):
        return parse("your query", what)
    known = {s.name: s for s in shipped("queries")}
    if what in known:
        return known[what]
    path = Path(what)
    if path.is_file():
        try:
            return parse(path.stem, path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as e:
            raise NotFoundError(f"{what} is not a text file in UTF-8") from e
    raise NotFoundError(f"there is no query and no file {what[:80]}; {near(what, list(known), 'queries')}")


def near(what: str, names: Sequence[str], plural: str) -> str:
    """Say which name was meant, or name them all."""
    close = difflib.get_close_matches(what, names, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(close)}?" if close else f"the {plural} are: {', '.join(names)}"


def view(name: str) -> SqlFile:
    """Give the file of a view; raise NotFoundError when there is no such view."""
    for sql_file in shipped("views"):
        if sql_file.name == name:
            return sql_file
    raise NotFoundError(f"there is no view {name}; {near(name, [s.name for s in shipped('views')], 'views')}")


@contextlib.contextmanager
def ask(
    url: str, sql_file: SqlFile, timeout_s: float, params: Mapping[str, str] | None = None, guard: Guard | None = None
) -> Iterator[QueryRows]:
    """Run a query read-only and stream its rows; raise StoreError in the database's words, or after `timeout_s`.

    `:name` in the statement (not in a text, a comment or a cast) is filled from `params`, else from its default in the
    header (`-- params: days = 7, language = en`); ConfigError names what is missing or unknown.
    """
    values = _values(sql_file, params or {})
    with reader(url, timeout_s, guard) as db, _said(sql_file.name, timeout_s):
        bound = db.execution_options(stream_results=True, max_row_buffer=BATCH)
        if db.dialect.name == "postgresql":  # the driver's own marks: what is a text to the database stays one
            written = _MARKS.sub(lambda m: f"%({m['name']})s" if m["name"] else m[0].replace("%", "%%"), sql_file.text)
            result = bound.exec_driver_sql(written, values)
        else:
            result = bound.exec_driver_sql(sql_file.text, values)
        if not result.returns_rows:
            raise StoreError(f"{sql_file.name} gives no rows: write one select")
        columns = tuple(result.keys())
        yield QueryRows(columns, _rows(result, columns))


def wanted(sql_file: SqlFile) -> dict[str, str | None]:
    """Name the parameters of a query, in order, with their defaults (None where one must be given)."""
    declared = (part.partition("=") for part in sql_file.header.get("params", "").split(",") if part.strip())
    defaults = {name.strip(): value.strip() if mark else None for name, mark, value in declared}
    return {m["name"]: defaults.get(m["name"]) for m in _MARKS.finditer(sql_file.text) if m["name"]}


def _values(sql_file: SqlFile, params: Mapping[str, str]) -> dict[str, Any]:
    names = wanted(sql_file)
    if unknown := sorted(set(params) - set(names)):
        known = f"; it has {', '.join(names)}" if names else ""
        raise ConfigError(f"{sql_file.name} has no parameter {unknown[0]}{known}")
    given = {name: params.get(name, default) for name, default in names.items()}
    if missing := [name for name, value in given.items() if value is None]:
        raise ConfigError(f"{sql_file.name} asks for {missing[0]}: give it a value (--param {missing[0]}=…)")
    return {name: _value(str(value)) for name, value in given.items()}


def _value(written: str) -> Any:
    """Read a value as it is meant: a number where it is one, else a text; "5" in quotes stays a text."""
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(written)
    return written[1:-1] if len(written) > 1 and written[0] == written[-1] == '"' else written


def _rows(result: sa.CursorResult[Any], columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for row in result:
        yield tuple(typed(name, value) for name, value in zip(columns, row, strict=True))


@contextlib.contextmanager
def reader(url: str, timeout_s: float, guard: Guard | None = None) -> Iterator[sa.Connection]:
    """Open a connection that cannot write and gives up after `timeout_s` seconds a statement.

    On SQLite `guard` says what a statement may do at all; without one, all but opening other files.
    """
    with read(url) as db:
        if db.dialect.name == "postgresql":
            db.execute(sa.text("select set_config('statement_timeout', :ms, true)"), {"ms": str(int(timeout_s * 1000))})
            yield db
            return
        raw: Any = db.connection.dbapi_connection
        end = time.monotonic() + timeout_s
        raw.execute("pragma query_only = on")
        raw.set_authorizer(guard or _no_other_files)
        longest = raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            yield db
        finally:
            raw.set_progress_handler(None, 0)
            raw.set_authorizer(None)
            raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
            raw.execute("pragma query_only = off")


def _no_other_files(action: int, *_: str | None) -> int:
    """Refuse `attach`, which opens and even makes files, whatever the mode of the connection."""
    return sqlite3.SQLITE_DENY if action in {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH} else sqlite3.SQLITE_OK


@contextlib.contextmanager
def _said(name: str, timeout_s: float) -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as e:
        said = str(e.orig).splitlines()[0] if e.orig else str(e)
        if "statement timeout" in said or said == "interrupted":
            raise SlowError(f"{name} took longer than {timeout_s:g} s and was stopped (NEWSWATCH_QUERY_TIMEOUT)") from e
        raise StoreError(f"{name}: {said}") from e


def typed(name: str, value: Any) -> Any:
    """Give a value the type that its column's name promises: `…_at` a time, `day` a date, `is_…` a boolean.

    SQLite has none of these types; PostgreSQL has, counts in decimals, and takes JSON apart: here it is text on both.
    """
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
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
