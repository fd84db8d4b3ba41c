"""Threads as people are shown them: what led to what, the one that was told last first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pipeline.store import threads
from pipeline.store.engine import chunks
from pipeline.store.tables import events, links

RECENT = 300  # newest follow-ups that are looked at: the list does not grow with history


@dataclass(frozen=True, slots=True)
class ThreadStep:
    """One event of a thread."""

    event_id: int
    title: str
    title_language: str
    level: int
    first_seen_at: datetime
    last_seen_at: datetime
    story_count: int


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread: the event that began it gives its number; `events` in the order in which they began."""

    thread_id: int
    last_seen_at: datetime
    level: int
    events: Sequence[ThreadStep]


def recent(db: sa.Connection, limit: int = RECENT) -> list[ThreadRow]:
    """List the threads of the newest `limit` follow-ups; of each, what those follow, twelve events back at most."""
    standing = (events.c.merged_into.is_(None), events.c.story_count > 0)
    newest = (
        sa.select(events.c.id)
        .where(*standing, sa.exists().where(links.c.event_id == events.c.id))
        .order_by(events.c.last_seen_at.desc(), events.c.id.desc())
        .limit(limit)
    )
    members: dict[int, set[int]] = {}
    for number, chain in threads.back(db, db.scalars(newest).all()).items():
        if chain:
            members.setdefault(chain[-1].event_id, set()).update((number, *(x.event_id for x in chain)))
    steps = _steps(db, {i for ids in members.values() for i in ids})
    found = [
        ThreadRow(
            root,
            max(steps[i].last_seen_at for i in ids),
            max(steps[i].level for i in ids),
            sorted((steps[i] for i in ids), key=lambda s: (s.first_seen_at, s.event_id)),
        )
        for root, ids in members.items()
    ]
    return sorted(found, key=lambda s: (s.last_seen_at, s.thread_id), reverse=True)


def _steps(db: sa.Connection, ids: set[int]) -> dict[int, ThreadStep]:
    found = {}
    for chunk in chunks(sorted(ids)):
        for r in db.execute(sa.select(events).where(events.c.id.in_(chunk))):
            title = (r.title, r.title_language or "und", r.level, r.first_seen_at, r.last_seen_at, r.story_count)
            found[r.id] = ThreadStep(r.id, *title)
    return found
