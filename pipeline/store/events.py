"""Events: their new state with its history in one transaction, and how people find them."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.core.events import claims
from pipeline.core.events import event as core
from pipeline.model import Event, Member
from pipeline.store import stated
from pipeline.store.engine import chunks, insert
from pipeline.store.tables import event_history, event_stories, events, match_entities, matches


def put(
    db: sa.Connection,
    groups: Sequence[core.EventPlan],
    known: Sequence[Member],
    version: str,
    now: datetime,
) -> dict[str, int]:
    """Make the events what `groups` say; return how many were founded, changed and merged, and how many stories moved.

    `known` are the stories as they stood in the touched events. A group that says what is stored already changes
    nothing, not even a revision.
    """
    before: dict[int, dict[int, Member]] = {}
    for member in known:
        if member.event_id is not None:
            before.setdefault(member.event_id, {})[member.story.id] = member
    old = _summaries(db, before)
    known_disputes = _disputes(db, before)
    tally = {"founded": 0, "changed": 0, "merged": 0, "joined": 0}
    said: dict[int, claims.Stated] = {}
    for group in groups:
        now_says = core.summarise(group.members)
        had = before.get(group.event_id, {}) if group.event_id is not None else {}
        was = old.get(group.event_id) if group.event_id is not None else None
        says = claims.stated(group.members)
        heard = known_disputes[group.event_id] if group.event_id in known_disputes else claims.disputed(had.values())
        lines = core.changes(group, was, now_says, had, [d for d in says.disputes if d.key not in heard])
        event_id = group.event_id
        if event_id is None:
            row = {**_columns(now_says), "revision": 1, "created_at": now, "updated_at": now}
            event_id = int(db.execute(sa.insert(events).values(**row).returning(events.c.id)).scalar_one())
            revision, group = 1, dataclasses.replace(group, event_id=event_id)
            tally["founded"] += 1
        elif lines or was is None or _columns(was) != _columns(now_says):
            bumped = (
                sa.update(events)
                .where(events.c.id == event_id)
                .values(**_columns(now_says), revision=events.c.revision + 1, updated_at=now)
                .returning(events.c.revision)
            )
            revision = int(db.execute(bumped).scalar_one())
            tally["changed"] += 1
        else:
            said[event_id] = says
            continue
        # Events that merged into one of those before are now this one too; alerts were sent under their numbers.
        earlier = sa.select(events.c.id, events.c.merged_into).where(events.c.merged_into.in_(group.merged))
        lines += [
            core.Change("merged", None, r.id, {"into": event_id, "through": r.merged_into})
            for r in (db.execute(earlier.order_by(events.c.id)) if group.merged else ())
        ]
        _write_history(db, event_id, revision, lines, now)
        for other in group.merged:
            _merge(db, other, event_id, now)
            tally["merged"] += 1
        tally["joined"] += _place(db, event_id, group, had, version, now)
        said[event_id] = says
    stated.put(db, said)
    return tally


def _disputes(db: sa.Connection, ids: Iterable[int]) -> dict[int | None, frozenset[Any]]:
    """Give the disputes that stand in some events, by the rule of today; of the others nobody can tell what is news."""
    today = [
        r.id
        for chunk in chunks(sorted(ids))
        for r in db.execute(
            sa.select(events.c.id).where(events.c.id.in_(chunk), events.c.stated_version == claims.CODE)
        )
    ]
    found = stated.of(db, today)
    return {i: frozenset(d.key for d in found[i].disputes) if i in found else frozenset() for i in today}


def _columns(says: core.Summary) -> dict[str, Any]:
    row = dataclasses.asdict(says)
    del row["leads"]
    return row | {"entities": list(says.entities), "topics": list(says.topics)}


def _summaries(db: sa.Connection, ids: Iterable[int]) -> dict[int, core.Summary]:
    found = {}
    for chunk in chunks(sorted(ids)):
        for r in db.execute(sa.select(events).where(events.c.id.in_(chunk))):
            fields = {f.name: getattr(r, f.name) for f in dataclasses.fields(core.Summary) if f.name != "leads"}
            fields |= {"entities": tuple(r.entities), "topics": tuple(r.topics), "leads": {}}
            found[r.id] = core.Summary(**fields)
    return found


def _write_history(
    db: sa.Connection, event_id: int, revision: int, lines: Sequence[core.Change], now: datetime
) -> None:
    if lines:
        db.execute(
            sa.insert(event_history),
            [
                {
                    "event_id": event_id,
                    "revision": revision,
                    "at": now,
                    "kind": c.kind,
                    "story_id": c.story_id,
                    "other_event_id": c.other_event_id if c.other_event_id != event_id else None,
                    "detail": dict(c.detail),
                }
                for c in lines
            ],
        )


def _merge(db: sa.Connection, younger: int, older: int, now: datetime) -> None:
    """Point the younger event, and those that pointed to it, at the older one."""
    done = (
        sa.update(events)
        .where(events.c.id == younger)
        .values(merged_into=older, revision=events.c.revision + 1, updated_at=now)
        .returning(events.c.revision)
    )
    revision = int(db.execute(done).scalar_one())
    db.execute(sa.update(events).where(events.c.merged_into == younger).values(merged_into=older))
    stated.put(db, {younger: claims.Stated()})
    _write_history(db, younger, revision, [core.Change("merged", None, older, {"into": older})], now)


def _place(
    db: sa.Connection, event_id: int, group: core.EventPlan, had: Mapping[int, Member], version: str, now: datetime
) -> int:
    rows = []
    for member in group.members:
        stood = had.get(member.story.id)
        if stood is not None:
            if stood.copy_of != member.copy_of:
                where = event_stories.c.story_id == member.story.id
                db.execute(sa.update(event_stories).where(where).values(copy_of=member.copy_of))
            continue
        place = group.placements[member.story.id]
        values = {
            "event_id": event_id,
            "copy_of": member.copy_of,
            "how": place.how,
            "score": place.score,
            "evidence": dict(place.evidence),
            "clusterer_version": version,
            "joined_at": now,
        }
        rows.append({"story_id": member.story.id, **values})
    if rows:
        new = insert(db, event_stories)
        again = {name: new.excluded[name] for name in rows[0] if name != "story_id"}
        db.execute(new.on_conflict_do_update(index_elements=["story_id"], set_=again), rows)
    return len(rows)


def settle(db: sa.Connection, match_ids: Iterable[int], now: datetime) -> None:
    """Mark judgements as taken in by clustering."""
    for chunk in chunks(sorted(match_ids)):
        db.execute(sa.update(matches).where(matches.c.id.in_(chunk)).values(clustered_at=now))


def remove(db: sa.Connection, ids: Sequence[int], now: datetime) -> list[int]:
    """Take stories out of their events; return the events. One that loses its last story stands empty, with history."""
    touched: list[int] = []
    for chunk in chunks(ids):
        rows = db.execute(
            sa.select(event_stories.c.event_id, event_stories.c.story_id).where(event_stories.c.story_id.in_(chunk))
        ).all()
        db.execute(sa.update(event_stories).where(event_stories.c.copy_of.in_(chunk)).values(copy_of=None))
        db.execute(sa.delete(event_stories).where(event_stories.c.story_id.in_(chunk)))
        for event_id in sorted({r.event_id for r in rows}):
            touched.append(event_id)
            bumped = (
                sa.update(events)
                .where(events.c.id == event_id)
                .values(revision=events.c.revision + 1, updated_at=now)
                .returning(events.c.revision)
            )
            revision = int(db.execute(bumped).scalar_one())
            left = sorted(r.story_id for r in rows if r.event_id == event_id)
            _write_history(db, event_id, revision, [core.Change("left", i, None, {"level": 0}) for i in left], now)
            count = db.scalar(sa.select(sa.func.count()).where(event_stories.c.event_id == event_id))
            if not count:
                empty = {"story_count": 0, "independent_count": 0, "language_count": 0, "outlet_count": 0, "level": 0}
                db.execute(sa.update(events).where(events.c.id == event_id).values(**empty))
                stated.put(db, {event_id: claims.Stated()})
    return touched


def resolve(db: sa.Connection, event_id: int) -> int | None:
    """Give the event that a number means today: itself, or the older one that it was merged into."""
    seen = set()
    while event_id not in seen:
        seen.add(event_id)
        row = db.execute(sa.select(events.c.id, events.c.merged_into).where(events.c.id == event_id)).one_or_none()
        if row is None:
            return None
        if row.merged_into is None:
            return int(row.id)
        event_id = row.merged_into
    return None


def noun(row: sa.Row[Any]) -> Event:
    """Make an event of a row of `events`."""
    return Event(
        id=row.id,
        title=row.title,
        level=row.level,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        story_count=row.story_count,
        language_count=row.language_count,
        independent_count=row.independent_count,
        revision=row.revision,
        merged_into=row.merged_into,
        entities=tuple(row.entities),
        topics=tuple(row.topics),
        titles=dict(row.titles),
        baseline=row.baseline,
    )


def find(db: sa.Connection, event_id: int) -> Event | None:
    """Give one event by its number, merged or not."""
    row = db.execute(sa.select(events).where(events.c.id == event_id)).one_or_none()
    return None if row is None else noun(row)


def newest(
    db: sa.Connection, limit: int, min_level: int = 0, since: datetime | None = None, entity: str | None = None
) -> list[Event]:
    """List standing events, the last told first."""
    query = sa.select(events).where(
        events.c.merged_into.is_(None), events.c.story_count > 0, events.c.level >= min_level
    )
    if since is not None:
        query = query.where(events.c.last_seen_at >= since)
    if entity is not None:
        with_it = (
            sa.select(event_stories.c.event_id)
            .join(match_entities, match_entities.c.story_id == event_stories.c.story_id)
            .where(match_entities.c.entity_key == entity)
        )
        query = query.where(events.c.id.in_(with_it))
    return [noun(r) for r in db.execute(query.order_by(events.c.last_seen_at.desc(), events.c.id).limit(limit))]
