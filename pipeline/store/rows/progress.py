"""Where the work stands: what waits for each step, and how long the news took from its outlet to a mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store.faults import Held
from pipeline.store.tables import alerts, bodies, event_stories, events, feeds, matches, stories


@dataclass(frozen=True, slots=True)
class Lag:
    """How long the news of one mail took, in seconds, from the feed of its event's earliest story."""

    feed: int
    host: str
    published_s: float | None  # from what the feed claims; None where it claims nothing
    seen_s: float  # from our first sight of it


def waiting(db: sa.Connection, now: datetime, version: str) -> Mapping[str, int]:
    """Count what waits for each step, by the partial indexes that hold just that; not what broke this version."""

    def free(step: str, kind: str, column: Any, changed_at: Any = None) -> sa.ColumnElement[bool]:
        return Held(step, version, now).free(kind, column, changed_at)

    queries = {
        "parse": sa.select(sa.func.count()).where(bodies.c.parsed_at.is_(None)),
        "detect": sa.select(sa.func.count()).where(stories.c.language.is_(None), free("detect", "story", stories.c.id)),
        "match": sa.select(sa.func.count()).where(
            stories.c.judged_at.is_(None), stories.c.language.is_not(None), free("match", "story", stories.c.id)
        ),
        "enrich": sa.select(sa.func.count()).where(stories.c.enrich_after <= now),
        "cluster": sa.select(sa.func.count()).where(
            matches.c.is_current,
            matches.c.level >= 1,
            matches.c.clustered_at.is_(None),
            free("cluster", "story", matches.c.story_id),
        ),
        "alert": sa.select(sa.func.count()).where(
            events.c.revision > events.c.alerted_revision,
            events.c.merged_into.is_(None),
            free("alert", "event", events.c.id, events.c.updated_at),
        ),
        "deliver": sa.select(sa.func.count()).where(
            alerts.c.state == "pending",
            alerts.c.due_at <= now,
            free("deliver", "subscription", alerts.c.subscription_id),
        ),
    }
    return {step: int(db.scalar(query) or 0) for step, query in queries.items()}


def brought(db: sa.Connection, since: datetime) -> list[dict[str, int]]:
    """Count what each feed brought since a time: {feed, stories, matches}; a story counts for the first that had it."""
    ours = sa.and_(matches.c.story_id == stories.c.id, matches.c.is_current, matches.c.level >= 1)
    query = (
        sa.select(stories.c.first_feed_id, sa.func.count(stories.c.id), sa.func.count(matches.c.id))
        .outerjoin(matches, ours)
        .where(stories.c.seen_at >= since, stories.c.first_feed_id.is_not(None))
        .group_by(stories.c.first_feed_id)
        .order_by(stories.c.first_feed_id)
    )
    return [{"feed": r[0], "stories": r[1], "matches": r[2]} for r in db.execute(query)]


def lags(db: sa.Connection, since: datetime, until: datetime) -> list[Lag]:
    """Give how long the news took to the acceptance by the mail server, for each mail sent in a time.

    Digests wait on purpose and are left out.
    """
    is_first = sa.and_(alerts.c.reason == "new", alerts.c.revision == 0)  # later ones tell what an event took in
    first = (
        sa.select(
            event_stories.c.event_id,
            stories.c.first_feed_id,
            stories.c.published_at,
            stories.c.seen_at,
            sa.func.row_number()
            .over(partition_by=event_stories.c.event_id, order_by=(stories.c.seen_at, stories.c.id))
            .label("place"),
        )
        .join(stories, stories.c.id == event_stories.c.story_id)
        .join(alerts, alerts.c.event_id == event_stories.c.event_id)
        .where(alerts.c.sent_at >= since, alerts.c.sent_at < until, is_first)
        .subquery()
    )
    query = (
        sa.select(feeds.c.id, feeds.c.host, first.c.published_at, first.c.seen_at, alerts.c.sent_at)
        .join(first, sa.and_(first.c.event_id == alerts.c.event_id, first.c.place == 1))
        .join(feeds, feeds.c.id == first.c.first_feed_id)
        .where(alerts.c.sent_at >= since, alerts.c.sent_at < until, is_first, alerts.c.batch_key.is_(None))
        .order_by(alerts.c.id)
    )
    return [
        Lag(
            feed=r.id,
            host=r.host,
            published_s=(r.sent_at - r.published_at).total_seconds() if r.published_at else None,
            seen_s=(r.sent_at - r.seen_at).total_seconds(),
        )
        for r in db.execute(query)
    ]
