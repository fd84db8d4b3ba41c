"""Subscriptions as stored: who wants what, who left, and the erasing of addresses."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.core.alerts.state import Reader
from pipeline.model import Frequency, Subscription
from pipeline.store import runs
from pipeline.store.engine import insert
from pipeline.store.tables import alerts, events, mutes, subscriptions


def noun(row: sa.Row[Any]) -> Subscription:
    """Make a subscription of a row."""
    content = dict(row.content)
    for name in ("topics", "entities", "story_languages", "targets", "quiet_hours"):
        if content.get(name) is not None:
            content[name] = tuple(content[name])
    content["frequency"] = Frequency(content.get("frequency", "instant"))
    content["min_level"] = max(content.get("min_level", 1), row.chosen_level or 0)
    return Subscription(key=row.key, name=row.name, address=row.address, enabled=row.enabled, **content)


def signing_secret(db: sa.Connection) -> str:
    """Give what signs unsubscribe links; made once and kept."""
    return runs.keep_meta(db, "secret", secrets.token_urlsafe(32))


def reading(db: sa.Connection) -> list[int]:
    """Give the numbers of the subscriptions that get mail."""
    query = sa.select(subscriptions.c.id).where(subscriptions.c.enabled, subscriptions.c.address != "")
    return list(db.scalars(query.order_by(subscriptions.c.id)))


def readers(db: sa.Connection, ids: Sequence[int], began: datetime) -> list[Reader]:
    """Give subscriptions as alerting sees them; those of the first watch folder have no baseline."""
    rows = db.execute(sa.select(subscriptions).where(subscriptions.c.id.in_(ids)).order_by(subscriptions.c.id)).all()
    silent: dict[int, set[int]] = {}
    for m in db.execute(sa.select(mutes).where(mutes.c.subscription_id.in_(ids))):
        silent.setdefault(m.subscription_id, set()).add(m.event_id)
    return [Reader(r.id, noun(r), r.created_at, r.created_at <= began, frozenset(silent.get(r.id, ()))) for r in rows]


def find(db: sa.Connection, subscription_id: int) -> Subscription | None:
    """Give one subscription by number."""
    row = db.execute(sa.select(subscriptions).where(subscriptions.c.id == subscription_id)).one_or_none()
    return None if row is None else noun(row)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a reader chose by the links in mails: events muted, a lowest level; beside it the file's."""

    id: int
    muted: frozenset[int]
    level: int | None
    least: int
    language: str  # of the mails, and of the pages that they lead to


def chosen(db: sa.Connection, key: str) -> Chosen | None:
    """Give what the reader of a subscription chose; None where it is unknown, or its reader was erased."""
    where = (subscriptions.c.key == key, subscriptions.c.erased_at.is_(None))
    row = db.execute(sa.select(subscriptions).where(*where)).one_or_none()
    if row is None:
        return None
    silent = db.scalars(sa.select(mutes.c.event_id).where(mutes.c.subscription_id == row.id))
    least, language = row.content.get("min_level", 1), row.content.get("language", "en")
    return Chosen(row.id, frozenset(silent), row.chosen_level, least, language)


def language(db: sa.Connection, key: str) -> str:
    """Give the language of a subscription; English where it is unknown."""
    content = db.scalar(sa.select(subscriptions.c.content).where(subscriptions.c.key == key))
    return str((content or {}).get("language", "en"))


def mute(db: sa.Connection, subscription_id: int, event_ids: Collection[int], now: datetime) -> None:
    """Tell a reader no more of some events, and cancel what waits about them. Twice is once."""
    rows = [{"subscription_id": subscription_id, "event_id": i, "muted_at": now} for i in sorted(event_ids)]
    db.execute(insert(db, mutes).on_conflict_do_nothing(), rows)
    _drop(db, subscription_id, alerts.c.event_id.in_(event_ids))


def unmute(db: sa.Connection, subscription_id: int, event_ids: Collection[int]) -> None:
    """Tell a reader of some events again, from their next change on."""
    where = (mutes.c.subscription_id == subscription_id, mutes.c.event_id.in_(event_ids))
    db.execute(sa.delete(mutes).where(*where))


def choose_level(db: sa.Connection, subscription_id: int, level: int | None) -> None:
    """Set the lowest level that a reader hears of; what waits below is cancelled. None: the file's alone counts."""
    query = sa.update(subscriptions).where(subscriptions.c.id == subscription_id)
    db.execute(query.values(chosen_level=level))
    if level is not None:
        _drop(db, subscription_id, alerts.c.event_id.in_(sa.select(events.c.id).where(events.c.level < level)))


def _drop(db: sa.Connection, subscription_id: int, about: sa.ColumnElement[bool]) -> None:
    where = sa.and_(alerts.c.subscription_id == subscription_id, alerts.c.state == "pending", about)
    db.execute(sa.update(alerts).where(where).values(state="cancelled"))


@dataclass(frozen=True, slots=True)
class ListedSubscription:
    """A subscription as people are shown it, with what it got: `alerts` counts them by state."""

    key: str
    name: str
    address: str  # masked
    enabled: bool
    frequency: str
    language: str
    min_level: int
    chosen_level: int | None  # what its reader chose instead
    muted: list[int]  # events
    topics: list[str]
    entities: list[str]
    created_at: datetime
    unsubscribed_at: datetime | None
    erased_at: datetime | None
    alerts: Mapping[str, int]


def listed(db: sa.Connection) -> list[ListedSubscription]:
    """List subscriptions with what each got; addresses are masked (first letter and domain)."""
    counts: dict[int, dict[str, int]] = {}
    query = sa.select(alerts.c.subscription_id, alerts.c.state, sa.func.count()).group_by(
        alerts.c.subscription_id, alerts.c.state
    )
    for subscription_id, state, count in db.execute(query):
        counts.setdefault(subscription_id, {})[state] = count
    silent: dict[int, list[int]] = {}
    for m in db.execute(sa.select(mutes).order_by(mutes.c.event_id)):
        silent.setdefault(m.subscription_id, []).append(m.event_id)
    found = []
    for r in db.execute(sa.select(subscriptions).order_by(subscriptions.c.key)):
        s = noun(r)
        found.append(
            ListedSubscription(
                key=s.key,
                name=s.name,
                address=mask(s.address),
                enabled=s.enabled,
                frequency=str(s.frequency),
                language=s.language,
                min_level=s.min_level,
                chosen_level=r.chosen_level,
                muted=silent.get(r.id, []),
                topics=list(s.topics),
                entities=list(s.entities),
                created_at=r.created_at,
                unsubscribed_at=r.unsubscribed_at,
                erased_at=r.erased_at,
                alerts=counts.get(r.id, {}),
            )
        )
    return found


def mask(address: str) -> str:
    """Show of an address what tells two apart, and no more."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}" if at else ""


def unsubscribe(db: sa.Connection, key: str, now: datetime) -> Subscription | None:
    """Switch a subscription off at its reader's wish and cancel what waits; None when there is none. Twice is once."""
    row = db.execute(
        sa.select(subscriptions).where(subscriptions.c.key == key).with_for_update(key_share=True)
    ).one_or_none()
    if row is None:
        return None
    if row.unsubscribed_at is None:
        values = {"enabled": False, "unsubscribed_at": now}
        db.execute(sa.update(subscriptions).where(subscriptions.c.id == row.id).values(**values))
    _cancel(db, [row.id])
    return noun(row)


def forget(db: sa.Connection, address: str, now: datetime) -> list[str]:
    """Erase a reader at once: address, name and targets; return the keys of the subscriptions. Case does not matter."""
    query = sa.select(subscriptions.c.id, subscriptions.c.key).where(
        sa.func.lower(subscriptions.c.address) == address.strip().lower(), subscriptions.c.address != ""
    )
    rows = db.execute(query).all()
    _erase(db, [r.id for r in rows], now)
    return [r.key for r in rows]


def erase_departed(db: sa.Connection, before: datetime, now: datetime) -> int:
    """Erase readers who left before a time; return how many."""
    query = sa.select(subscriptions.c.id).where(
        subscriptions.c.unsubscribed_at < before, subscriptions.c.erased_at.is_(None)
    )
    ids = list(db.scalars(query))
    _erase(db, ids, now)
    return len(ids)


def _erase(db: sa.Connection, ids: list[int], now: datetime) -> None:
    for row in db.execute(sa.select(subscriptions).where(subscriptions.c.id.in_(ids))).all():
        values = {
            "address": "",
            "name": "",
            "content": {**row.content, "targets": []},
            "enabled": False,
            "unsubscribed_at": row.unsubscribed_at or now,
            "erased_at": now,
        }
        db.execute(sa.update(subscriptions).where(subscriptions.c.id == row.id).values(**values))
    _cancel(db, ids)


def _cancel(db: sa.Connection, ids: list[int]) -> None:
    where = sa.and_(alerts.c.state == "pending", alerts.c.subscription_id.in_(ids))
    db.execute(sa.update(alerts).where(where).values(state="cancelled"))
