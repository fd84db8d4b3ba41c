"""Server time of each page with many stored stories: page.py [--stories 1000000] [--database URL] [--keep].

Fills an empty database (default: a SQLite file in a temporary folder) by arithmetic, then asks each page in process,
without a network: the time is that of routing, SQL and templates. The first of the rounds warms up and is not counted.
"""

import argparse
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fastapi.testclient import TestClient

from pipeline import store
from pipeline.settings import load
from pipeline.web import create_app
from tests.sql.bulk import fill

PAGES = (
    "/events",
    "/events?level=3",
    "/events?entity=e1",
    "/events?entity=e9",  # none has it: every event is looked at
    "/events?topic=xai&since=2026-01-01",
    "/events?q=headline",  # every story holds it
    "/events?q=%22number+{rare}%22",  # one old story holds it
    "/events?q=nowhere+to+be+found",  # none does: every matched story is looked at
    "/events?q=nowhere&level=3",
    "/events/{event}",
    "/events/{event}/timeline.svg",
    "/stories/{story}",
    "/watchlist",
    "/feeds",
    "/feeds?state=ok&q=feed+77",
    "/queries",
    "/health",
    "/queries/newest_events",
    "/queries/widest_events",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=1_000_000)
    parser.add_argument("--database")
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = args.database or f"sqlite:///{folder}/page.db"
        store.upgrade(url)
        with store.read(url) as db:
            empty = db.exec_driver_sql("select count(*) from events").scalar() == 0
        if empty:
            start = time.perf_counter()
            with store.begin(url) as db:
                fill(db, args.stories)
            print(f"filled with {args.stories:,} stories in {time.perf_counter() - start:.0f} s")
        measure(url, args.stories, args.rounds)


def measure(url: str, stories: int, rounds: int) -> None:
    """Ask each page of a store that was filled, and print how long it takes."""
    client = TestClient(create_app(load(database_url=url, log_format="quiet"), lambda: datetime.now(UTC)))
    known = {"event": stories // 100, "story": stories // 2, "rare": 5 * 10 + stories // 100}
    print(f"{'ms median':>10} {'worst':>7} {'kB':>6}  page")
    for page in PAGES:
        path = page.format(**known)
        took = []
        for _ in range(rounds + 1):
            start = time.perf_counter()
            answer = client.get(path)
            took.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        took = took[1:]
        print(f"{statistics.median(took):10.1f} {max(took):7.1f} {len(answer.content) / 1024:6.0f}  {path}", flush=True)


if __name__ == "__main__":
    main()
