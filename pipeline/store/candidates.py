"""What clustering compares: the stories that wait for an event, and those of open events that may be partners."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from pipeline.model import Fact, Member
from pipeline.store import faults as faults_store
from pipeline.store import stories as stories_store
from pipeline.store.engine import chunks, insert
from pipeline.store.tables import OURS, event_stories, events, facts, match_entities, matches, stories, vectors

CAP = 4000  # stories compared with at most; the newest when there are more
_SPAN = timedelta(days=365)  # no event is looked for that began longer before the window than this

# Without the article text: 4,000 of them would be hundreds of megabytes, and nothing here reads it.
_STORY = tuple(sa.literal("").label("text") if c.name == "text" else c for c in stories_store.NOUN)

# On SQLite by name: what it chooses by itself, before anybody analyzed the store, reads all judgements.
_WAITING = {
    "sqlite": sa.text(
        "select story_id from matches indexed by ix_matches_unclustered"
        " where is_current = 1 and level >= 1 and clustered_at is null"
    ),
    "": sa.text("select story_id from matches where is_current and level >= 1 and clustered_at is null"),
}


def waiting(db: sa.Connection, limit: int, held: faults_store.Held | None = None) -> list[int]:
    """List the stories that wait for an event, in canonical order: by their time, then by identity.

    One judged anew whose event holds a story that breaks clustering waits with it.
    """
    query = _WAITING.get(db.dialect.name, _WAITING[""])
    left = muted(db, held) | (set(db.scalars(held.items("story"))) if held else set())
    free = [i for i in db.scalars(query) if i not in left]
    placed = [
        (r.story_at, r.url_hash, r.id)
        for chunk in chunks(free)
        for r in db.execute(
            sa.select(stories.c.id, stories.c.story_at, stories.c.url_hash).where(stories.c.id.in_(chunk))
        )
    ]
    return [i for *_, i in sorted(placed)[:limit]]


def muted(db: sa.Connection, held: faults_store.Held | None) -> set[int]:
    """Give the stories of events that hold a story which breaks clustering today: their events stay as they are."""
    if held is None:
        return set()
    broken = sa.select(event_stories.c.event_id).where(event_stories.c.story_id.in_(held.items("story")))
    return set(db.scalars(sa.select(event_stories.c.story_id).where(event_stories.c.event_id.in_(broken))))


def stuck(db: sa.Connection, held: faults_store.Held) -> list[int]:
    """List stories of events that broke clustering, and may be tried again now: by time, or by another version."""
    waits = sa.exists().where(
        matches.c.story_id == event_stories.c.story_id, matches.c.is_current, matches.c.clustered_at.is_(None)
    )
    query = (
        sa.select(event_stories.c.story_id)
        .where(event_stories.c.story_id.in_(faults_store.noted(held.step, "story")))
        .where(held.free("story", event_stories.c.story_id), ~waits)
        .order_by(event_stories.c.story_id)
    )
    return list(db.scalars(query))


def _free(held: faults_store.Held | None, column: Any) -> list[sa.ColumnElement[bool]]:
    return [held.free("story", column)] if held else []


def still_waiting(db: sa.Connection, ids: Sequence[int]) -> dict[int, int]:
    """Give {story id: match id} of those of `ids` that wait still; another process may have taken some."""
    return {
        r.story_id: r.id
        for chunk in chunks(ids)
        for r in db.execute(
            sa.select(matches.c.id, matches.c.story_id).where(
                matches.c.story_id.in_(chunk),
                matches.c.is_current,
                matches.c.level >= 1,
                matches.c.clustered_at.is_(None),
            )
        )
    }


def disowned(db: sa.Connection, since: datetime, held: faults_store.Held | None = None) -> list[int]:
    """List stories of events open since then whose current judgement is level 0: they leave."""
    query = (
        sa.select(event_stories.c.story_id)
        .join(events, events.c.id == event_stories.c.event_id)
        .join(matches, sa.and_(matches.c.story_id == event_stories.c.story_id, matches.c.is_current))
        .where(events.c.merged_into.is_(None), events.c.last_seen_at >= since, matches.c.level == 0)
        .where(*_free(held, event_stories.c.story_id))
        .order_by(event_stories.c.story_id)
    )
    return list(db.scalars(query))


def near(db: sa.Connection, keys: Iterable[str] | None, since: datetime, until: datetime, cap: int = CAP) -> list[int]:
    """List stories of events that touch the window and name one of the entities, or none: the possible partners.

    With `keys` None every story of those events; at most `cap`, the newest first.
    """
    entity = sa.select(match_entities.c.story_id).where(match_entities.c.story_id == event_stories.c.story_id)
    partner: sa.ColumnElement[bool] = sa.true()
    if keys is not None:
        partner = sa.or_(entity.where(match_entities.c.entity_key.in_(sorted(keys))).exists(), ~entity.exists())
    query = (
        sa.select(event_stories.c.story_id)
        .join(events, events.c.id == event_stories.c.event_id)
        .join(stories, stories.c.id == event_stories.c.story_id)
        .where(
            events.c.merged_into.is_(None),
            events.c.last_seen_at >= since,
            events.c.first_seen_at <= until,
            events.c.first_seen_at >= since - _SPAN,
            partner,
        )
        .order_by(stories.c.story_at.desc(), stories.c.url_hash)
        .limit(cap)
    )
    return list(db.scalars(query))


def of_events(db: sa.Connection, event_ids: Iterable[int]) -> list[int]:
    """List the stories of events."""
    return [
        story_id
        for chunk in chunks(sorted(event_ids))
        for story_id in db.scalars(
            sa.select(event_stories.c.story_id).where(event_stories.c.event_id.in_(chunk)).order_by("story_id")
        )
    ]


def events_of(db: sa.Connection, ids: Iterable[int]) -> list[int]:
    """List the events of stories."""
    return sorted(
        {
            event_id
            for chunk in chunks(sorted(ids))
            for event_id in db.scalars(sa.select(event_stories.c.event_id).where(event_stories.c.story_id.in_(chunk)))
        }
    )


def everything(db: sa.Connection, since: datetime | None) -> list[int]:
    """List every story at level >= 1 since then, for a replay."""
    query = sa.select(matches.c.story_id).where(OURS)
    if since is not None:
        query = query.join(stories, stories.c.id == matches.c.story_id).where(stories.c.story_at >= since)
    return list(db.scalars(query.order_by(matches.c.story_id)))


def members(db: sa.Connection, ids: Sequence[int], encoders: Mapping[str, str]) -> list[Member]:
    """Give stories as clustering sees them; `encoders` names the versions whose vectors count ({"e5": "e5-0.3.0"})."""
    found: list[Member] = []
    version = {v: k for k, v in encoders.items()}
    for chunk in chunks(sorted(set(ids))):
        named: dict[int, dict[str, int]] = {}
        written: dict[int, set[str]] = {}
        for r in db.execute(sa.select(match_entities).where(match_entities.c.story_id.in_(chunk))):
            named.setdefault(r.story_id, {})[r.entity_key] = r.mention_count
            written.setdefault(r.story_id, set()).update(r.aliases)
        told: dict[int, list[Fact]] = {}
        for r in db.execute(sa.select(facts).where(facts.c.story_id.in_(chunk)).order_by(facts.c.id)):
            told.setdefault(r.story_id, []).append(
                Fact(
                    kind=r.kind,
                    value=r.value,
                    unit=r.unit,
                    role=r.role,
                    start=r.start_offset,
                    end=r.end_offset,
                    text=r.written,
                    part=r.part,
                    approximate=r.is_approximate,
                    upper=r.upper_value,
                    bound=r.bound,
                )
            )
        drawn: dict[int, dict[str, np.ndarray]] = {}
        wanted = sa.and_(vectors.c.story_id.in_(chunk), vectors.c.encoder.in_(sorted(version)))
        for r in db.execute(sa.select(vectors).where(wanted)):
            drawn.setdefault(r.story_id, {})[version[r.encoder]] = np.frombuffer(r.vector, "<f2").astype(np.float32)
        query = (
            sa.select(*_STORY, matches.c.level, matches.c.topics, event_stories.c.event_id, event_stories.c.copy_of)
            .add_columns(event_stories.c.clusterer_version)
            .join(matches, sa.and_(matches.c.story_id == stories.c.id, matches.c.is_current))
            .outerjoin(event_stories, event_stories.c.story_id == stories.c.id)
            .where(stories.c.id.in_(chunk))
        )
        found += [
            Member(
                story=stories_store.noun(r),
                level=r.level,
                entities=named.get(r.id, {}),
                facts=tuple(told.get(r.id, ())),
                vectors=drawn.get(r.id, {}),
                event_id=r.event_id,
                copy_of=r.copy_of,
                topics=tuple(r.topics),
                written=tuple(sorted(written.get(r.id, ()))),
                placed_by=r.clusterer_version,
            )
            for r in db.execute(query)
        ]
    return found


def add_vectors(db: sa.Connection, made: Mapping[int, Mapping[str, Any]], versions: Mapping[str, str]) -> None:
    """Keep the sentence vectors of stories, as float16."""
    rows = [
        {"story_id": story_id, "encoder": versions[name], "vector": np.asarray(vector, "<f2").tobytes()}
        for story_id, drawn in sorted(made.items())
        for name, vector in sorted(drawn.items())
    ]
    if rows:
        new = insert(db, vectors)
        again = {"vector": new.excluded.vector}
        db.execute(new.on_conflict_do_update(index_elements=["story_id", "encoder"], set_=again), rows)
