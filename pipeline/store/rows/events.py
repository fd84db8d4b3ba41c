"""What the pages show: what events can be filtered by, one event whole, the watchlist, the feeds, and how all is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store.rows import columns, row
from pipeline.store.tables import (
    aliases,
    entities,
    event_history,
    event_stories,
    events,
    match_entities,
    matches,
    runs,
    seeds,
    stories,
    watchlists,
)

MAX_STORIES = 250  # of one event on its page; the rest is counted there
MAX_DOTS = 1000  # in its picture
_RECENT = 2000  # newest events whose languages are offered for choice


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event, as lists and pages show it; times are UTC, `titles` by language."""

    id: int
    title: str
    title_language: str
    titles: Mapping[str, str]
    level: int
    first_seen_at: datetime
    last_seen_at: datetime
    story_count: int
    independent_count: int
    language_count: int
    outlet_count: int
    entities: Sequence[str]
    topics: Sequence[str]
    baseline: bool
    revision: int
    lead_story_id: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What events can be filtered by: titles of topics by key and language, names of entities by key, languages."""

    topics: Mapping[str, Mapping[str, str]]
    entities: Mapping[str, str]
    languages: Sequence[str]


@dataclass(frozen=True, slots=True)
class ToldStory:
    """One story of an event, with why it stands there and how it was judged."""

    id: int
    story_at: datetime
    seen_at: datetime
    language: str | None
    outlet: str
    country: str | None
    title: str
    summary: str
    url: str
    copy_of: int | None
    how: str
    score: float | None
    evidence: Mapping[str, Any]
    clusterer_version: str
    joined_at: datetime
    level: int | None
    similarity: float | None
    seed_title: str | None
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of an event's history: what happened at a revision, to which story or with which other event."""

    id: int
    event_id: int
    revision: int
    at: datetime
    kind: str
    story_id: int | None
    other_event_id: int | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One story of an event's picture."""

    at: datetime
    language: str  # "und" where it is not known
    is_copy: bool


@dataclass(frozen=True, slots=True)
class WatchlistRow:
    """The watchlist in use: its version, its name, and since when."""

    version: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WatchedEntity:
    """One entity, its written forms by language, and what was found of it."""

    key: str
    name: str
    kind: str
    roles: Sequence[str]
    forms: Mapping[str, Sequence[str]]
    story_count: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeedRow:
    """One seed article of the watchlist in use."""

    key: str
    title: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Watched:
    """All that is watched; `watchlist` is None before the first sync."""

    watchlist: WatchlistRow | None
    topics: Sequence[Mapping[str, Any]]
    entities: Sequence[WatchedEntity]
    seeds: Sequence[SeedRow]


@dataclass(frozen=True, slots=True)
class Pulse:
    """The latest of everything; None where there is nothing yet."""

    story_seen_at: datetime | None
    event_told_at: datetime | None
    last_step: str | None
    last_run_at: datetime | None


def choices(db: sa.Connection) -> Choices:
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
    return Choices(
        topics(db),
        {r.key: r.name for r in db.execute(named)},
        sorted({tag for titles in db.scalars(recent) for tag in titles}),
    )


def topics(db: sa.Connection) -> dict[str, dict[str, str]]:
    """Give the titles of the current watchlist's topics, {topic: {language: title}}."""
    listed = db.scalar(sa.select(watchlists.c.content["topics"]).where(watchlists.c.is_current))
    return {t["key"]: dict(t["titles"]) for t in listed or ()}


def names(db: sa.Connection, keys: Sequence[str]) -> dict[str, str]:
    """Give the names of entities."""
    return {
        r.key: r.name for r in db.execute(sa.select(entities.c.key, entities.c.name).where(entities.c.key.in_(keys)))
    }


def event(db: sa.Connection, event_id: int) -> EventRow:
    """Give an event's row."""
    return row(EventRow, db.execute(sa.select(*columns(EventRow, events)).where(events.c.id == event_id)).one())


def told(db: sa.Connection, event_id: int, limit: int | None = None) -> list[ToldStory]:
    """List an event's stories in canonical order with why each stands there; above `limit` copies go first."""
    first = (
        sa.select(event_stories.c.story_id)
        .join(stories, stories.c.id == event_stories.c.story_id)
        .where(event_stories.c.event_id == event_id)
        .order_by(event_stories.c.copy_of.is_not(None), stories.c.story_at, stories.c.url_hash)
        .limit(limit)
    )
    query = (
        sa.select(*columns(ToldStory, stories, event_stories, matches), seeds.c.title.label("seed_title"))
        .join(event_stories, event_stories.c.story_id == stories.c.id)
        .outerjoin(matches, sa.and_(matches.c.story_id == stories.c.id, matches.c.is_current))
        .outerjoin(seeds, seeds.c.key == matches.c.seed_key)
        .where(stories.c.id.in_(first))
        .order_by(stories.c.story_at, stories.c.url_hash)
    )
    return [row(ToldStory, r) for r in db.execute(query)]


def history(db: sa.Connection, event_id: int) -> list[HistoryRow]:
    """List what happened to an event, in order."""
    query = sa.select(*columns(HistoryRow, event_history)).where(event_history.c.event_id == event_id)
    return [row(HistoryRow, r) for r in db.execute(query.order_by(event_history.c.id))]


def dots(db: sa.Connection, event_id: int) -> list[TimelineRow]:
    """Give time and language of an event's stories, and who copies, for its picture; copies are left out first."""
    query = (
        sa.select(
            stories.c.story_at.label("at"),
            sa.func.coalesce(stories.c.language, "und").label("language"),
            event_stories.c.copy_of.is_not(None).label("is_copy"),
        )
        .join(event_stories, event_stories.c.story_id == stories.c.id)
        .where(event_stories.c.event_id == event_id)
        .order_by(event_stories.c.copy_of.is_not(None), stories.c.story_at, stories.c.url_hash)
        .limit(MAX_DOTS)
    )
    return [row(TimelineRow, r) for r in db.execute(query)]


def watched(db: sa.Connection) -> Watched:
    """Give the current watchlist: its version, entities with written forms and story counts, topics and seeds."""
    current = db.execute(
        sa.select(
            watchlists.c.version,
            watchlists.c.name,
            watchlists.c.created_at.label("at"),
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
    return Watched(
        None if current is None else row(WatchlistRow, current),
        [] if current is None else current.topics or [],
        [
            row(
                WatchedEntity,
                r,
                forms=forms.get(r.key, {}),
                story_count=counts[r.key].n if r.key in counts else 0,
                newest_at=at.get(counts[r.key].newest) if r.key in counts else None,
            )
            for r in rows
        ],
        [
            row(SeedRow, r)
            for r in db.execute(sa.select(*columns(SeedRow, seeds)).where(seeds.c.is_current).order_by(seeds.c.key))
        ],
    )


def pulse(db: sa.Connection) -> Pulse:
    """Give the latest of everything, each by an index: a story, an event, a run."""
    last = db.execute(sa.select(runs.c.step, runs.c.started_at).order_by(runs.c.id.desc()).limit(1)).one_or_none()
    return Pulse(
        db.scalar(sa.select(sa.func.max(stories.c.seen_at))),
        db.scalar(sa.select(sa.func.max(events.c.last_seen_at)).where(events.c.merged_into.is_(None))),
        last.step if last else None,
        last.started_at if last else None,
    )
