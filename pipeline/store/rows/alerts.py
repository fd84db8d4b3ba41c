"""Alerts as people are shown them: those of an event, and the outbox as a list; never an address."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pipeline.store.rows import row
from pipeline.store.tables import alerts, events, subscriptions


@dataclass(frozen=True, slots=True)
class MailedAlert:
    """A mail about an event: to which subscription, and why its reader was mailed."""

    subscription: str  # its key
    reason: str
    sent_at: datetime
    why: str | None


def of_event(db: sa.Connection, event_id: int, limit: int) -> list[MailedAlert]:
    """List the mails about an event, the newest first."""
    query = (
        sa.select(subscriptions.c.key.label("subscription"), alerts.c.reason, alerts.c.sent_at, alerts.c.why)
        .join(subscriptions, subscriptions.c.id == alerts.c.subscription_id)
        .where(alerts.c.event_id == event_id, alerts.c.state == "sent")
    )
    return [
        MailedAlert(**r._mapping)
        for r in db.execute(query.order_by(alerts.c.sent_at.desc().nulls_last(), alerts.c.id).limit(limit))
    ]


@dataclass(frozen=True, slots=True)
class ListedAlert:
    """An alert as people are shown it, without addresses."""

    id: int
    subscription: str  # its key
    event_id: int
    reason: str
    revision: int
    state: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    last_error: str | None
    message_id: str
    batch_key: str | None
    why: str | None
    title: str  # of the event


def listed(
    db: sa.Connection, state: str | None = None, subscription: str | None = None, limit: int = 50
) -> list[ListedAlert]:
    """List alerts, the newest first, without addresses."""
    query = (
        sa.select(
            alerts.c.id,
            subscriptions.c.key.label("subscription"),
            alerts.c.event_id,
            alerts.c.reason,
            alerts.c.revision,
            alerts.c.state,
            alerts.c.created_at,
            alerts.c.due_at,
            alerts.c.sent_at,
            alerts.c.attempts,
            alerts.c.last_error,
            alerts.c.message_id,
            alerts.c.batch_key,
            alerts.c.why,
            events.c.title,
        )
        .join(subscriptions, subscriptions.c.id == alerts.c.subscription_id)
        .join(events, events.c.id == alerts.c.event_id)
    )
    if state:
        query = query.where(alerts.c.state == state)
    if subscription:
        query = query.where(subscriptions.c.key == subscription)
    return [row(ListedAlert, r) for r in db.execute(query.order_by(alerts.c.id.desc()).limit(limit))]
