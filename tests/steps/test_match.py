"""Judging in chunks: together they are the whole, whatever their size, and each is a run of the step of its own."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline import steps, store
from pipeline.core.match.judge import Matcher
from pipeline.desk import faults, progress, sample
from pipeline.settings import Settings, load
from pipeline.steps import match, perform
from pipeline.store.tables import matches, stories
from tests.databases import copy_of, new_postgres
from tests.meaning import meaning
from tests.samples import write_few

NOW = datetime.now(UTC)


def made(watch: Path, url: str) -> Settings:
    return load(
        database_url=url, watch_dir=watch, encoder="none", enrich=False,
        allow_addresses=("127.0.0.1",), host_spacing=0.0, host_concurrency=8, log_format="quiet",
    )  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def detected(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A store in which all stories of the sample feeds wait for judgement, made once on each kind of database."""
    folder = tmp_path_factory.mktemp("detected")
    url = f"sqlite:///{folder / 'newswatch.db'}"
    if request.param == "postgresql":
        url = new_postgres(request.getfixturevalue("postgres_url"), "template_detected")
    with sample.serve() as port:
        write_few(folder / "watch", port)
        for step in ("sync", "fetch", "parse", "detect"):
            perform(step, made(folder / "watch", url), NOW)
    return made(folder / "watch", url)


@pytest.fixture
def settings(detected: Settings, tmp_path: Path) -> Settings:
    """A copy of that store."""
    assert detected.watch_dir
    return made(detected.watch_dir, copy_of(detected.database_url, tmp_path))


def sized(settings: Settings, chunk: int) -> Settings:
    return settings.model_copy(update={"match_chunk": chunk})


def ids_of(settings: Settings) -> list[int]:
    with store.read(settings.database_url) as db:
        return list(db.scalars(sa.select(stories.c.id).order_by(stories.c.id)))


def test_chunks_of_any_size_give_the_same_rows(settings: Settings) -> None:
    """Rule: as the whole step judges, so do its chunks in any order; the plan has each story once."""
    ids = ids_of(settings)
    found = {}
    for chunk in (7, 50, 100_000):
        plan = match.plan(sized(settings, chunk), NOW)
        assert len(plan) == -(-len(ids) // chunk)
        assert (plan[0][0], plan[-1][1]) == (1, None)
        assert all(first[1] + 1 == then[0] for first, then in pairwise(plan))  # type: ignore[operator]
        tallies = [perform("match", settings, NOW, between=one) for one in reversed(plan)]
        assert [t.seen for t in tallies][1:] == [chunk] * (len(plan) - 1)
        assert sum(t.seen for t in tallies) == len(ids)
        found[chunk] = meaning(settings.database_url)["matches"], sum(t.done for t in tallies)
        with store.begin(settings.database_url) as db:
            db.execute(sa.update(stories).values(judged_at=None))
            db.execute(sa.update(matches).where(matches.c.is_current).values(matcher_version=f"{chunk}"))
    whole = perform("match", settings, NOW)
    found[0] = meaning(settings.database_url)["matches"], whole.done
    assert whole.done > 10
    assert found[0] == found[7] == found[50] == found[100_000]


def test_where_nothing_waits_there_is_one_chunk(settings: Settings) -> None:
    """Rule: a quiet run does its one task and finds nothing; what came to wait since the plan is judged by it."""
    ids = ids_of(settings)
    perform("match", settings, NOW)
    assert match.plan(settings, NOW) == [[1, None]]
    with store.begin(settings.database_url) as db:
        db.execute(sa.update(stories).where(stories.c.id.in_([ids[0], ids[-1]])).values(judged_at=None))
    assert perform("match", settings, NOW, between=[1, None]).seen == 2
    assert perform("match", settings, NOW, between=[1, None]).seen == 0


def test_what_comes_to_wait_lies_in_a_chunk(settings: Settings) -> None:
    """Rule: the first and the last chunk have no outer bound: a story that waits since the plan was made is taken."""
    ids = ids_of(settings)
    perform("match", settings, NOW)
    middle = ids[20:40]
    with store.begin(settings.database_url) as db:
        db.execute(sa.update(stories).where(stories.c.id.in_(middle)).values(judged_at=None))
    plan = match.plan(sized(settings, 10), NOW)
    assert plan == [[1, middle[10] - 1], [middle[10], None]]
    with store.begin(settings.database_url) as db:
        db.execute(sa.update(stories).where(stories.c.id.in_([ids[0], ids[25], ids[-1]])).values(judged_at=None))
    assert [perform("match", settings, NOW, between=one).seen for one in plan] == [11, 11]
    assert progress.waiting(settings, NOW)["match"] == 0


def test_what_is_stale_is_counted_once(settings: Settings) -> None:
    """Rule: the counts of the chunks add up to those of the whole."""
    perform("match", settings, NOW)
    ids = ids_of(settings)
    with store.begin(settings.database_url) as db:
        db.execute(sa.update(matches).where(matches.c.story_id % 2 == 0).values(matcher_version="old"))
        db.execute(sa.update(stories).where(stories.c.id % 3 == 0).values(facts_version="old"))
    whole = perform("match", settings, NOW).detail
    assert whole["stale"] == sum(i % 2 == 0 for i in ids)
    assert whole["stale_facts"] > 3
    parts: list[Any] = [[1, ids[9]], [ids[10], ids[50]], [ids[51], None]]
    told = [perform("match", settings, NOW, between=one).detail for one in parts]
    assert {key: sum(d[key] for d in told) for key in whole} == whole
    assert all(d["stale"] for d in told)


def test_a_story_that_breaks_costs_itself_in_its_chunk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: the guard works in each chunk; a plan leaves alone what broke, and another version takes it again."""
    ids, judge = ids_of(settings), Matcher.judge_many
    bad = {ids[3], ids[60]}

    def poisoned(self: Matcher, todo: Any) -> Any:
        if any(s.id in bad for s in todo):
            raise RecursionError("maximum recursion depth exceeded")
        return judge(self, todo)

    some = sized(settings, 25)
    with monkeypatch.context() as broken:
        broken.setattr(Matcher, "judge_many", poisoned)
        plan = match.plan(some, NOW)
        tallies = [perform("match", some, NOW, between=one) for one in plan]
        assert [t.failed for t in tallies] == [len(bad & set(ids[n : n + 25])) for n in range(0, len(ids), 25)]
        assert sum(t.seen for t in tallies) == len(ids)
        assert {f.item_id for f in faults.listed(settings)} == bad
        assert match.plan(some, NOW) == [[1, None]], "what broke waits for its time"
    assert faults.again(settings, "match") == 2
    assert perform("match", some, NOW, between=[1, None]).seen == 2
    assert faults.listed(settings) == []


def test_a_plan_has_no_more_chunks_than_airflow_maps(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: with more stories than that the chunks grow."""
    monkeypatch.setattr(steps, "MOST_CHUNKS", 4)
    plan = match.plan(sized(settings, 1), NOW)
    assert 1 < len(plan) <= 4
    assert sum(perform("match", settings, NOW, between=one).seen for one in plan) == len(ids_of(settings))
