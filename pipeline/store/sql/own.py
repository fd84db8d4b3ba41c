"""SQL of one's own on the page: one statement that sees what the views see, and nothing secret or of persons.

On PostgreSQL it runs as the analysts' role (`newswatch db grant-analyst`), which can name nothing but views. SQLite
has no roles: there every column that a statement reads must be one that some view reads, whatever the statement calls
its tables, and only harmless things may be done at all.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pipeline.errors import ConfigError
from pipeline.store.engine import parse_url, read
from pipeline.store.sql import query
from pipeline.store.sql.headers import parse
from pipeline.store.sql.query import QueryRows

_HARMLESS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION})  # ours: it begins
_FUNCTIONS = frozenset({"json_each", "json_tree"})  # tables that are functions: they hold what they are given

Columns = frozenset[tuple[str, str]]


@contextlib.contextmanager
def ask(
    url: str, analyst_url: str | None, text: str, timeout_s: float, params: Mapping[str, str] | None = None
) -> Iterator[QueryRows]:
    """Run a select of somebody's own read-only and stream its rows; `:names` are filled from `params`.

    Raises ConfigError for what is no select, for a missing parameter, and on PostgreSQL without `analyst_url`;
    StoreError in the database's words; SlowError after `timeout_s`.
    """
    if not query.is_statement(text):
        raise ConfigError("Write one statement that begins with select, with or values.")
    sql_file = parse("your query", text.rstrip().rstrip(";"))
    if parse_url(url).drivername != "sqlite":
        if analyst_url is None:
            raise ConfigError(
                "SQL of your own needs the analysts' role: `newswatch db grant-analyst --ask-password`, then "
                "NEWSWATCH_ANALYST_URL for `newswatch serve`."
            )
        with query.ask(analyst_url, sql_file, timeout_s, params) as answer:
            yield answer
        return
    seen, hidden = _seen(url)

    def allow(action: int, one: str | None, two: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ:
            # a read of no column: rows are counted, or the statement names a table of its own (with recursive …)
            fine = (one, two) in seen or one in _FUNCTIONS or (not two and one not in hidden)
        elif action == sqlite3.SQLITE_FUNCTION:
            fine = two != "load_extension"
        else:
            fine = action in _HARMLESS
        return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY

    with query.ask(url, sql_file, timeout_s, params, guard=allow) as answer:
        yield answer


@lru_cache(maxsize=8)
def _seen(url: str) -> tuple[Columns, frozenset[str]]:
    """Give the columns that views read, and the views' own, as (table or view, column); and tables that none reads."""
    found: set[tuple[str, str]] = set()

    def note(action: int, one: str | None, two: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ and one and two:
            found.add((one, two))
        return sqlite3.SQLITE_OK

    with read(url) as db:
        raw: Any = db.connection.dbapi_connection
        tables = {r[0] for r in raw.execute("select name from sqlite_master where type = 'table'")}
        names = [r[0] for r in raw.execute("select name from sqlite_master where type = 'view'")]
        raw.set_authorizer(note)
        try:
            for name in names:
                raw.execute(f'select * from "{name}" limit 0').fetchall()  # noqa: S608 - the name of a view of ours
        finally:
            raw.set_authorizer(None)
    seen = frozenset((table, column) for table, column in found if not table.startswith("sqlite_"))
    return seen, frozenset(tables - {table for table, _ in seen})
