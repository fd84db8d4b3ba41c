"""What a store means, without the numbers and times that differ between any two runs of the same."""

import contextlib
import json
from typing import Any

import sqlalchemy as sa

from pipeline import store

MEANING = {
    "feeds": "select url, title, state, failure_count from feeds order by url",
    "stories": """
        select canonical_url, title, language, outlet, baseline from stories order by canonical_url""",
    "sightings": """
        select s.canonical_url, f.url from sightings x join stories s on s.id = x.story_id
        join feeds f on f.id = x.feed_id order by 1, 2""",
    "matches": """
        select s.canonical_url, m.level, m.score, m.topics, m.watchlist_version, m.matcher_version from matches m
        join stories s on s.id = m.story_id where m.is_current order by 1""",
    "facts": """
        select s.canonical_url, f.kind, f.value, f.unit, f.role, f.part, f.start_offset from facts f
        join stories s on s.id = f.story_id order by 1, 6, 7, 2""",
    "events": """
        select title, level, story_count, language_count, independent_count, entities, topics from events
        where merged_into is null order by title""",
    "event_stories": """
        select e.title, s.canonical_url from event_stories x join events e on e.id = x.event_id
        join stories s on s.id = x.story_id order by 1, 2""",
    "alerts": """
        select u.key, e.title, a.reason, a.state from alerts a join subscriptions u on u.id = a.subscription_id
        join events e on e.id = a.event_id order by 1, 2, 3""",
}


def meaning(url: str) -> dict[str, list[tuple[str, ...]]]:
    """Give what a store holds, as rows that compare whatever the database."""
    with store.read(url) as db:
        return {name: [tuple(map(_plain, r)) for r in db.execute(sa.text(q))] for name, q in MEANING.items()}


def _plain(value: Any) -> str:
    """Write a value alike for both: SQLite has no booleans and keeps JSON as text."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str) and value.startswith(("[", "{")):
        with contextlib.suppress(ValueError):  # a title may begin with a bracket
            value = json.loads(value)
    return json.dumps(value, sort_keys=True) if isinstance(value, list | dict) else str(value)
