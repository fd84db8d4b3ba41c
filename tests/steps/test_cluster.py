"""The cluster step: the right events, the same ones in any order, after a kill, and with two processes at once."""

import itertools
import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pipeline import settings as settings_module
from pipeline import store
from pipeline.core.text import url
from pipeline.desk import events
from pipeline.errors import NotFoundError
from pipeline.settings import Settings
from pipeline.steps import cluster
from pipeline.store.tables import event_history, event_stories, matches, stories
from pipeline.store.tables import events as event_table
from tests.processes import kill_when, start, together
from tests.told import JOIN, STORIES, T0, Told, hash_of, tell

NOW = T0 + timedelta(days=3)


def settings_for(database_url: str) -> Settings:
    return settings_module.load(database_url=database_url)


def partition(database_url: str) -> set[frozenset[str]]:
    """The events as sets of addresses: what must not depend on how the stories came."""
    with store.read(database_url) as db:
        rows = db.execute(
            sa.select(event_stories.c.event_id, stories.c.canonical_url).join(
                stories, stories.c.id == event_stories.c.story_id
            )
        ).all()
    groups: dict[int, set[str]] = {}
    for row in rows:
        groups.setdefault(row.event_id, set()).add(row.canonical_url)
    return {frozenset(g) for g in groups.values()}


def expected(told: Sequence[Told]) -> set[frozenset[str]]:
    return {
        frozenset(t.address for t in group)
        for _, group in itertools.groupby(sorted(told, key=lambda t: t.event), key=lambda t: t.event)
    }


def feed(database_url: str, told: Sequence[Told]) -> None:
    with store.begin(database_url) as db:
        tell(db, told)
    cluster.run(settings_for(database_url), NOW)


def test_languages_meet_and_happenings_stay_apart(database_url: str) -> None:
    """One happening in five languages is one event; its protagonists' other news are not drawn into it."""
    feed(database_url, STORIES)
    assert partition(database_url) == expected(STORIES)
    with store.read(database_url) as db:
        row = db.execute(sa.select(event_table).where(event_table.c.story_count == 5)).one()
        evidence = db.execute(sa.select(event_stories).where(event_stories.c.event_id == row.id)).all()
    assert (row.title_language, row.level, row.language_count) == ("en", 3, 5)
    assert set(row.titles) == {"en", "fr", "id", "hi", "ru"}
    assert all(e.evidence["contributions"] and e.clusterer_version for e in evidence)  # why, months later


@pytest.mark.parametrize("seed", range(3))
def test_arrival_order_does_not_matter(sqlite_url: str, seed: int) -> None:
    """The same stories one by one in any order give the same events as all at once."""
    shuffled = list(STORIES)
    random.Random(seed).shuffle(shuffled)
    for told in shuffled:
        feed(sqlite_url, [told])
    assert partition(sqlite_url) == expected(STORIES)


def test_a_run_without_news_changes_nothing(database_url: str) -> None:
    """A revision is news to subscribers: it must not grow because a step ran."""
    feed(database_url, STORIES)
    with store.read(database_url) as db:
        before = db.execute(sa.select(event_table).order_by(event_table.c.id)).all()
    tally = cluster.run(settings_for(database_url), NOW + timedelta(hours=1))
    with store.read(database_url) as db:
        assert db.execute(sa.select(event_table).order_by(event_table.c.id)).all() == before
    assert (tally.seen, tally.done) == (0, 0)


def test_judged_again_in_place_changes_nothing(sqlite_url: str) -> None:
    """A rematch with the same outcome puts stories back where they were, without a new revision."""
    feed(sqlite_url, STORIES)
    with store.begin(sqlite_url) as db:
        db.execute(sa.update(matches).values(clustered_at=None))
        before = db.execute(sa.select(event_table.c.id, event_table.c.revision)).all()
    assert cluster.run(settings_for(sqlite_url), NOW).done == len(STORIES)
    with store.read(sqlite_url) as db:
        assert db.execute(sa.select(event_table.c.id, event_table.c.revision)).all() == before


def test_a_story_that_is_no_longer_ours_leaves(sqlite_url: str) -> None:
    """When a rematch says level 0 the story goes, the event says so, and one without stories stands empty."""
    feed(sqlite_url, STORIES)
    grok = [t.address for t in STORIES if t.event == "grok"]
    with store.begin(sqlite_url) as db:
        ids = db.scalars(sa.select(stories.c.id).where(stories.c.canonical_url.in_(grok))).all()
        db.execute(sa.update(matches).where(matches.c.story_id.in_(ids)).values(level=0))
    cluster.run(settings_for(sqlite_url), NOW)
    assert partition(sqlite_url) == expected([t for t in STORIES if t.event != "grok"])
    with store.read(sqlite_url) as db:
        empty = db.execute(sa.select(event_table).where(event_table.c.story_count == 0)).all()
        left = db.scalar(sa.select(sa.func.count()).where(event_history.c.kind == "left"))
    assert (len(empty), left) == (1, 2)


def test_other_time_is_another_event(sqlite_url: str) -> None:
    """The same words six weeks later are a sequel, not the same happening."""
    again = Told("again", 24 * 42, "en", STORIES[0].title, STORIES[0].summary, JOIN)
    feed(sqlite_url, [STORIES[0], again])
    assert partition(sqlite_url) == expected([STORIES[0], again])


def test_corrections_hold_through_replay(database_url: str) -> None:
    """What an analyst splits or merges stays so when everything is clustered anew."""
    feed(database_url, STORIES)
    chosen = settings_for(database_url)
    assert events.replay(chosen, NOW).differences == []
    listed = {e.story_count: e for e in events.newest(chosen)}
    big = listed[5].id
    out = [s.id for s in events.told(chosen, big).stories][:2]
    numbers = events.split(chosen, NOW, big, out, by="us", note="two deals")
    assert len(numbers) == 2 and big in numbers
    small = [e.id for e in events.newest(chosen) if e.story_count == 2 and e.id not in numbers]
    kept = events.merge(chosen, NOW, small[1], small[0])
    assert kept == min(small)
    standing = partition(database_url)
    assert events.replay(chosen, NOW).differences == []
    with store.begin(database_url) as db:
        db.execute(sa.update(matches).values(clustered_at=None))
    cluster.run(chosen, NOW)
    assert partition(database_url) == standing
    assert events.told(chosen, max(small)).event.id == kept  # a number never stops meaning its happening
    merged = events.merge(chosen, NOW, *numbers)  # and a split can be taken back
    assert events.told(chosen, merged).event.story_count == 5
    kinds = [h.kind for h in events.told(chosen, merged).history]
    assert "left" in kinds and "merged" in kinds


def test_a_wrong_number_is_said(sqlite_url: str) -> None:
    """A typing error must not end in a stack trace, nor split off a stranger."""
    feed(sqlite_url, STORIES[:1])
    chosen = settings_for(sqlite_url)
    for wrong in (
        lambda: events.told(chosen, 99),
        lambda: events.split(chosen, NOW, 1, [77]),
        lambda: events.split(chosen, NOW, 1, [1]),
    ):
        with pytest.raises(NotFoundError):
            wrong()


def alone(database_url: str) -> Settings:
    return settings_module.load(database_url=database_url, encoder="none")


def test_two_processes_at_once(database_url: str) -> None:
    """Overlapping runs take each story once and end in the same events as one run."""
    with store.begin(database_url) as db:
        tell(db, STORIES)
    together("cluster", alone(database_url), NOW, BATCH=2)
    assert sum(len(g) for g in partition(database_url)) == len(STORIES)
    with store.read(database_url) as db:
        counted = db.execute(
            sa.select(event_table.c.story_count, sa.func.count())
            .join(event_stories, event_stories.c.event_id == event_table.c.id)
            .group_by(event_table.c.id)
        ).all()
        waiting = db.scalar(sa.select(sa.func.count()).where(matches.c.clustered_at.is_(None)))
    assert all(said == held for said, held in counted)
    assert waiting == 0


def test_killed_anywhere_and_run_again(database_url: str) -> None:
    """A killed run leaves whole batches only; the next run ends as if nothing had happened."""
    with store.begin(database_url) as db:
        tell(db, STORIES)

    def placed_now() -> int:
        with store.read(database_url) as db:
            return db.scalar(sa.select(sa.func.count()).select_from(event_stories)) or 0

    for least in (0, 1):
        kill_when(start("cluster", alone(database_url), NOW, BATCH=2), lambda least=least: placed_now() >= least)
        with store.read(database_url) as db:
            placed = db.scalar(sa.select(sa.func.count()).select_from(event_stories))
            taken = db.scalar(sa.select(sa.func.count()).where(matches.c.clustered_at.is_not(None)))
        assert placed == taken
    cluster.run(settings_for(database_url), NOW)
    assert partition(database_url) == expected(STORIES)


def test_late_link_merges_the_younger_into_the_older(sqlite_url: str) -> None:
    """Two halves that only a later story connects become one event; the younger number points to the older."""
    first = Told(
        "deal", 0, "en", "BlackRock's group said to be in talks over Aligned data centres", "", ("blackrock", "aligned")
    )
    other = Told("deal", 1, "sv", "Datacenterbolag kan säljas för 40 miljarder", "", ("aligned",))
    link = Told(
        "deal", 2, "en", "BlackRock's group in talks to buy Aligned data centres for $40 billion, sources say",
        "Datacenterbolaget Aligned kan säljas för 40 miljarder dollar till BlackRocks grupp.", ("blackrock", "aligned"),
    )  # fmt: skip
    for told in (first, other, link):
        feed(sqlite_url, [told])
    with store.read(sqlite_url) as db:
        rows = db.execute(sa.select(event_table).order_by(event_table.c.id)).all()
        kinds = [(h.event_id, h.kind) for h in db.execute(sa.select(event_history).order_by(event_history.c.id))]
    standing = [r for r in rows if r.merged_into is None]
    if len(rows) > 1 and len(standing) == 1:  # the halves did not know each other before
        assert rows[1].merged_into == rows[0].id
        assert (rows[0].id, "merged") in kinds and (rows[1].id, "merged") in kinds
    assert len(standing) == 1


def test_hash_is_stable() -> None:
    """The fixture's addresses must not differ between processes."""
    assert hash_of("x") == int(url.key("x"), 16)
