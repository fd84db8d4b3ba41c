"""Raw feed documents: which wait to be parsed, and what parsing them brought."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pipeline.model import Body, Document, Feed, FeedSpec
from pipeline.store.tables import bodies, feeds

MAX_ERROR = 500  # characters of a reason; an exception may quote a whole document


@dataclass(frozen=True, slots=True)
class Pending:
    """A body that waits, with the feed that brought it."""

    id: int
    body: Body
    feed: Feed
    baseline: bool


def unparsed_ids(db: sa.Connection, limit: int) -> list[int]:
    """Give the numbers of bodies that wait to be parsed, oldest first: later words of a story must win."""
    waiting = sa.and_(bodies.c.parsed_at.is_(None), bodies.c.content.is_not(None))
    return list(db.scalars(sa.select(bodies.c.id).where(waiting).order_by(bodies.c.id).limit(limit)))


def get(db: sa.Connection, ids: Sequence[int]) -> list[Pending]:
    """Read those bodies that still wait, in the given order, with their feeds."""
    query = (
        sa.select(bodies, feeds.c.url.label("feed_url"), feeds.c.title, feeds.c.language, feeds.c.country)
        .join(feeds, feeds.c.id == bodies.c.feed_id)
        .where(bodies.c.id.in_(ids), bodies.c.parsed_at.is_(None), bodies.c.content.is_not(None))
        .order_by(bodies.c.id)
    )
    return [_pending(r) for r in db.execute(query)]


def _pending(row: sa.Row[tuple[object, ...]]) -> Pending:
    r = row._mapping
    feed = Feed(r["feed_id"], FeedSpec(r["feed_url"], r["title"], r["language"], r["country"]))
    body = Body(
        hash=r["hash"],
        feed_id=r["feed_id"],
        fetch_id=r["fetch_id"],
        url=r["url"],
        content=zlib.decompress(r["content"]),
        headers=r["headers"] or {},
        fetched_at=r["fetched_at"],
    )
    return Pending(r["id"], body, feed, r["baseline"])


def lock(db: sa.Connection, body_id: int) -> bool:
    """Hold one body until the transaction ends; False when another process has parsed it meanwhile."""
    query = (
        sa.select(bodies.c.id)
        .where(bodies.c.id == body_id, bodies.c.parsed_at.is_(None))
        .with_for_update(key_share=True)
    )
    return db.scalar(query) is not None


def finish(db: sa.Connection, body_id: int, document: Document, new: int, now: datetime) -> None:
    """Record what a body brought: entries found (refused ones included), new stories, refusals by reason."""
    refused: dict[str, int] = {}
    for refusal in document.refusals:
        refused[refusal.reason] = refused.get(refusal.reason, 0) + 1
    db.execute(
        sa.update(bodies)
        .where(bodies.c.id == body_id)
        .values(
            parsed_at=now,
            format=document.format[:16],
            entry_count=len(document.entries) + len(document.refusals),
            new_count=new,
            refused=refused,
            error=document.error[:MAX_ERROR] if document.error else None,
        )
    )


def fail(db: sa.Connection, body_id: int, error: str, now: datetime) -> None:
    """Record that a body could not be parsed or stored, and why; it does not wait any more."""
    db.execute(
        sa.update(bodies)
        .where(bodies.c.id == body_id, bodies.c.parsed_at.is_(None))
        .values(parsed_at=now, entry_count=0, new_count=0, error=error[:MAX_ERROR])
    )
