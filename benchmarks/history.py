"""What one new story, a page and a query cost as history grows: nothing of it may.

python -m benchmarks.history --stories 100000 [--stories 1000000] [--trials 9] [--only sqlite] [--parts chain,pages]
python -m benchmarks.history --claims 100000

Fills a store by arithmetic (tests/sql/bulk.py), judged by today's watchlist and matcher, then lets a feed bring one
story that is ours, and runs each step from its document to its alert. Without the encoder, which costs the same
whatever is stored. Times are medians; processor time is that of this process and, on PostgreSQL, of the server too.
`--claims` fills a store with feeds, of which a fifth is due, and sets them aside. All is in a temporary folder.
"""

import argparse
import statistics
import tempfile
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

from benchmarks import page, scale
from benchmarks import sql as queries
from pipeline import catalog, log, settings, steps, store
from pipeline.core import facts
from pipeline.model import Subscription
from pipeline.settings import Settings
from pipeline.steps import alert, cluster, detect, enrich, fetch, match, parse
from pipeline.store import watchlists
from pipeline.store.sql import query
from pipeline.store.tables import alerts, bodies, events, feeds, fetches, stories, subscriptions
from tests.sql import bulk

STEPS = {"parse": parse, "detect": detect, "match": match, "enrich": enrich, "cluster": cluster, "alert": alert}
ADDRESS = "https://one.example/feed"
HAPPENINGS = (
    "xAI buys gas turbines for its data centre in Memphis",
    "OpenAI opens a data centre in Norway with Aker",
    "NextEra restarts a reactor in Iowa to feed Google's data centres",
    "GE Vernova raises prices of turbines as data centres queue for power",
    "Judge refuses Musk's plea against OpenAI's charter",
    "Brookfield lends xAI billions for chips",
    "OpenAI signs for solar power in Abu Dhabi",
    "NextEra and a utility in Wisconsin build batteries for an AI campus",
    "GE Vernova to supply switchgear to Stargate in Texas",
    "Neighbours sue xAI over the noise of its generators",
)


def document(n: int, at: datetime) -> bytes:
    """Write a feed of one story that is ours and like no other."""
    title = HAPPENINGS[n % len(HAPPENINGS)]
    told = f"{100 + n * 37} megawatts of power."
    return (
        f"<rss version='2.0'><channel><title>One</title><item><title>{title}</title><link>https://one.example/{n}</link>"
        f"<description>{told}</description><pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item></channel></rss>"
    ).encode()


def prepare(url: str, count: int) -> Settings:
    """Fill a store, with a watchlist, a feed and a reader that are real."""
    chosen = settings(database_url=url, encoder="none", enrich=False, log_format="quiet")
    now = datetime.now(UTC)
    watch = catalog.load(catalog.default_dir()).watchlist
    store.upgrade(url)
    start = time.perf_counter()
    with store.begin(url) as db:
        watchlists.adopt(db, watch, now - timedelta(days=99))
        bulk.fill(
            db, count, watchlist=watch.version, matcher=steps.matcher(chosen, watch).version, facts=facts.version()
        )
        if db.dialect.name == "postgresql":
            for table in (stories, events, feeds, subscriptions, alerts):
                last = (
                    f"select setval(pg_get_serial_sequence('{table.name}', 'id'), (select max(id) from {table.name}))"
                )
                db.exec_driver_sql(last)
        db.execute(
            feeds.insert().values(
                url=ADDRESS, title="One", host="one.example", tags=[], added_at=now - timedelta(days=200), state="ok",
                first_fetched_at=now - timedelta(days=200), first_read_at=now - timedelta(days=200),
            )
        )  # fmt: skip
        watchlists.declare_subscriptions(db, [Subscription("one", "One", "one@desk.example")], now - timedelta(days=99))
    if not url.startswith("sqlite"):  # its upkeep, which a store that has lived has had
        with store.connect(url) as db:
            db.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("vacuum analyze")
    print(
        f"# {chosen.database_url.partition(':')[0]}, {count:,} stories, filled in {time.perf_counter() - start:.0f} s"
    )
    return chosen


def clock(url: str) -> Callable[[], float]:
    """Give a clock of the processor seconds of this process and of the database's server."""
    if url.startswith("sqlite"):
        return time.process_time
    with store.read(url) as db:
        server = psutil.Process(psutil.Process(int(db.scalar(sa.text("select pg_backend_pid()")) or 0)).ppid())

    def spent() -> float:
        while True:
            try:  # those that have ended count with the one that waited for them
                living = sum(sum(child.cpu_times()[:2]) for child in server.children())
                return time.process_time() + living + sum(server.cpu_times())
            except psutil.NoSuchProcess:
                continue

    return spent


def bring(url: str, n: int, now: datetime) -> None:
    """Let the feed bring a story, as fetching stores it."""
    content = document(n, now - timedelta(minutes=5))
    with store.begin(url) as db:
        feed_id = db.scalar(sa.select(feeds.c.id).where(feeds.c.url == ADDRESS))
        row: dict[str, Any] = {"feed_id": feed_id, "fetched_at": now, "outcome": "new", "status": 200}
        made = db.scalar(fetches.insert().values(seconds=0.1, size=len(content), **row).returning(fetches.c.id))
        db.execute(
            bodies.insert().values(
                feed_id=feed_id, fetch_id=made, hash=f"h{n}", url=ADDRESS, headers={}, content=zlib.compress(content),
                size=len(content), fetched_at=now,
            )
        )  # fmt: skip


def chain(chosen: Settings, trials: int) -> None:
    """Time each step of one new story; the first trial warms up."""
    url = chosen.database_url
    spent, took = clock(url), {name: list[tuple[float, float]]() for name in STEPS}
    for n in range(trials + 1):
        now, owed = datetime.now(UTC), 0
        bring(url, n, now)
        for name, step in STEPS.items():
            start, before = time.perf_counter(), spent()
            tally = step.run(chosen, now)
            took[name].append((time.perf_counter() - start, spent() - before))
            owed = tally.done
        if not owed:
            print(f"trial {n}: no alert was owed")
    for name, pairs in took.items():
        wall, cpu = (statistics.median(column) * 1000 for column in zip(*pairs[1:], strict=True))
        print(f"{name:8} {cpu:8.1f} ms of CPU {wall:8.1f} ms", flush=True)


def ask(url: str) -> None:
    """Time the analysts' queries."""
    took = {}
    for sql_file in query.shipped("queries"):
        took[sql_file.name], rows = queries.timed(url, sql_file)
        print(f"{took[sql_file.name] * 1000:10.1f} ms {rows:6} rows  {sql_file.name}", flush=True)
    print(f"median {statistics.median(took.values()) * 1000:.1f} ms, longest {max(took, key=lambda k: took[k])}")


def claims(url: str, count: int) -> None:
    """Time the setting aside of all feeds that are due, a fifth of a store's, and again when none is."""
    import numpy as np

    now = datetime.now(UTC)
    store.upgrade(url)
    rows = [
        {"url": one.feed.spec.url, "title": "", "host": one.host, "tags": [], "added_at": now, "state": "ok",
         "next_fetch_at": now + timedelta(minutes=i % 5 * 60 - 1)}
        for i, one in enumerate(scale.world(count, np.random.default_rng(0)))
    ]  # fmt: skip
    with store.begin(url) as db:
        db.execute(feeds.insert(), rows)
        db.exec_driver_sql("analyze")
    chosen, spent = settings(database_url=url, log_format="quiet"), clock(url)
    for name in ("first", "second"):
        start, before = time.perf_counter(), spent()
        found = fetch.claim_batches(chosen, now, name)
        took, cpu = time.perf_counter() - start, spent() - before
        print(
            f"{name}: {sum(map(len, found))} of {count} feeds in {len(found)} batches: {cpu:.2f} s of CPU, {took:.2f} s"
        )


def main() -> None:
    """Run as the module's docstring says."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--stories", type=int, action="append", default=[])
    options.add_argument("--claims", type=int, help="feeds")
    options.add_argument("--trials", type=int, default=9)
    options.add_argument("--only", choices=["sqlite", "postgresql"])
    options.add_argument("--parts", default="chain,pages,queries")
    args = options.parse_args()
    log.configure("quiet")
    for count in [*args.stories, *([0] if args.claims else [])]:
        with tempfile.TemporaryDirectory() as folder, queries.databases([], Path(folder)) as urls:
            for url in (u for u in urls if not args.only or u.startswith(args.only)):
                if not count:
                    claims(url, args.claims)
                    continue
                chosen = prepare(url, count)
                if "chain" in args.parts:
                    chain(chosen, args.trials)
                if "pages" in args.parts:
                    page.measure(url, count, 3)
                if "queries" in args.parts:
                    ask(url)


if __name__ == "__main__":
    main()
