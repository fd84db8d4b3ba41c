"""Stored stories for those who study words: by number, newest first, with their level and their event."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.store.tables import event_stories, matches, stories

OPENING = 600  # characters of an article that the matcher may look at
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One judged story: what it says in its opening, what it was judged, where it stands."""

    id: int
    language: str
    outlet: str
    title: str
    summary: str
    text: str
    level: int
    event: int | None
    copy_of: int | None


def judged(db: sa.Connection, limit: int) -> Iterator[Row]:
    """Give the newest `limit` judged stories, the newest number first, in chunks by index."""
    yield from _rows(db, limit, sa.true())


def in_events(db: sa.Connection, limit: int) -> Iterator[Row]:
    """Give the newest `limit` stories that stand in an event, copies left out."""
    placed = sa.and_(event_stories.c.event_id.is_not(None), event_stories.c.copy_of.is_(None))
    yield from _rows(db, limit, placed)


def _rows(db: sa.Connection, limit: int, where: sa.ColumnElement[bool]) -> Iterator[Row]:
    before: int | None = None
    while limit > 0:
        query = (
            sa.select(
                stories.c.id,
                stories.c.language,
                stories.c.outlet,
                stories.c.title,
                stories.c.summary,
                sa.func.substr(stories.c.text, 1, OPENING).label("opening"),
                matches.c.level,
                event_stories.c.event_id,
                event_stories.c.copy_of,
            )
            .join(matches, sa.and_(matches.c.story_id == stories.c.id, matches.c.is_current))
            .outerjoin(event_stories, event_stories.c.story_id == stories.c.id)
            .where(where)
            .order_by(stories.c.id.desc())
            .limit(min(limit, CHUNK))
        )
        rows = db.execute(query if before is None else query.where(stories.c.id < before)).all()
        for r in rows:
            yield Row(
                id=r.id,
                language=r.language or "und",
                outlet=r.outlet,
                title=r.title,
                summary=r.summary,
                text=r.opening or "",
                level=int(r.level),
                event=r.event_id,
                copy_of=r.copy_of,
            )
        if len(rows) < min(limit, CHUNK):
            return
        before = rows[-1].id
        limit -= len(rows)
