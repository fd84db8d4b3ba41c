"""Databases on the PostgreSQL that the tests start, and engines for them."""

import itertools
import os
import shutil
import time
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
import sqlalchemy as sa

_counter = itertools.count()


def new_postgres(postgres_url: str, name: str | None = None, template: str = "template1") -> str:
    """Make a database on the tests' server, a copy of `template`, and give its URL; a named one is made anew."""
    with psycopg.connect(_plain(postgres_url), autocommit=True) as admin:
        if name is None:
            name = f"t{os.getpid()}_{next(_counter)}"
        else:
            admin.execute(f"drop database if exists {name}")
        admin.execute(f"create database {name} template {template} strategy wal_log")
    return sa.make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


def migrated(request: pytest.FixtureRequest, kind: str, folder: Path, name: str | None = None) -> str:
    """Give the URL of a database of a kind with our schema and no rows, for as long as the fixture that asks lives."""
    if kind == "sqlite":
        path = folder / "newswatch.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    server, template = request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_template")
    if name is not None:
        return new_postgres(server, name, template)
    lent = _waiting.pop() if _waiting else _Lent.made(new_postgres(server, None, template))
    request.addfinalizer(lambda: _waiting.append(lent) if lent.is_clean() else lent.admin.close())
    return lent.url


def copy_of(url: str, folder: Path) -> str:
    """Copy a database that nobody is connected to, a SQLite file into `folder`; give the copy's URL."""
    made = sa.make_url(url)
    if made.drivername == "sqlite":
        return f"sqlite:///{shutil.copyfile(str(made.database), folder / 'newswatch.db')}"
    server = made.set(database="postgres").render_as_string(hide_password=False)
    return new_postgres(server, None, str(made.database))


# To copy a database costs a hundred times what it costs to empty one that a test wrote a few rows into. So those whose
# test ended well are used again: nobody is connected, no table, view, function or right is another, no row is left.
_OURS = "(select oid from pg_namespace where nspname in ('newswatch', 'analysis', 'public'))"
_SCHEMA = f"""
    select (select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()),
      concat_ws(' ', (select string_agg(version_num, ' ') from newswatch.alembic_version),
        (select string_agg(concat(oid, ':', xmin), ' ' order by oid) from pg_class where relnamespace in {_OURS}),
        (select string_agg(concat(oid, ':', xmin), ' ' order by oid) from pg_proc where pronamespace in {_OURS}),
        (select string_agg(concat(oid, ':', xmin), ' ' order by oid) from pg_namespace),
        (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_constraint),
        (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_attrdef),
        (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_description),
        (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_trigger),
        (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_statistic),
        (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_db_role_setting))
"""
_LARGE = """
    select c.oid::regclass from pg_class c
    where c.relnamespace = 'newswatch'::regnamespace and c.relkind = 'r' and pg_relation_size(c.oid) > 65536
"""
_EMPTY = """
    do $$
    declare one record;
    begin
      set local session_replication_role = replica;
      for one in select c.oid::regclass as name from pg_class c
          where c.relnamespace = 'newswatch'::regnamespace and c.relkind = 'r' and c.relname <> 'alembic_version'
          and pg_relation_size(c.oid) > 0 loop
        execute format('delete from %s', one.name);
      end loop;
      for one in select c.oid::regclass as name from pg_class c
          where c.relnamespace = 'newswatch'::regnamespace and c.relkind = 'S' loop
        perform setval(one.name, 1, false);
      end loop;
    end $$
"""


class _Lent(NamedTuple):
    """A database with our schema that one test at a time has, and the connection that empties it."""

    url: str
    admin: psycopg.Connection
    schema: str

    @classmethod
    def made(cls, url: str) -> "_Lent":
        admin = psycopg.connect(_plain(url), autocommit=True)
        return cls(url, admin, _look(admin)[1])

    def is_clean(self) -> bool:
        """Remove the rows that a test left; no, if it left more."""
        for wait in (0.0, 0.01, 0.05, 0.2):  # a connection that was closed may take a moment to end
            time.sleep(wait)
            try:
                others, schema = _look(self.admin)
            except psycopg.Error:  # not even the table of versions is there
                return False
            if schema != self.schema:
                return False
            if not others:
                self.admin.execute(_EMPTY)
                for (name,) in self.admin.execute(_LARGE).fetchall():
                    self.admin.execute(f"vacuum {name}")
                return True
        return False


_waiting: list[_Lent] = []


def _look(admin: psycopg.Connection) -> tuple[int, str]:
    found = admin.execute(_SCHEMA).fetchone()
    assert found
    return int(found[0]), str(found[1])


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


class AlikeEngines:
    """Stands in for `sqlalchemy` where engines are made: those of a kind share what is compiled."""

    sound = sa

    def __init__(self) -> None:
        self._first: dict[str, sa.Engine] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(sa, name)

    def create_engine(self, url: sa.URL, **options: Any) -> sa.Engine:
        first = self._first.get(url.drivername)
        if first is None or first.dialect.server_version_info is None:  # none has connected yet
            self._first[url.drivername] = made = sa.create_engine(url, **options, query_cache_size=3000)
            return made
        made = sa.create_engine(url, **options, _initialize=False)
        made.dialect = made.pool._dialect = first.dialect
        made._compiled_cache = first._compiled_cache
        return made
