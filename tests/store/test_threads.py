"""Threads in the store: links are made where events change, once, in whatever order stories came."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.core.events import pairs
from pipeline.store import neighbourhood, threads
from pipeline.store.tables import event_stories, events, links, stories
from tests.told import T0, Told, tell

MODEL = pairs.default_weights()
DAY = 24
SAGA = (
    Told("talks", 0, "en", "OpenAI in talks to buy Halden Robotics", "Halden Robotics builds robots.", ("openai",)),
    Told("deal", 3 * DAY, "en", "OpenAI agrees to buy Halden Robotics for $3.2 billion", "", ("openai",), 3.2e9),
    Told("closed", 60 * DAY, "en", "OpenAI closes purchase of Halden Robotics", "", ("openai",)),
    Told("outage", 4 * DAY, "en", "ChatGPT down for four hours after a failed update", "", ("openai",)),
    Told("rival", 5 * DAY, "en", "Acme in talks to buy Halden Robotics", "Halden Robotics builds robots.", ("acme",)),
    Told("suit", 6 * DAY, "de", "Hamburger Verlage verklagen OpenAI wegen Archivtexten", "", ("openai",)),
    Told("ruling", 40 * DAY, "de", "OpenAI muss Hamburger Verlage für Archivtexte zahlen", "", ("openai",)),
)


def place(url: str, told: Any, at: datetime) -> None:
    """Every story an event of its own, as a clusterer that folds nothing would: only the links are tried here."""
    with store.begin(url) as db:
        for one in told:
            (story,) = tell(db, [one])
            when = T0 + timedelta(hours=one.hours)
            row = {
                "title": one.title, "title_language": one.language, "titles": {one.language: one.title}, "level": 1,
                "first_seen_at": when, "last_seen_at": when, "story_count": 1, "language_count": 1,
                "independent_count": 1, "outlet_count": 1, "lead_story_id": story, "entities": list(one.entities),
                "topics": [], "created_at": at, "updated_at": at,
            }  # fmt: skip
            event = db.execute(sa.insert(events).values(**row).returning(events.c.id)).scalar_one()
            member = {"story_id": story, "event_id": event, "how": "found", "evidence": {}, "clusterer_version": "c"}
            db.execute(sa.insert(event_stories).values(**member, joined_at=at))
            threads.relink(db, [story], at, {})


def said(url: str) -> set[tuple[str, str]]:
    """The links by the titles of their ends: (later, earlier)."""
    later, earlier = events.alias(), events.alias()
    query = sa.select(later.c.title, earlier.c.title, links.c.kind, links.c.strength, links.c.evidence)
    query = query.join(later, later.c.id == links.c.event_id).join(earlier, earlier.c.id == links.c.follows_id)
    with store.read(url) as db:
        rows = db.execute(query).all()
    for row in rows:
        assert row.kind == "follows"
        assert threads.threads.default_linker().least <= row.strength <= 1
        assert set(row.evidence["features"]) == set(threads.threads.FEATURES)
    return {(row[0], row[1]) for row in rows}


TALKS, DEAL, CLOSED, OUTAGE, RIVAL, SUIT, RULING = (t.title for t in SAGA)


def test_a_saga_is_a_thread_of_events(database_url: str) -> None:
    """Talks, deal and closing follow one another, a ruling its suit; an outage and another firm's talks follow none."""
    place(database_url, SAGA, T0)
    assert said(database_url) == {(DEAL, TALKS), (CLOSED, TALKS), (CLOSED, DEAL), (RULING, SUIT)}


@pytest.mark.parametrize("seed", range(4))
def test_links_do_not_depend_on_the_order_of_arrival(database_url: str, seed: int) -> None:
    """What stands in the end is a function of the events alone."""
    shuffled = list(SAGA)
    random.Random(seed).shuffle(shuffled)
    place(database_url, shuffled, T0)
    assert said(database_url) == {(DEAL, TALKS), (CLOSED, TALKS), (CLOSED, DEAL), (RULING, SUIT)}


def test_linking_again_writes_nothing(database_url: str) -> None:
    """The same events make the same links, and a link that stands keeps its time."""
    place(database_url, SAGA, T0)
    with store.begin(database_url) as db:
        ids = list(db.scalars(sa.select(stories.c.id)))
        db.execute(sa.update(events).values(updated_at=T0 + timedelta(days=1)))
        assert threads.relink(db, ids, T0 + timedelta(days=1), {}) == 0
        assert set(db.scalars(sa.select(links.c.linked_at))) == {T0}
        assert threads.relink(db, ids, T0 + timedelta(days=2), {}) == 0  # nothing changed then


def test_what_is_merged_away_or_empty_has_no_links(database_url: str) -> None:
    """A link never leads to a number that means another event today."""
    place(database_url, SAGA, T0)
    later = T0 + timedelta(days=1)
    with store.begin(database_url) as db:
        number = {r.title: r.id for r in db.execute(sa.select(events.c.id, events.c.title))}
        story = {r.event_id: r.story_id for r in db.execute(sa.select(event_stories))}
        into = {"merged_into": number[TALKS], "updated_at": later}
        db.execute(sa.update(events).where(events.c.id == number[DEAL]).values(**into))
        db.execute(sa.update(events).where(events.c.id == number[TALKS]).values(updated_at=later))
        db.execute(
            sa.update(event_stories).where(event_stories.c.event_id == number[DEAL]).values(event_id=number[TALKS])
        )
        threads.relink(db, [story[number[TALKS]], story[number[DEAL]]], later, {})
    assert said(database_url) == {(CLOSED, TALKS), (RULING, SUIT)}
    with store.begin(database_url) as db:
        neighbourhood.disown(db, [story[number[SUIT]]], 14, MODEL, {}, later)
    assert said(database_url) == {(CLOSED, TALKS)}


def test_the_chain_is_read_back_and_forth(database_url: str) -> None:
    """From an event back to where its thread began, nearest first, and on to what followed it."""
    place(database_url, SAGA, T0)
    with store.read(database_url) as db:
        number = {r.title: r.id for r in db.execute(sa.select(events.c.id, events.c.title))}
        back = threads.back(db, [number[CLOSED], number[OUTAGE]])
        assert {x.title for x in back[number[CLOSED]]} <= {DEAL, TALKS}
        assert back[number[CLOSED]][-1].title == TALKS
        assert back[number[OUTAGE]] == []
        assert [x.title for x in threads.after(db, number[SUIT])] == [RULING]
        assert threads.after(db, number[OUTAGE]) == []
        rows = db.execute(sa.text("select event_id from event_threads order by thread_id, step, event_id")).all()
        assert {number[TALKS], number[DEAL], number[CLOSED], number[SUIT], number[RULING]} == {r[0] for r in rows}
        nearest = db.execute(sa.text("select event_id, follows_id from event_links where is_nearest")).all()
        assert len(nearest) == 3
