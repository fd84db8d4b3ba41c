"""Stories as they were judged, for those who judge them again."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from pipeline.model import Story, Watchlist
from pipeline.store import stories as stories_store
from pipeline.store import watchlists as watchlists_store
from pipeline.store.tables import matches, stories, watchlists


def ids_since(db: sa.Connection, since: datetime) -> list[int]:
    """List judged stories seen since a time, oldest first; those that wait are the match step's."""
    query = sa.select(stories.c.id).where(stories.c.seen_at >= since, stories.c.judged_at.is_not(None))
    return list(db.scalars(query.order_by(stories.c.id)))


def ids_between(db: sa.Connection, first: int, last: int) -> list[int]:
    """List judged stories with numbers from `first` to `last`."""
    query = sa.select(stories.c.id).where(stories.c.id.between(first, last), stories.c.judged_at.is_not(None))
    return list(db.scalars(query.order_by(stories.c.id)))


def get(db: sa.Connection, ids: Sequence[int]) -> list[tuple[Story, int | None]]:
    """Give stories with the level of their current match, in the order of their numbers."""
    found = stories_store.get_many(db, ids)
    query = sa.select(matches.c.story_id, matches.c.level).where(matches.c.story_id.in_(ids), matches.c.is_current)
    levels = {r.story_id: int(r.level) for r in db.execute(query)}
    return [(story, levels.get(story.id)) for story in found]


def watchlist(db: sa.Connection, version: str) -> Watchlist | None:
    """Give a stored version of the watchlist, also by a unique beginning of it."""
    query = sa.select(watchlists.c.content).where(watchlists.c.version.startswith(version, autoescape=True)).limit(2)
    found = db.scalars(query).all()
    return watchlists_store.from_json(found[0]) if len(found) == 1 else None
