"""Real feeds through Airflow on PostgreSQL with tasks killed on the way, beside one undisturbed `newswatch run`."""

import random
import re
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks import real_run
from benchmarks.airflow.latency import spans
from tests.e2e.cluster import Cluster
from tests.meaning import meaning
from tests.postoffice import PostOffice


def tasks_of(cluster: Cluster) -> list[psutil.Process]:
    """List the processes in which tasks of a LocalExecutor run just now."""
    found = []
    for one in psutil.Process(cluster.processes["scheduler"].pid).children(recursive=True):
        try:
            if re.match(r"airflow worker -- [0-9a-f]{8}-", " ".join(one.cmdline())):  # a task instance's number
                found.append(one)
        except psutil.Error:
            continue
    return found


def measure(folder: Path, data: Path, kills: int) -> dict[str, Any]:
    """Run the job by hand on SQLite, then through Airflow on PostgreSQL with so many SIGKILLs; compare the stores."""
    files = sorted(p for p in data.iterdir() if p.suffix != ".tsv")
    server = real_run.serve(files)
    by_hand, home = folder / "by-hand", folder / "airflow"
    for one in (by_hand, home):
        one.mkdir()
        real_run.write_watch(one / "watch", files, server.server_address[1])
    start = time.monotonic()
    real_run.run(by_hand)
    found: dict[str, Any] = {"feeds": len(files), "by_hand_s": round(time.monotonic() - start, 1)}
    expected = meaning(f"sqlite:///{by_hand / 'newswatch.db'}")
    chance = random.Random(11)
    with PostOffice() as post:
        settings = {
            "watch_dir": str(home / "watch"), "smtp_url": post.url, "allow_addresses": "127.0.0.1",
            "host_spacing": "0", "host_concurrency": "8", "enrich": "false",
        }  # fmt: skip
        with Cluster(home, settings) as cluster:
            post.mails.clear()
            start = time.monotonic()
            killed: list[str] = []
            runs = 0
            while len(killed) < kills or runs == 0:  # a task that was killed five times gives up: the next run goes on
                cluster.trigger("newswatch_ingest")
                runs += 1
                time.sleep(2)
                while not cluster.is_idle():
                    time.sleep(chance.uniform(1, 8))
                    running = tasks_of(cluster)
                    if running and len(killed) < kills:
                        chance.choice(running).kill()
                        killed.append(f"{time.monotonic() - start:.0f} s")
            cluster.trigger("newswatch_ingest")
            cluster.settle(lambda: True, 600)
            found["runs"] = runs + 1
            found["airflow_s"] = round(time.monotonic() - start, 1)
            found["killed"] = killed
            rows = meaning(cluster.database_url)
            found["differences"] = {
                name: len(set(expected[name]) ^ set(rows[name]))
                for name in expected
                if sorted(rows[name]) != sorted(expected[name])
            }
            found["rows"] = {name: len(rows[name]) for name in rows}
            ids = [str(m["Message-ID"]) for _, m in post.mails]
            found["mails"], found["mails_twice"] = len(ids), len(ids) - len(set(ids))
            found["by_task_s"] = {
                f"{dag}.{task}": round(end - begun, 1)
                for dag in ("ingest", "events", "alerts")
                for run in spans(cluster, dag)[-1:]
                for task, (begun, end) in run.items()
            }
            found["peak_mib"] = {k: round(v) for k, v in cluster.peaks.items()}
    server.shutdown()
    return found
