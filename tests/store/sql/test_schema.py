"""Migrations and views: repeatable, complete, and exactly what tables.py says."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from pipeline import store
from pipeline.errors import StoreError
from pipeline.store import tables
from pipeline.store.sql import schema


def test_the_migrations_make_exactly_the_tables(database_url: str) -> None:
    """tables.py and the migrations never drift apart."""
    with store.begin(database_url) as db:
        context = MigrationContext.configure(db, opts={"compare_type": db.dialect.name == "postgresql"})
        difference = [d for d in compare_metadata(context, tables.metadata) if "alembic_version" not in str(d)]
    assert difference == []


def test_every_table_and_column_has_a_comment() -> None:
    """The comments are the data dictionary."""
    missing = [str(c) for t in tables.metadata.sorted_tables for c in t.columns if not c.comment]
    assert missing == []
    assert [t.name for t in tables.metadata.sorted_tables if not t.comment] == []


def test_what_is_known_of_the_migrations_is_what_alembic_knows(database_url: str) -> None:
    """Their files are read, not run: a process that finds its schema there does without alembic."""
    ours = ScriptDirectory(str(schema.sql_dir() / "migrations"))
    assert schema.head() == ours.get_current_head()
    with store.begin(database_url) as db:
        assert schema.current(db) == MigrationContext.configure(db).get_current_revision() == schema.head()


def test_an_upgrade_can_be_run_twice_and_at_once(empty_database_url: str) -> None:
    """Two operators who upgrade at the same moment get one schema."""
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(store.upgrade, [empty_database_url] * 2))
    assert sorted(results, key=str) == sorted([(None, schema.head()), (schema.head(), schema.head())], key=str)
    assert store.upgrade(empty_database_url) == (schema.head(), schema.head())


def test_a_database_of_a_newer_program_is_refused(database_url: str) -> None:
    """An old program must not touch a schema that it does not know."""
    with store.begin(database_url) as db:
        db.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(StoreError, match="newer newswatch"):
        store.upgrade(database_url)
    with pytest.raises(StoreError, match="9999"):
        store.ensure(database_url)


def test_every_view_can_be_read(database_url: str) -> None:
    """Each file of sql/views makes a view of its own name."""
    with store.read(database_url) as db:
        for path in schema.view_files():
            db.execute(sa.text(f"select * from {path.stem} limit 1"))
