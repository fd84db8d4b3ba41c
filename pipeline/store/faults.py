"""Faults: items that broke our code, so that each costs itself and nothing else, and who tries them again when."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.store.engine import chunks, insert
from pipeline.store.tables import faults

RETRY_AFTER = (timedelta(hours=1), timedelta(hours=8), timedelta(days=1), timedelta(days=7))  # the last one for ever
_FORGET_ALL = sa.delete(faults).where(  # written once: a sender asks it for each mail
    faults.c.item_id.in_(sa.bindparam("ids", expanding=True)), faults.c.item_kind == sa.bindparam("kind")
)
_FORGET = _FORGET_ALL.where(faults.c.step == sa.bindparam("of_step"))


@dataclass(frozen=True, slots=True)
class Held:
    """What a step leaves alone at a time: its items that broke this version of the code a short while ago."""

    step: str
    version: str
    now: datetime

    def free(self, kind: str, column: sa.ColumnElement[int], changed_at: Any = None) -> sa.ColumnElement[bool]:
        """Give the condition that an item is not held; one that changed (`changed_at`) since then is tried again."""
        conditions = [*self._holds(kind), faults.c.item_id == column]
        if changed_at is not None:
            conditions.append(faults.c.failed_at >= changed_at)
        return ~sa.exists().where(*conditions)

    def items(self, kind: str) -> sa.Select[int]:
        """Give the query for the items that are held: few, so that what follows from them is found from here."""
        return sa.select(faults.c.item_id).where(*self._holds(kind))

    def _holds(self, kind: str) -> list[sa.ColumnElement[bool]]:
        return [
            faults.c.step == self.step,
            faults.c.item_kind == kind,
            faults.c.version == self.version,
            faults.c.retry_at > self.now,
        ]


def noted(step: str, kind: str) -> sa.Select[int]:
    """Give the query for the items that broke a step once and have not gone through since."""
    return sa.select(faults.c.item_id).where(faults.c.step == step, faults.c.item_kind == kind)


def add(db: sa.Connection, held: Held, kind: str, broke: Mapping[int, str]) -> None:
    """Note items that broke their step, with the reasons; the next try comes later each time."""
    known = {
        r.item_id: r
        for chunk in chunks(sorted(broke))
        for r in db.execute(
            sa.select(faults.c.item_id, faults.c.version, faults.c.attempts, faults.c.first_failed_at).where(
                faults.c.step == held.step, faults.c.item_kind == kind, faults.c.item_id.in_(chunk)
            )
        )
    }
    for item_id, reason in sorted(broke.items()):
        before = known.get(item_id)
        attempts = before.attempts + 1 if before is not None and before.version == held.version else 1
        values = {
            "version": held.version,
            "reason": reason,
            "attempts": attempts,
            "failed_at": held.now,
            "retry_at": held.now + RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1],
        }
        first = before.first_failed_at if before is not None else held.now
        row = {"step": held.step, "item_kind": kind, "item_id": item_id, "first_failed_at": first, **values}
        made = insert(db, faults).values(**row)
        db.execute(made.on_conflict_do_update(index_elements=["step", "item_kind", "item_id"], set_=values))


def forget(db: sa.Connection, kind: str, ids: Collection[int], step: str | None = None) -> None:
    """Take the note away: the item went through, or it is another one now (of every step, or of one)."""
    which = _FORGET_ALL if step is None else _FORGET
    for chunk in chunks(sorted(ids)):
        db.execute(which, {"ids": chunk, "kind": kind} | ({} if step is None else {"of_step": step}))


def outdated(db: sa.Connection, held: Held, kind: str) -> list[int]:
    """List items that broke another version of the code, for steps that keep their own times of retry."""
    query = sa.select(faults.c.item_id).where(
        faults.c.step == held.step, faults.c.item_kind == kind, faults.c.version != held.version
    )
    return list(db.scalars(query.order_by(faults.c.item_id)))


@dataclass(frozen=True, slots=True)
class BrokenItem:
    """A row of `faults`: what broke which version of our code, and when it is tried again."""

    step: str
    item_kind: str  # story, event, subscription, alert
    item_id: int
    version: str
    reason: str
    attempts: int
    first_failed_at: datetime
    failed_at: datetime
    retry_at: datetime


def again(db: sa.Connection, step: str | None = None) -> int:
    """Let the next run of a step (or of all) try its items again; return how many."""
    query = sa.update(faults).values(version="")
    if step:
        query = query.where(faults.c.step == step)
    return int(db.execute(query).rowcount)


def prune(db: sa.Connection, cut: datetime) -> int:
    """Erase faults that were due before a time and that nobody tried again: their item is gone."""
    return int(db.execute(sa.delete(faults).where(faults.c.retry_at < cut)).rowcount)


def listed(db: sa.Connection, limit: int = 1000) -> list[BrokenItem]:
    """List the items that stand as broken, the first one first."""
    query = sa.select(faults).order_by(faults.c.first_failed_at, faults.c.step, faults.c.item_id).limit(limit)
    return [BrokenItem(**r._mapping) for r in db.execute(query)]
