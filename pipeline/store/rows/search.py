"""Events found by words and filters, page by page, at a cost that does not grow with history."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store.rows import columns, row
from pipeline.store.rows.events import EventRow
from pipeline.store.tables import event_stories, events, stories

EXAMINED = 4500  # events that one search looks at: 22,000 stories, under 0.2 s on both databases (docs/page.md)
FACETED = 1000  # newest events that fit, of which facets are counted
_names = itertools.count()
Place = tuple[datetime, int]  # last_seen_at and id of an event: where a list goes on

_LISTED = columns(EventRow, events)


def found(
    db: sa.Connection, words: Sequence[str] = (), *, limit: int = 25, **filters: Any
) -> tuple[list[EventRow], Place | None]:
    """List standing events, the last told first, and the place to go on from (None at the end).

    With `words`, those with a story that holds every one of them in title and summary. A search looks at EXAMINED
    events at most, so that it costs the same whatever the history; `filters` are those of `_standing`.
    """
    query = _standing(**filters)
    if words:
        query = _telling(db, query.limit(EXAMINED).subquery("e"), words)
    rows = [row(EventRow, r) for r in db.execute(query.limit(limit + 1))]
    if len(rows) > limit:
        rows.pop()
        return rows, (rows[-1].last_seen_at, rows[-1].id)
    if not words:
        return rows, None
    edge = db.execute(_standing(**filters).offset(EXAMINED - 1).limit(1)).one_or_none()
    return rows, None if edge is None else (edge.last_seen_at, edge.id)


@dataclass(frozen=True, slots=True)
class Facets:
    """How the newest events that fit divide: {what: events}, of levels those at it and above, the most first."""

    level: Mapping[int, int]
    language: Mapping[str, int]
    topic: Mapping[str, int]
    outlet: Mapping[str, int]


def facets(db: sa.Connection, words: Sequence[str] = (), most: int = 8, **filters: Any) -> Facets:
    """Count the newest FACETED events that fit by level, language, topic and outlet, `most` of each."""
    query = _standing(**filters).limit(FACETED)
    if words:
        query = _telling(db, query.subquery("e"), words)
    few = query.subquery("f")
    rows = db.execute(sa.select(few.c.id, few.c.level, few.c.titles, few.c.topics)).all()
    levels = Counter(n for e in rows for n in range(1, e.level + 1))
    who = (
        sa.select(stories.c.outlet, sa.func.count(event_stories.c.event_id.distinct()).label("n"))
        .join(event_stories, event_stories.c.story_id == stories.c.id)
        .where(event_stories.c.event_id.in_([e.id for e in rows]), stories.c.outlet != "")
        .group_by(stories.c.outlet)
        .order_by(sa.desc("n"), stories.c.outlet)
        .limit(most)
    )
    return Facets(
        dict(sorted(levels.items())),
        dict(Counter(t for e in rows for t in e.titles).most_common(most)),
        dict(Counter(t for e in rows for t in e.topics).most_common(most)),
        {r.outlet: r.n for r in db.execute(who)} if rows else {},
    )


def _standing(
    *,
    topic: str | None = None,
    entity: str | None = None,
    language: str | None = None,
    outlet: str | None = None,
    min_level: int = 1,
    since: datetime | None = None,
    until: datetime | None = None,
    after: Place | None = None,
) -> sa.Select[Any]:
    """Select standing events, the last told first; `after` is the place of the last event that was shown."""
    query = sa.select(*_LISTED).where(
        events.c.merged_into.is_(None), events.c.story_count > 0, events.c.level >= min_level
    )
    if topic:
        query = query.where(_lists(events.c.topics, topic))
    if entity:
        query = query.where(_lists(events.c.entities, entity))
    if language:
        query = query.where(events.c.titles[language].as_string().is_not(None))
    if outlet:
        theirs = sa.select(event_stories.c.event_id).join(stories, stories.c.id == event_stories.c.story_id)
        query = query.where(events.c.id.in_(theirs.where(stories.c.outlet == outlet)))
    if since is not None:
        query = query.where(events.c.last_seen_at >= since)
    if until is not None:
        query = query.where(events.c.first_seen_at < until)
    if after is not None:
        at, number = after
        query = query.where(events.c.last_seen_at <= at, sa.or_(events.c.last_seen_at < at, events.c.id < number))
    return query.order_by(events.c.last_seen_at.desc(), events.c.id.desc())


def _lists(column: sa.Column[Any], key: str) -> sa.ColumnElement[bool]:
    """Whether a JSON list of keys holds one: by its text, which both databases can do without a function of theirs."""
    return sa.cast(column, sa.Text).contains(f'"{key}"', autoescape=True)


def _telling(db: sa.Connection, window: sa.Subquery, words: Sequence[str]) -> sa.Select[Any]:
    """Select the events of `window` that have a story which holds every word in title and summary."""
    said = (
        sa.select(event_stories.c.event_id, stories.c.title, stories.c.summary)
        .join_from(event_stories, stories, stories.c.id == event_stories.c.story_id)
        .where(event_stories.c.event_id == window.c.id)
    )
    ordered = sa.select(window).order_by(window.c.last_seen_at.desc(), window.c.id.desc())
    if db.dialect.name != "postgresql":
        return ordered.where(said.where(*_holds(db, words, stories.c.title, stories.c.summary)).exists())
    # Left alone, the planner folds the case of a million stories first and looks at the window afterwards: 3 s. The
    # offset is a fence that the words stay outside of, and the rows of a window are few enough to fetch one by one.
    db.execute(sa.text("set local random_page_cost = 1.1"))
    db.execute(sa.text("set local jit = off"))
    near = (
        sa.select(event_stories.c.event_id, stories.c.title, stories.c.summary)
        .join_from(window, event_stories, event_stories.c.event_id == window.c.id)
        .join(stories, stories.c.id == event_stories.c.story_id)
        .offset(0)
        .subquery("near")
    )
    found = sa.select(near.c.event_id).where(*_holds(db, words, near.c.title, near.c.summary))
    return ordered.where(window.c.id.in_(found))


def _holds(
    db: sa.Connection, words: Sequence[str], title: sa.ColumnElement[str], summary: sa.ColumnElement[str]
) -> list[sa.ColumnElement[bool]]:
    """Whether title and summary hold every word, whatever its letter case in any script.

    SQLite's LIKE knows the case of ASCII only. It serves words of ASCII and of scripts without case; for the others
    Python folds, in a function made for this query, as the words are bound in it.
    """
    said = title + " " + summary
    if db.dialect.name == "postgresql":
        return [sa.func.lower(said).contains(w.lower(), autoescape=True) for w in words]
    plain = [w for w in words if all(c.isascii() or c.lower() == c.upper() for c in w)]
    found = [sa.or_(title.contains(w, autoescape=True), summary.contains(w, autoescape=True)) for w in plain]
    needles = [w.casefold() for w in words if w not in plain]
    if not needles:
        return found

    def holds(text: str) -> bool:
        folded = text.casefold()
        return all(n in folded for n in needles)

    name = f"holds_{next(_names)}"
    raw: Any = db.connection.dbapi_connection
    raw.create_function(name, 1, holds, deterministic=True)
    return [*found, getattr(sa.func, name)(said, type_=sa.Boolean)]
