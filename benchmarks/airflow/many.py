"""Ten thousand feeds in batches through Airflow: a first pass, then one in which no feed changed.

One host has a tenth of the feeds, the others four each; of these one in a hundred never answers and three are slow.
Twenty stories of a thousand are ours, the encoder is at work, and hosts are spared as by default.
"""

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

A_HOST = 4  # feeds of most hosts
LATENCY_MS = 100.0
ENTRIES, OURS = 2, 20  # of a feed; of a thousand of them

TOLD = "select count(*), count(*) filter (where level > 0) from newswatch.matches where is_current"
WAITING = """
select exists(select from newswatch.stories where judged_at is null)
    or exists(select from newswatch.matches where is_current and level > 0 and clustered_at is null)
"""


def feeds(count: int) -> list[tuple[int, str]]:
    """Give the host and the path of so many feeds."""
    wide = count // 10
    made = [(0, f"f{i}") for i in range(wide)]
    for i in range(wide, count):
        host = 1 + (i - wide) // A_HOST
        kind = "silent" if host % 100 == 1 else "slow" if host % 100 in {2, 3, 4} else "f"
        made.append((host, f"{kind}{i}"))
    return made


def after_a_tick(cluster: Cluster) -> None:
    """Wait until the scheduled run is over, and the next one is far."""
    cluster.settle(lambda: 5 < time.time() % 300 < 60, 700)


def one_pass(cluster: Cluster) -> dict[str, Any]:
    """Run ingest once, every feed due, and what follows; say what each task took.

    Its caller waits for a scheduled run to have passed.
    """
    url = cluster.database_url.replace("+psycopg", "")
    with psycopg.connect(url) as db:
        db.execute("update newswatch.feeds set next_fetch_at = now()")
    start, cpu, at = time.monotonic(), cluster.cpu(), time.time()
    run = cluster.trigger("newswatch_ingest")

    def is_through() -> bool:
        state = cluster.get(f"/api/v2/dags/newswatch_ingest/dagRuns/{run}")["state"]
        with psycopg.connect(url) as db:
            waits = db.execute(WAITING).fetchone()
        return state in {"success", "failed"} and waits == (False,)

    cluster.settle(is_through, 3000)
    took = time.monotonic() - start
    tasks = cluster.tasks("newswatch_ingest", run)
    batches = [t for t in tasks if t["task_id"] == "fetch"]
    claimed = cluster.get(f"/api/v2/dags/newswatch_ingest/dagRuns/{run}/taskInstances/claim/xcomEntries/return_value")
    last = spans(cluster, "ingest")[-1] | spans(cluster, "events")[-1]
    by_task = {k: round(end - begun, 1) for k, (begun, end) in last.items() if begun > at}
    return {"run_s": round(took, 1), "cpu_s": round(cluster.cpu() - cpu, 1), "batches": len(batches),
            "states": sorted({str(t["state"]) for t in tasks}), "xcom_bytes": len(json.dumps(claimed["value"])),
            "by_task_s": by_task}  # fmt: skip


def measure(folder: Path, workers: int, count: int) -> dict[str, Any]:
    """Declare so many feeds of two entries, and pass over them twice."""
    declared = feeds(count)
    where = hosts(declared[-1][0] + 1)
    settings = {"allow_addresses": "127.0.0.0/8", "enrich": "false"}
    home = folder / "airflow"
    home.mkdir()
    with serve(LATENCY_MS, len(where), ENTRIES, OURS) as port, PostOffice() as post:
        catalog.copy_default(home / "watch")
        lines = [
            f'[[feeds]]\nurl = "http://{where[host]}:{port}/{path}"\ntitle = "{path}"\n' for host, path in declared
        ]
        (home / "watch" / "feeds.toml").write_text(lines[0], encoding="utf-8")  # of the first ticks
        cluster = Cluster(home, settings | {"watch_dir": str(home / "watch"), "smtp_url": post.url}, workers)
        with cluster:
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
                stories, ours = db.execute(TOLD).fetchall()[0]
            first |= {"stories": stories, "ours": ours, "stories_an_hour": round(stories / first["run_s"] * 3600)}
            return {"feeds": count, "outcomes": outcomes, "first": first, "unchanged": unchanged,
                    "peak_mib": {k: round(v) for k, v in cluster.peaks.items()}}  # fmt: skip
