"""The analysts' role sees every view and no table, also after an upgrade."""

import pathlib
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.core.events import pairs
from pipeline.desk import database, events, sql
from pipeline.errors import ConfigError
from pipeline.settings import Settings
from pipeline.store import neighbourhood
from tests.databases import migrated
from tests.told import T0, Told, tell


@pytest.fixture
def role(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[tuple[Settings, str]]:
    """A PostgreSQL with our schema, and a role that does not exist yet."""
    url = migrated(request, "postgresql", tmp_path, "granted")
    yield Settings(database_url=url), "analyst_of_granted"  # type: ignore[call-arg]
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("drop owned by analyst_of_granted")
        db.execute("drop role analyst_of_granted")


def address(settings: Settings, name: str) -> str:
    return sa.make_url(settings.database_url).set(username=name).render_as_string(hide_password=False)


def password_of(settings: Settings, name: str, password: str) -> str:
    made = sa.make_url(settings.database_url).set(username=name, password=password)
    return made.render_as_string(hide_password=False)


def as_role(settings: Settings, name: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(address(settings, name).replace("+psycopg", ""), autocommit=True)


def test_the_analyst_reads_views_and_nothing_else(role: tuple[Settings, str]) -> None:
    """Views run with their owner's rights; tables, addresses and writing are out of reach."""
    settings, name = role
    assert "was made" in database.grant_analyst(settings, name, 7)
    assert "was there" in database.grant_analyst(settings, name, 7)
    with as_role(settings, name) as db:
        for sql_file in sql.views():
            db.execute(f"select * from {sql_file.name} limit 1")  # type: ignore[call-overload]
        for sql_file in sql.listed():
            params = {p: "1" for p, default in sql.wanted(sql_file).items() if default is None}
            with sql.ask(
                settings.model_copy(update={"database_url": address(settings, name)}), sql_file, params
            ) as answer:
                list(answer.rows)
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


@pytest.fixture
def page(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[tuple[Settings, str]]:
    """A PostgreSQL with our schema, and the name of a role for the page that does not exist yet."""
    url = migrated(request, "postgresql", tmp_path, "paged")
    yield Settings(database_url=url), "page_of_paged"  # type: ignore[call-arg]
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("drop owned by page_of_paged")
        db.execute("drop role page_of_paged")


MAY = (
    "select count(*) from newswatch.stories",
    "select count(*) from analysis.event_overview",
    "update newswatch.subscriptions set enabled = false where id = -1",
    "update newswatch.alerts set state = 'cancelled' where id = -1",
    "delete from newswatch.labels where story_id = -1",
    "update newswatch.subscriptions set chosen_level = 2 where id = -1",
    "delete from newswatch.mutes where event_id = -1",
    "select id from newswatch.stories where id = -1 for update",
)
MUST_NOT = (
    "update newswatch.subscriptions set address = 'me@evil.example'",
    "delete from newswatch.subscriptions",
    "insert into newswatch.alerts (id) values (1)",
    "update newswatch.events set revision = 0",
    "update newswatch.stories set title = 'x'",
    "delete from newswatch.feeds",
    "truncate newswatch.labels",
    "drop view analysis.event_overview",
    "create table newswatch.mine (a int)",
)


def test_the_page_reads_and_lets_readers_leave(page: tuple[Settings, str]) -> None:
    """Whoever breaks into the page can neither mail anybody, nor change what the news was."""
    settings, name = page
    with pytest.raises(ConfigError, match="there is no role"):
        database.grant_page(settings, name)
    for _ in range(2):  # safe to run twice, as the init job does
        assert name in database.grant_page(settings, name, password="it's % a secret")
    store.upgrade(settings.database_url)
    database.grant_page(settings, name)
    with as_role(settings, name) as db:
        for text in MAY:
            db.execute(text.encode())
        for text in MUST_NOT:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(text.encode())


def test_corrections_are_a_right_of_their_own(page: tuple[Settings, str]) -> None:
    """Where NEWSWATCH_WEB_TOKEN lets the desk unite events, the role may; else it may not."""
    settings, name = page
    database.grant_page(settings, name, password="pear-tree", corrections=True)
    with as_role(settings, name) as db:
        db.execute("update newswatch.events set revision = revision where id = -1")
        db.execute("update newswatch.feeds set next_fetch_at = null where id = -1")
    told = [Told("one", 0, "en", "Acme opens a plant", "It cost $5 billion.", ("acme",), 5e9)]
    told += [Told("two", 30, "en", "Acme sues a rival over a name", "", ("acme",))]
    with store.begin(settings.database_url) as db:
        neighbourhood.settle(db, tell(db, told), 14.0, pairs.default_weights(), {}, T0)
    theirs = settings.model_copy(update={"database_url": password_of(settings, name, "pear-tree"), "encoder": "none"})
    events.link(theirs, T0, 2, 1)
    assert events.merge(theirs, T0, 2, 1) == 1  # it writes events, links and what is stated
    database.grant_page(settings, name)
    with as_role(settings, name) as db, pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("update newswatch.events set revision = revision where id = -1")


def test_the_page_has_no_mighty_role(page: tuple[Settings, str]) -> None:
    """A slip in the name must not make the administrator's password the page's."""
    settings, name = page
    database.grant_page(settings, name, password="pear-tree")
    with pytest.raises(ConfigError, match="superuser"):
        database.grant_page(settings, "postgres", password="pear-tree")
