"""What the pages show: what events can be filtered by, one event whole, the watchlist, the feeds, and how all is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.store.tables import (
    aliases,
    entities,
    event_stories,
    events,
    feeds,
    fetches,
    match_entities,
    matches,
    runs,
    seeds,
    sightings,
    stories,
    watchlists,
)

MAX_STORIES = 250  # of one event on its page; the rest is counted there
MAX_DOTS = 1000  # in its picture
MAX_FEEDS = 1000  # on one page; states and words narrow it
_RECENT = 2000  # newest events whose languages are offered for choice


def choices(db: sa.Connection) -> dict[str, Any]:
    """Give what events can be filtered by: topics and entities of the current watchlist, and languages of late."""
    named = (
        sa.select(entities.c.key, entities.c.name).where(entities.c.is_current).order_by(sa.func.lower(entities.c.name))
    )
    recent = (
        sa.select(events.c.titles)
        .where(events.c.merged_into.is_(None), events.c.story_count > 0)
        .order_by(events.c.last_seen_at.desc())
        .limit(_RECENT)
    )
    return {
        "topics": topics(db),
        "entities": {r.key: r.name for r in db.execute(named)},
        "languages": sorted({tag for titles in db.scalars(recent) for tag in titles}),
    }


def topics(db: sa.Connection) -> dict[str, dict[str, str]]:
    """Give the titles of the current watchlist's topics, {topic: {language: title}}."""
    listed = db.scalar(sa.select(watchlists.c.content["topics"]).where(watchlists.c.is_current))
    return {t["key"]: dict(t["titles"]) for t in listed or ()}


def names(db: sa.Connection, keys: Sequence[str]) -> dict[str, str]:
    """Give the names of entities."""
    return {
        r.key: r.name for r in db.execute(sa.select(entities.c.key, entities.c.name).where(entities.c.key.in_(keys)))
    }


def event(db: sa.Connection, event_id: int) -> dict[str, Any]:
    """Give an event's row."""
    return dict(db.execute(sa.select(events).where(events.c.id == event_id)).mappings().one())


def told(db: sa.Connection, event_id: int, limit: int = MAX_STORIES) -> list[dict[str, Any]]:
    """List an event's stories in canonical order with why each stands there; copies last when there are too many."""
    first = (
        sa.select(event_stories.c.story_id)
        .join(stories, stories.c.id == event_stories.c.story_id)
        .where(event_stories.c.event_id == event_id)
        .order_by(event_stories.c.copy_of.is_not(None), stories.c.story_at, stories.c.url_hash)
        .limit(limit)
    )
    query = (
        sa.select(
            stories.c.id, stories.c.story_at, stories.c.seen_at, stories.c.language, stories.c.outlet,
            stories.c.country, stories.c.title, stories.c.summary, stories.c.url,
            event_stories.c.copy_of, event_stories.c.how, event_stories.c.score, event_stories.c.evidence,
            event_stories.c.clusterer_version, event_stories.c.joined_at,
            matches.c.level, matches.c.similarity, seeds.c.title.label("seed_title"),
        )
        .join(event_stories, event_stories.c.story_id == stories.c.id)
        .outerjoin(matches, sa.and_(matches.c.story_id == stories.c.id, matches.c.is_current))
        .outerjoin(seeds, seeds.c.key == matches.c.seed_key)
        .where(stories.c.id.in_(first))
        .order_by(stories.c.story_at, stories.c.url_hash)
    )  # fmt: skip
    return [dict(r._mapping) for r in db.execute(query)]


def dots(db: sa.Connection, event_id: int) -> list[dict[str, Any]]:
    """Give time, language and copy_of of an event's stories, for its picture; copies are left out first."""
    query = (
        sa.select(stories.c.story_at, stories.c.language, event_stories.c.copy_of)
        .join(event_stories, event_stories.c.story_id == stories.c.id)
        .where(event_stories.c.event_id == event_id)
        .order_by(event_stories.c.copy_of.is_not(None), stories.c.story_at, stories.c.url_hash)
        .limit(MAX_DOTS)
    )
    return [dict(r._mapping) for r in db.execute(query)]


def watched(db: sa.Connection) -> dict[str, Any]:
    """Give the current watchlist: its version, entities with written forms and story counts, topics and seeds."""
    current = db.execute(
        sa.select(
            watchlists.c.version,
            watchlists.c.name,
            watchlists.c.created_at,
            watchlists.c.content["topics"].label("topics"),
        ).where(watchlists.c.is_current)
    ).one_or_none()
    forms: dict[str, dict[str, list[str]]] = {}
    for r in db.execute(sa.select(aliases).order_by(aliases.c.entity_key, aliases.c.language, aliases.c.id)):
        forms.setdefault(r.entity_key, {}).setdefault(r.language, []).append(r.text)
    counted = sa.select(
        match_entities.c.entity_key, sa.func.count().label("n"), sa.func.max(match_entities.c.story_id).label("newest")
    ).group_by(match_entities.c.entity_key)
    counts = {r.entity_key: r for r in db.execute(counted)}
    newest = [r.newest for r in counts.values()]
    at = {
        r.id: r.story_at
        for r in db.execute(sa.select(stories.c.id, stories.c.story_at).where(stories.c.id.in_(newest)))
    }
    rows = db.execute(sa.select(entities).where(entities.c.is_current).order_by(sa.func.lower(entities.c.name)))
    return {
        "watchlist": None
        if current is None
        else {"version": current.version, "name": current.name, "at": current.created_at},
        "topics": [] if current is None else current.topics or [],
        "entities": [
            {
                **r._mapping,
                "forms": forms.get(r.key, {}),
                "story_count": counts[r.key].n if r.key in counts else 0,
                "newest_at": at.get(counts[r.key].newest) if r.key in counts else None,
            }
            for r in rows
        ],
        "seeds": [
            dict(r._mapping) for r in db.execute(sa.select(seeds).where(seeds.c.is_current).order_by(seeds.c.key))
        ],
    }


def feed_states(db: sa.Connection) -> dict[str, int]:
    """Count the feeds by state, "off" for those that are not polled."""
    state = sa.case((feeds.c.enabled, feeds.c.state), else_="off").label("state")
    query = sa.select(state, sa.func.count().label("n")).group_by(state).order_by(state)
    return {r.state: r.n for r in db.execute(query)}


def feed_list(db: sa.Connection, now: datetime, state: str | None = None, words: str = "") -> list[dict[str, Any]]:
    """List feeds with what they brought in the last 7 days and their last error, those in trouble first."""
    carried = (
        sa.select(sa.func.count())
        .where(sightings.c.feed_id == feeds.c.id, sightings.c.seen_at >= now - timedelta(days=7))
        .scalar_subquery()
    )
    said = (
        sa.select(fetches.c.error)
        .where(fetches.c.feed_id == feeds.c.id, fetches.c.error.is_not(None))
        .order_by(fetches.c.fetched_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    shown = sa.case((feeds.c.enabled, feeds.c.state), else_="off")
    query = sa.select(
        feeds.c.id, feeds.c.title, feeds.c.url, feeds.c.adopted_url, feeds.c.language, feeds.c.country,
        shown.label("state"), feeds.c.state_since, feeds.c.interval_s, feeds.c.expected_per_day, feeds.c.failure_count,
        feeds.c.last_fetch_at, feeds.c.last_success_at, feeds.c.last_new_at, feeds.c.next_fetch_at,
        carried.label("week_count"),
        sa.case((feeds.c.failure_count > 0, said)).label("error"),
    )  # fmt: skip
    if state:
        query = query.where(shown == state)
    if words:
        query = query.where(sa.func.lower(feeds.c.title + " " + feeds.c.url).contains(words.lower(), autoescape=True))
    sick = sa.case((shown.in_(("failing", "gone", "lying")), 0), (shown.in_(("slow", "quiet", "moved")), 1), else_=2)
    ordered = query.order_by(sick, feeds.c.failure_count.desc(), sa.func.lower(feeds.c.title), feeds.c.id)
    return [dict(r._mapping) for r in db.execute(ordered.limit(MAX_FEEDS))]


def pulse(db: sa.Connection) -> dict[str, Any]:
    """Give the latest of everything, each by an index: a story, an event, a run."""
    last = db.execute(sa.select(runs.c.step, runs.c.started_at).order_by(runs.c.id.desc()).limit(1)).one_or_none()
    return {
        "story_seen_at": db.scalar(sa.select(sa.func.max(stories.c.seen_at))),
        "event_told_at": db.scalar(sa.select(sa.func.max(events.c.last_seen_at)).where(events.c.merged_into.is_(None))),
        "last_step": last.step if last else None,
        "last_run_at": last.started_at if last else None,
    }
