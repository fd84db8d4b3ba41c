"""Ten thousand feeds in batches through Airflow: a first pass, then one in which no feed changed."""

import json
import time
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.airflow.latency import spans
from benchmarks.server import hosts, serve
from pipeline import catalog
from tests.e2e.cluster import Cluster
from tests.postoffice import PostOffice

A_HOST = 4  # feeds of one host
LATENCY_MS = 100.0


def after_a_tick(cluster: Cluster) -> None:
    """Wait until the scheduled run is over, and the next one is far."""
    cluster.settle(lambda: 5 < time.time() % 300 < 60, 700)


def one_pass(cluster: Cluster) -> dict[str, Any]:
    """Run ingest once, every feed due; say what each task took. Its caller waits for a scheduled run to have passed."""
    with psycopg.connect(cluster.database_url.replace("+psycopg", "")) as db:
        db.execute("update newswatch.feeds set next_fetch_at = now()")
    start, cpu = time.monotonic(), cluster.cpu()
    run = cluster.trigger("newswatch_ingest")
    cluster.settle(
        lambda: cluster.get(f"/api/v2/dags/newswatch_ingest/dagRuns/{run}")["state"] in {"success", "failed"}, 3000
    )
    took = time.monotonic() - start
    tasks = cluster.tasks("newswatch_ingest", run)
    batches = [t for t in tasks if t["task_id"] == "fetch"]
    claimed = cluster.get(f"/api/v2/dags/newswatch_ingest/dagRuns/{run}/taskInstances/claim/xcomEntries/return_value")
    by_task = {k: round(end - begun, 1) for k, (begun, end) in spans(cluster, "ingest")[-1].items()}
    return {"run_s": round(took, 1), "cpu_s": round(cluster.cpu() - cpu, 1), "batches": len(batches),
            "states": sorted({str(t["state"]) for t in tasks}), "xcom_bytes": len(json.dumps(claimed["value"])),
            "by_task_s": by_task}  # fmt: skip


def measure(folder: Path, workers: int, count: int) -> dict[str, Any]:
    """Declare so many feeds of two entries, four on a host, and pass over them twice; every encoder off."""
    where = hosts(-(-count // A_HOST))
    settings = {"allow_addresses": "127.0.0.0/8", "host_spacing": "0", "enrich": "false", "encoder": "none"}
    home = folder / "airflow"
    home.mkdir()
    with serve(LATENCY_MS, len(where), 2) as port, PostOffice() as post:
        catalog.copy_default(home / "watch")
        lines = (f'[[feeds]]\nurl = "http://{where[i // A_HOST]}:{port}/f{i}"\ntitle = "f{i}"\n' for i in range(count))
        cluster = Cluster(home, settings | {"watch_dir": str(home / "watch"), "smtp_url": post.url}, workers)
        with cluster:  # the first ticks run on the default watch folder's feeds, which none of this machine can reach
            (home / "watch" / "feeds.toml").write_text("\n".join(lines), encoding="utf-8")
            after_a_tick(cluster)
            cluster.reset()
            cluster.patch("/api/v2/dags/newswatch_checks", {"is_paused": True})
            first = one_pass(cluster)
            after_a_tick(cluster)
            unchanged = one_pass(cluster)
            with psycopg.connect(cluster.database_url.replace("+psycopg", "")) as db:
                counted = db.execute("select outcome, count(*) from newswatch.fetches group by outcome").fetchall()
                outcomes: dict[str, int] = dict(counted)
            return {"feeds": count, "outcomes": outcomes, "first": first, "unchanged": unchanged,
                    "peak_mib": {k: round(v) for k, v in cluster.peaks.items()}}  # fmt: skip
