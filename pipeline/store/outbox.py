"""The outbox as a sender sees it: what is due, what was tried, what went out.

A sender holds one subscription at a time. What it is about to try is committed before it tries (`attempts`), so that a
mail that may have arrived keeps its form and its Message-ID for ever.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from pipeline.core.alerts.state import Said, State
from pipeline.model import Alert, Subscription
from pipeline.store import due, faults
from pipeline.store.engine import lock_number
from pipeline.store.subscriptions import noun
from pipeline.store.tables import alerts, deliveries, events, subscriptions

# Asked for each mail and reader, so written once: building a statement takes longer than SQLite takes to answer it.
_ONE = alerts.c.id == sa.bindparam("one")
_READER = alerts.c.subscription_id == sa.bindparam("reader")
_WAITING = (
    sa.select(alerts, subscriptions.c.key)
    .join(subscriptions, subscriptions.c.id == alerts.c.subscription_id)
    .where(_READER, alerts.c.state == "pending", due.is_due(alerts.c.due_at))
    .order_by(alerts.c.due_at, alerts.c.id)
)
_SUBSCRIPTION = sa.select(subscriptions).where(
    subscriptions.c.id == sa.bindparam("reader"), subscriptions.c.enabled, subscriptions.c.address != ""
)
_SENT_TIMES = (
    sa.select(sa.func.max(alerts.c.sent_at))
    .where(_READER, alerts.c.sent_at > sa.bindparam("since"))
    .group_by(sa.func.coalesce(alerts.c.batch_key, alerts.c.message_id))
)
_TRIES = (
    sa.update(alerts)
    .where(_ONE, alerts.c.state == "pending")
    .values(attempts=alerts.c.attempts + 1, batch_key=sa.bindparam("batch"))
)
_SENT = sa.update(alerts).where(_ONE).values(state="sent", last_error=None)
_DECIDED = sa.select(events.c.alerted_revision).where(events.c.id == alerts.c.event_id).scalar_subquery()
_SENT_ALONE = _SENT.returning(_DECIDED)
_TOLD = (
    sa.update(events)
    .where(events.c.id == sa.bindparam("event"), events.c.alerted_revision > sa.bindparam("revision_told"))
    .values(alerted_revision=sa.bindparam("revision_told"))
)
_DELIVERY = sa.insert(deliveries)


def due_readers(db: sa.Connection, now: datetime, limit: int, held: faults.Held | None = None) -> list[int]:
    """Give the subscriptions that something is due for, longest waiting first."""
    query = (
        sa.select(alerts.c.subscription_id)
        .join(subscriptions, subscriptions.c.id == alerts.c.subscription_id)
        .where(alerts.c.state == "pending", due.is_due(alerts.c.due_at, now), subscriptions.c.enabled)
        .where(*([held.free("subscription", alerts.c.subscription_id)] if held else []))
        .group_by(alerts.c.subscription_id)
        .order_by(sa.func.min(alerts.c.due_at), alerts.c.subscription_id)
        .limit(limit)
    )
    return list(db.scalars(query))


def count_due(db: sa.Connection, now: datetime) -> int:
    """Count the alerts that may be sent now."""
    query = sa.select(sa.func.count()).where(alerts.c.state == "pending", due.is_due(alerts.c.due_at, now))
    return int(db.scalar(query) or 0)


def claim(db: sa.Connection, subscription_id: int) -> bool:
    """Take one subscription's outbox for this connection; False when another sender has it. It dies with the process.

    On SQLite one guard holds the whole outbox (`store.guard`), so every claim succeeds.
    """
    if db.dialect.name != "postgresql":
        return True
    with db.begin():
        return bool(db.scalar(sa.select(sa.func.pg_try_advisory_lock(_number(subscription_id)))))


def release(db: sa.Connection, subscription_id: int) -> None:
    """Give a claim back."""
    if db.dialect.name == "postgresql":
        with db.begin():
            db.scalar(sa.select(sa.func.pg_advisory_unlock(_number(subscription_id))))


def _number(subscription_id: int) -> int:
    return lock_number(f"deliver {subscription_id}")


def waiting(db: sa.Connection, subscription_id: int, now: datetime) -> list[tuple[Alert, str | None]]:
    """Give what is due for one subscription with its batch key, oldest first."""
    rows = db.execute(_WAITING, {"reader": subscription_id, **due.bounds(now)})
    return [(_noun(r), r.batch_key) for r in rows]


def _noun(r: sa.Row[Any]) -> Alert:
    return Alert(
        r.id,
        r.key,
        r.event_id,
        r.reason,
        r.revision,
        r.state,
        r.created_at,
        r.due_at,
        r.attempts,
        r.message_id,
        r.detail,
        r.evidence or {},
        r.in_reply_to,
    )


def subscription(db: sa.Connection, subscription_id: int) -> Subscription | None:
    """Give a subscription that gets mail; None when it was switched off or erased."""
    row = db.execute(_SUBSCRIPTION, {"reader": subscription_id}).one_or_none()
    return None if row is None else noun(row)


def sent_times(db: sa.Connection, subscription_id: int, now: datetime) -> list[datetime]:
    """Give when this subscription's mails of the last 26 hours went out (its day may have 25); a digest is one mail."""
    sent = db.scalars(_SENT_TIMES, {"reader": subscription_id, "since": now - timedelta(hours=26)})
    return [t for t in sent if t is not None]


def tried_batches(db: sa.Connection, subscription_id: int, keys: Collection[str]) -> dict[str, bool]:
    """Give those of some batches of which a mail was tried, and whether one was accepted."""
    if not keys:
        return {}
    query = (
        sa.select(alerts.c.batch_key, sa.func.max(sa.case((alerts.c.state == "sent", 1), else_=0)))
        .where(alerts.c.batch_key.in_(sorted(keys)), alerts.c.subscription_id == subscription_id, alerts.c.attempts > 0)
        .group_by(alerts.c.batch_key)
    )
    return {key: bool(was_sent) for key, was_sent in db.execute(query)}


def begin_attempt(db: sa.Connection, mails: Iterable[tuple[Sequence[int], str | None]]) -> None:
    """Note before trying that the alerts of some mails may be on their way, and the digest that carries them."""
    tries = [{"one": i, "batch": batch_key} for ids, batch_key in mails for i in ids]
    if tries:
        db.execute(_TRIES, tries)


def withdraw_attempt(db: sa.Connection, ids: Sequence[int]) -> None:
    """Take the note back for alerts that were surely not tried."""
    query = sa.update(alerts).where(alerts.c.id.in_(ids), alerts.c.attempts > 0)
    db.execute(query.values(attempts=alerts.c.attempts - 1))


def postpone(db: sa.Connection, ids: Sequence[int], until: datetime) -> None:
    """Make alerts due later."""
    db.execute(sa.update(alerts).where(alerts.c.id.in_(ids)).values(due_at=until))


def wake(db: sa.Connection, ids: Sequence[int], now: datetime) -> None:
    """Make alerts due now that wait."""
    db.execute(sa.update(alerts).where(alerts.c.id.in_(ids), alerts.c.state == "pending").values(due_at=now))


def cancel(db: sa.Connection, ids: Sequence[int]) -> None:
    """Drop alerts that have nothing left to say."""
    db.execute(sa.update(alerts).where(alerts.c.id.in_(ids), alerts.c.state == "pending").values(state="cancelled"))


def mark_sent(
    db: sa.Connection,
    held: Sequence[Alert],
    knows: Mapping[int, State],
    mail_id: str,
    subject: str,
    channel: str,
    now: datetime,
    targets: Sequence[str] = (),
    said: Mapping[int, Said] = MappingProxyType({}),
) -> None:
    """Mark the alerts of one mail as sent, with what their reader now knows: {alert: state}.

    `targets` are the fingerprints of the web hooks and chats that are still to hear of it; `said` is what it says.
    When an event changed while the mail was on its way, its alerts are decided again from what was really told.
    """
    sent, revisions = [], []
    for alert in held:
        words, state = said.get(alert.id, Said()), knows[alert.id]
        detail = {k: v for k, v in alert.detail.items() if k != "failing_since"}
        detail |= {"knows": state.write(), "mail_id": mail_id, "subject": subject}
        if words.head is not None:
            detail["head"] = words.head
        if targets:
            detail["targets"] = dict.fromkeys(targets, 0)
        evidence = {**alert.evidence, **words.evidence}
        sent.append({"one": alert.id, "sent_at": now, "detail": detail, "why": words.why or None, "evidence": evidence})
        revisions.append({"event": alert.event_id, "revision_told": state.revision})
    if len(sent) == 1:  # a mail on one event, which has hardly ever changed meanwhile: that is not asked apart
        decided = db.scalar(_SENT_ALONE, sent[0])
        revisions = [r for r in revisions if decided is not None and decided > r["revision_told"]]
    else:
        db.execute(_SENT, sent)
    if revisions:
        db.execute(_TOLD, revisions)
    note_attempts(db, [a.id for a in held], channel, "accepted", None, None, now)


def count_held(db: sa.Connection) -> int:
    """Count the alerts that wait because the mail server failed when they were last tried."""
    last = (
        sa.select(deliveries.c.outcome)
        .where(deliveries.c.alert_id == alerts.c.id)
        .order_by(deliveries.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    # The state is written out: SQLite uses a partial index only for what it can read in the statement.
    waits = alerts.c.state == sa.literal("pending", literal_execute=True)
    query = sa.select(sa.func.count()).select_from(alerts).where(waits, alerts.c.attempts > 0, last == "server")
    return int(db.scalar(query) or 0)


def mark_failed(
    db: sa.Connection,
    ids: Sequence[int],
    outcome: str,
    code: int | None,
    error: str,
    channel: str,
    now: datetime,
    retry_at: datetime,
    dead_after: timedelta,
) -> bool:
    """Note a failed attempt: again at `retry_at`, or dead (refused for good, failing too long); return whether dead."""
    rows = db.execute(sa.select(alerts.c.id, alerts.c.detail).where(alerts.c.id.in_(ids))).all()
    dead = False
    for row in rows:
        since = datetime.fromisoformat(row.detail.get("failing_since", now.isoformat()))
        # a server that fails, or a fault of ours, says nothing about this mail: no letter dies of it
        gone = outcome == "permanent" or (outcome == "temporary" and now - since >= dead_after)
        detail = row.detail if outcome != "temporary" else {**row.detail, "failing_since": since.isoformat()}
        dead = dead or gone
        db.execute(
            sa.update(alerts)
            .where(alerts.c.id == row.id, alerts.c.state == "pending")
            .values(
                state="dead" if gone else "pending",
                due_at=retry_at,
                last_error=error,
                detail=detail,
            )
        )
    note_attempts(db, ids, channel, outcome, code, error, now)
    return dead


def note_attempts(
    db: sa.Connection,
    ids: Sequence[int],
    channel: str,
    outcome: str,
    code: int | None,
    error: str | None,
    now: datetime,
) -> None:
    """Note an attempt to send some alerts, and how it ended."""
    row = {"attempted_at": now, "channel": channel, "outcome": outcome, "code": code, "error": error}
    if ids:
        db.execute(_DELIVERY, [{"alert_id": i, **row} for i in ids])


def requeue(db: sa.Connection, ids: Sequence[int], now: datetime) -> int:
    """Give dead letters a fresh start (all of them when `ids` is empty); return how many."""
    where = [alerts.c.state == "dead"]
    if ids:
        where.append(alerts.c.id.in_(ids))
    count = 0
    for row in db.execute(sa.select(alerts.c.id, alerts.c.detail).where(*where)).all():
        detail = {k: v for k, v in row.detail.items() if k != "failing_since"}
        values = {"state": "pending", "due_at": now, "detail": detail}
        count += db.execute(sa.update(alerts).where(alerts.c.id == row.id, *where).values(**values)).rowcount
    return count
