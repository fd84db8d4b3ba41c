"""The events and alerts at a glance, for the command line."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.store.rows import columns, row
from pipeline.store.rows.events import EventRow
from pipeline.store.tables import alerts, event_stories, events, stories, subscriptions


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """One event with the languages of its stories."""

    event: EventRow
    languages: Sequence[str]


@dataclass(frozen=True, slots=True)
class AlertCount:
    """How many alerts a subscription has for a reason in a state."""

    key: str
    reason: str
    state: str
    alerts: int


def event_list(db: sa.Connection, min_level: int = 1, limit: int = 100) -> list[ListedEvent]:
    """Give the standing events, highest level and most stories first, each with its languages."""
    query = (
        sa.select(*columns(EventRow, events))
        .where(events.c.merged_into.is_(None), events.c.level >= min_level, events.c.story_count > 0)
        .order_by(events.c.level.desc(), events.c.story_count.desc(), events.c.id)
        .limit(limit)
    )
    listed = [row(EventRow, r) for r in db.execute(query)]
    pairs = (
        sa.select(event_stories.c.event_id, stories.c.language)
        .join(stories, stories.c.id == event_stories.c.story_id)
        .where(event_stories.c.event_id.in_([e.id for e in listed]))
        .distinct()
    )
    languages: dict[int, set[str]] = {}
    for event_id, language in db.execute(pairs):
        languages.setdefault(event_id, set()).add(language or "und")
    return [ListedEvent(e, sorted(languages.get(e.id, ()))) for e in listed]


def alert_counts(db: sa.Connection) -> list[AlertCount]:
    """Count alerts per subscription, reason and state."""
    query = (
        sa.select(subscriptions.c.key, alerts.c.reason, alerts.c.state, sa.func.count().label("alerts"))
        .join(subscriptions, subscriptions.c.id == alerts.c.subscription_id)
        .group_by(subscriptions.c.key, alerts.c.reason, alerts.c.state)
        .order_by(subscriptions.c.key, alerts.c.reason, alerts.c.state)
    )
    return [row(AlertCount, r) for r in db.execute(query)]
