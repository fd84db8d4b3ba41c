"""Several processes do what one does: the same rows however the work is split, whatever happens to a child."""

import errno
import pickle
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from pipeline import child, guard, settings, steps, store
from pipeline.desk import sample
from pipeline.model import Member, Story, Written
from pipeline.steps import cluster, parse, perform, run_all
from pipeline.store.tables import runs
from tests.meaning import meaning
from tests.samples import write_few

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let children work on the few sample stories, in small parts."""
    for owner, name in ((steps, "MUCH"), (cluster, "MUCH"), (parse, "MUCH")):
        monkeypatch.setattr(owner, name, 2)
    monkeypatch.setattr(guard, "PART", 7)


def made(folder: Path, processes: int) -> settings.Settings:
    return settings.load(
        database_url=f"sqlite:///{folder / str(processes)}.db", watch_dir=folder / "watch", mail_dir=folder / "mail",
        encoder="none", enrich=False, allow_addresses=("127.0.0.1",), host_spacing=0.0, host_concurrency=8,
        log_format="quiet", processes=processes, news_days=sample.NEWS_DAYS,
    )  # fmt: skip


def evidence(url: str) -> list[tuple[str, str]]:
    """Give what decided each story, to the letter: children write it, and this process only hands it on."""
    with store.read(url) as db:
        query = "select s.canonical_url, m.evidence from matches m join stories s on s.id = m.story_id order by 1, m.id"
        return [(r[0], r[1]) for r in db.exec_driver_sql(query)]


@pytest.mark.usefixtures("eager")
def test_one_two_and_three_processes_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The main job and judging again: every story, match, fact, event and alert, by what they mean."""
    calls: list[str] = []
    start = child.Child._start

    def counted(self: child.Child) -> Any:
        calls.append(self.work.target)
        return start(self)

    monkeypatch.setattr(child.Child, "_start", counted)
    told = []
    with sample.serve() as port:
        write_few(tmp_path / "watch", port, sample.weeks_to(NOW))
        for processes in (1, 2, 3):
            calls.clear()
            one = made(tmp_path, processes)
            run_all(one, NOW)
            tally = perform("rematch", one, NOW, since="2020-01-01")
            assert tally.detail["up"] == tally.detail["down"] == 0
            told.append(meaning(one.database_url) | {"evidence": evidence(one.database_url)})
            targets = {t.rpartition(":")[2] for t in calls}
            assert targets == (set() if processes == 1 else {"document", "detecting", "judging"})
    assert told[0]["stories"]
    assert len(told[0]["evidence"]) == len(told[0]["stories"])
    assert told[0] == told[1] == told[2]


def test_vectors_of_a_child_are_those_of_this_process(tmp_path: Path) -> None:
    """What clustering compares does not depend on who encoded it."""
    one = made(tmp_path, 2).model_copy(update={"encoder": "e5"})
    if not steps.encoder(one).names:
        pytest.skip("e5 is not installed on this machine")
    titles = ("Acme opens a plant", "Acme ouvre une usine")
    told = [
        Member(Story(n, f"u{n}", f"u{n}", title, "It makes turbines."), 1, {}, (), {}) for n, title in enumerate(titles)
    ]
    crew = steps.crew(one, steps.encoding_of(one), is_much=True)
    assert crew is not None
    with crew:
        theirs = crew.call(told).result()
    for (i, here), (j, there) in zip(steps.encoded(one, told), theirs, strict=True):
        assert i == j
        assert here.keys() == there.keys() == {"e5", "title"}
        assert all(np.array_equal(here[name], there[name]) for name in here)


def test_what_is_written_already_is_stored_as_it_is(database_url: str) -> None:
    """On both databases a text stands for its object; a lone surrogate, which no text may hold, is escaped."""
    told = {"found": "Zoë 電力", "odd": "\ud800", "n": [1, {"x": None}]}
    one = Written.of(told)
    assert dict(one) == told == dict(pickle.loads(pickle.dumps(one)))
    assert len(one) == 3
    assert "電力" in Written.of({"x": "電力"}).text
    del told["odd"]  # PostgreSQL's JSON has no such thing
    with store.begin(database_url) as db:
        row = {"step": "match", "started_at": NOW, "seconds": 1.0, "seen": 0, "done": 0, "skipped": 0, "failed": 0}
        for detail in (told, Written.of(told)):
            db.execute(runs.insert().values(**row, detail=detail))
        assert list(db.scalars(sa.select(runs.c.detail))) == [told, told]
        assert len(set(db.scalars(sa.select(sa.cast(runs.c.detail, sa.Text))))) == 1


class _Mortal:
    """A crew whose children die of some items, and whose function raises for others."""

    size = 2

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def call(self, part: Sequence[int]) -> "Future[list[int]]":
        self.asked.append(list(part))
        future: Future[list[int]] = Future()
        if 13 in part:
            future.set_exception(child.DiedError("its process ended by itself (exit status -9)"))
        elif 29 in part:
            future.set_exception(child.RaisedError("ValueError: 29"))
        else:
            future.set_result([n * 2 for n in part])
        return future


def test_an_item_that_no_child_survives_costs_itself_only(sqlite_url: str) -> None:
    """Halves of its part are tried in children; what raises is tried here, where it says what broke."""

    def here(part: Sequence[int]) -> list[int]:
        assert 13 not in part, "what kills a process must never be tried in this one"
        if 29 in part:
            raise ValueError("29")
        return [n * 2 for n in part]

    one = settings.load(database_url=sqlite_url, log_format="quiet")
    keeper, crew = guard.Guard(one, "match", NOW), _Mortal()
    hands = guard.Hands(keeper, here, int, crew, part=10)  # type: ignore[arg-type]
    assert hands.begin(range(1, 41))() == [n * 2 for n in range(1, 41) if n not in {13, 29}]
    assert keeper.failed == 2
    assert set(keeper.take()) == {13, 29}


def test_where_no_child_can_begin_this_process_works(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that spares no memory for a second process judges as one did."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr("pipeline.child.nursery.subprocess.Popen", full)
    keeper = guard.Guard(settings.load(database_url=sqlite_url, log_format="quiet"), "match", NOW)
    with child.Crew(child.Work("builtins:list", 20, 500), 2) as crew:
        hands = guard.Hands(keeper, lambda part: [n * 2 for n in part], int, crew, part=2)
        assert hands.begin([1, 2, 3])() == [2, 4, 6]
    assert keeper.failed == 0


@pytest.mark.parametrize("crew", [None, _Mortal()])
def test_what_comes_to_wait_meanwhile_is_worked_through_too(sqlite_url: str, crew: Any) -> None:
    """Batches go up through the keys, and begin again where something waits below."""
    waiting = set(range(100, 112))

    def gather(n: int, after: int) -> list[int]:
        return sorted(k for k in waiting if k > after)[:n]

    keeper = guard.Guard(settings.load(database_url=sqlite_url, log_format="quiet"), "match", NOW)
    hands = guard.Hands(keeper, lambda part: [n * 2 for n in part], int, crew)
    seen: list[int] = []
    for todo, results in hands.batches(gather, 5, 20):
        assert results == [n * 2 for n in todo]
        waiting.difference_update(todo)
        seen += todo
        if todo[0] == 100:
            waiting |= {1, 2, 120}
    assert sorted(seen) == sorted([*range(100, 112), 120, 1, 2])
    assert len(seen) == len(set(seen))


def test_a_step_uses_the_cores_it_may_use_and_a_task_of_airflow_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """NEWSWATCH_PROCESSES says it; nothing but a number from 1 is taken."""
    assert settings.load(processes=3).hands == 3
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: {0, 1, 2, 3}, raising=False)
    assert settings.load().hands == 4
    with pytest.raises(settings.ConfigError, match="NEWSWATCH_PROCESSES"):
        settings.load(processes=0)


def test_what_cannot_be_judged_with_is_not_loaded_ahead(sqlite_url: str) -> None:
    """An encoder that is not there is the step's to tell, in one sentence; nobody hears of it before."""
    one = settings.load(database_url=sqlite_url, encoder="e6", log_format="quiet")
    perform("sync", one, NOW)
    with pytest.raises(settings.ConfigError, match="e6"):
        perform("match", one, NOW)
    assert steps._judgement_by_default(one) == []
