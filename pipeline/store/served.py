"""Whom the mail server serves: what tells a refusal of one reader from one of us all."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from pipeline.store.tables import alerts, deliveries, subscriptions


def revive(db: sa.Connection, ids: Sequence[int], due_at: datetime) -> int:
    """Let alerts wait for the server that it seemed were refused for good or for a while; return how many were dead."""
    dead = 0
    for row in db.execute(sa.select(alerts.c.id, alerts.c.state, alerts.c.detail).where(alerts.c.id.in_(ids))).all():
        if row.state not in {"dead", "pending"}:
            continue
        detail = {k: v for k, v in row.detail.items() if k != "failing_since"}
        values = {"state": "pending", "due_at": due_at, "detail": detail}
        db.execute(sa.update(alerts).where(alerts.c.id == row.id).values(**values))
        last = sa.select(sa.func.max(deliveries.c.id)).where(deliveries.c.alert_id == row.id).scalar_subquery()
        db.execute(sa.update(deliveries).where(deliveries.c.id == last).values(outcome="server"))
        dead += row.state == "dead"
    return dead


def serves_others(db: sa.Connection, key: str, since: datetime) -> bool:
    """Whether the mail server accepted a mail for any other subscription since a time."""
    query = (
        sa.select(deliveries.c.id)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .join(subscriptions, subscriptions.c.id == alerts.c.subscription_id)
        .where(
            deliveries.c.attempted_at > since,
            deliveries.c.outcome == "accepted",
            deliveries.c.channel == "smtp",
            subscriptions.c.key != key,
        )
    )
    return db.execute(query.limit(1)).first() is not None
