"""Labels: the levels that people gave to stories; the newest of a story counts, the older ones stay as its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.model import Story
from pipeline.store import stories as stories_store
from pipeline.store.engine import chunks
from pipeline.store.tables import event_stories, labels, matches, stories


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A labelled story: what the newest label says, and what the story is judged now (None where it is not yet)."""

    story: Story
    level: int
    by: str
    at: datetime
    note: str
    said_before: tuple[int, ...]  # levels of its older labels, oldest first
    judged: int | None
    score: float | None
    event: int | None


def add(db: sa.Connection, story_id: int, level: int, by: str, note: str, now: datetime) -> bool:
    """Store what a person said of a story; False when the newest label says the very same already."""
    # The story row is the lock: two people who label one story at once take turns here.
    db.execute(sa.select(stories.c.id).where(stories.c.id == story_id).with_for_update(key_share=True)).one()
    newest = db.execute(
        sa.select(labels).where(labels.c.story_id == story_id).order_by(labels.c.id.desc()).limit(1)
    ).one_or_none()
    if newest is not None and (newest.level, newest.labelled_by, newest.note) == (level, by, note):
        return False
    db.execute(sa.insert(labels).values(story_id=story_id, level=level, labelled_by=by, labelled_at=now, note=note))
    return True


def withdraw(db: sa.Connection, story_id: int) -> int:
    """Take back every label of a story; return how many there were."""
    return db.execute(sa.delete(labels).where(labels.c.story_id == story_id)).rowcount


def withdraw_by(db: sa.Connection, story_id: int, by: str) -> int:
    """Take back what one person said of a story; return how many labels that were."""
    where = sa.and_(labels.c.story_id == story_id, labels.c.labelled_by == by)
    return db.execute(sa.delete(labels).where(where)).rowcount


def newest(db: sa.Connection, story_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Give (level, who said it) of the label that counts, for those of some stories that have one."""
    query = sa.select(labels).where(labels.c.story_id.in_(list(story_ids))).order_by(labels.c.id)
    return {int(r.story_id): (int(r.level), r.labelled_by) for r in db.execute(query)}


def levels(db: sa.Connection) -> dict[int, int]:
    """Give the level that counts for each labelled story."""
    query = sa.select(labels.c.story_id, labels.c.level).order_by(labels.c.id)
    return {int(r.story_id): int(r.level) for r in db.execute(query)}  # of one story the last, the newest, stays


def listed(db: sa.Connection, story_id: int | None = None) -> list[LabelledRow]:
    """Give the labelled stories (or the one story), the newest label first, with what they are judged now."""
    said: dict[int, list[sa.Row[Any]]] = {}
    query = sa.select(labels).order_by(labels.c.id)
    for row in db.execute(query if story_id is None else query.where(labels.c.story_id == story_id)):
        said.setdefault(row.story_id, []).append(row)
    told: dict[int, Story] = {}
    judged: dict[int, tuple[int, float]] = {}
    placed: dict[int, int] = {}
    for chunk in chunks(sorted(said)):
        told |= {s.id: s for s in stories_store.get_many(db, chunk)}
        standing = sa.select(matches.c.story_id, matches.c.level, matches.c.score)
        for row in db.execute(standing.where(matches.c.story_id.in_(chunk), matches.c.is_current)):
            judged[row.story_id] = int(row.level), float(row.score)
        where = sa.select(event_stories.c.story_id, event_stories.c.event_id)
        placed |= {r.story_id: r.event_id for r in db.execute(where.where(event_stories.c.story_id.in_(chunk)))}
    found = []
    for story_id, rows in sorted(said.items(), key=lambda item: item[1][-1].id, reverse=True):
        newest, (level, score) = rows[-1], judged.get(story_id, (None, None))
        found.append(
            LabelledRow(
                story=told[story_id],
                level=int(newest.level),
                by=newest.labelled_by,
                at=newest.labelled_at,
                note=newest.note,
                said_before=tuple(int(r.level) for r in rows[:-1]),
                judged=level,
                score=score,
                event=placed.get(story_id),
            )
        )
    return found
