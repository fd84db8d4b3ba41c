"""Facts are read after judging, under a version of their own: stale ones are counted, and read anew on demand."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.core import facts
from pipeline.settings import load
from pipeline.steps import cluster, reread
from pipeline.store import facts as fact_store
from pipeline.store import stated
from pipeline.store.tables import claims, events, matches, stories
from pipeline.store.tables import facts as fact_table
from tests.newsroom import Newsroom

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)


def _values(url: str) -> list[float]:
    with store.read(url) as db:
        return sorted(db.scalars(sa.select(fact_table.c.value)))


def test_stale_facts_are_read_anew_and_stated_anew(database_url: str) -> None:
    """A changed reader is applied to history on demand; levels, revisions and mails are not touched by it."""
    room = Newsroom(database_url)
    first = room.story("en", "Harbour Grid buys Northfield for $30 billion", money=7.0)
    second = room.story("fr", "Harbour Grid rachète Northfield pour 30 milliards de dollars")
    lost = room.story("en", "Harbour Grid dances for $5 billion", level=0)
    event = room.event([first, second])
    settings = load(database_url=database_url, encoder="none", log_format="quiet")
    with store.begin(database_url) as db:
        db.execute(sa.update(matches).values(clustered_at=NOW))  # they stand in their event
    with store.read(database_url) as db:
        before = db.execute(sa.select(events.c.revision, events.c.updated_at).where(events.c.id == event)).one()
        assert fact_store.stale(db, facts.version()) == 2
    tally = reread.run(settings, NOW)
    assert (tally.seen, tally.done, tally.detail["stale"]) == (2, 2, 0)
    assert _values(database_url) == [30e9, 30e9]
    with store.read(database_url) as db:
        assert stated.waiting(db, 10) == [event]
    assert cluster.run(settings, NOW).detail["restated"] == 1
    with store.read(database_url) as db:
        rows = db.execute(sa.select(claims.c.value, claims.c.role, claims.c.story_count)).all()
        assert [tuple(r) for r in rows] == [(30e9, "price", 2)]
        assert db.execute(sa.select(events.c.revision, events.c.updated_at).where(events.c.id == event)).one() == before
        assert db.scalar(sa.select(stories.c.facts_version).where(stories.c.id == lost)) is None
    assert reread.run(settings, NOW).seen == 0


def test_a_story_that_breaks_the_reader_keeps_its_facts(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One bad story costs itself only."""
    room = Newsroom(database_url)
    room.story("en", "Harbour Grid buys Northfield for $30 billion", money=7.0)
    room.story("en", "Harbour Grid buys Southfield for $20 billion", money=8.0)
    whole = facts.of_story

    def breaks(title: str, *rest: str) -> object:
        if "North" in title:
            raise RuntimeError("broken")
        return whole(title, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(facts, "of_story", breaks)
    tally = reread.run(load(database_url=database_url, encoder="none", log_format="quiet"), NOW)
    assert (tally.done, tally.failed) == (1, 1)
    assert _values(database_url) == [7.0, 20e9]


def test_the_version_follows_the_words() -> None:
    """A changed word is another reader, without anybody raising a number."""
    code, digest = facts.version().split(".")
    assert code == facts.CODE and len(digest) == 8
