"""Why a story is where it is: everything stored about one story, in one picture."""

from typing import Any

import sqlalchemy as sa

from pipeline.store import stories as _stories
from pipeline.store.tables import event_stories, events, facts, feeds, labels, matches, seeds, sightings, stories


def story(db: sa.Connection, what: str) -> dict[str, Any] | None:
    """Give a story by number, address or hash with all that is stored about it; None when it is unknown."""
    found = _stories.find(db, what)
    if found is None:
        return None
    row = db.execute(sa.select(stories).where(stories.c.id == found.id)).mappings().one()
    seen = sa.select(feeds.c.title, sightings.c.seen_at).join(feeds).where(sightings.c.story_id == found.id)
    judged = sa.select(matches).where(matches.c.story_id == found.id)
    judged = judged.order_by(matches.c.is_current.desc(), matches.c.id)
    read = sa.select(facts).where(facts.c.story_id == found.id).order_by(facts.c.part, facts.c.start_offset)
    said = sa.select(labels).where(labels.c.story_id == found.id)
    joined = sa.select(event_stories).where(event_stories.c.story_id == found.id)
    place = db.execute(joined).mappings().one_or_none()
    return {
        "story": dict(row),
        "sightings": [dict(r) for r in db.execute(seen.order_by(sightings.c.seen_at)).mappings()],
        "matches": [dict(r) for r in db.execute(judged).mappings()],
        "seeds": {r.key: r.title for r in db.execute(sa.select(seeds.c.key, seeds.c.title))},
        "facts": [dict(r) for r in db.execute(read).mappings()],
        "labels": [dict(r) for r in db.execute(said.order_by(labels.c.id)).mappings()],
        "join": dict(place) if place else None,
        "event": _event(db, place["event_id"], found.id) if place else None,
    }


def _event(db: sa.Connection, event_id: int, story_id: int) -> dict[str, Any]:
    event = dict(db.execute(sa.select(events).where(events.c.id == event_id)).mappings().one())
    others = (
        sa.select(stories.c.id, stories.c.language, stories.c.outlet, stories.c.title, event_stories.c.copy_of)
        .join(event_stories, event_stories.c.story_id == stories.c.id)
        .where(event_stories.c.event_id == event_id, stories.c.id != story_id)
        .order_by(stories.c.story_at, stories.c.id)
        .limit(50)
    )
    return {**event, "others": [dict(r) for r in db.execute(others).mappings()]}


def titles(db: sa.Connection, ids: list[int]) -> dict[int, str]:
    """Give the titles of stories by number."""
    query = sa.select(stories.c.id, stories.c.title).where(stories.c.id.in_(ids))
    return {r.id: r.title for r in db.execute(query)}
