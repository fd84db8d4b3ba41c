"""Retention: what is erased, by table and age. Events, their evidence, alerts and judgements stay.

Bodies and texts go first, and only their content: the rows that say that they were there stay. Each batch is a
transaction of its own, so that pruning can be killed anywhere and holds no lock for long.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store.engine import begin, read
from pipeline.store.tables import (
    bodies,
    event_history,
    event_stories,
    events,
    feeds,
    fetches,
    labels,
    matches,
    runs,
    stories,
    vectors,
)

BATCH = 2000  # rows a transaction: some ten milliseconds on both databases


@dataclass(frozen=True, slots=True)
class Rule:
    """What is erased of one table, and which rows it concerns at an age."""

    what: str  # table, or table.column where only the content goes
    keep: str  # which of the ages counts
    where: Callable[[datetime], sa.ColumnElement[bool]]
    key: sa.Column[Any]
    erase: Mapping[str, Any] | None = None  # None: the whole row goes


def _old_body(cut: datetime) -> sa.ColumnElement[bool]:
    last = sa.select(sa.func.max(bodies.c.id)).group_by(bodies.c.feed_id)  # the health of a feed looks at it
    is_last = sa.exists().where(feeds.c.id == bodies.c.feed_id, feeds.c.body_hash == bodies.c.hash)  # "unchanged"
    return sa.and_(bodies.c.fetched_at < cut, bodies.c.content.is_(None), bodies.c.id.not_in(last), ~is_last)


def _old_fetch(cut: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(fetches.c.fetched_at < cut, ~sa.exists().where(bodies.c.fetch_id == fetches.c.id))


def _old_run(cut: datetime) -> sa.ColumnElement[bool]:
    last = sa.select(sa.func.max(runs.c.id)).group_by(runs.c.step)  # "has it ever run?" must stay true
    return sa.and_(runs.c.started_at < cut, runs.c.id.not_in(last))


def _old_vector(cut: datetime) -> sa.ColumnElement[bool]:
    return vectors.c.story_id.in_(sa.select(stories.c.id).where(stories.c.story_at < cut))


def _never_ours(cut: datetime) -> sa.ColumnElement[bool]:
    """Stories that no judgement ever took for ours, and nothing points to."""
    pointers = (event_stories.c.copy_of, events.c.lead_story_id, event_history.c.story_id)
    pointed: list[sa.ColumnElement[bool]] = [stories.c.id.in_(sa.select(p).where(p.is_not(None))) for p in pointers]
    pointed += [
        sa.exists().where(matches.c.story_id == stories.c.id, matches.c.level >= 1),
        sa.exists().where(event_stories.c.story_id == stories.c.id),
        sa.exists().where(labels.c.story_id == stories.c.id),
    ]
    return sa.and_(stories.c.seen_at < cut, stories.c.judged_at.is_not(None), *(~p for p in pointed))


RULES = (
    Rule(
        "bodies.content",
        "bodies",
        lambda cut: sa.and_(bodies.c.fetched_at < cut, bodies.c.parsed_at.is_not(None), bodies.c.content.is_not(None)),
        bodies.c.id,
        {"content": None},
    ),
    Rule(
        "stories.text",
        "texts",
        lambda cut: sa.and_(stories.c.seen_at < cut, stories.c.judged_at.is_not(None), stories.c.text.is_not(None)),
        stories.c.id,
        {"text": None},
    ),
    Rule("vectors", "vectors", _old_vector, vectors.c.story_id),
    Rule("bodies", "fetches", _old_body, bodies.c.id),
    Rule("fetches", "fetches", _old_fetch, fetches.c.id),
    Rule("runs", "runs", _old_run, runs.c.id),
    Rule("stories", "stories", _never_ours, stories.c.id),
)


def count(url: str, rule: Rule, cut: datetime) -> int:
    """Count what a rule would erase."""
    with read(url) as db:
        return int(db.scalar(sa.select(sa.func.count()).select_from(rule.key.table).where(rule.where(cut))) or 0)


def erase(url: str, rule: Rule, cut: datetime) -> int:
    """Erase what a rule concerns, batch by batch; return how many rows."""
    done = 0
    while True:
        with begin(url, lock="prune") as db:
            ids = list(db.scalars(sa.select(rule.key).where(rule.where(cut)).order_by(rule.key).limit(BATCH)))
            if not ids:
                return done
            mine = sa.and_(rule.key.in_(ids), rule.where(cut))
            table: Any = rule.key.table
            query = sa.delete(table) if rule.erase is None else sa.update(table).values(**rule.erase)
            done += db.execute(query.where(mine)).rowcount


def refresh(url: str) -> None:
    """Let SQLite look again at how its tables are filled, to pick the right index; PostgreSQL does it by itself."""
    with begin(url) as db:
        if db.dialect.name == "sqlite":
            db.exec_driver_sql("pragma analysis_limit = 1000")  # rows an index: milliseconds, whatever the size
            db.exec_driver_sql("analyze")
