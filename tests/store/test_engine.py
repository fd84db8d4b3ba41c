"""The engine door: transactions, locks and clear errors on both databases."""

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.errors import BusyError, ConfigError, StoreError
from pipeline.store import tables as t
from tests.databases import migrated

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with our schema whose connections are kept only where a test says so."""
    return migrated(request, request.param, tmp_path)


def test_a_transaction_is_all_or_nothing(database_url: str) -> None:
    """What a step began and did not end leaves no row."""
    with pytest.raises(RuntimeError), store.begin(database_url) as db:
        db.execute(sa.insert(t.meta).values(key="k", value="v"))
        raise RuntimeError("killed")
    with store.read(database_url) as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(t.meta)) == 0


def test_times_come_back_aware_and_naive_ones_are_refused(database_url: str) -> None:
    """Every time in the store is aware and UTC."""
    with store.begin(database_url) as db:
        db.execute(sa.insert(t.hosts).values(host="a.example", not_before=NOW))
        assert db.scalar(sa.select(t.hosts.c.not_before)) == NOW
    with pytest.raises(sa.exc.StatementError, match="naive datetime"), store.begin(database_url) as db:
        db.execute(sa.insert(t.hosts).values(host="b.example", not_before=NOW.replace(tzinfo=None)))


def test_foreign_keys_are_kept(database_url: str) -> None:
    """A row that points nowhere is refused on SQLite too, where that is off by default."""
    with pytest.raises(sa.exc.IntegrityError), store.begin(database_url) as db:
        db.execute(sa.insert(t.fetches).values(feed_id=99, fetched_at=NOW, outcome="new"))


def test_the_guard_is_held_against_other_processes_and_dies_with_its_own(database_url: str) -> None:
    """Only one sender at a time; a killed one blocks nobody."""
    code = (
        "import sys\nfrom pipeline import store\n"
        "with store.guard(sys.argv[1], 'deliver'):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match="deliver"), store.guard(database_url, "deliver"):
            pass
    finally:
        other.kill()
        other.communicate()
    for _ in range(100):  # PostgreSQL notices the lost connection within milliseconds
        try:
            with store.guard(database_url, "deliver"):
                return
        except BusyError:
            continue
    pytest.fail("the lock of a killed process was not released")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "is not a database URL"),
        ("mysql://u@h/d", "not supported"),
        ("sqlite://", "cannot be shared"),
        ("sqlite:///:memory:", "cannot be shared"),
    ],
)
def test_an_unusable_url_is_refused_with_what_to_write(url: str, says: str) -> None:
    """A wrong database URL is a configuration error that shows a right one."""
    with pytest.raises(ConfigError, match=says) as e:
        store.parse_url(url)
    assert "sqlite:///FILE" in str(e.value)


def test_a_plain_postgresql_url_gets_the_driver_named() -> None:
    """Whatever the default driver of the library is, ours is psycopg 3."""
    assert store.parse_url("postgres://u@h/d").drivername == "postgresql+psycopg"


def test_a_database_without_tables_says_what_to_run(empty_database_url: str) -> None:
    """A missing schema is one sentence, not a traceback of the driver."""
    with pytest.raises(StoreError, match="newswatch db upgrade"), store.begin(empty_database_url) as db:
        db.execute(sa.select(t.feeds.c.id))


def _connections(url: str, wanted: str) -> set[object]:
    """Give the driver's connections that three transactions ran on."""
    seen = []
    for _ in range(3):
        with getattr(store, wanted)(url) as db:
            seen.append(db.connection.dbapi_connection)  # kept alive here: an address is not given out twice
    return set(seen)


@pytest.mark.parametrize("wanted", ["begin", "read"])
def test_a_step_keeps_its_connection_and_gives_it_back(database_url: str, wanted: str) -> None:
    """One connection inside the block, also where blocks stand in one another; outside each has its own."""
    with store.kept(database_url), store.kept(database_url):
        inside = _connections(database_url, wanted)
    assert len(inside) == 1
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError)):  # closed
        inside.pop().execute("select 1")  # type: ignore[attr-defined]
    assert len(_connections(database_url, wanted)) == 3


def test_a_kept_connection_starts_each_transaction_clean(database_url: str) -> None:
    """What failed leaves nothing, a reader sees what was written since, a second one may be open."""
    with store.kept(database_url):
        with pytest.raises(RuntimeError), store.begin(database_url) as db:
            db.execute(sa.insert(t.meta).values(key="k", value="v"))
            raise RuntimeError("broken")
        with store.read(database_url) as db:
            assert db.scalar(sa.select(sa.func.count()).select_from(t.meta)) == 0
            with store.begin(database_url) as other:
                other.execute(sa.insert(t.meta).values(key="k", value="v"))
            assert db.scalar(sa.select(sa.func.count()).select_from(t.meta)) == 0  # a stable picture
        with store.read(database_url) as db:
            assert db.scalar(sa.select(sa.func.count()).select_from(t.meta)) == 1


def test_no_process_inherits_a_kept_connection(database_url: str) -> None:
    """Locks and protocols break where two processes share a connection: forking closes it first."""
    with store.kept(database_url):
        before = _connections(database_url, "read").pop()
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
        with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError)):
            before.execute("select 1")  # type: ignore[attr-defined]
        assert len(_connections(database_url, "begin")) == 1
