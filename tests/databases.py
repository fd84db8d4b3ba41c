"""Databases on the PostgreSQL that the tests start."""

import itertools
import os
import shutil
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

_counter = itertools.count()


def new_postgres(postgres_url: str, name: str | None = None, template: str = "template1") -> str:
    """Make a database on the tests' server, a copy of `template`, and give its URL; a named one is made anew."""
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as admin:
        if name is None:
            name = f"t{os.getpid()}_{next(_counter)}"
        else:
            admin.execute(f"drop database if exists {name}")
        admin.execute(f"create database {name} template {template} strategy file_copy")  # two thirds of wal_log's cost
    return sa.make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


def migrated(request: pytest.FixtureRequest, kind: str, folder: Path, name: str | None = None) -> str:
    """Make a database of a kind with our schema, as a copy of the one that was migrated; give its URL."""
    if kind == "sqlite":
        path = folder / "newswatch.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    return new_postgres(request.getfixturevalue("postgres_url"), name, request.getfixturevalue("postgres_template"))
