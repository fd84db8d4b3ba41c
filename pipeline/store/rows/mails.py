"""Everything that a mail says about an event, read in one go."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.core.alerts.content import Dossier, Follows, MatchReason, StoryLine
from pipeline.core.events.claims import Stated
from pipeline.core.text import plain
from pipeline.store import events as _events
from pipeline.store import stated, threads
from pipeline.store.tables import (
    entities,
    event_stories,
    events,
    matches,
    seeds,
    stories,
    watchlists,
)

MAX_SUMMARY = 1000  # letters of a story's text that a mail may quote from
MAX_STORIES = 500  # an event told more often is cut here: a mail lists 40, the picture loses nothing that can be seen


def load(db: sa.Connection, event_id: int) -> Dossier | None:
    """Give an event's dossier; None when there is no such event."""
    row = db.execute(sa.select(events).where(events.c.id == event_id)).one_or_none()
    if row is None:
        return None
    told = _stories(db, event_id)
    says = stated.of(db, [event_id]).get(event_id, Stated())
    earlier = threads.before(db, [event_id]).get(event_id)
    follows = None
    if earlier is not None:
        follows = Follows(earlier.event_id, earlier.title, earlier.titles, earlier.first_seen_at)
    return Dossier(_events.noun(row), told, says, _why(db, row), row.outlet_count, follows)


def _stories(db: sa.Connection, event_id: int) -> tuple[StoryLine, ...]:
    query = (
        sa.select(
            stories.c.id,
            stories.c.title,
            stories.c.summary,
            stories.c.url,
            stories.c.outlet,
            stories.c.language,
            stories.c.story_at,
            event_stories.c.copy_of,
        )
        .join(event_stories, event_stories.c.story_id == stories.c.id)
        .where(event_stories.c.event_id == event_id)
        .order_by(stories.c.story_at, stories.c.url_hash)
        .limit(MAX_STORIES)
    )
    return tuple(
        StoryLine(
            r.id,
            plain.called(r.title, r.summary),
            r.url,
            r.outlet,
            r.language or "und",
            r.story_at,
            r.copy_of is not None,
            r.summary[:MAX_SUMMARY],
        )
        for r in db.execute(query)
    )


def _why(db: sa.Connection, event: sa.Row[Any]) -> MatchReason:
    query = (
        sa.select(seeds.c.title, matches.c.similarity)
        .join(event_stories, event_stories.c.story_id == matches.c.story_id)
        .outerjoin(seeds, seeds.c.key == matches.c.seed_key)
        .where(event_stories.c.event_id == event.id, matches.c.is_current)
        .order_by(matches.c.level.desc(), matches.c.similarity.desc().nulls_last(), matches.c.story_id)
        .limit(1)
    )
    nearest = db.execute(query).one_or_none()
    keys = list(event.entities)[:6]
    named = {
        r.key: r.name for r in db.execute(sa.select(entities.c.key, entities.c.name).where(entities.c.key.in_(keys)))
    }
    return MatchReason(
        tuple(named.get(k, k) for k in keys),
        nearest.title if nearest else None,
        nearest.similarity if nearest else None,
    )


def newest(db: sa.Connection, limit: int, min_level: int) -> list[tuple[Dossier, datetime]]:
    """Give the dossiers of the standing events that changed last, with when they did."""
    query = (
        sa.select(events.c.id, events.c.updated_at)
        .where(events.c.merged_into.is_(None), events.c.story_count > 0, events.c.level >= min_level)
        .order_by(events.c.updated_at.desc(), events.c.id.desc())
        .limit(limit)
    )
    found = [(load(db, r.id), r.updated_at) for r in db.execute(query).all()]
    return [(dossier, at) for dossier, at in found if dossier is not None]


def topic_titles(db: sa.Connection) -> dict[str, dict[str, str]]:
    """Give the titles of the current watchlist's topics, {topic: {language: title}}."""
    content = db.scalar(sa.select(watchlists.c.content).where(watchlists.c.is_current))
    return {t["key"]: dict(t["titles"]) for t in (content or {}).get("topics", ())}
