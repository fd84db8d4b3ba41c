"""What web hooks and chats are still to hear of: they are told after the mail."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.store.outbox import note_attempts
from pipeline.store.tables import alerts, subscriptions

# alert, event, reason, mail, {fingerprint of the target: attempts}, story whose headline the mail bore
Untold = tuple[int, int, str, str, dict[str, int], int | None]
WITHIN = timedelta(days=2)  # a web hook that was down for longer has missed the news


def readers(db: sa.Connection, now: datetime) -> list[int]:
    """Give the subscriptions whose web hooks or chats are still to hear of something."""
    return sorted({a.subscription_id for a in _untold(db, now)})


def untold(db: sa.Connection, subscription_id: int, now: datetime) -> list[Untold]:
    """Give what targets are still to hear."""
    rows = [a for a in _untold(db, now) if a.subscription_id == subscription_id]
    return [
        (r.id, r.event_id, r.reason, r.detail["mail_id"], dict(r.detail["targets"]), r.detail.get("head")) for r in rows
    ]


def _untold(db: sa.Connection, now: datetime) -> list[Any]:
    wishing = [
        r.id
        for r in db.execute(sa.select(subscriptions.c.id, subscriptions.c.content).where(subscriptions.c.enabled))
        if r.content.get("targets")
    ]
    query = (
        sa.select(alerts.c.id, alerts.c.subscription_id, alerts.c.event_id, alerts.c.reason, alerts.c.detail)
        .where(alerts.c.subscription_id.in_(wishing), alerts.c.sent_at > now - WITHIN)
        .order_by(alerts.c.id)
    )
    return [r for r in db.execute(query) if r.detail.get("targets")]


def mark(db: sa.Connection, ids: Sequence[int], target: str, accepted: bool, last: bool, now: datetime) -> None:
    """Note that a target heard of some alerts, or that an attempt failed; after the `last` one it is given up."""
    for row in db.execute(sa.select(alerts.c.id, alerts.c.detail).where(alerts.c.id.in_(ids))).all():
        left = dict(row.detail.get("targets", {}))
        attempts = left.pop(target, 0) + 1
        if not accepted and not last:
            left[target] = attempts
        db.execute(sa.update(alerts).where(alerts.c.id == row.id).values(detail={**row.detail, "targets": left}))
    outcome = "accepted" if accepted else "permanent" if last else "temporary"
    note_attempts(db, ids, "target", outcome, None, None if accepted else f"target {target} did not take it", now)
