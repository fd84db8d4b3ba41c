"""Analysts' corrections of events, by story identity, so that they survive a replay."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from pipeline.store.engine import chunks, insert
from pipeline.store.tables import corrections, event_stories, stories

_BY_HAND = corrections.c.kind.in_(("linked", "unlinked"))
_ANY_LINK = sa.select(corrections.c.id).where(_BY_HAND).limit(1)  # asked with every story, so built once


def _links() -> sa.Select[tuple[str, int, int]]:
    one, other = event_stories.alias(), event_stories.alias()
    first, second = stories.alias(), stories.alias()
    ids: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
    return (
        sa.select(corrections.c.kind, one.c.event_id.label("a"), other.c.event_id.label("b"))
        .join(first, first.c.url_hash == corrections.c.url_hash)
        .join(second, second.c.url_hash == corrections.c.other_url_hash)
        .join(one, one.c.story_id == first.c.id)
        .join(other, other.c.story_id == second.c.id)
        .where(_BY_HAND, sa.or_(one.c.event_id.in_(ids), other.c.event_id.in_(ids)))
    )


_LINKS = _links()


def named(db: sa.Connection, hashes: Iterable[str]) -> list[tuple[str, str, str]]:
    """Give the corrections (together or apart, url_hash, other) that name one of these stories."""
    found: set[tuple[str, str, str]] = set()
    for chunk in chunks(sorted(set(hashes))):
        query = sa.select(corrections.c.kind, corrections.c.url_hash, corrections.c.other_url_hash).where(
            corrections.c.kind.in_(("together", "apart")),
            sa.or_(corrections.c.url_hash.in_(chunk), corrections.c.other_url_hash.in_(chunk)),
        )
        found.update((r.kind, r.url_hash, r.other_url_hash) for r in db.execute(query))
    return sorted(found)


def add(
    db: sa.Connection, kind: str, pairs: Iterable[tuple[str, str]], now: datetime, by: str = "", note: str = ""
) -> None:
    """Store corrections for each pair of stories: `together` or `apart`, `linked` or `unlinked`."""
    values = {"corrected_by": by, "corrected_at": now, "note": note}
    for a, b in _ordered(pairs):
        db.execute(
            insert(db, corrections)
            .values(kind=kind, url_hash=a, other_url_hash=b, **values)
            .on_conflict_do_update(index_elements=["kind", "url_hash", "other_url_hash"], set_=values)
        )


def withdraw(db: sa.Connection, kind: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Take corrections back: the newest word on two stories counts."""
    for a, b in _ordered(pairs):
        same = sa.and_(corrections.c.url_hash == a, corrections.c.other_url_hash == b)
        db.execute(sa.delete(corrections).where(same, corrections.c.kind == kind))


def _ordered(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})


def links(db: sa.Connection, event_ids: Iterable[int]) -> list[tuple[str, int, int]]:
    """Give the corrections of threads that concern these events: (linked or unlinked, event, other event).

    They name stories, so they hold for the events in which these stand now.
    """
    if db.execute(_ANY_LINK).first() is None:
        return []
    found: set[tuple[str, int, int]] = set()
    for chunk in chunks(sorted(set(event_ids))):
        found.update((r.kind, r.a, r.b) for r in db.execute(_LINKS, {"ids": chunk}) if r.a != r.b)
    return sorted(found)


def ids_of(db: sa.Connection, hashes: Iterable[str]) -> dict[str, int]:
    """Give the story ids of url hashes, those that are stored."""
    return {
        r.url_hash: r.id
        for chunk in chunks(sorted(set(hashes)))
        for r in db.execute(sa.select(stories.c.url_hash, stories.c.id).where(stories.c.url_hash.in_(chunk)))
    }
