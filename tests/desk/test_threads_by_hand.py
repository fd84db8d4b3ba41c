"""What analysts say of threads stands above the model, in every later clustering, on both databases."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.core.events import pairs
from pipeline.core.text import url
from pipeline.desk import events as desk
from pipeline.errors import NotFoundError
from pipeline.settings import Settings, load
from pipeline.store import neighbourhood
from pipeline.store.tables import corrections, event_stories, events, links, matches, stories
from tests.told import T0, Told, tell

DAY = 24
NOW = T0 + timedelta(days=90)
TALKS = Told("talks", 0, "en", "OpenAI in talks to buy Halden Robotics", "Halden Robotics builds robots.", ("openai",))
DEAL = Told("deal", 20 * DAY, "en", "OpenAI agrees to buy Halden Robotics for $3.2 billion", "", ("openai",), 3.2e9)
STRIKE = Told("strike", 24 * DAY, "en", "Crane drivers stop work at a harbour in Chile", "", ("cranes",))
TOLL = Told("toll", 30 * DAY, "fi", "Kanavan maksut nousevat kesällä", "", ("canal",))
SAGA = (TALKS, DEAL, STRIKE, TOLL)


def settled(address: str) -> Settings:
    """A store with four happenings of which the model links two."""
    with store.begin(address) as db:
        neighbourhood.settle(db, tell(db, SAGA), 14.0, pairs.default_weights(), {}, NOW)
    return load(database_url=address, encoder="none")


def number(address: str, told: Told) -> int:
    """The event that holds a story now."""
    query = sa.select(event_stories.c.event_id).join(stories, stories.c.id == event_stories.c.story_id)
    with store.read(address) as db:
        return int(db.execute(query.where(stories.c.url_hash == url.key(told.address))).scalar_one())


def linked(address: str, *named: Told) -> set[tuple[int, int]]:
    """The links (later, earlier) that stand between the events of some stories."""
    wanted = {number(address, t) for t in named}
    with store.read(address) as db:
        found = {(r.event_id, r.follows_id) for r in db.execute(sa.select(links))}
    return {pair for pair in found if wanted.issuperset(pair)}


def again(address: str, told: Sequence[Told], days: int = 1) -> None:
    """Cluster the stories of some events again, as new stories around them would."""
    with store.begin(address) as db:
        where = stories.c.url_hash.in_([url.key(t.address) for t in told])
        ids = list(db.scalars(sa.select(stories.c.id).where(where)))
        at = NOW + timedelta(days=days)
        changed = sa.select(event_stories.c.event_id).where(event_stories.c.story_id.in_(ids))
        db.execute(sa.update(events).where(events.c.id.in_(changed)).values(updated_at=at))
        neighbourhood.settle(db, ids, 14.0, pairs.default_weights(), {}, at)


def test_a_link_by_hand_stands_in_every_later_clustering(database_url: str) -> None:
    """The later follows the earlier whichever way round they are named; the model would never link the two."""
    settings = settled(database_url)
    strike, toll = number(database_url, STRIKE), number(database_url, TOLL)
    assert not linked(database_url, STRIKE, TOLL)
    assert desk.link(settings, NOW, strike, toll, "ann", "one owner") == (toll, strike)
    assert linked(database_url, STRIKE, TOLL) == {(toll, strike)}
    again(database_url, (STRIKE, TOLL))
    assert linked(database_url, STRIKE, TOLL) == {(toll, strike)}
    shown = desk.told(settings, toll)
    assert [(x.event_id, x.strength) for x in shown.follows] == [(strike, 1.0)]
    with store.read(database_url) as db:
        row = db.execute(sa.select(corrections)).one()
        assert (row.kind, row.corrected_by, row.note) == ("linked", "ann", "one owner")
        told = db.execute(sa.text("select follows_id, is_nearest, evidence from event_links where event_id = :i"),
                          {"i": toll}).one()  # fmt: skip
        assert (told.follows_id, bool(told.is_nearest)) == (strike, True)
        assert "corrected" in told.evidence


def test_what_was_unlinked_is_not_linked_again(database_url: str) -> None:
    """The model's own link goes and stays away; the newest word on two events counts."""
    settings = settled(database_url)
    talks, deal = number(database_url, TALKS), number(database_url, DEAL)
    assert linked(database_url, TALKS, DEAL) == {(deal, talks)}
    assert desk.unlink(settings, NOW, deal, talks) == (deal, talks)
    assert linked(database_url, TALKS, DEAL) == set()
    again(database_url, (TALKS, DEAL))
    assert linked(database_url, TALKS, DEAL) == set()
    desk.link(settings, NOW, talks, deal)
    again(database_url, (TALKS, DEAL), 2)
    assert linked(database_url, TALKS, DEAL) == {(deal, talks)}
    with store.read(database_url) as db:
        assert list(db.scalars(sa.select(corrections.c.kind))) == ["linked"]


def test_a_link_follows_its_story_into_another_event(database_url: str) -> None:
    """It is kept by story: after a merge it stands at the event that holds the story then, and not at the number."""
    settings = settled(database_url)
    strike, toll = number(database_url, STRIKE), number(database_url, TOLL)
    desk.link(settings, NOW, toll, strike)
    stays = desk.merge(settings, NOW + timedelta(days=1), toll, number(database_url, DEAL))
    assert number(database_url, TOLL) == stays != toll
    assert (max(strike, stays), min(strike, stays)) in {
        (max(p), min(p)) for p in linked(database_url, TOLL, STRIKE, DEAL)
    }
    with store.read(database_url) as db:
        assert toll not in {i for r in db.execute(sa.select(links)) for i in (r.event_id, r.follows_id)}
    desk.merge(settings, NOW + timedelta(days=2), stays, strike)  # both ends are one event now: nothing follows itself
    with store.read(database_url) as db:
        assert not [r for r in db.execute(sa.select(links)) if r.event_id == r.follows_id]


def test_events_are_no_nearer_for_a_link(database_url: str) -> None:
    """A link is no correction of events: both stay what they are, and clustering does not look at it."""
    settings = settled(database_url)
    strike, toll = number(database_url, STRIKE), number(database_url, TOLL)
    desk.link(settings, NOW, strike, toll)
    with store.begin(database_url) as db:
        db.execute(sa.update(matches).values(clustered_at=None))
    again(database_url, SAGA)
    assert (number(database_url, STRIKE), number(database_url, TOLL)) == (strike, toll)


def test_nothing_follows_itself_or_what_is_not_there(database_url: str) -> None:
    """A wrong number is one sentence, and leaves no correction."""
    settings = settled(database_url)
    talks = number(database_url, TALKS)
    with pytest.raises(NotFoundError, match="does not follow itself"):
        desk.link(settings, NOW, talks, talks)
    with pytest.raises(NotFoundError, match="no event 999"):
        desk.unlink(settings, NOW, talks, 999)
    with store.read(database_url) as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(corrections)) == 0
