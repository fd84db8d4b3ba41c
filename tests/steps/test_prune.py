"""Pruning erases bodies and texts first, by table and age, and never an event or its evidence."""

import datetime as dt

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.settings import Settings
from pipeline.steps import checks, prune
from pipeline.store import tables as t
from tests.sql.seed import Clock, fill

KEPT = ("events", "event_stories", "event_history", "alerts", "deliveries", "facts", "labels", "subscriptions")


@pytest.fixture
def filled(database_url: str) -> tuple[str, Clock]:
    with store.begin(database_url) as db:
        clock = fill(db, dt.datetime.now(dt.UTC))
        db.execute(sa.insert(t.vectors), [{"story_id": n, "encoder": "use", "vector": b"1"} for n in (1, 10)])
    return database_url, clock


def settings_for(url: str, **days: float) -> Settings:
    never = dict.fromkeys(("texts", "vectors", "fetches", "runs", "stories"), 0.0)
    return Settings(database_url=url, **{f"keep_{k}_days": v for k, v in ({"bodies": 9999.0} | never | days).items()})  # type: ignore[arg-type]


def counts(url: str) -> dict[str, int]:
    with store.read(url) as db:
        return {n: int(db.scalar(sa.select(sa.func.count()).select_from(x)) or 0) for n, x in t.metadata.tables.items()}


def test_nothing_goes_before_its_time(filled: tuple[str, Clock]) -> None:
    """0 days means for ever, and the defaults touch nothing that is young."""
    url, clock = filled
    before = counts(url)
    assert prune.run(settings_for(url), clock.now).done == 0
    assert prune.run(Settings(database_url=url), clock.now).done == 0  # type: ignore[call-arg]
    assert counts(url) == before


def test_bodies_and_texts_lose_their_content_only(filled: tuple[str, Clock]) -> None:
    """The rows that say what was there stay, and an unparsed document is never erased."""
    url, clock = filled
    with store.begin(url) as db:
        db.execute(sa.text("update bodies set parsed_at = null where feed_id = 2"))
    before = counts(url)
    tally = prune.run(settings_for(url, bodies=0.5, texts=1), clock.now)
    assert tally.detail == {"bodies.content": 3, "stories.text": 1}
    assert counts(url) == before
    with store.read(url) as db:
        left = db.scalars(sa.select(t.bodies.c.feed_id).where(t.bodies.c.content.is_not(None))).all()
        assert list(left) == [2]
        assert db.scalar(sa.select(t.stories.c.title).where(t.stories.c.id == 1)) != ""


def test_a_dry_run_counts_and_erases_nothing(filled: tuple[str, Clock]) -> None:
    """What it promises is what the real run then does."""
    url, clock = filled
    settings = settings_for(url, bodies=0.5, texts=1, vectors=1, runs=1, stories=1)
    before = counts(url)
    promised = prune.run(settings, clock.now, dry_run=True)
    assert (promised.seen > 0, promised.done) == (True, 0)
    assert counts(url) == before
    done = prune.run(settings, clock.now)
    assert done.detail == promised.detail
    assert prune.run(settings, clock.now).done == 0


def test_events_and_their_evidence_stay_whatever_the_settings(filled: tuple[str, Clock]) -> None:
    """A year later, with everything cut to a day: events, alerts and our judgements stand, and the store is sound."""
    url, clock = filled
    before = counts(url)
    later = clock.now + dt.timedelta(days=365)
    prune.run(settings_for(url, bodies=1, texts=1, vectors=1, fetches=1, runs=1, stories=1), later)
    after = counts(url)
    assert {n: after[n] for n in KEPT} == {n: before[n] for n in KEPT}
    assert after["stories"] == before["stories"] - 3  # 11, 12, 13 were never ours; 14 is not judged yet
    assert after["match_entities"] == before["match_entities"]
    assert checks.look(Settings(database_url=url)) == []  # type: ignore[call-arg]


def test_the_last_document_and_run_of_each_stay(filled: tuple[str, Clock]) -> None:
    """The health of a feed and "has this step ever run" are read from them."""
    url, clock = filled
    prune.run(settings_for(url, bodies=1, fetches=1, runs=1), clock.now + dt.timedelta(days=365))
    after = counts(url)
    assert (after["bodies"], after["fetches"], after["runs"]) == (4, 4, 3)


def test_vectors_that_open_events_need_are_kept(filled: tuple[str, Clock]) -> None:
    """A new story is compared with the stories of the open window: their vectors must be there."""
    url, clock = filled
    prune.run(settings_for(url, vectors=1), clock.now)
    assert counts(url)["vectors"] == 2
    prune.run(settings_for(url, vectors=1), clock.now + dt.timedelta(days=22))
    assert counts(url)["vectors"] == 1


def test_the_planner_learns_how_tables_are_filled(filled: tuple[str, Clock]) -> None:
    """SQLite never looks by itself, and without it picks an index of everything for a week's stories."""
    url, clock = filled
    prune.run(settings_for(url), clock.now)
    if url.startswith("sqlite"):
        with store.read(url) as db:
            known = db.scalars(sa.text("select distinct tbl from sqlite_stat1")).all()
        assert {"stories", "matches", "fetches"} <= set(known)


def test_pruning_goes_on_where_it_was_killed(filled: tuple[str, Clock], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch is a transaction of its own."""
    from pipeline.store import prune as rules

    url, clock = filled
    monkeypatch.setattr(rules, "BATCH", 2)
    tally = prune.run(settings_for(url, runs=1, bodies=0.5), clock.now + dt.timedelta(days=30))
    assert tally.detail == {"bodies.content": 4, "runs": 3}
