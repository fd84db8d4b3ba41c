"""Threads: which event follows which, written where events change and read for mails, pages and commands."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from pipeline.core.events import threads
from pipeline.core.events.event import Summary
from pipeline.core.events.threads import Link, ThreadEvent
from pipeline.core.text import url
from pipeline.model import Member
from pipeline.store import corrections
from pipeline.store.engine import chunks, insert
from pipeline.store.tables import event_stories, events, links, match_entities, stories, vectors

# Events of one entity that a changed one is compared with, the newest first: two months of the most written-of firm.
# It bounds what placing a story costs; a thread that slept longer under such a firm is not found.
CAP = 300
LONGEST = 12  # events of a thread that are followed back

# What is asked with every story is built once: building it cost a third of what asking it does.
_STANDS = sa.and_(events.c.merged_into.is_(None), events.c.story_count > 0)
_DRAWN = sa.and_(vectors.c.story_id == stories.c.id, vectors.c.encoder == sa.bindparam("encoder"))
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_NEAR = (
    sa.select(events.c.id, events.c.lead_story_id, stories.c.language, vectors.c.vector)
    .join(match_entities, match_entities.c.story_id == events.c.lead_story_id)
    .join(stories, stories.c.id == events.c.lead_story_id)
    .outerjoin(vectors, _DRAWN)
    .where(match_entities.c.entity_key == sa.bindparam("key"), _STANDS)
    .order_by(match_entities.c.story_id.desc())
    .limit(CAP)
)
_LEADS = (
    sa.select(
        *(events.c[k] for k in ("id", "first_seen_at", "last_seen_at")),
        stories.c.id.label("story_id"),
        *(stories.c[k] for k in ("url_hash", "title", "summary", "language")),
        vectors.c.vector,
    )
    .join(stories, stories.c.id == events.c.lead_story_id)
    .outerjoin(vectors, _DRAWN)
    .where(events.c.id.in_(_IDS), _STANDS)
)
_NAMED = sa.select(match_entities).where(match_entities.c.story_id.in_(_IDS))
_CHANGED = (
    sa.select(events.c.id)
    .join(event_stories, event_stories.c.event_id == events.c.id)
    .where(event_stories.c.story_id.in_(_IDS), events.c.updated_at == sa.bindparam("now"))
)
_GONE = sa.select(events.c.id).where(events.c.merged_into.in_(_IDS))
_LINKED = sa.select(links).where(sa.or_(links.c.event_id.in_(_IDS), links.c.follows_id.in_(_IDS)))


def relink(
    db: sa.Connection,
    story_ids: Iterable[int],
    now: datetime,
    versions: Mapping[str, str],
    muted: Collection[int] = (),
) -> int:
    """Link the events of these stories that changed at `now` anew, in the transaction that changed them.

    A link is a function of two events, so nothing but the pairs of changed events is looked at. Links of events that
    were merged away or lost all their stories go. Events led by a `muted` story are not looked at, their links stay.
    Return how many links were made, changed or dropped.
    """
    changed = _changed(db, story_ids, now)
    return link(db, changed, now, versions, muted) if changed else 0


def link(
    db: sa.Connection,
    changed: Sequence[int],
    now: datetime,
    versions: Mapping[str, str],
    muted: Collection[int] = (),
) -> int:
    """Link some events anew: as the model says, and above it as analysts said; see `relink`."""
    linker = threads.default_linker()
    standing = leads(db, changed, versions)
    keys = sorted({key for x in standing for key in x.entities})
    others = [r for i, r in _near(db, keys, versions).items() if i not in set(changed)]
    silent = {r.id for r in others if r.lead_story_id in muted}
    others = [r for r in others if r.id not in silent]
    near = threads.within_reach(
        standing, [_vector(r) for r in others], [r.language or "und" for r in others], linker.means
    )
    said = corrections.links(db, changed)
    by_hand = {i for _, a, b in said for i in (a, b)} - set(changed) - silent
    wanted = {r.id for r, is_near in zip(others, near, strict=True) if is_near} | by_hand
    known = [*standing, *leads(db, wanted, versions)]
    found = threads.corrected(threads.links(changed, known, linker), known, said)
    return _write(db, changed, found, linker.version, now, silent)


def _changed(db: sa.Connection, story_ids: Iterable[int], now: datetime) -> list[int]:
    found: set[int] = set()
    for chunk in chunks(sorted(set(story_ids))):
        found.update(db.scalars(_CHANGED, {"ids": chunk, "now": now}))
    gone: set[int] = set()  # merged into one of them, now
    for chunk in chunks(sorted(found)):
        gone.update(db.scalars(_GONE, {"ids": chunk}))
    return sorted(found | gone)


def _near(db: sa.Connection, keys: Iterable[str], versions: Mapping[str, str]) -> dict[int, Any]:
    """Find the newest events whose lead names one of the entities: {event: row of its id, lead, language, vector}.

    By the index of an entity's stories, from its end: what it costs does not grow with the store.
    """
    found: dict[int, Any] = {}
    for key in keys:
        found.update((r.id, r) for r in db.execute(_NEAR, {"key": key, "encoder": versions.get("e5", "")}))
    return found


def _vector(row: Any) -> Any:
    return None if row.vector is None else np.frombuffer(row.vector, "<f2").astype(np.float32)


def leads(db: sa.Connection, ids: Iterable[int], versions: Mapping[str, str]) -> list[ThreadEvent]:
    """Give standing events as linking sees them."""
    found: list[ThreadEvent] = []
    for chunk in chunks(sorted(set(ids))):
        rows = db.execute(_LEADS, {"ids": chunk, "encoder": versions.get("e5", "")}).all()
        named: dict[int, dict[str, list[str]]] = {}
        for r in db.execute(_NAMED, {"ids": [r.story_id for r in rows]}):
            named.setdefault(r.story_id, {})[r.entity_key] = list(r.aliases or ())
        for r in rows:
            names = named.get(r.story_id, {})
            found.append(
                ThreadEvent(
                    event_id=r.id,
                    first_at=r.first_seen_at,
                    last_at=r.last_seen_at,
                    identity=r.url_hash,
                    title=r.title,
                    summary=r.summary,
                    language=r.language or "und",
                    entities=frozenset(names),
                    written=tuple(sorted({form for forms in names.values() for form in forms})),
                    vector=_vector(r),
                )
            )
    return found


def lead(event_id: int, member: Member, says: Summary) -> ThreadEvent:
    """Give an event that a story would make by itself, as linking would see it."""
    return ThreadEvent(
        event_id=event_id,
        first_at=says.first_seen_at,
        last_at=says.last_seen_at,
        identity=url.key(member.story.canonical_url),
        title=member.story.title,
        summary=member.story.summary,
        language=member.story.language or "und",
        entities=frozenset(member.entities),
        written=member.written,
        vector=member.vectors.get("e5"),
    )


def _write(
    db: sa.Connection, changed: Iterable[int], found: Iterable[Link], version: str, now: datetime, silent: Set[int]
) -> int:
    """Make the links of changed events what was found, but those with `silent` ones; what stands keeps row and time."""
    wanted = {(x.event_id, x.follows_id): x for x in found}
    stands: dict[tuple[int, int], Any] = {}
    for chunk in chunks(sorted(changed)):
        stands.update(((r.event_id, r.follows_id), r) for r in db.execute(_LINKED, {"ids": chunk}))
    gone = sorted(stands.keys() - wanted.keys())
    for later, earlier in gone:
        db.execute(sa.delete(links).where(links.c.event_id == later, links.c.follows_id == earlier))
    made = 0
    for key, link in sorted(wanted.items()):
        was = stands.get(key)
        if was is not None and (was.strength, was.linker_version) == (link.strength, version):
            continue
        values = {
            "kind": link.kind,
            "strength": link.strength,
            "evidence": dict(link.evidence),
            "linker_version": version,
            "linked_at": now,
        }
        db.execute(
            insert(db, links)
            .values(event_id=key[0], follows_id=key[1], **values)
            .on_conflict_do_update(index_elements=["event_id", "follows_id"], set_=values)
        )
        made += 1
    return made + len(gone)


def unlink(db: sa.Connection, event_ids: Iterable[int]) -> None:
    """Drop the links of events that stand no longer: merged away, or without any story."""
    for chunk in chunks(sorted(set(event_ids))):
        still = sa.select(events.c.id).where(
            events.c.id.in_(chunk), events.c.merged_into.is_(None), events.c.story_count > 0
        )
        left = sorted(set(chunk) - set(db.scalars(still)))
        db.execute(sa.delete(links).where(sa.or_(links.c.event_id.in_(left), links.c.follows_id.in_(left))))


@dataclass(frozen=True, slots=True)
class LinkedEvent:
    """The other end of an event's strongest link: `titles` by language, `strength` 0..1."""

    event_id: int
    title: str
    titles: Mapping[str, str]
    first_seen_at: datetime
    level: int
    strength: float


def before(db: sa.Connection, ids: Iterable[int]) -> dict[int, LinkedEvent]:
    """Give, per event, the one that it follows: the strongest link, of equals the later event."""
    found: dict[int, LinkedEvent] = {}
    columns = (events.c.id, events.c.title, events.c.titles, events.c.first_seen_at, events.c.level)
    for chunk in chunks(sorted(set(ids))):
        query = (
            sa.select(links.c.event_id, links.c.strength, *columns)
            .join(events, events.c.id == links.c.follows_id)
            .where(links.c.event_id.in_(chunk), events.c.merged_into.is_(None), events.c.story_count > 0)
            .order_by(links.c.strength.desc(), events.c.first_seen_at.desc(), events.c.id)
        )
        for r in db.execute(query):
            said = LinkedEvent(r.id, r.title, dict(r.titles), r.first_seen_at, r.level, r.strength)
            found.setdefault(r.event_id, said)
    return found


def after(db: sa.Connection, event_id: int) -> list[LinkedEvent]:
    """List the events whose strongest link leads to this one, in the order in which they began."""
    query = (
        sa.select(events)
        .join(links, links.c.event_id == events.c.id)
        .where(links.c.follows_id == event_id, events.c.merged_into.is_(None), events.c.story_count > 0)
        .order_by(events.c.first_seen_at, events.c.id)
    )
    rows = db.execute(query).all()
    nearest = before(db, [r.id for r in rows])
    return [
        LinkedEvent(r.id, r.title, dict(r.titles), r.first_seen_at, r.level, nearest[r.id].strength)
        for r in rows
        if nearest[r.id].event_id == event_id
    ]


def back(db: sa.Connection, ids: Iterable[int]) -> dict[int, list[LinkedEvent]]:
    """Give, per event, what it follows, the nearest first, back to where its thread began."""
    found: dict[int, list[LinkedEvent]] = {i: [] for i in ids}
    at = {i: i for i in found}
    for _ in range(LONGEST):
        step = before(db, set(at.values()))
        at = {i: step[j].event_id for i, j in at.items() if j in step}
        if not at:
            break
        known = {said.event_id: said for said in step.values()}
        for i, j in at.items():
            found[i].append(known[j])
    return found
