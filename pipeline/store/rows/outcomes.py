"""Whether mail got out: what an outage looks like from its end, and the numbers of a week."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.store.tables import alerts, deliveries, events, feeds, fetches, matches, stories, subscriptions

AFTER = timedelta(minutes=60)  # an instant mail leaves within a run; three runs of twenty minutes are an outage
LOOK_BACK = timedelta(days=14)  # an older event is history; its dead letters stay listed


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An event that should have been told and was not; nobody's and without an alert while it is undecided."""

    event_id: int
    title: str
    reason: str  # undecided (alerting never looked at it), late (a mail waits past its time), dead (it was given up)
    subscription: str | None = None  # its key
    alert_id: int | None = None


@dataclass(frozen=True, slots=True)
class SickFeed:
    """An enabled feed that does not do what it should."""

    url: str
    title: str
    state: str
    state_since: datetime | None
    last_success_at: datetime | None


def undelivered(db: sa.Connection, now: datetime, after: timedelta, level: int = 3) -> list[Undelivered]:
    """Give events of a level that should have been told and were not."""
    standing = sa.and_(events.c.level >= level, events.c.merged_into.is_(None), events.c.story_count > 0)
    undecided = sa.select(events.c.id.label("event_id"), events.c.title).where(
        standing, events.c.alerted_revision == 0, events.c.created_at < now - after
    )
    found = [
        Undelivered(r.event_id, r.title, "undecided") for r in db.execute(undecided.order_by(events.c.id).limit(1000))
    ]
    waiting = (
        sa.select(
            events.c.id.label("event_id"),
            events.c.title,
            alerts.c.state,
            alerts.c.id.label("alert_id"),
            subscriptions.c.key,
        )
        .join(events, events.c.id == alerts.c.event_id)
        .join(subscriptions, subscriptions.c.id == alerts.c.subscription_id)
        .where(
            standing,
            subscriptions.c.enabled,
            sa.or_(
                sa.and_(alerts.c.state == "pending", alerts.c.due_at < now - after),
                sa.and_(alerts.c.state == "pending", alerts.c.attempts > 1, alerts.c.created_at < now - after),
                sa.and_(alerts.c.state == "dead", alerts.c.created_at > now - LOOK_BACK),
            ),
        )
        .order_by(alerts.c.id)
        .limit(1000)
    )
    found += [
        Undelivered(r.event_id, r.title, "dead" if r.state == "dead" else "late", r.key, r.alert_id)
        for r in db.execute(waiting)
    ]
    return found


def week(db: sa.Connection, since: datetime) -> dict[str, int]:
    """Count what a time brought: stories, feeds looked at, matches, events, mails sent, dead letters."""

    def count(query: Any) -> int:
        return int(db.scalar(query) or 0)

    number = sa.func.count
    sent = number(sa.distinct(sa.func.coalesce(alerts.c.batch_key, alerts.c.message_id)))
    return {
        "stories": count(sa.select(number()).select_from(stories).where(stories.c.seen_at >= since)),
        "feeds": count(sa.select(number(sa.distinct(fetches.c.feed_id))).where(fetches.c.fetched_at >= since)),
        "matched": count(
            sa.select(number())
            .select_from(matches)
            .where(matches.c.is_current, matches.c.level >= 1, matches.c.matched_at >= since)
        ),
        "events": count(
            sa.select(number()).select_from(events).where(events.c.created_at >= since, events.c.merged_into.is_(None))
        ),
        "sent": count(sa.select(sent).where(alerts.c.sent_at >= since)),
        "dead": count(sa.select(number()).select_from(alerts).where(alerts.c.state == "dead")),
        "attempts": count(sa.select(number()).select_from(deliveries).where(deliveries.c.attempted_at >= since)),
    }


def sick_feeds(db: sa.Connection, limit: int = 30) -> list[SickFeed]:
    """List enabled feeds that do not do what they should, the longest sick first."""
    query = (
        sa.select(feeds.c.url, feeds.c.title, feeds.c.state, feeds.c.state_since, feeds.c.last_success_at)
        .where(feeds.c.enabled, feeds.c.state.in_(("failing", "gone", "quiet", "slow", "lying")))
        .order_by(feeds.c.state_since.nulls_first(), feeds.c.id)
        .limit(limit)
    )
    return [SickFeed(**r._mapping) for r in db.execute(query)]
