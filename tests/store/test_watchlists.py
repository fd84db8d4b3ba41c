"""The watch folder in the store: versions, feeds and subscriptions as declared, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pipeline import catalog, store
from pipeline.errors import StoreError
from pipeline.model import FeedSpec, Subscription
from pipeline.store import tables as t
from pipeline.store import watchlists

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ONE = FeedSpec("https://ann:secret@a.example/feed", "A", "fr", "FR", ("tech",), 5.0)
TWO = FeedSpec("https://b.example/feed", "B")


def test_a_watchlist_comes_back_as_it_was(database_url: str) -> None:
    """Every version can be judged with again; the one adopted last is current, and adopting it twice is nothing."""
    mine = catalog.load(catalog.default_dir()).watchlist
    other = replace(mine, version="other", entities=mine.entities[:3], topics=())
    with store.begin(database_url) as db:
        with pytest.raises(StoreError, match="newswatch sync"):
            watchlists.current(db)
        assert watchlists.began_at(db) is None
        assert watchlists.adopt(db, mine, NOW)
        assert not watchlists.adopt(db, mine, NOW)
        assert watchlists.current(db) == mine
        assert watchlists.adopt(db, other, NOW + timedelta(days=1))
        assert watchlists.current(db) == other
        current = db.scalars(sa.select(t.entities.c.key).where(t.entities.c.is_current)).all()
        assert sorted(current) == sorted(e.key for e in other.entities)
        assert watchlists.adopt(db, mine, NOW + timedelta(days=2))
        assert watchlists.current(db) == mine
        assert watchlists.began_at(db) == NOW


def test_feeds_are_declared_changed_and_switched_off(database_url: str) -> None:
    """A feed that is no longer declared is switched off, never forgotten; its polling state and host stay its own."""
    with store.begin(database_url) as db:
        assert watchlists.declare_feeds(db, [ONE, TWO], NOW) == (2, 0)
        assert watchlists.declare_feeds(db, [ONE, TWO], NOW) == (0, 0)
        db.execute(sa.update(t.feeds).values(etag="x", host="moved.example"))
        assert watchlists.declare_feeds(db, [replace(ONE, title="New name")], NOW + timedelta(days=1)) == (0, 1)
        rows = db.execute(sa.select(t.feeds).order_by(t.feeds.c.url)).all()
        assert [(r.url, r.title, r.enabled, r.etag, r.host) for r in rows] == [
            ("https://a.example/feed", "New name", True, "x", "moved.example"),
            ("https://b.example/feed", "B", False, "x", "moved.example"),
        ]
        assert rows[0].added_at == NOW
        assert "secret" not in str(rows)
        assert watchlists.declare_feeds(db, [ONE, TWO], NOW) == (0, 0)
        assert db.scalar(sa.select(sa.func.count()).where(t.feeds.c.enabled)) == 2


def test_who_left_stays_gone_until_the_address_changes(database_url: str) -> None:
    """A file that still names a reader who unsubscribed must not bring the mails back."""
    reader = Subscription("desk", "Desk", "ann@desk.example", min_level=2)
    with store.begin(database_url) as db:
        assert watchlists.declare_subscriptions(db, [reader], NOW) == (1, 0)
        db.execute(sa.update(t.subscriptions).values(unsubscribed_at=NOW, enabled=False))
        assert watchlists.declare_subscriptions(db, [reader], NOW) == (0, 0)
        assert db.execute(sa.select(t.subscriptions.c.enabled, t.subscriptions.c.unsubscribed_at)).one() == (False, NOW)
        watchlists.declare_subscriptions(db, [replace(reader, address="bob@desk.example")], NOW)
        row = db.execute(sa.select(t.subscriptions)).one()
        assert (row.enabled, row.address, row.unsubscribed_at, row.content["min_level"]) == (
            True,
            "bob@desk.example",
            None,
            2,
        )
        assert watchlists.declare_subscriptions(db, [], NOW) == (0, 1)
