"""Stores in the field upgrade: a small store of each released schema, on both databases, with nothing lost."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from pipeline import store
from pipeline.settings import Settings, load
from pipeline.steps import perform
from pipeline.store.sql import query, schema

STORES = sorted((Path(__file__).resolve().parents[2] / "data" / "stores").glob("*.json"))
NOW = datetime(2026, 12, 24, 12, 0, tzinfo=UTC)
# What an upgrade counts anew on purpose: (table, column)
RECOUNTED = {("events", "independent_count"), ("events", "outlet_count")}

Rows = Mapping[str, list[dict[str, Any]]]


def reflected(db: sa.Connection) -> sa.MetaData:
    """Read the tables as they are in the database, whatever the program thinks of them."""
    found = sa.MetaData()
    found.reflect(db, schema="newswatch" if db.dialect.name == "postgresql" else None)
    return found


def tables(db: sa.Connection) -> dict[str, sa.Table]:
    return {t.name: t for t in reflected(db).sorted_tables}


def value(column: sa.Column[Any], written: Any) -> Any:
    """Read a value of the file as its column holds it."""
    if isinstance(written, dict) and set(written) == {"hex"}:
        return bytes.fromhex(written["hex"])
    if written is None:
        return None
    if isinstance(column.type, sa.DateTime):
        moment = datetime.fromisoformat(written)
        return moment.replace(tzinfo=UTC) if column.type.timezone else moment
    if isinstance(column.type, sa.Boolean):
        return bool(written)
    return json.loads(written) if isinstance(column.type, sa.JSON) else written


@pytest.fixture(params=STORES, ids=lambda p: p.stem)
def old(request: pytest.FixtureRequest, empty_database_url: str) -> tuple[str, Rows]:
    """A store of a released schema with its rows, and these rows."""
    rows: Rows = json.loads(request.param.read_text(encoding="utf-8"))
    with store.begin(empty_database_url) as db:
        if db.dialect.name == "postgresql":
            db.execute(sa.schema.CreateSchema("newswatch"))
        command.upgrade(schema._config(db), request.param.stem)
        for name, table in tables(db).items():
            for row in rows.get(name, ()):
                db.execute(sa.insert(table).values({k: value(table.c[k], v) for k, v in row.items()}))
            if db.dialect.name == "postgresql" and "id" in table.c and rows.get(name):
                highest = max(row["id"] for row in rows[name])
                db.execute(sa.text(f"select setval(pg_get_serial_sequence('newswatch.{name}', 'id'), {highest})"))
    return empty_database_url, rows


def test_a_release_has_its_store() -> None:
    """Rule: the first schema that anybody runs is kept for ever, and every table of it has rows."""
    assert [p.stem for p in STORES][:1] == ["0001"]
    for path in STORES:
        assert all(json.loads(path.read_text(encoding="utf-8")).values()), path.name


def test_nothing_is_lost(old: tuple[str, Rows]) -> None:
    """Rule: every row of an older store is there after `db upgrade`, each value as it was."""
    url, rows = old
    assert store.upgrade(url)[1] == schema.head()
    with store.read(url) as db:
        now = tables(db)
        for name, before in rows.items():
            table = now[name]
            keys = [c.name for c in table.primary_key]
            after = {tuple(r[k] for k in keys): r for r in db.execute(sa.select(table)).mappings()}
            for row in before:
                held = {k: value(table.c[k], v) for k, v in row.items() if k in table.c}
                assert set(row) - set(held) == set(), f"{name} lost columns"
                kept = after[tuple(held[k] for k in keys)]
                differing = {k for k, v in held.items() if kept[k] != v and (name, k) not in RECOUNTED}
                assert differing == set(), (name, {k: (held[k], kept[k]) for k in differing})


def test_views_queries_and_checks_read_it(old: tuple[str, Rows]) -> None:
    """Rule: whatever an older program wrote, today's SQL reads; the checks find nothing that it cannot name."""
    url, rows = old
    store.upgrade(url)
    for folder in ("views", "queries", "checks"):
        for sql_file in query.shipped(folder):
            text = f"select * from {sql_file.name}" if folder == "views" else sql_file.text
            with query.ask(url, query.parse(sql_file.name, text), 60) as answer:
                list(answer.rows)
    with query.ask(url, query.parse("events", "select event_id, title from event_overview"), 60) as answer:
        assert dict(answer.rows) == {r["id"]: r["title"] for r in rows["events"]}


def test_who_was_refused_is_read_from_the_evidence(old: tuple[str, Rows]) -> None:
    """An older store kept whom its refused stories name in the evidence only; after the upgrade SQL can ask for it."""
    url, _ = old
    with store.begin(url) as db:  # the sample of rows has the story, and not the entity that it names
        watched = {"key": "nextera", "name": "NextEra Energy", "kind": "company", "roles": ["watched"]}
        db.execute(sa.insert(tables(db)["entities"]).values(watched))
    store.upgrade(url)
    with query.ask(url, query.parse("q", "select story_id, entity_key, because from refused_stories"), 60) as answer:
        found = list(answer.rows)
    assert found == [(4, "nextera", "words of a lookalike")]


def test_carriers_become_who_told_it(empty_database_url: str) -> None:
    """A search's stories get the outlet behind their titles, which are kept; others of carriers are unknown."""
    told = [
        ("https://news.google.com/rss/articles/CBMi1", "google.com", "City rents a dam - or two - Harbour Post"),
        ("https://news.google.com/rss/articles/CBMi2", "google.com", "City rents a dam"),
        ("https://www.msn.com/en-us/ar-AA1", "msn.com", "City rents a dam - Harbour Post"),
        ("https://harbourpost.example/a", "harbourpost.example", "City rents a dam - again"),
    ]
    with store.begin(empty_database_url) as db:
        if db.dialect.name == "postgresql":
            db.execute(sa.schema.CreateSchema("newswatch"))
        command.upgrade(schema._config(db), "0001")
        for n, (address, outlet, title) in enumerate(told):
            row = {"url_hash": f"{n:032}", "canonical_url": address, "url": address, "outlet": outlet, "title": title}
            row |= {"summary": "", "content_hash": "x", "seen_at": NOW, "story_at": NOW}
            db.execute(sa.insert(tables(db)["stories"]).values(row))
    store.upgrade(empty_database_url)
    with store.read(empty_database_url) as db:
        stories = tables(db)["stories"]
        rows = db.execute(
            sa.select(stories.c.outlet, stories.c.title, stories.c.raw_title).order_by(stories.c.id)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("Harbour Post", "City rents a dam - or two", told[0][2]),
        ("", "City rents a dam", None),
        ("", "City rents a dam - Harbour Post", None),
        ("harbourpost.example", "City rents a dam - again", None),
    ]


def test_the_steps_go_on_from_it(old: tuple[str, Rows], tmp_path: Path) -> None:
    """Rule: the first run after an upgrade breaks nothing, tells nobody again, and leaves events what they are."""
    url, rows = old
    store.upgrade(url)
    settings: Settings = load(
        database_url=url, encoder="none", enrich=False, mail_dir=tmp_path / "mail", log_format="quiet"
    )
    for step in ("parse", "detect", "match", "cluster", "alert", "deliver"):
        assert perform(step, settings, NOW).failed == 0, step
    assert list((tmp_path / "mail").glob("*.eml")) == []
    with store.read(url) as db:
        placed = tables(db)["event_stories"]
        stands = {(r.story_id, r.event_id) for r in db.execute(sa.select(placed.c.story_id, placed.c.event_id))}
    assert stands == {(r["story_id"], r["event_id"]) for r in rows["event_stories"]}
