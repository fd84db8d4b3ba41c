"""sql/README.md is the data dictionary, and current."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.desk import dictionary
from pipeline.errors import NotFoundError
from pipeline.store import tables
from pipeline.store.sql import dictionary as made
from pipeline.store.sql import query
from pipeline.store.sql.schema import sql_dir


def test_the_dictionary_is_current() -> None:
    """After a change of tables, views or queries: `newswatch db dictionary --write`."""
    assert dictionary.is_current()


def test_the_dictionary_names_everything() -> None:
    """Every view and query can be looked up on the page, every table, check and column in what is printed."""
    text, printed = (sql_dir() / "README.md").read_text(encoding="utf-8"), dictionary.text()
    for table in tables.metadata.tables.values():
        assert f"### Table {table.name}\n" in printed
        assert all(f"| `{c.name}` | " in printed for c in table.columns)
    for sql_file in query.shipped("views"):
        assert f"| {sql_file.question} | [{sql_file.name}](views/{sql_file.name}.sql) |" in text
        assert f"### View {sql_file.name}\n\n{sql_file.question}" in printed
    assert all(f"[{s.name}](queries/{s.name}.sql)" in text for s in query.shipped("queries"))
    assert all(f"`{s.name}`" in printed for folder in ("queries", "checks") for s in query.shipped(folder))
    assert "erDiagram" in printed
    assert all(f"`{name}`" in text for name in (*made.PERSONAL, *made.SECRET))


def test_each_view_and_table_is_described_as_the_database_has_it(database_url: str) -> None:
    """What `newswatch tables` says: the columns that are there, of views in their order, each with words."""
    with store.read(database_url) as db:
        seen = sa.inspect(db)
        schemas = ("analysis", "newswatch") if db.dialect.name == "postgresql" else (None, None)
        there = {name: seen.get_columns(name, schemas[0]) for name in seen.get_view_names(schemas[0])}
        there |= {name: seen.get_columns(name, schemas[1]) for name in seen.get_table_names(schemas[1])}
    del there["alembic_version"]
    said = {d.name: d for d in dictionary.described()}
    assert said.keys() == there.keys()
    for name, columns in there.items():
        told, stored = [c.name for c in said[name].columns], [c["name"] for c in columns]
        assert told == stored if said[name].kind == "view" else set(told) == set(stored), name
        assert said[name].says and all(c.what for c in said[name].columns), name
    assert "Personal" in next(c.what for c in dictionary.describe("Subscriptions").columns if c.name == "address")
    with pytest.raises(NotFoundError, match="did you mean event_overview"):
        dictionary.describe("event_overvew")


def test_a_view_of_sqlite_tells_its_columns(sqlite_url: str) -> None:
    """`.schema VIEW` shows the header's words: SQLite has no comments."""
    with store.read(sqlite_url) as db:
        written = {r[0]: r[1] for r in db.execute(sa.text("select name, sql from sqlite_master where type = 'view'"))}
    for sql_file in query.shipped("views"):
        assert all(f"{c.name} {c.type}: {c.what}" in written[sql_file.name] for c in sql_file.columns)


def test_a_view_of_sqlite_has_a_type_for_each_column(tmp_path: Path) -> None:
    """Rule: a computed column is cast; SQLite gives casts as types from 3.41 on, whatever version made the view."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    store.upgrade(url)
    with store.read(url) as db:
        for sql_file in query.shipped("views"):
            made = db.scalar(sa.text("select sql from sqlite_master where name = :name"), {"name": sql_file.name})
            typed = {r.name: r.type for r in db.execute(sa.text(f"pragma table_xinfo({sql_file.name})"))}
            assert [n for n, kind in typed.items() if not kind and f"cast({n} as " not in made] == [], sql_file.name
            if sqlite3.sqlite_version_info >= (3, 41):
                assert all(typed.values()), sql_file.name


def test_a_stale_dictionary_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check compares, it does not only look for the file."""
    folder = tmp_path
    (folder / "README.md").write_text(f"# x\n{made.BEGIN}\nold\n{made.END}\nrest\n", encoding="utf-8")
    real = sql_dir()
    for name in ("views", "queries", "checks"):
        (folder / name).symlink_to(real / name)
    monkeypatch.setattr(made, "sql_dir", lambda: folder)
    assert not made.is_current()
    assert made.write() and made.is_current() and not made.write()
    assert (folder / "README.md").read_text(encoding="utf-8").endswith("rest\n")
