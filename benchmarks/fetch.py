"""Measure the fetch step: 1,000 loopback feeds, a first and an unchanged pass, beside bare loops of the same client.

python -m benchmarks.fetch [--feeds 1000] [--latency-ms 30] [--database URL] [--rounds 3]: all in one run, the server in
a process of its own; CPU is this process's (user and system). "bare" asks the same addresses with the same concurrency
and stores nothing: httpcore2's pool, which the door drives, and httpx2's client above it.

With --hard: among the feeds 30 % on hosts of their own that never answer, 20 of one host that never answers, 300 of one
host that does; how long until the others are stored, against the time that they take alone (default politeness).
"""

import argparse
import asyncio
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpcore2
import httpx2
import sqlalchemy as sa

from benchmarks.server import hosts, serve
from pipeline import log, settings, store
from pipeline.settings import Settings
from pipeline.steps import fetch
from pipeline.store import fetching
from pipeline.store.feeds import Result
from pipeline.store.tables import feeds

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONCURRENCY = 50


def addresses(n: int, port: int) -> list[tuple[str, str]]:
    """Feeds on hosts of their own: 127.1.0.1, 127.1.0.2, …"""
    return [(host, f"http://{host}:{port}/f{i}") for i, host in enumerate(hosts(n))]


async def bare_core(urls: list[str], conditional: bool) -> None:
    gate = asyncio.Semaphore(CONCURRENCY)
    async with httpcore2.AsyncConnectionPool(max_connections=CONCURRENCY) as pool:

        async def one(url: str) -> None:
            async with gate:
                tag = f'"/{url.rpartition("/")[2]}"'
                headers = [("if-none-match", tag)] if conditional else []
                response = await pool.request("GET", url, headers=headers)
                assert response.status == (304 if conditional else 200)

        await asyncio.gather(*(one(url) for url in urls))


async def bare_httpx2(urls: list[str], conditional: bool) -> None:
    gate = asyncio.Semaphore(CONCURRENCY)
    limits = httpx2.Limits(max_connections=CONCURRENCY)
    async with httpx2.AsyncClient(trust_env=False, limits=limits, timeout=30) as client:

        async def one(url: str) -> None:
            async with gate:
                headers = {"if-none-match": f'"/{url.rpartition("/")[2]}"'} if conditional else {}
                response = await client.get(url, headers=headers)
                assert response.status_code == (304 if conditional else 200)

        await asyncio.gather(*(one(url) for url in urls))


def stored_after(
    made: Settings, listed: list[tuple[str, str]], good: set[str]
) -> tuple[tuple[float, float], float, str]:
    """Fetch all once from an empty store; give (wall, CPU) seconds till the last good feed was stored, and the end."""
    store.upgrade(made.database_url)
    with store.begin(made.database_url) as db:
        db.execute(sa.insert(feeds), [{"url": a, "host": h, "tags": [], "added_at": NOW} for h, a in listed])
    at: dict[str, tuple[float, float]] = {}
    save, start, cpu = fetching.save, time.perf_counter(), time.process_time()

    def noted(
        database_url: str, token: str, results: tuple[Result, ...], given_back: tuple[int, ...], until: datetime | None
    ) -> int:
        saved = save(database_url, token, results, given_back, until)
        now = time.perf_counter() - start, time.process_time() - cpu
        at.update({r.feed.spec.url: now for r in results if r.fetch.outcome == "new"})
        return saved

    fetching.save = noted
    try:
        tally = fetch.run(made, NOW)
    finally:
        fetching.save = save
    assert good <= set(at), f"{len(good - set(at))} good feeds are not stored"
    return max(at[url] for url in good), time.perf_counter() - start, f"{dict(tally.detail)}"


def hard(n: int, port: int, folder: str, rounds: int) -> None:
    """Compare the good feeds alone with the good feeds among silent, slow and big hosts."""
    listed = addresses(n + 2, port)
    tarpit, big = listed.pop()[0], listed.pop()[0]
    silent = {url for i, (_, url) in enumerate(listed) if i % 10 < 3}
    mixed = [(h, url.replace("/f", "/silent/") if url in silent else url) for h, url in listed]
    few = [(tarpit, f"http://{tarpit}:{port}/silent/t{i}") for i in range(20)]
    many = [(big, f"http://{big}:{port}/b{i}") for i in range(300)]
    mixed = mixed[: n - 320] + few + many
    good = {url for h, url in mixed if "/silent/" not in url and h != big}
    random.Random(0).shuffle(mixed)
    figures: dict[str, list[tuple[float, float]]] = {}
    for turn in range(rounds):
        for name, some in (("alone", [x for x in mixed if x[1] in good]), ("among the others", mixed)):
            url = f"sqlite:///{folder}/{name[:5]}{turn}.db"
            made = settings(database_url=url, allow_addresses=("127.0.0.0/8",), contact="a@bench.net")
            took, ended, detail = stored_after(made, some, good)
            figures.setdefault(name, []).append(took)
            print(
                f"{len(good)} good feeds {name} ({len(some)} in all): stored in {took[0]:.1f} s; end at {ended:.1f} s"
            )
            print(f"    {detail}")
    for i, unit in enumerate(("s", "CPU s")):
        alone, among = (statistics.median(took[i] for took in taken) for taken in figures.values())
        print(f"median {among:.2f} {unit} among the others, {alone:.2f} {unit} alone: {among / alone:.2f} times")


def measured(work: Callable[[], Any]) -> tuple[float, float]:
    """Give (wall, CPU) seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--latency-ms", type=float, default=30.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--database", help="default: a SQLite file of its own")
    options.add_argument("--hard", action="store_true", help="good feeds among silent, slow and big hosts")
    args = options.parse_args()
    log.configure("quiet")
    if args.hard:
        with tempfile.TemporaryDirectory() as folder, serve(args.latency_ms, args.feeds + 2) as port:
            hard(args.feeds, port, folder, args.rounds)
        return
    with tempfile.TemporaryDirectory() as folder, serve(args.latency_ms, args.feeds) as port:
        url = args.database or f"sqlite:///{folder}/bench.db"
        made = settings(
            database_url=url, allow_addresses=("127.0.0.0/8",), host_spacing=0.0, fetch_concurrency=CONCURRENCY
        )
        store.upgrade(url)
        listed = addresses(args.feeds, port)
        urls = [address for _, address in listed]
        with store.begin(url) as db:
            rows = [{"url": a, "host": h, "tags": [], "added_at": NOW} for h, a in listed]
            db.execute(sa.insert(feeds), rows)
        for coroutine in (bare_core, bare_httpx2):  # imports and first calls are nobody's cost
            asyncio.run(coroutine(urls[:50], False))
        figures: dict[str, list[tuple[float, float]]] = {}

        def note(name: str, work: Callable[[], Any]) -> None:
            figures.setdefault(name, []).append(measured(work))

        note("first pass: newswatch", lambda: fetch.run(made, NOW))
        for n in range(args.rounds):
            note("first pass: bare httpcore2", lambda: asyncio.run(bare_core(urls, False)))
            note("unchanged: newswatch", partial(fetch.run, made, NOW + timedelta(hours=1 + n), all_feeds=True))
            note("unchanged: bare httpcore2", lambda: asyncio.run(bare_core(urls, True)))
            note("unchanged: bare httpx2", lambda: asyncio.run(bare_httpx2(urls, True)))
        for name, seen in figures.items():
            wall, cpu = statistics.median(w for w, _ in seen), statistics.median(c for _, c in seen)
            print(f"{name:30} {args.feeds / wall:6.0f} feeds/s  {cpu / args.feeds * 1000:.2f} ms CPU a feed")
        costs = {name: statistics.median(c for _, c in seen) for name, seen in figures.items()}
        for other in ("httpcore2", "httpx2"):
            ratio = costs["unchanged: newswatch"] / costs[f"unchanged: bare {other}"]
            print(f"unchanged pass: {ratio:.2f} times the CPU of the bare {other} loop")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
