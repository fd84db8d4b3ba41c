"""End to end with real processes: the ingest run is started over REST, and the chain ends in mails at an SMTP server.

Rows and mails equal those of `newswatch run`, whatever is killed on the way. Run by `make e2e`.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from pipeline.desk import sample
from pipeline.settings import load
from pipeline.steps import run_all
from tests.e2e.cluster import ROOT, Cluster
from tests.e2e.servers import Feeds, Hook, Metrics, free_port, serve_feeds, until
from tests.meaning import meaning
from tests.postoffice import PostOffice

OUTAGE = "newswatch: newswatch_"  # how what is told of an outage begins
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3000)]

PROBE = '''\
"""Airflow DAG: a run that is late, for the tests."""
import time
from datetime import timedelta

from airflow.sdk import task
from newswatch.storyline import Storyline

news = Storyline.of(__file__)
how = {"doc": "", "schedule": None, "late_after": timedelta(seconds=2), "tags": ["test"], "allowed": ["manual"]}
with news.dag("probe", "Probe", "A run that is late", **how) as dag:

    @task
    def hang():
        time.sleep(15)

    hang()
'''

SETTINGS = {
    "allow_addresses": "127.0.0.1",
    "host_spacing": "0",
    "news_days": "30",
    "host_concurrency": "1",
    "enrich": "false",
    "operator": "Night Desk <night@desk.example>",
}


@pytest.fixture
def feeds() -> Iterator[Feeds]:
    """The sample feeds, served from this process."""
    with serve_feeds(sample.sample_dir()) as server:
        yield server


@pytest.fixture
def watch(feeds: Feeds, tmp_path: Path) -> Path:
    """A watch folder whose feeds are on two hosts: two batches, for two workers."""
    folder = tmp_path / "watch"
    sample.write_watch(folder, feeds.port, sample.weeks_to(datetime.now(UTC)))
    path = folder / "feeds.toml"
    head, *rest = path.read_text(encoding="utf-8").split("[[feeds]]")
    rest = [x.replace("127.0.0.1", "localhost") if i % 2 else x for i, x in enumerate(rest)]
    path.write_text("[[feeds]]".join([head, *rest]), encoding="utf-8")
    return folder


@pytest.fixture
def by_hand(watch: Path, tmp_path: Path) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What `newswatch run` leaves on the same feeds: rows, and who gets which mail."""
    with PostOffice() as post:
        settings = load(
            watch_dir=watch,
            database_url=f"sqlite:///{tmp_path / 'by-hand.db'}",
            smtp_url=post.url,
            log_format="quiet",
            **{k: (v,) if k == "allow_addresses" else v for k, v in SETTINGS.items()},
        )
        run_all(settings, datetime.now(UTC))
        return meaning(settings.database_url), letters(post)


def letters(post: PostOffice) -> list[tuple[str, str]]:
    """Give recipient and subject of each mail to readers."""
    return sorted((to, str(m["Subject"])) for to, m in list(post.mails) if "night@" not in to)


def same(cluster: Cluster, post: PostOffice, by_hand: tuple[dict[str, Any], list[tuple[str, str]]]) -> None:
    """Rows and mails are those of the command line; nothing is lost, nothing is doubled."""
    rows, mails = by_hand
    found = meaning(cluster.database_url)
    for table, expected in rows.items():
        assert sorted(found[table]) == sorted(expected), table
    assert letters(post) == mails
    ids = [str(m["Message-ID"]) for _, m in post.mails]
    assert len(ids) == len(set(ids)), "one mail came twice"


def open_cluster(
    home: Path, watch: Path, smtp_url: str, workers: int = 0, own: dict[str, str] | None = None, **more: str
) -> Cluster:
    """Make a cluster that reads this watch folder, mails to this server, and has one DAG more, whose runs are late.

    `own` are settings of newswatch's, by field name; `more` is added to the environment.
    """
    dags = home / "dags"
    shutil.copytree(ROOT / "dags", dags, ignore=shutil.ignore_patterns("__pycache__"))
    (dags / "probe.py").write_text(PROBE, encoding="utf-8")
    settings = SETTINGS | {"watch_dir": str(watch), "smtp_url": smtp_url} | (own or {})
    return Cluster(home, settings, workers, dags, **more)


def complaints(home: Path) -> list[str]:
    """Give the lines of all logs in which Airflow finds fault with our files: deprecations, failed callbacks."""
    ours = re.compile(
        r"(newswatch|pipeline|/dags/|DAG file).*(Deprecat|RemovedIn)|(Deprecat|RemovedIn).*(newswatch|/dags/)"
    )
    bad = re.compile(r"Callback failed|Callback execution failed|callback_exceptions")
    # without the checkout's own path: a library's warning is not ours because the folder is called newswatch
    texts = (path.read_text(errors="replace").replace(str(ROOT), "") for path in home.rglob("*.log"))
    lines = [line for text in texts for line in text.splitlines()]
    libraries = re.compile(r"filename=\S*/site-packages/")  # a warning that a library's own line is blamed for
    return [line[:500] for line in lines if (ours.search(line) and not libraries.search(line)) or bad.search(line)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home for one Airflow."""
    folder = tmp_path / "airflow"
    folder.mkdir()
    return folder


def states(cluster: Cluster, dag_id: str, run_id: str) -> dict[str, tuple[str, int]]:
    """Give state and number of tries of each task of a run."""
    return {f"{t['task_id']}[{t['map_index']}]": (t["state"], t["try_number"]) for t in cluster.tasks(dag_id, run_id)}


def test_local_executor(home: Path, watch: Path, by_hand: Any, feeds: Feeds) -> None:
    """Rule: one run over REST is enough: assets carry it on to events, alerts and mails; a failing job is told once.

    Connections win over the environment, which names another database and mail server here; metrics are sent.
    """
    with (
        PostOffice() as post,
        PostOffice() as elsewhere,
        Metrics() as metrics,
        Hook(OUTAGE) as hook,
        open_cluster(
            home,
            watch,
            elsewhere.url,
            own={"operator": f"{SETTINGS['operator']}, {hook.url}"},
            AIRFLOW__METRICS__STATSD_ON="True",
            AIRFLOW__METRICS__STATSD_HOST="127.0.0.1",
            AIRFLOW__METRICS__STATSD_PORT=str(metrics.port),
        ) as cluster,
    ):
        environment_url = cluster.database_url
        cluster.move(post.port)
        elsewhere.mails.clear()
        metrics.counters.clear()
        start = time.monotonic()
        run_id = cluster.trigger("newswatch_ingest", batch_size=1)
        cluster.settle(lambda: letters(post) == by_hand[1])
        print("\nfirst run", round(time.monotonic() - start, 1), cluster.times)
        same(cluster, post, by_hand)
        found = states(cluster, "newswatch_ingest", run_id)
        assert found["fetch[0]"] == found["fetch[1]"] == ("success", 1)
        assert found["watcher[-1]"][0] == "skipped"
        rows = {t["rendered_map_index"] for t in cluster.tasks("newswatch_ingest", run_id) if t["task_id"] == "fetch"}
        assert all(re.fullmatch(r"\d+ feeds from number \d+", row) for row in rows), rows
        [row] = [t for t in cluster.tasks("newswatch_ingest", run_id) if t["task_id"] == "match"]
        assert row["rendered_map_index"] == "stories from 1 to the newest"
        assert letters(elsewhere) == []
        parse = f"/api/v2/dags/newswatch_ingest/dagRuns/{run_id}/taskInstances/parse"
        tally = cluster.get(f"{parse}/xcomEntries/return_value")["value"]
        assert tally["detail"]["stories"] == len(by_hand[0]["stories"])
        lines = [line for line in cluster.get(f"{parse}/logs/1")["content"] if line.get("event") == "parse"]
        assert [line["stories"] for line in lines] == [tally["detail"]["stories"]], "the task's log carries the tally"
        assert meaning(environment_url)["stories"] == []

        # people: a viewer looks, an op clears, whoever has no account sees nothing, and nobody backfills
        viewer, op = cluster.person("Viewer"), cluster.person("Op")
        clear = ("POST", f"/api/v2/dags/newswatch_ingest/dagRuns/{run_id}/clear", {"dry_run": True})
        assert "</html>" in cluster.status(viewer, "GET", "/newswatch/events")[1]
        assert (cluster.status(viewer, *clear)[0], cluster.status(op, *clear)[0]) == (403, 200)
        assert cluster.status("", "GET", "/newswatch/events")[0] == 401
        span = {"from_date": "2026-11-01T00:00:00Z", "to_date": "2026-11-03T00:00:00Z"}
        code, said = cluster.status(op, "POST", "/api/v2/backfills", {"dag_id": "newswatch_prune", **span})
        assert code >= 400 and "does not allow backfill" in said, (code, said)
        asked = urlencode({"source_dag_id": "newswatch_ingest", "source_run_id": run_id})
        told = cluster.get(f"/api/v2/assets/events?{asked}")["asset_events"]
        assert [event["extra"]["stories"] for event in told] == [len(by_hand[0]["stories"])]

        # a mistake in the watch folder: two red runs, one mail; mended: one more
        path = watch / "feeds.toml"
        good = path.read_text(encoding="utf-8")
        path.write_text("[[feeds]\n" + good, encoding="utf-8")
        for _ in range(2):
            red = cluster.trigger("newswatch_ingest")
            cluster.settle(lambda run=red: states(cluster, "newswatch_ingest", run)["watcher[-1]"][0] == "failed")
        until(lambda: len(operator(post)) >= 1, 60, "the operator's mail")
        assert "sync: " in next(m.get_content() for to, m in post.mails if "night@" in to)
        path.write_text(good, encoding="utf-8")
        cluster.clear("newswatch_ingest", red)  # as the DAG's page says
        until(lambda: len(operator(post)) >= 2, 90, "the mail that it works again")
        assert states(cluster, "newswatch_ingest", red)["sync[-1]"][0] == "success"
        assert operator(post) == ["newswatch: newswatch_ingest fails", "newswatch: newswatch_ingest works again"]
        same(cluster, post, by_hand)

        # what was sent to StatsD is what stands in the rows
        assert metrics.counters["newswatch.parse.stories"], sorted(metrics.names)
        assert metrics.counters["newswatch.parse.stories"] == len(by_hand[0]["stories"])
        assert metrics.counters["newswatch.deliver.mails"] == len(by_hand[1])
        assert "newswatch.feeds.with_stories" in metrics.names
        assert {
            "newswatch.lag.published_to_mail",
            "newswatch.lag.seen_to_mail",
            "newswatch.waiting.match",
        } <= metrics.names

        # the mail server is away: the hook hears why; it is back: the mail goes, both are told
        until(lambda: len(hook.got) == 2, 60, "the hook heard what the mails told")
        hook.got.clear()
        told = len(operator(post))
        cluster.smtp_at(free_port())
        cluster.owe()
        red = cluster.trigger("newswatch_alerts")
        cluster.settle(lambda: states(cluster, "newswatch_alerts", red)["watcher[-1]"][0] == "failed")
        until(lambda: hook.got, 60, "the hook's message")
        ((title, text),) = hook.got
        assert title == "newswatch: newswatch_alerts fails" and "refused" in text, hook.got
        assert len(operator(post)) == told
        cluster.smtp_at(post.port)
        mails = len(letters(post))
        cluster.owe()
        green = cluster.trigger("newswatch_alerts")
        cluster.settle(lambda: states(cluster, "newswatch_alerts", green)["deliver[-1]"][0] == "success")
        until(lambda: len(hook.got) == 2 and len(operator(post)) > told, 60, "both hear that it works again")
        assert hook.got[1][0] == operator(post)[-1] == "newswatch: newswatch_alerts works again"
        assert len(letters(post)) == mails + 1

        # a run that is late; Airflow refuses connections to deadline callbacks, so the mail goes by the environment
        cluster.trigger("newswatch_probe")
        until(lambda: operator(elsewhere), 60, "the mail about a late run")
        assert operator(elsewhere) == ["newswatch: newswatch_probe fails"]
        assert complaints(home) == []
        print("after", round(time.monotonic() - start, 1), cluster.peaks)


def test_celery(home: Path, watch: Path, by_hand: Any, feeds: Feeds) -> None:
    """Rule: with two workers the end is the same; also when one is killed, the database or the scheduler restarted.

    It is the compose file's topology: its health checks, its page and its tidying are tried too.
    """
    with PostOffice() as post, open_cluster(home, watch, post.url, workers=2) as cluster:

        def round_of(name: str, disturb: Callable[[], None]) -> dict[str, tuple[str, int]]:
            cluster.reset()
            post.mails.clear()
            feeds.asked.clear()
            start = time.monotonic()
            run_id = cluster.trigger("newswatch_ingest", batch_size=1)
            disturb()
            cluster.settle(lambda: letters(post) == by_hand[1])
            print(f"\n{name}: {time.monotonic() - start:.1f} s, {len(feeds.asked)} requests, ended: {cluster.ended}")
            cluster.ended.clear()
            same(cluster, post, by_hand)
            return states(cluster, "newswatch_ingest", run_id)

        def in_the_middle() -> None:
            until(lambda: len(feeds.asked) >= 6, 90, "the middle of the batches")

        def kill_worker() -> None:
            in_the_middle()
            cluster.kill("worker0")  # started again as docker would

        def restart_postgres() -> None:
            in_the_middle()
            cluster.restart_postgres()

        def restart_scheduler() -> None:
            in_the_middle()
            cluster.kill("scheduler")

        print("\n", cluster.times)
        round_of("plain", lambda: None)
        cluster.start("page")
        for service in ("api-server", "scheduler", "dag-processor", "triggerer", "worker", "page"):
            until(
                lambda s=service: cluster.healthy(s).returncode == 0,
                60,
                f"{service} is healthy: {cluster.healthy(service)}",
            )
        cluster.kill("page")
        assert cluster.healthy("page").returncode != 0, "a check must be able to fail"
        del cluster.processes["page"]
        cluster.trigger("newswatch_probe")
        until(lambda: operator(post), 60, "the mail about a late run")
        assert operator(post) == ["newswatch: newswatch_probe fails"]
        feeds.delay = 0.7
        found = round_of("worker killed", kill_worker)
        assert max(tries for name, (_, tries) in found.items() if name.startswith("fetch")) >= 2, found
        round_of("postgres restarted", restart_postgres)
        round_of("scheduler killed", restart_scheduler)
        cluster.tidy()
        assert complaints(home) == []
        print("\nmemory", cluster.peaks)


def operator(post: PostOffice) -> list[str]:
    """Give the subjects of the mails to the operator about outages; the weekly one comes by the hour of the day."""
    found = [str(m["Subject"]) for to, m in list(post.mails) if "night@" in to]
    return [subject for subject in found if subject.startswith(OUTAGE)]
