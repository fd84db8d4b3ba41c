"""What Airflow adds: to a run, to a mapped task, and to the way from a trigger to the last mail."""

import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.airflow.latency import moment, spans
from benchmarks.server import hosts, serve
from pipeline import catalog
from pipeline.desk import sample
from tests.e2e.cluster import Cluster
from tests.e2e.servers import serve_feeds
from tests.postoffice import PostOffice

MAPPED = (1, 10, 40)  # mapped tasks of one run


def chain(cluster: Cluster, post: PostOffice) -> dict[str, Any]:
    """Start one ingest run on the sample feeds; say where the time to the last of its mails went."""
    cluster.reset()
    post.mails.clear()
    begun, cpu = datetime.now(UTC).timestamp(), cluster.cpu()
    cluster.trigger("newswatch_ingest")
    cluster.settle(lambda: len(post.mails) >= 14)
    used = cluster.cpu() - cpu
    rows = [
        (start, end, f"{dag}.{task}")
        for dag in ("ingest", "events", "alerts")
        for run in spans(cluster, dag)
        for task, (start, end) in run.items()
        if start >= begun
    ]
    busy = {name: round(end - start, 2) for start, end, name in sorted(rows)}
    total = max(end for _, end, _ in rows) - begun
    return {"trigger_to_end_s": round(total, 1), "in_tasks_s": round(sum(busy.values()), 1), "tasks": len(rows),
            "cpu_s": round(used, 1), "by_task_s": busy}  # fmt: skip


def quiet(cluster: Cluster) -> dict[str, float]:
    """Run ingest with nothing due: what every five minutes cost."""
    cluster.settle(lambda: 5 < time.time() % 300 < 250)
    start, cpu = time.monotonic(), cluster.cpu()
    run = cluster.trigger("newswatch_ingest")
    cluster.settle(lambda: cluster.get(f"/api/v2/dags/newswatch_ingest/dagRuns/{run}")["state"] == "success")
    return {"seconds": round(time.monotonic() - start, 1), "cpu_s": round(cluster.cpu() - cpu, 1)}


def mapped(cluster: Cluster, batch_size: int) -> dict[str, Any]:
    """Fetch the same unchanged feeds, each on a host of its own, in batches of a size."""
    cluster.settle(lambda: 5 < time.time() % 300 < 200)
    with psycopg.connect(cluster.database_url.replace("+psycopg", "")) as db:
        db.execute("update newswatch.feeds set next_fetch_at = now()")
    start, cpu = time.monotonic(), cluster.cpu()
    run = cluster.trigger("newswatch_ingest", batch_size=batch_size)
    cluster.settle(lambda: cluster.get(f"/api/v2/dags/newswatch_ingest/dagRuns/{run}")["state"] == "success", 400)
    took, used = time.monotonic() - start, cluster.cpu() - cpu
    tasks = [t for t in cluster.tasks("newswatch_ingest", run) if t["task_id"] == "fetch"]
    span = max(moment(t["end_date"]) for t in tasks) - min(moment(t["start_date"]) for t in tasks)
    return {"tasks": len(tasks), "run_s": round(took, 1), "fetch_s": round(span, 1), "cpu_s": round(used, 1),
            "median_task_s": round(statistics.median(t["duration"] for t in tasks), 2)}  # fmt: skip


def measure(folder: Path, workers: int, rounds: int) -> dict[str, Any]:
    """Measure all of it on one cluster of its own for each: samples first, then one feed a host."""
    found: dict[str, Any] = {}
    settings = {"allow_addresses": "127.0.0.0/8", "host_spacing": "0", "enrich": "false", "encoder": "none"}
    with serve_feeds(sample.sample_dir()) as feeds, PostOffice() as post:
        home = folder / "chain"
        home.mkdir()
        sample.write_watch(home / "watch", feeds.port, sample.weeks_to(datetime.now(UTC)))
        with Cluster(home, settings | {"watch_dir": str(home / "watch"), "smtp_url": post.url}, workers) as cluster:
            found["chains"] = [chain(cluster, post) for _ in range(rounds)]
            found["quiet_runs"] = [quiet(cluster) for _ in range(rounds)]
            found["peak_mib"] = {k: round(v) for k, v in cluster.peaks.items()}
            found["times_s"] = {k: round(v, 1) for k, v in cluster.times.items()}
    count = max(MAPPED)
    with serve(5, count, 1) as port, PostOffice() as post:
        home = folder / "mapped"
        home.mkdir()
        catalog.copy_default(home / "watch")
        lines = (f'[[feeds]]\nurl = "http://{h}:{port}/f{i}"\ntitle = "f{i}"\n' for i, h in enumerate(hosts(count)))
        (home / "watch" / "feeds.toml").write_text("\n".join(lines), encoding="utf-8")
        with Cluster(home, settings | {"watch_dir": str(home / "watch"), "smtp_url": post.url}, workers) as cluster:
            cluster.trigger("newswatch_ingest")
            cluster.settle(lambda: True)
            found["mapped"] = [mapped(cluster, -(-count // n)) for _ in range(rounds) for n in MAPPED]
    few, many = ([m for m in found["mapped"] if m["tasks"] == n] for n in (min(MAPPED), max(MAPPED)))
    more = max(MAPPED) - min(MAPPED)
    for what in ("fetch_s", "cpu_s"):
        gap = statistics.median(m[what] for m in many) - statistics.median(m[what] for m in few)
        found[f"a_mapped_task_{what}"] = round(gap / more, 2)
    return found
