"""Connections and transactions on both databases: every write of newswatch goes through `begin`."""

import contextlib
import os
import sqlite3
import threading
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import NullPool, QueuePool

from pipeline.core.text import telling
from pipeline.errors import BusyError, ConfigError, StoreError
from pipeline.model import Written

T = TypeVar("T")

BUSY_MS = 60_000  # a writer waits this long for another's transaction; steps commit every few seconds
PG_TIMEOUT_S = 10
EVERY: Sequence[int | None] = (None, None)  # for `within`: no bounds


def parse_url(url: str) -> sa.URL:
    """Read a database URL and name the driver; raise ConfigError for what newswatch cannot use."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # ValueError: a port that is no number
        raise ConfigError(
            "NEWSWATCH_DATABASE_URL is not a database URL: "
            "write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
        ) from None  # whose words quote the URL
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise ConfigError(
            "NEWSWATCH_DATABASE_URL: SQLite in memory cannot be shared by the steps; write sqlite:///FILE"
        )
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise ConfigError(
            "NEWSWATCH_DATABASE_URL: this kind of database is not supported; write sqlite:///FILE or "
            "postgresql+psycopg://…"
        )
    return parsed


class _Hinted(sqlite.base.SQLiteCompiler):
    """Lets statements name an index: `with_hint(table, "indexed by …", "sqlite")`; of an empty one it knows nothing."""

    def get_from_hint_text(self, table: sa.FromClause, text: str | None) -> str | None:
        """Give the hint as it was written."""
        return text


def engine(url: str) -> sa.Engine:
    """Give the engine for a URL; engines are per process, since Airflow forks."""
    return _engine(parse_url(url).render_as_string(hide_password=False), os.getpid())


@lru_cache(maxsize=16)
def _engine(url: str, pid: int, is_kept: bool = False) -> sa.Engine:
    parsed = sa.make_url(url)
    pool: dict[str, Any] = {"poolclass": NullPool}
    if is_kept:  # one connection waits for the next transaction; a second one at the same time is closed after use
        pool = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": -1}
    if parsed.drivername == "sqlite":
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        wanted = {"timeout": BUSY_MS / 1000, "check_same_thread": False}  # one thread at a time: the pool sees to it
        made = sa.create_engine(parsed, connect_args=wanted, json_serializer=_json, **pool)
        made.dialect.statement_compiler = _Hinted
        sa.event.listen(made, "connect", _sqlite_connect)
        sa.event.listen(made, "begin", _sqlite_begin)
        return made
    wanted = {"connect_timeout": PG_TIMEOUT_S}
    made = sa.create_engine(parsed, connect_args=wanted, pool_pre_ping=is_kept, json_serializer=_json, **pool)
    sa.event.listen(made, "connect", _postgresql_connect, insert=True)  # before SQLAlchemy asks anything
    return made


_keeping: Counter[str] = Counter()  # how many blocks of `kept` are open, by URL
_KEEPING = threading.Lock()


@contextlib.contextmanager
def kept(url: str) -> Iterator[None]:
    """Keep the connection between the transactions of a step: on SQLite opening and closing one costs more than most.

    It ends with the block, and before any fork: no process ever inherits one. What holds a lock for its connection's
    life (`connect`, `guard`) has a connection of its own.
    """
    known = parse_url(url).render_as_string(hide_password=False)
    with _KEEPING:
        _keeping[known] += 1
    try:
        yield
    finally:
        with _KEEPING:
            _keeping[known] -= 1
            if not _keeping[known]:
                del _keeping[known]
                _engine(known, os.getpid(), True).dispose()


def _working(url: str) -> sa.Engine:
    """Give the engine of transactions: the one that keeps its connection inside `kept`."""
    known = parse_url(url).render_as_string(hide_password=False)
    return _engine(known, os.getpid(), known in _keeping)


def _let_go() -> None:
    for known in list(_keeping):
        _engine(known, os.getpid(), True).dispose()


os.register_at_fork(before=_let_go)


def _json(value: Any) -> str:
    return value.text if isinstance(value, Written) else Written.of(value).text


def _sqlite_connect(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # we say BEGIN ourselves: the driver's own is deferred and too late for upserts
    raw.execute(f"pragma busy_timeout = {BUSY_MS}")
    raw.execute("pragma journal_mode = wal")
    raw.execute("pragma synchronous = normal")  # safe with WAL against a killed process
    raw.execute("pragma foreign_keys = on")


def _sqlite_begin(db: sa.Connection) -> None:
    words = "begin" if db.get_execution_options().get("newswatch_read", False) else "begin immediate"
    raw: Any = db.connection.driver_connection
    try:
        raw.execute(words)  # said by SQLAlchemy it takes ten times as long, in each of a hundred thousand transactions
    except sqlite3.Error as e:
        raise sa.exc.DBAPIError.instance(words, None, e, sqlite3.Error) from e


def _postgresql_connect(raw: Any, _record: Any) -> None:
    if raw.info.parameter_status("server_encoding") != "UTF8":
        raise StoreError(
            f"the PostgreSQL database {raw.info.dbname} is in {raw.info.parameter_status('server_encoding')}, which "
            "cannot hold the world's scripts; make one with: createdb --encoding UTF8 --template template0 NAME"
        )
    raw.execute("set search_path to newswatch, analysis, public")
    raw.execute("set time zone 'UTC'")
    raw.commit()


@contextlib.contextmanager
def _translated(url: str) -> Iterator[None]:
    """Turn the driver's words for "cannot work at all" into one sentence, without what is secret of the URL."""
    try:
        yield
    except sa.exc.DBAPIError as e:
        said = telling.without((str(e.orig).splitlines() or [""])[0] if e.orig else type(e).__name__, url)
        where = telling.told(url, path=True) or "the database"
        if "no such table" in said or ("does not exist" in said and "relation" in said):
            raise StoreError(f"{where} has no newswatch tables; run `newswatch db upgrade`") from e
        if "conninfo" in said or "connection option" in said or "connection string" in said:
            raise ConfigError(
                "NEWSWATCH_DATABASE_URL: libpq cannot read its options; look at what follows the ?"
            ) from None
        if is_unusable(e):
            raise StoreError(f"the database {where} cannot be used: {said}") from e
        raise


def is_unusable(error: Exception) -> bool:
    """Whether an error says that the database cannot be used, and nothing of what was to be stored in it."""
    if not isinstance(error, sa.exc.DBAPIError):
        return isinstance(error, sa.exc.TimeoutError | sa.exc.ResourceClosedError)
    state = getattr(error.orig, "sqlstate", None) or ""
    plain = type(error) is sa.exc.DatabaseError  # SQLite: malformed, or no database at all
    return (
        isinstance(error, sa.exc.OperationalError)
        or plain
        or state.startswith(("XX", "25"))
        or error.connection_invalidated
    )


@contextlib.contextmanager
def begin(url: str, lock: str | None = None) -> Iterator[sa.Connection]:
    """Open one write transaction; with `lock`, no other process is inside the same lock until it ends.

    SQLite has one writer at a time anyway (BEGIN IMMEDIATE), PostgreSQL takes a transaction-scoped advisory lock.
    """
    with _translated(url), _working(url).begin() as db:
        if lock and db.dialect.name == "postgresql":
            db.execute(sa.select(sa.func.pg_advisory_xact_lock(lock_number(lock))))
        yield db


@contextlib.contextmanager
def read(url: str) -> Iterator[sa.Connection]:
    """Open a read-only transaction: a stable picture that blocks no writer."""
    parsed = parse_url(url)
    if parsed.drivername == "sqlite" and not Path(str(parsed.database)).exists():
        raise StoreError(f"there is no database {parsed.database} yet; `newswatch run` makes it")
    with _translated(url), _working(url).connect().execution_options(newswatch_read=True) as db:
        if db.dialect.name == "postgresql":
            db = db.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield db


@contextlib.contextmanager
def connect(url: str) -> Iterator[sa.Connection]:
    """Open one connection for many small transactions (`with db.begin()`), for a sender that commits mail by mail."""
    with _translated(url), engine(url).connect() as db:
        yield db


def lock_number(name: str) -> int:
    """Give the advisory lock number of a name."""
    return 0x6E77_0000_0000 + zlib.crc32(name.encode())  # "nw" in front keeps clear of other programs' locks


@contextlib.contextmanager
def guard(url: str, name: str) -> Iterator[None]:
    """Hold a named lock over several transactions; raise BusyError at once when another process has it.

    It dies with its process, so a killed sender blocks nobody: a session lock on PostgreSQL, a file lock beside the
    SQLite file.
    """
    parsed = parse_url(url)
    if parsed.drivername == "sqlite":
        import fcntl

        path = Path(f"{parsed.database}.{name}.lock")
        with path.open("a") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as e:
                raise BusyError(f"another process is in {name} (lock file {path.name})") from e
            yield
        return
    with _translated(url), engine(url).connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        if not db.scalar(sa.select(sa.func.pg_try_advisory_lock(lock_number(name)))):
            raise BusyError(f"another process is in {name}")
        yield


def within(column: sa.ColumnElement[int], between: Sequence[int | None]) -> sa.ColumnElement[bool]:
    """Give the condition that a number lies between two, both counted; None is no bound."""
    first, last = between
    return sa.and_(
        sa.true(), *([column >= first] if first is not None else []), *([column <= last] if last is not None else [])
    )


def chunks(values: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """Cut values into lists short enough for one `in (…)`: both databases bound the number of parameters."""
    todo = list(values)
    return (todo[i : i + size] for i in range(0, len(todo), size))


def insert(db: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """Give the dialect's `insert`, which knows `on_conflict_do_…`."""
    return sqlite.insert(table) if db.dialect.name == "sqlite" else postgresql.insert(table)
