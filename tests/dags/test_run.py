"""The DAGs on the sample feeds, with `dag.test()`, leave the rows and mails that `newswatch run` leaves."""

import copy
import email
import email.policy
import errno
import functools
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pipeline.settings import load
from pipeline.steps import match, run_all
from tests.meaning import meaning

ASSETS = ("newswatch_matched_stories", "newswatch_changed_events")


def mails(folder: Path) -> list[tuple[str, str]]:
    """Give recipient and subject of each mail."""
    found = [email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in folder.glob("*.eml")]
    return sorted((str(m["To"]), str(m["Subject"])) for m in found)


def test(bag: Any, dag_id: str, at: datetime | None = None, **options: Any) -> Any:
    """Run one DAG here, without waiting for retries, and without its deadline: with one, Airflow 3.3.2 asks for a row
    that `dag.test()` has not made.
    """
    dag = copy.copy(bag.dags[f"newswatch_{dag_id}"])
    dag.deadline = None
    dag.params = copy.deepcopy(dag.params)
    dag.params.update(options.get("run_conf", {}))  # it looks at the params before it reads the run's own
    for one in dag.tasks:
        if one.task_id != "sync":
            (one.partial_kwargs if one.is_mapped else vars(one))["retries"] = 0
    return dag.test(run_after=at or datetime.now(UTC), **options)


test.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """Let `dag.test()` read all DAG files and store them once: it does so at each call, and they do not change."""
    from airflow.dag_processing import dagbag

    once = {name: functools.cache(getattr(dagbag, name)) for name in ("BundleDagBag", "sync_bag_to_db")}
    with mock.patch.multiple(dagbag, **once):
        yield


def run(bag: Any, dag_id: str, **options: Any) -> Any:
    """Run one DAG here; every task must end as success or skipped."""
    done = test(bag, dag_id, **options)
    states = {f"{ti.task_id}[{ti.map_index}]": str(ti.state) for ti in done.get_task_instances()}
    assert str(done.state) == "success", states
    return states


def test_the_chain_leaves_what_the_command_line_leaves(bag: Any, environment: Callable[..., Path]) -> None:
    """Rule: Airflow adds time and order, nothing else: same stories, matches, events, alerts and mails, whatever the
    chunks in which stories are judged; and a second round does nothing more.
    """
    by_hand = environment("by-hand")
    run_all(load(), datetime.now(UTC))
    expected, expected_mails = meaning(load().database_url), mails(by_hand)
    assert len(expected["events"]) >= 5
    assert expected_mails, "the samples must bring mails, or this compares nothing"
    for chunk in (2000, 20):
        by_dags = environment(f"by-dags-{chunk}", match_chunk=str(chunk))
        before = {asset: len(events_of(asset)) for asset in ASSETS}
        leaves(bag, by_dags, chunk, expected, expected_mails)
    found = meaning(load().database_url)

    # a second round: nothing is due, nothing waits, nobody is woken, nothing changes, and it does not look half skipped
    states = run(bag, "ingest")
    assert [name for name, state in states.items() if state == "skipped"] == ["fetch[-1]", "watcher[-1]"]
    assert states["match[0]"] == "success", "an empty chunk"
    for dag_id in ("events", "alerts"):
        assert [name for name, state in run(bag, dag_id).items() if state == "skipped"] == ["watcher[-1]"]
    assert {asset: len(events_of(asset)) - before[asset] for asset in ASSETS} == dict.fromkeys(ASSETS, 1)
    assert meaning(load().database_url) == found
    assert mails(by_dags) == expected_mails


def leaves(bag: Any, by_dags: Path, chunk: int, expected: Any, expected_mails: Any) -> None:
    """Run the chain: it leaves what is expected."""
    before = {asset: len(events_of(asset)) for asset in ASSETS}
    states = run(bag, "ingest")
    assert states["fetch[0]"] == "success"
    assert states["watcher[-1]"] == "skipped"
    assert sum(name.startswith("match[") for name in states) == -(-len(expected["stories"]) // chunk)
    assert events_of("newswatch_matched_stories")[before["newswatch_matched_stories"] :] == [
        {
            "stories": len(expected["stories"]),
            "matched": waiting("cluster")["cluster"],
            "waiting": waiting("enrich", "cluster"),
        }
    ]
    assert run(bag, "events")["cluster[-1]"] == "success"
    [told] = events_of("newswatch_changed_events")[before["newswatch_changed_events"] :]
    assert told["founded"] == len(expected["events"]) == told["waiting"]["alert"]
    good = dict.fromkeys(("alert[-1]", "deliver[-1]", "targets[-1]", "outcomes[-1]"), "success")
    assert run(bag, "alerts") == good | {"watcher[-1]": "skipped"}
    found = meaning(load().database_url)
    for table, rows in expected.items():
        assert found[table] == rows, table
    assert mails(by_dags) == expected_mails


def test_a_chunk_that_fails_stops_no_other(
    bag: Any, environment: Callable[..., Path], ingested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: the other chunks are judged and wake the events, the run is red; the next run takes what was left."""
    environment("failing", ingested, match_chunk="20")
    expected = meaning(load().database_url)["matches"]
    with sqlite3.connect(load().database_url.removeprefix("sqlite:///")) as db:
        db.execute("update stories set judged_at = null")
        db.execute("delete from match_entities")
        db.execute("delete from refused_entities")
        db.execute("delete from facts")
        db.execute("delete from matches")
    judge, before = match.run, len(events_of("newswatch_matched_stories"))

    def failing(settings: Any, now: datetime, **options: Any) -> Any:
        if options["between"][0] == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return judge(settings, now, **options)

    with monkeypatch.context() as full:
        full.setattr(match, "run", failing)
        done = test(bag, "ingest")
    states = {f"{ti.task_id}[{ti.map_index}]": str(ti.state) for ti in done.get_task_instances()}
    assert str(done.state) == "failed"
    chunks = {name: state for name, state in states.items() if name.startswith("match[")}
    assert chunks.pop("match[0]") == "failed" == states["watcher[-1]"]
    assert len(chunks) >= 2 and set(chunks.values()) == {"success"} == {states["wake_events[-1]"]}
    [told] = events_of("newswatch_matched_stories")[before:]
    assert told["stories"] == len(expected) - 20
    assert waiting("match") == {"match": 20}
    assert run(bag, "events")["cluster[-1]"] == "success"
    assert meaning(load().database_url)["matches"] == expected


def events_of(asset: str) -> list[dict[str, Any]]:
    """Give the numbers of each event of an asset."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        query = select(AssetEvent.extra).join(AssetModel, AssetModel.id == AssetEvent.asset_id)
        return list(session.scalars(query.where(AssetModel.name == asset).order_by(AssetEvent.id)))


def waiting(*steps: str) -> dict[str, int]:
    """Count what waits in the database of the settings."""
    from pipeline.desk import progress

    found = progress.waiting(load(), datetime.now(UTC))
    return {step: found[step] for step in steps}


def test_batches_keep_hosts_together(bag: Any, environment: Callable[..., Path], sample_watch: Path) -> None:
    """Rule: a host's feeds are in one batch, and the size of batches decides nothing."""
    environment("batches")
    feeds = sample_watch / "feeds.toml"
    head, *rest = feeds.read_text(encoding="utf-8").split("[[feeds]]")
    rest = [x.replace("127.0.0.1", "localhost") if i % 2 else x for i, x in enumerate(rest)]
    feeds.write_text("[[feeds]]".join([head, *rest]), encoding="utf-8")
    states = run(bag, "ingest", run_conf={"batch_size": 1})
    assert sum(k.startswith("fetch[") for k in states) == 2
    assert {row[2] for row in meaning(load().database_url)["feeds"]} == {"ok"}


def test_a_wrong_watch_folder_is_red_and_stops_nothing(
    bag: Any, environment: Callable[..., Path], sample_watch: Path, ingested: Path
) -> None:
    """Rule: a typing mistake fails at once, is seen, and the news goes on with the last good state."""
    environment("typo", ingested)
    feeds = sample_watch / "feeds.toml"
    feeds.write_text("[[feeds]\n" + feeds.read_text(encoding="utf-8"), encoding="utf-8")
    done = test(bag, "ingest")
    states = {ti.task_id: (str(ti.state), ti.try_number) for ti in done.get_task_instances()}
    assert str(done.state) == "failed"
    assert states["sync"] == ("failed", 1), "no retry: it can not help"
    assert states["detect"][0] == "success"
    assert states["watcher"][0] == "failed"


def test_rematch_replays_history_and_mails_nobody(bag: Any, environment: Callable[..., Path], ingested: Path) -> None:
    """Rule: a changed watchlist can be applied to what is stored, in chunks, without a flood."""
    folder = environment("again", ingested)
    for dag_id in ("events", "alerts"):
        run(bag, dag_id)
    before, sent = meaning(load().database_url), mails(folder)
    states = run(bag, "rematch", run_conf={"since": "2020-01-01", "chunk": 100})
    assert states["rematch[0]"] == "success"
    assert states["watcher[-1]"] == "skipped"
    assert meaning(load().database_url) == before
    run(bag, "alerts")
    assert mails(folder) == sent


@pytest.mark.parametrize("dag_id", ["ingest", "events", "alerts", "checks", "prune", "heartbeat", "rematch"])
def test_a_mistyped_parameter_stops_everything(bag: Any, environment: Callable[..., Path], dag_id: str) -> None:
    """Rule: what a DAG does not know is refused before any of its tasks does anything, and the operator sleeps on."""
    folder = environment("mistyped", operator="Night Desk <night@desk.example>")
    conf: dict[str, Any] = {"since": "2020-01-01"} if dag_id == "rematch" else {}
    done = test(bag, dag_id, run_conf=conf | {"wathclist": "0123456789ab"})
    assert str(done.state) == "failed"
    assert {str(ti.state) for ti in done.get_task_instances()} <= {"failed", "upstream_failed"}
    assert not Path(load().database_url.removeprefix("sqlite:///")).exists(), "not even the database was made"
    assert list(folder.glob("*.eml")) == []


@pytest.mark.parametrize(
    ("since", "state"), [("2020-01-01", "success"), ("2099-01-01", "failed"), ("2026-13-01", None)]
)
def test_rematch_from_a_day_to_come_is_refused(
    bag: Any, environment: Callable[..., Path], ingested: Path, since: str, state: str | None
) -> None:
    """Rule: a day that is still to come, or is none, does nothing instead of looking as if all were well."""
    folder = environment("future", ingested, operator="Night Desk <night@desk.example>")
    if state is None:
        from airflow.sdk.exceptions import ParamValidationError

        with pytest.raises(ParamValidationError):
            test(bag, "rematch", run_conf={"since": since})
        return
    done = test(bag, "rematch", run_conf={"since": since})
    assert str(done.state) == state
    if state == "failed":
        states = {ti.task_id: str(ti.state) for ti in done.get_task_instances()}
        assert states == {"plan": "failed", "rematch": "upstream_failed", "cluster": "upstream_failed",
                          "alert": "upstream_failed", "watcher": "failed"}  # fmt: skip
    assert list(folder.glob("*.eml")) == []


def test_a_dry_run_writes_nothing(bag: Any, environment: Callable[..., Path], ingested: Path) -> None:
    """Rule: it says what would change; no row of any table is another afterwards."""
    environment("dry", ingested)

    def dump() -> list[str]:
        with sqlite3.connect(load().database_url.removeprefix("sqlite:///")) as db:
            return list(db.iterdump())

    before = dump()
    states = run(bag, "rematch", run_conf={"since": "2020-01-01", "dry_run": True})
    assert states["rematch[0]"] == "success"
    assert states["cluster[-1]"] == states["alert[-1]"] == "skipped"
    assert dump() == before


def test_a_cleared_run_does_todays_work(bag: Any, environment: Callable[..., Path]) -> None:
    """Rule: what is written down happened when it happened, not at the time of a run that was cleared a week later."""
    environment("cleared")
    old = datetime.now(UTC) - timedelta(days=9)
    for dag_id in ("ingest", "events", "alerts"):
        assert str(test(bag, dag_id, old).state) == "success"
    with sqlite3.connect(load().database_url.removeprefix("sqlite:///")) as db:
        for table, column in (("stories", "seen_at"), ("stories", "judged_at"), ("event_stories", "joined_at")):
            [(first,)] = db.execute(f"select min({column}) from {table}")
            assert str(first) > f"{old + timedelta(days=8):%Y-%m-%d}", f"{table}.{column}"


@pytest.mark.parametrize("dag_id", ["checks", "prune"])
def test_care(bag: Any, environment: Callable[..., Path], ingested: Path, dag_id: str) -> None:
    """Rule: a healthy store is green."""
    environment("care", ingested)
    run(bag, dag_id)


def test_heartbeat(bag: Any, environment: Callable[..., Path], ingested: Path) -> None:
    """Rule: the operator hears once a week, however often the task runs."""
    folder = environment("beat", ingested, operator="Night Desk <night@desk.example>")
    run(bag, "heartbeat")
    run(bag, "heartbeat")
    assert [to for to, _ in mails(folder)] == ["Night Desk <night@desk.example>"]
