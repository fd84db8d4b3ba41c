"""What the pages ask: events by words and filters, one event whole, the watchlist, the feeds, and how all is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pipeline import store
from pipeline.core.alerts import atom
from pipeline.core.events import claims, pairs, sayings
from pipeline.core.events import event as events
from pipeline.errors import NotFoundError
from pipeline.settings import Settings
from pipeline.store import events as event_store
from pipeline.store import pool, runs
from pipeline.store.rows import events as reading
from pipeline.store.rows import mails, overview, search

MAX_WORDS = 8  # of one search; more only cost time


def ready(settings: Settings) -> None:
    """Make the schema where the database is empty; raise StoreError when it is not this program's."""
    store.ensure(settings.database_url)


def found(settings: Settings, words: Sequence[str] = (), limit: int = 25, **filters: Any) -> dict[str, Any]:
    """Find standing events, the last told first; `filters` are those of `store.search.found`.

    Gives {events, after, choices, names}: `after` is the place to go on from, None at the end. A search can have such
    a place with few events or none: it has looked back so far and no further.
    """
    with store.read(settings.database_url) as db:
        shown, after = search.found(db, list(words)[:MAX_WORDS], limit=limit, **filters)
        return {
            "events": shown,
            "after": after,
            "choices": reading.choices(db),
            "names": reading.names(db, sorted({k for e in shown for k in e["entities"]})),
        }


def standing(settings: Settings, event_id: int) -> int:
    """Give the event that a number means today, or raise NotFoundError."""
    with store.read(settings.database_url) as db:
        number = event_store.resolve(db, event_id)
    if number is None:
        raise NotFoundError(f"There is no event {event_id}.")
    return number


def event(settings: Settings, event_id: int) -> dict[str, Any]:
    """Give all of one standing event: its row, stories with leads, who says what, contradictions, and its history."""
    with store.read(settings.database_url) as db:
        row = reading.event(db, event_id)
        stories = reading.told(db, event_id)
        members = pool.members(db, [s["id"] for s in stories], {})
        past = event_store.history(db, event_id)
        names = reading.names(db, row["entities"])
        topics = reading.topics(db)
    told = sorted(members, key=pairs.order)
    leads = events.summarise(told).leads if told else {}
    by_id = {s["id"]: s for s in stories}
    return {
        "event": row,
        "stories": [{**s, "is_lead": s["id"] in leads.values()} for s in stories],
        "sayings": [
            {"fact": s.fact, "stories": [by_id[m.story.id] for m in s.members], "independent": s.independent}
            for s in sayings.sayings(told)
        ],
        "contradictions": [
            {**c, "story": by_id[c["story_id"]], "against_story": by_id[c["against_story_id"]]}
            for c in claims.contradictions(told).values()
        ],
        "history": past,
        "names": names,
        "topics": topics,
    }


def timeline(settings: Settings, event_id: int) -> tuple[int, list[dict[str, Any]]]:
    """Give an event's revision and its stories, for the picture."""
    with store.read(settings.database_url) as db:
        number = event_store.resolve(db, event_id)
        if number is None:
            raise NotFoundError(f"There is no event {event_id}.")
        return reading.event(db, number)["revision"], reading.dots(db, number)


def watchlist(settings: Settings) -> dict[str, Any]:
    """Give what is watched, with counts."""
    with store.read(settings.database_url) as db:
        return reading.watched(db)


def feeds(settings: Settings, now: datetime, state: str | None = None, words: str = "") -> dict[str, Any]:
    """Give the feeds with their health, those in trouble first."""
    with store.read(settings.database_url) as db:
        return {"states": reading.feed_states(db), "feeds": reading.feed_list(db, now, state, words)}


def pulse(settings: Settings) -> dict[str, Any]:
    """Give the latest story, event and run; raise StoreError when the database does not answer."""
    with store.read(settings.database_url) as db:
        return reading.pulse(db)


def at_a_glance(settings: Settings, min_level: int = 1, limit: int = 100) -> dict[str, Any]:
    """Give the events, the alerts per subscription, and the row counts."""
    with store.read(settings.database_url) as db:
        return {
            "events": overview.event_list(db, min_level, limit),
            "alerts": overview.alert_counts(db),
            "counts": dict(runs.counts(db)),
        }


def atom_feed(settings: Settings, now: datetime, *, limit: int = 50, min_level: int = 1, language: str = "en") -> bytes:
    """Write the events that changed last as an Atom feed, titles in `language` where a story has one."""
    with store.read(settings.database_url) as db:
        found = mails.newest(db, limit, min_level)
    return atom.feed(found, settings.base_url, language, now)
