"""The facts of stories at level >= 1: what was read, and by which reader, so that a change of words can be applied."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from pipeline.model import Fact
from pipeline.store import stated
from pipeline.store.engine import EVERY, chunks, within
from pipeline.store.tables import OURS, event_stories, matches, stories
from pipeline.store.tables import facts as table


def replace(db: sa.Connection, read: Mapping[int, Iterable[Fact]], version: str | None) -> None:
    """Keep what was read from stories in place of what stood there; `version` None where they are no longer ours."""
    for chunk in chunks(sorted(read)):
        db.execute(sa.delete(table).where(table.c.story_id.in_(chunk)))
        db.execute(sa.update(stories).where(stories.c.id.in_(chunk)).values(facts_version=version))
    rows = [
        {
            "story_id": story_id,
            "kind": f.kind,
            "value": f.value,
            "upper_value": f.upper,
            "unit": f.unit,
            "role": f.role,
            "is_approximate": f.approximate,
            "bound": f.bound,
            "part": f.part,
            "start_offset": f.start,
            "end_offset": f.end,
            "written": f.text,
        }
        for story_id, found in sorted(read.items())
        for f in {(f.part, f.start, f.kind): f for f in found}.values()
    ]
    if rows:
        db.execute(sa.insert(table), rows)


def reread(db: sa.Connection, read: Sequence[tuple[int, Sequence[Fact]]], version: str) -> None:
    """Keep facts that were read anew; the next clustering states their events anew, and nobody is told."""
    replace(db, dict(read), version)
    ids = [story_id for story_id, _ in read]
    query = sa.select(event_stories.c.event_id).where(event_stories.c.story_id.in_(ids)).distinct()
    stated.forget(db, list(db.scalars(query)))


def _is_stale(version: str) -> sa.ColumnElement[bool]:
    return sa.or_(stories.c.facts_version.is_(None), stories.c.facts_version != version)


def stale(db: sa.Connection, version: str, between: Sequence[int | None] = EVERY) -> int:
    """Count the stories at level >= 1, with numbers `between` two, whose facts another reader read."""
    if tuple(between) == EVERY:  # from two indexes; only a story of ours has facts that were read
        ours = sa.select(sa.func.count()).where(OURS).scalar_subquery()
        read = sa.select(sa.func.count()).where(stories.c.facts_version == version).scalar_subquery()
        return max(0, int(db.scalar(sa.select(ours - read)) or 0))
    # what this reader read stands in an index; "another than" is most stories, which would all be read
    is_read = sa.exists().where(stories.c.id == matches.c.story_id, stories.c.facts_version == version)
    here = within(matches.c.story_id, between)
    query = sa.select(sa.func.count()).where(OURS, ~is_read, here)
    return int(db.scalar(query) or 0)


def waiting(db: sa.Connection, version: str, since: datetime | None, after: int, limit: int) -> list[int]:
    """List stories at level >= 1 seen since a time whose facts another reader read, with numbers above `after`."""
    query = (
        sa.select(stories.c.id)
        .join(matches, sa.and_(matches.c.story_id == stories.c.id, matches.c.is_current))
        .where(matches.c.level >= 1, _is_stale(version), stories.c.id > after)
    )
    if since is not None:
        query = query.where(stories.c.seen_at >= since)
    return list(db.scalars(query.order_by(stories.c.id).limit(limit)))
