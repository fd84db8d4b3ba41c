"""What Airflow costs: a run, a mapped task, the way from a feed to a mail, and a claim of 10,000 feeds.

python -m benchmarks.airflow [--workers N] [--claims 10000]      (some minutes; needs the tests' wheels)
"""

import argparse
import json
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.model import FeedSpec
from pipeline.settings import load
from pipeline.steps import fetch, sample
from pipeline.store import begin, upgrade, watchlists
from tests.e2e.cluster import Cluster, serve_feeds
from tests.postoffice import PostOffice


def moment(text: str) -> datetime:
    """Read a time of the REST API."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def chain(cluster: Cluster, post: PostOffice) -> dict[str, Any]:
    """Start one ingest run and say where the time to the last mail went."""
    cluster.reset()
    post.mails.clear()
    begun = datetime.now(UTC)
    run_id = cluster.trigger("newswatch_ingest")
    cluster.settle(lambda: len(post.mails) >= 14)
    rows = []
    for dag in ("ingest", "events", "alerts"):
        runs = [r for r in cluster.runs(f"newswatch_{dag}") if moment(r["run_after"]) >= begun]
        for run in runs[:1]:
            tasks = [
                t for t in cluster.tasks(f"newswatch_{dag}", run["dag_run_id"]) if t["start_date"] and t["end_date"]
            ]
            rows += [(moment(t["start_date"]), moment(t["end_date"]), f"{dag}.{t['task_id']}") for t in tasks]
    rows.sort()
    busy = {name: round((end - start).total_seconds(), 2) for start, end, name in rows}
    total = (max(end for _, end, _ in rows) - begun).total_seconds()
    return {"run": run_id, "trigger_to_last_mail_s": round(total, 1), "in_tasks_s": round(sum(busy.values()), 1),
            "between_tasks_s": round(total - sum(busy.values()), 1), "tasks": busy}  # fmt: skip


def mapped(cluster: Cluster, batches: int) -> dict[str, Any]:
    """Rematch the stored stories in so many chunks that judge nothing new: what a mapped task costs."""
    chunk = max(100, 187 // batches)
    start = time.monotonic()
    run_id = cluster.trigger("newswatch_rematch", since="2020-01-01", chunk=chunk)
    cluster.settle(lambda: cluster.get(f"/api/v2/dags/newswatch_rematch/dagRuns/{run_id}")["state"] == "success", 400)
    tasks = [t for t in cluster.tasks("newswatch_rematch", run_id) if t["duration"]]
    return {"chunks": sum(t["task_id"] == "rematch" for t in tasks), "seconds": round(time.monotonic() - start, 1),
            "median_task_s": round(statistics.median(t["duration"] for t in tasks), 2)}  # fmt: skip


def claims(count: int) -> dict[str, Any]:
    """Claim so many due feeds in batches, on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load(database_url=f"sqlite:///{folder}/claims.db")
        upgrade(settings.database_url)
        now = datetime.now(UTC)
        specs = [FeedSpec(f"https://h{i // 4}.example/{i}.xml", f"feed {i}") for i in range(count)]
        with begin(settings.database_url) as db:
            watchlists.declare_feeds(db, specs, now)
        start = time.perf_counter()
        found = fetch.claim_batches(settings, now, "benchmark")
        took = time.perf_counter() - start
        again = time.perf_counter()
        assert fetch.claim_batches(settings, now, "benchmark") == found
        return {"feeds": count, "batches": len(found), "largest": max(map(len, found)), "claim_s": round(took, 2),
                "again_s": round(time.perf_counter() - again, 2), "xcom_bytes": len(json.dumps(found))}  # fmt: skip


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=0, help="Celery workers; 0: LocalExecutor")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--only-claims", action="store_true")
    options = parser.parse_args()
    found: dict[str, Any] = {"claims": claims(options.claims)}
    if not options.only_claims:
        with tempfile.TemporaryDirectory() as folder, serve_feeds(sample.sample_dir()) as feeds, PostOffice() as post:
            home = Path(folder) / "airflow"
            home.mkdir()
            sample.write_watch(Path(folder) / "watch", feeds.port)
            settings = {
                "watch_dir": f"{folder}/watch", "smtp_url": post.url, "allow_addresses": "127.0.0.1",
                "host_spacing": "0", "enrich": "false", "encoder": "none",
            }  # fmt: skip
            with Cluster(home, settings, options.workers) as cluster:
                found["chains"] = [chain(cluster, post) for _ in range(options.rounds)]
                found["mapped"] = [mapped(cluster, n) for n in (1, 2)]
                found["times"] = cluster.times
    print(json.dumps(found, indent=2, default=str))


if __name__ == "__main__":
    main()
