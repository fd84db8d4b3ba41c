"""The analysts' role sees every view and no table, also after an upgrade."""

import pathlib
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.desk import database, sql
from pipeline.errors import ConfigError
from pipeline.settings import Settings
from tests.databases import new_postgres


@pytest.fixture
def role(postgres_url: str) -> Iterator[tuple[Settings, str]]:
    """A PostgreSQL with our schema, and a role that does not exist yet."""
    url = new_postgres(postgres_url, "granted")
    store.upgrade(url)
    yield Settings(database_url=url), "analyst_of_granted"  # type: ignore[call-arg]
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("drop owned by analyst_of_granted")
        db.execute("drop role analyst_of_granted")


def as_role(settings: Settings, name: str) -> psycopg.Connection[tuple[object, ...]]:
    url = sa.make_url(settings.database_url).set(drivername="postgresql", username=name)
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def test_the_analyst_reads_views_and_nothing_else(role: tuple[Settings, str]) -> None:
    """Views run with their owner's rights; tables, addresses and writing are out of reach."""
    settings, name = role
    assert "was made" in database.grant_analyst(settings, name, 7)
    assert "was there" in database.grant_analyst(settings, name, 7)
    with as_role(settings, name) as db:
        for sheet in sql.views():
            db.execute(f"select * from {sheet.name} limit 1")  # type: ignore[call-overload]
        for sheet in sql.listed():
            db.execute(sheet.text.encode())
        for text in (
            b"select address from newswatch.subscriptions",
            b"select value from newswatch.meta",
            b"create table analysis.mine (x int)",
            b"create table public.mine (x int)",
            b"delete from event_overview",
            b"set transaction read write; update copies set title = ''",
        ):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.Error)):
                db.execute(text)
        shown = {
            key: db.execute(f"show {key}".encode()).fetchone()
            for key in ("statement_timeout", "timezone", "search_path")
        }
        assert shown == {"statement_timeout": ("7s",), "timezone": ("UTC",), "search_path": ("analysis",)}


def test_the_rights_outlive_an_upgrade(role: tuple[Settings, str]) -> None:
    """Views are dropped and made anew by every upgrade; whoever read them before reads them after."""
    settings, name = role
    database.grant_analyst(settings, name, 60)
    store.upgrade(settings.database_url)
    with as_role(settings, name) as db:
        assert db.execute("select count(*) from event_overview").fetchone() == (0,)


def test_a_password_is_set_as_a_hash(role: tuple[Settings, str]) -> None:
    """The server never sees it in clear, so no log of statements can keep it."""
    settings, name = role
    database.grant_analyst(settings, name, 60, password="it's % a secret")
    with store.read(settings.database_url) as db:
        kept = db.scalar(sa.text("select rolpassword from pg_authid where rolname = :name"), {"name": name})
    assert str(kept).startswith("SCRAM-SHA-256$")


def test_a_mighty_role_is_refused(role: tuple[Settings, str]) -> None:
    """To make the owner read-only by mistake would stop the whole pipeline."""
    settings, name = role
    database.grant_analyst(settings, name, 60)
    with pytest.raises(ConfigError, match="superuser"):
        database.grant_analyst(settings, "postgres", 60)


def test_sqlite_says_so(tmp_path: pathlib.Path) -> None:
    """A file has no roles; the error says what to do instead."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'x.db'}")  # type: ignore[call-arg]
    with pytest.raises(ConfigError, match="newswatch export"):
        database.grant_analyst(settings, "analyst", 60)
