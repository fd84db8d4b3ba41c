"""What feeds and languages did of late: the numbers behind the alarms."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.core.feeds.health import RECENT_DAYS, FeedNumbers
from pipeline.store.tables import bodies, feeds, fetches, sightings, stories

BEFORE_DAYS = 28


def feed_numbers(db: sa.Connection, now: datetime) -> list[FeedNumbers]:
    """Give the numbers of every enabled feed."""
    recent = now - timedelta(days=RECENT_DAYS)
    before = recent - timedelta(days=BEFORE_DAYS)
    is_recent, undated = sightings.c.seen_at >= recent, stories.c.published_at.is_(None)
    counted: dict[int, Any] = {
        row.feed_id: row
        for row in db.execute(
            sa.select(
                sightings.c.feed_id,
                _count(is_recent).label("recent"),
                _count(sa.and_(is_recent, undated)).label("recent_undated"),
                _count(~is_recent).label("before"),
                _count(sa.and_(~is_recent, undated)).label("before_undated"),
            )
            .join(stories, stories.c.id == sightings.c.story_id)
            .where(sightings.c.seen_at >= before, sa.not_(stories.c.baseline))
            .group_by(sightings.c.feed_id)
        )
    }
    empty = _empty_fetches(db)
    errors = _last_errors(db)
    found = []
    for row in db.execute(sa.select(feeds).where(feeds.c.enabled).order_by(feeds.c.id)):
        n = counted.get(row.id)
        first = row.first_fetched_at
        found.append(
            FeedNumbers(
                feed_id=row.id,
                url=row.url,
                state=row.state,
                error=errors.get(row.id),
                expected_per_day=row.expected_per_day,
                known_days=(now - first).total_seconds() / 86400 if first else 0.0,
                recent=n.recent if n else 0,
                recent_undated=n.recent_undated if n else 0,
                before=n.before if n else 0,
                before_undated=n.before_undated if n else 0,
                empty_fetches=empty.get(row.id, 0),
            )
        )
    return found


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _empty_fetches(db: sa.Connection) -> dict[int, int]:
    """Count, for feeds whose last document has no entries, the successful fetches since it came."""
    last = sa.select(sa.func.max(bodies.c.id)).group_by(bodies.c.feed_id)
    query = (
        sa.select(bodies.c.feed_id, sa.func.count().label("n"))
        .join(fetches, sa.and_(fetches.c.feed_id == bodies.c.feed_id, fetches.c.id >= bodies.c.fetch_id))
        .where(bodies.c.id.in_(last), bodies.c.entry_count == 0, bodies.c.error.is_(None))
        .where(fetches.c.outcome.in_(("new", "unchanged")))
        .group_by(bodies.c.feed_id)
    )
    return {row.feed_id: row.n for row in db.execute(query)}


def _last_errors(db: sa.Connection) -> dict[int, str]:
    """Give the last error of feeds that are in trouble."""
    troubled = sa.select(feeds.c.id).where(feeds.c.state.in_(("failing", "gone")))
    last = (
        sa.select(sa.func.max(fetches.c.id))
        .where(fetches.c.feed_id.in_(troubled), fetches.c.error.is_not(None))
        .group_by(fetches.c.feed_id)
    )
    rows = db.execute(sa.select(fetches.c.feed_id, fetches.c.error).where(fetches.c.id.in_(last)))
    return {row.feed_id: row.error for row in rows}


def languages(db: sa.Connection, now: datetime) -> tuple[dict[str, int], dict[str, float]]:
    """Count stories by language in the last day, and a day on average over the week before."""
    day, week = now - timedelta(days=1), now - timedelta(days=8)
    query = (
        sa.select(
            stories.c.language,
            _count(stories.c.seen_at >= day).label("last"),
            _count(stories.c.seen_at < day).label("before"),
        )
        .where(stories.c.seen_at >= week, stories.c.language.is_not(None), sa.not_(stories.c.baseline))
        .group_by(stories.c.language)
    )
    rows = db.execute(query).all()
    return {r.language: r.last for r in rows}, {r.language: r.before / 7 for r in rows}
