"""What events state, kept: claims with who states them, and disputes; written by clustering, read by every surface."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from pipeline.core.events import claims as core
from pipeline.core.events.claims import Claim, Dispute, Stated
from pipeline.store.engine import chunks
from pipeline.store.tables import claim_stories, claims, disputes, events, stories

_CLAIMS = sa.insert(claims).returning(claims.c.id, sort_by_parameter_order=True)  # all of some events at once


def put(db: sa.Connection, says: Mapping[int, Stated]) -> None:
    """Make the claims of events what they shall be, {event: Stated}, in the transaction that places their stories.

    Of one that says the same already nothing is written but the version.
    """
    known = of(db, says)
    changed = {event: stated for event, stated in says.items() if known.get(event, Stated()) != stated}
    for chunk in chunks(sorted(changed)):
        db.execute(sa.delete(claims).where(claims.c.event_id.in_(chunk)))  # with who states them, and disputes
    _add(db, changed)
    for chunk in chunks(sorted(says)):
        db.execute(sa.update(events).where(events.c.id.in_(chunk)).values(stated_version=core.CODE))


def _add(db: sa.Connection, says: Mapping[int, Stated]) -> None:
    rows = [
        {**_row(claim), "event_id": event, "place": place}
        for event, stated in says.items()
        for place, claim in enumerate(stated.claims)
    ]
    if not rows:
        return
    made = iter(db.scalars(_CLAIMS, rows).all())
    told, against = [], []
    for event, stated in says.items():
        numbers = [next(made) for _ in stated.claims]
        for number, claim in zip(numbers, stated.claims, strict=True):
            told += [{"claim_id": number, "story_id": story} for story in claim.stories]
        against += [
            {
                "event_id": event,
                "claim_id": numbers[d.claim],
                "against_claim_id": numbers[d.against],
                "role": d.role,
                "value": d.value,
                "against_value": d.against_value,
                "written": d.written,
                "against_written": d.against_written,
                "story_id": d.story_id,
                "against_story_id": d.against_story_id,
                "disputed_at": d.at,
            }
            for d in stated.disputes
        ]
    db.execute(sa.insert(claim_stories), told)
    if against:
        db.execute(sa.insert(disputes), against)


def _row(claim: Claim) -> dict[str, Any]:
    return {
        "kind": claim.kind,
        "unit": claim.unit,
        "role": claim.role,
        "value": claim.value,
        "upper_value": claim.upper,
        "is_approximate": claim.approximate,
        "bound": claim.bound,
        "written": claim.written,
        "story_count": len(claim.stories),
        "independent_count": claim.independent,
        "language_count": claim.languages,
        "first_story_id": claim.stories[0],
        "first_at": claim.since,
        "last_at": claim.until,
    }


def of(db: sa.Connection, ids: Iterable[int]) -> dict[int, Stated]:
    """Give what some events state, {event: Stated}; one that states nothing is left out."""
    rows: dict[int, list[sa.Row[Any]]] = {}
    tellers: dict[int, list[int]] = {}
    against: dict[int, list[sa.Row[Any]]] = {}
    for chunk in chunks(sorted(set(ids))):
        query = sa.select(claims).where(claims.c.event_id.in_(chunk)).order_by(claims.c.event_id, claims.c.place)
        for r in db.execute(query):
            rows.setdefault(r.event_id, []).append(r)
        said = sa.select(claim_stories).join(claims, claims.c.id == claim_stories.c.claim_id)
        # canonical order, as `pairs.order` has it: by time, then by identity
        for r in db.execute(_ordered(said.where(claims.c.event_id.in_(chunk)))):
            tellers.setdefault(r.claim_id, []).append(r.story_id)
        clashes = sa.select(disputes).where(disputes.c.event_id.in_(chunk)).order_by(disputes.c.id)
        for r in db.execute(clashes):
            against.setdefault(r.event_id, []).append(r)
    return {event: _noun(found, tellers, against.get(event, [])) for event, found in rows.items()}


def _ordered(query: Any) -> Any:
    told = query.join(stories, stories.c.id == claim_stories.c.story_id)
    return told.order_by(stories.c.story_at, stories.c.url_hash)


def _noun(rows: Sequence[sa.Row[Any]], tellers: Mapping[int, Sequence[int]], against: Sequence[sa.Row[Any]]) -> Stated:
    place = {r.id: i for i, r in enumerate(rows)}
    return Stated(
        tuple(
            Claim(
                kind=r.kind,
                unit=r.unit,
                role=r.role,
                value=r.value,
                upper=r.upper_value,
                approximate=r.is_approximate,
                bound=r.bound,
                written=r.written,
                stories=tuple(tellers.get(r.id, ())),
                independent=r.independent_count,
                languages=r.language_count,
                since=r.first_at,
                until=r.last_at,
            )
            for r in rows
        ),
        tuple(
            Dispute(
                kind=rows[place[r.claim_id]].kind,
                unit=rows[place[r.claim_id]].unit,
                role=r.role,
                claim=place[r.claim_id],
                against=place[r.against_claim_id],
                value=r.value,
                against_value=r.against_value,
                written=r.written,
                against_written=r.against_written,
                story_id=r.story_id,
                against_story_id=r.against_story_id,
                at=r.disputed_at,
            )
            for r in against
        ),
    )


def waiting(db: sa.Connection, limit: int) -> list[int]:
    """List standing events whose claims wait to be made: another rule made them, or facts were read anew."""
    at = events.c.stated_version
    query = (
        sa.select(events.c.id)
        .where(sa.or_(at.is_(None), at < core.CODE, at > core.CODE), events.c.merged_into.is_(None))
        .order_by(events.c.id)
        .limit(limit)
        .with_hint(events, "indexed by ix_events_stated_version", "sqlite")
    )
    return list(db.scalars(query))


def forget(db: sa.Connection, event_ids: Sequence[int]) -> None:
    """Have the claims of some events made anew by the next clustering."""
    for chunk in chunks(sorted(set(event_ids))):
        db.execute(sa.update(events).where(events.c.id.in_(chunk)).values(stated_version=None))
