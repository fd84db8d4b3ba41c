"""Why a story is where it is: everything stored about one story, in one picture.

A record is a whole row of its table, field by field (tests/store/rows keep them equal), for `explain` prints them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store import stories as _stories
from pipeline.store.rows import columns, row
from pipeline.store.tables import event_stories, events, facts, feeds, labels, matches, seeds, sightings, stories

MAX_OTHERS = 50  # stories of the same event that are told


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """A row of `stories`."""

    id: int
    url_hash: str
    canonical_url: str
    url: str
    outlet: str
    title: str
    raw_title: str | None
    kind: str | None
    update_number: int | None
    summary: str
    text: str | None
    text_source: str | None
    author: str | None
    categories: list[str] | None
    country: str | None
    declared_language: str | None
    language: str | None
    language_confidence: float | None
    language_reason: str | None
    published_at: datetime | None
    published_raw: str | None
    seen_at: datetime
    story_at: datetime
    updated_at: datetime | None
    words_at: datetime | None
    words_feed_id: int | None
    change_count: int
    content_hash: str
    first_feed_id: int | None
    baseline: bool
    judged_at: datetime | None
    enrich_after: datetime | None
    enrich_attempts: int
    enriched_at: datetime | None
    enrich_error: str | None
    facts_version: str | None


@dataclass(frozen=True, slots=True)
class Sighted:
    """A feed in which a story was seen."""

    title: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """A row of `matches`; `evidence` holds names with offsets, and each feature's contribution in log-odds."""

    id: int
    story_id: int
    watchlist_version: str
    matcher_version: str
    content_hash: str
    level: int
    score: float
    seed_key: str | None
    similarity: float | None
    topics: list[str]
    evidence: Mapping[str, Any]
    matched_at: datetime
    is_current: bool
    clustered_at: datetime | None


@dataclass(frozen=True, slots=True)
class FactRecord:
    """A row of `facts`."""

    id: int
    story_id: int
    kind: str
    value: float
    upper_value: float | None
    unit: str
    role: str
    is_approximate: bool
    bound: str
    part: str
    start_offset: int
    end_offset: int
    written: str


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """A row of `labels`."""

    id: int
    story_id: int
    level: int
    labelled_by: str
    labelled_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A row of `event_stories`: why a story stands in its event."""

    story_id: int
    event_id: int
    copy_of: int | None
    how: str
    score: float | None
    evidence: Mapping[str, Any]
    clusterer_version: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class OtherStory:
    """Another story of the same event."""

    id: int
    language: str | None
    outlet: str
    title: str
    copy_of: int | None


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A row of `events`, with the first 50 of its other stories."""

    id: int
    title: str
    title_language: str
    titles: Mapping[str, str]
    level: int
    first_seen_at: datetime
    last_seen_at: datetime
    story_count: int
    language_count: int
    independent_count: int
    outlet_count: int
    lead_story_id: int | None
    entities: list[str]
    topics: list[str]
    baseline: bool
    revision: int
    alerted_revision: int
    merged_into: int | None
    created_at: datetime
    updated_at: datetime
    stated_version: str | None
    others: list[OtherStory]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything stored about one story; the match that stands comes first, `seeds` are titles by key."""

    story: StoryRecord
    sightings: list[Sighted]
    matches: list[MatchRecord]
    seeds: Mapping[str, str]
    facts: list[FactRecord]
    labels: list[LabelRecord]
    join: PlaceRecord | None
    event: EventRecord | None


def story(db: sa.Connection, what: str) -> Explanation | None:
    """Give a story by number, address or hash with all that is stored about it; None when it is unknown."""
    found = _stories.find(db, what)
    if found is None:
        return None
    told = db.execute(sa.select(stories).where(stories.c.id == found.id)).one()
    seen = sa.select(feeds.c.title, sightings.c.seen_at).join(feeds).where(sightings.c.story_id == found.id)
    judged = sa.select(matches).where(matches.c.story_id == found.id)
    judged = judged.order_by(matches.c.is_current.desc(), matches.c.id)
    read = sa.select(facts).where(facts.c.story_id == found.id).order_by(facts.c.part, facts.c.start_offset)
    said = sa.select(labels).where(labels.c.story_id == found.id)
    place = db.execute(sa.select(event_stories).where(event_stories.c.story_id == found.id)).one_or_none()
    return Explanation(
        story=row(StoryRecord, told),
        sightings=[row(Sighted, r) for r in db.execute(seen.order_by(sightings.c.seen_at))],
        matches=[row(MatchRecord, r) for r in db.execute(judged)],
        seeds={r.key: r.title for r in db.execute(sa.select(seeds.c.key, seeds.c.title))},
        facts=[row(FactRecord, r) for r in db.execute(read)],
        labels=[row(LabelRecord, r) for r in db.execute(said.order_by(labels.c.id))],
        join=row(PlaceRecord, place) if place else None,
        event=_event(db, place.event_id, found.id) if place else None,
    )


def _event(db: sa.Connection, event_id: int, story_id: int) -> EventRecord:
    event = db.execute(sa.select(events).where(events.c.id == event_id)).one()
    others = (
        sa.select(*columns(OtherStory, stories, event_stories))
        .join(event_stories, event_stories.c.story_id == stories.c.id)
        .where(event_stories.c.event_id == event_id, stories.c.id != story_id)
        .order_by(stories.c.story_at, stories.c.id)
        .limit(MAX_OTHERS)
    )
    return row(EventRecord, event, others=[row(OtherStory, r) for r in db.execute(others)])


def titles(db: sa.Connection, ids: list[int]) -> dict[int, str]:
    """Give the titles of stories by number."""
    query = sa.select(stories.c.id, stories.c.title).where(stories.c.id.in_(ids))
    return {r.id: r.title for r in db.execute(query)}
