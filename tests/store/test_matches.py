"""Matches on both databases: one current judgement a story, its details, and what is asked of its page."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.core import facts
from pipeline.model import Alias, Entity, Entry, Fact, Feed, FeedSpec, Level, Match, Mention, Role, Story, Watchlist
from pipeline.store import alerts, candidates, matches, stated, stories, watchlists
from pipeline.store import facts as fact_store
from pipeline.store import tables as t
from pipeline.store.faults import Held

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def watchlist(version: str) -> Watchlist:
    """Give a watchlist of one firm."""
    firm = Entity("xai", "xAI", "company", (Role.WATCHED,), (Alias("xAI"),))
    return Watchlist(version, "test", (firm,), (), (), (), ())


@pytest.fixture
def told(database_url: str) -> list[Story]:
    """Three stored stories, and a watchlist."""
    with store.begin(database_url) as db:
        watchlists.adopt(db, watchlist("1"), NOW)
        watchlists.adopt(db, watchlist("2"), NOW)
        row = {"url": "https://f.example/", "tags": [], "added_at": NOW}
        key = db.scalar(sa.insert(t.feeds).values(**row).returning(t.feeds.c.id))
        feed = Feed(key, FeedSpec("https://f.example/", "F", "en"))
        pages = [f"https://paper.example/{n}" for n in range(3)]
        stories.add(db, feed, [Entry(p, p, f"Title {p[-1]}") for p in pages], NOW)
        db.execute(sa.update(t.stories).values(language="en"))
        return stories.unjudged(db, 10)


def judged(story: Story, level: int, version: str = "1") -> tuple[Story, Match]:
    """Judge a story by hand."""
    ours = level >= 1
    return story, Match(
        story_id=story.id,
        watchlist_version=version,
        matcher_version="m1",
        level=Level(level),
        score=0.9 if ours else 0.1,
        seed_key=None,
        similarity=None,
        topics=("ai",) if ours else (),
        mentions=(Mention("xai", "xAI", "title", 0, 3, "xAI"), Mention("xai", "xAI", "summary", 4, 7, "XAI")),
        facts=(Fact("money", 3e10, "USD", "raised", 0, 5, "30 bn", "title"),) if ours else (),
        evidence={"features": {"who": 1.0}},
    )


def current(db: sa.Connection) -> list[tuple[int, int, str]]:
    """Give the judgements that count."""
    query = sa.select(t.matches.c.story_id, t.matches.c.level, t.matches.c.watchlist_version)
    return [tuple(r) for r in db.execute(query.where(t.matches.c.is_current).order_by(t.matches.c.story_id))]


def test_a_judgement_is_stored_once_with_its_details(database_url: str, told: list[Story]) -> None:
    """The same judgements again change nothing; entities and facts stand for stories that are ours."""
    one, two, three = told
    for _ in range(2):
        with store.begin(database_url) as db:
            assert matches.add(db, [judged(three, 0), judged(one, 2), judged(two, 0)], NOW, enrich=True) == 1
    with store.read(database_url) as db:
        assert current(db) == [(one.id, 2, "1"), (two.id, 0, "1"), (three.id, 0, "1")]
        assert db.scalar(sa.select(sa.func.count()).select_from(t.matches)) == 3
        found = db.execute(sa.select(t.match_entities)).one()
        assert (found.story_id, found.entity_key, found.mention_count, found.in_title) == (one.id, "xai", 2, True)
        assert found.aliases == ["XAI", "xAI"]
        assert db.execute(sa.select(t.facts.c.story_id, t.facts.c.value)).all() == [(one.id, 3e10)]
        wanted = dict(db.execute(sa.select(t.stories.c.id, t.stories.c.enrich_after)).all())
        assert wanted == {one.id: NOW, two.id: None, three.id: None}
        assert stories.unjudged(db, 10) == []


def test_a_new_judgement_replaces_the_old_one_and_keeps_it(database_url: str, told: list[Story]) -> None:
    """History stays; details follow the judgement that counts; one that comes back counts again."""
    one = told[0]
    for version, level in (("1", 2), ("2", 0), ("1", 2)):
        with store.begin(database_url) as db:
            matches.add(db, [judged(one, level, version)], LATER, enrich=False)
            assert current(db) == [(one.id, level, version)]
            assert db.scalar(sa.select(sa.func.count()).select_from(t.facts)) == (1 if level else 0)
            assert db.scalar(sa.select(sa.func.count()).select_from(t.match_entities)) == (1 if level else 0)
    with store.read(database_url) as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(t.matches)) == 2
        assert matches.stale(db, "2", "m1") == 1
        assert matches.stale(db, "1", "m1") == 0


def test_stale_facts_are_counted_alike_of_all_and_of_parts(database_url: str, told: list[Story]) -> None:
    """Rule: of all stories they are counted by two indexes, of a chunk one by one; what is ours no more never."""
    version = facts.version()
    with store.begin(database_url) as db:
        matches.add(db, [judged(one, level) for one, level in zip(told, (2, 1, 0), strict=True)], NOW, enrich=False)
    for change, stale in ((None, 0), ("another", 1), (None, 1), ("level", 0)):
        with store.begin(database_url) as db:
            if change == "another":
                db.execute(sa.update(t.stories).where(t.stories.c.id == told[0].id).values(facts_version="older"))
            if change == "level":  # the one whose facts another reader read is ours no more
                matches.add(db, [judged(told[0], 0, "2")], LATER, enrich=False)
            parts = [(one.id, one.id + 1) for one in told]
            assert fact_store.stale(db, version) == sum(fact_store.stale(db, version, part) for part in parts) == stale


def test_what_is_asked_at_each_run_reads_an_index_of_few(sqlite_url: str) -> None:
    """Rule: who waits for event, alert or claim, and what is stale: none reads all of history, analyzed or not."""
    asked: list[tuple[str, object]] = []
    with store.begin(sqlite_url) as db:
        sa.event.listen(db, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
        assert candidates.waiting(db, 10) == []
        assert fact_store.stale(db, facts.version()) == 0
        assert alerts.changed(db, 10, held=Held("alert", "v", NOW)) == stated.waiting(db, 10) == []
        assert alerts.cancel_of_gone_readers(db) == 0
        plans = [
            {r.detail for r in db.exec_driver_sql(f"explain query plan {text}", given) if " INDEX " in r.detail}
            for text, given in asked[:5]
        ]
    assert plans[0] == {"SCAN matches USING INDEX ix_matches_unclustered"}
    assert plans[1] == {
        "SEARCH matches USING INDEX ix_matches_ours (level>?)",
        "SEARCH stories USING COVERING INDEX ix_stories_facts_version (facts_version=?)",
    }
    assert "SEARCH events USING INDEX ix_events_unalerted (id>?)" in plans[2]
    assert {p.partition(" (")[0] for p in plans[3]} == {"SEARCH events USING INDEX ix_events_stated_version"}
    assert "SCAN alerts USING INDEX ix_alerts_pending" in plans[4]


def test_whom_a_refused_story_names_is_kept(database_url: str, told: list[Story]) -> None:
    """Rule: a desk can ask who was named and refused; a story that is taken after all leaves that list."""
    one, two, _ = told
    with store.begin(database_url) as db:
        matches.add(db, [judged(one, 0), judged(two, 2)], NOW, enrich=False)
        kept = db.execute(sa.select(t.refused_entities)).one()
        assert (kept.story_id, kept.entity_key, kept.mention_count, kept.in_title) == (one.id, "xai", 2, True)
        assert kept.aliases == ["XAI", "xAI"]
        matches.add(db, [judged(one, 1, "2"), judged(two, 0, "2")], LATER, enrich=False)
        assert db.scalars(sa.select(t.refused_entities.c.story_id)).all() == [two.id]


def test_a_story_that_is_gone_is_left_out(database_url: str, told: list[Story]) -> None:
    """Pruned between judging and storing: nothing to store, nothing to break."""
    one, two, _ = told
    with store.begin(database_url) as db:
        db.execute(sa.delete(t.sightings).where(t.sightings.c.story_id == one.id))
        db.execute(sa.delete(t.stories).where(t.stories.c.id == one.id))
        assert matches.add(db, [judged(one, 2), judged(two, 1)], NOW, enrich=False) == 1
        assert current(db) == [(two.id, 1, "1")]


def test_a_story_is_judged_anew_while_it_is_folded(database_url: str, told: list[Story]) -> None:
    """Two jobs at once: the one refers to stories in the order of its groups, the other judges them by number."""
    first, _, last = told
    with store.begin(database_url) as db:
        matches.add(db, [judged(s, 1) for s in told], NOW, True)
        moments = {"first_seen_at": NOW, "last_seen_at": NOW, "created_at": NOW, "updated_at": NOW}
        counts = dict.fromkeys(("story_count", "independent_count", "language_count", "outlet_count"), 1)
        event = db.scalar(
            sa.insert(t.events)
            .values(title="T", title_language="en", titles={}, level=1, entities=[], topics=[], baseline=False)
            .values(**moments, **counts)
            .returning(t.events.c.id)
        )

    def place(db: sa.Connection, story: Story) -> None:
        where = {"story_id": story.id, "event_id": event, "how": "found", "clusterer_version": "c", "joined_at": NOW}
        db.execute(sa.insert(t.event_stories).values(evidence={}, **where))

    def again() -> int:
        with store.begin(database_url) as db:
            return matches.add(db, [judged(s, 1, "2") for s in (first, last)], LATER, True)

    with ThreadPoolExecutor(1) as aside:
        with store.begin(database_url) as db:
            place(db, last)
            judging = aside.submit(again)
            wait([judging], timeout=1)  # by then it holds the first, or is done; on SQLite it waits for our commit
            place(db, first)
        assert judging.result(timeout=60) == 2
