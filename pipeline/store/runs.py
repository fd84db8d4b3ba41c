"""Runs and single values: what each step did, and the few things that are not rows of a noun."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.model import Tally
from pipeline.store.engine import insert
from pipeline.store.tables import alerts, events, facts, feeds, fetches, matches, meta, runs, sightings, stories


def add(db: sa.Connection, tally: Tally, now: datetime) -> None:
    """Record one step's tally."""
    db.execute(
        sa.insert(runs).values(
            step=tally.step,
            started_at=now,
            seconds=tally.seconds,
            seen=tally.seen,
            done=tally.done,
            skipped=tally.skipped,
            failed=tally.failed,
            detail=dict(tally.detail),
        )
    )


def last_at(db: sa.Connection, step: str) -> datetime | None:
    """When a step last ran here."""
    found: datetime | None = db.scalar(sa.select(sa.func.max(runs.c.started_at)).where(runs.c.step == step))
    return found


def get_meta(db: sa.Connection, key: str) -> str | None:
    """Read a single value."""
    return db.scalar(sa.select(meta.c.value).where(meta.c.key == key))


def set_meta(db: sa.Connection, key: str, value: str) -> None:
    """Write a single value."""
    db.execute(
        insert(db, meta)
        .values(key=key, value=value)
        .on_conflict_do_update(index_elements=["key"], set_={"value": value})
    )


def keep_meta(db: sa.Connection, key: str, value: str) -> str:
    """Write a single value unless there is one; return the one that stands, whoever wrote it."""
    db.execute(insert(db, meta).values(key=key, value=value).on_conflict_do_nothing(index_elements=["key"]))
    return str(get_meta(db, key))


def counts(db: sa.Connection) -> Mapping[str, Any]:
    """Count the rows of the main tables."""
    tables = (feeds, fetches, stories, sightings, matches, facts, events, alerts)
    return {t.name: db.scalar(sa.select(sa.func.count()).select_from(t)) for t in tables}
