"""Simulate 10,000 or 100,000 feeds on N workers with the real rules of polling: what breaks first, and what holds it.

python -m benchmarks.scale [--feeds 10000] [--workers 1] [--hours 24] [--min-interval 480] [--batch 50] [--tick 5] …

When a feed is asked, and what an answer does to it, is decided by `core.feeds.poll` and `restraint`; batches are cut by
`store.leases`. Feeds tell stories at their own pace, more by day than by night; one host has 1,000 feeds, the others
one to fifty; some hosts are slow or silent. The clock is simulated; what a task takes follows from COSTS, measured.
The first half of the hours lets intervals settle, the second is counted.
"""

import argparse
import heapq
import math
import statistics
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from pipeline.core.feeds import poll
from pipeline.core.feeds.restraint import Restraint
from pipeline.model import Feed, FeedSpec, Outcome, Polling, Response
from pipeline.steps.fetch import BATCH_LARGE, BATCH_SMALL, MANY, MAX_BATCHES
from pipeline.steps.fetch.worker import BUDGET_S
from pipeline.store import leases

START = datetime(2026, 1, 1, tzinfo=UTC)
BIG_HOST = 1000  # feeds of one host
SILENT, SLOW = 0.01, 0.03  # shares of hosts
LATENCY_S, SLOW_S, SILENT_S = 0.2, 8.0, 30.0
ENTRIES = 30  # of a document
CONDITIONAL = 0.6  # share of feeds whose server answers 304
PER_WORKER_FETCH, PER_WORKER_CORES = 8, 2  # slots of the pool …_fetch, cores
YEAR = 365


@dataclass(frozen=True)
class Costs:
    """Processor seconds and bytes, measured on one core (docs/deploy.md says how)."""

    run_s: float = 3.3  # an ingest run with nothing due, in Airflow
    task_s: float = 0.4  # a mapped task more
    claim_s: float = 0.00025  # setting one feed aside
    fetch_s: float = 0.0025  # asking one feed, and its row
    parse_s: float = 0.001  # an entry of a document that changed
    detect_s: float = 0.0005  # a story
    match_s: float = 0.0005  # a story
    encode_s: float = 0.06  # a story that is ours: vector, event, facts
    fetch_bytes: int = 200  # a row of the log, with its indices
    body_bytes: int = 21_000  # a document, compressed
    story_bytes: int = 2000  # with its judgement and sighting


COSTS = Costs()


@dataclass
class Simulated:
    """One feed, its pace, and what it has in store."""

    feed: Feed
    host: str
    a_day: float
    told: int = 0  # documents it brought, so that each has a hash of its own


@dataclass
class Count:
    """What the counted half of the time came to."""

    hours: float = 0.0
    runs: list[float] = field(default_factory=list)  # seconds
    stages: Counter[str] = field(default_factory=Counter)  # wall seconds
    cpu: float = 0.0
    due: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    fetches: int = 0
    bodies: int = 0
    stories: int = 0
    failures: int = 0
    given_back: int = 0
    late: list[float] = field(default_factory=list)  # seconds behind the schedule
    late_big: list[float] = field(default_factory=list)  # of the big host


def world(count: int, chance: np.random.Generator) -> list[Simulated]:
    """Make the feeds: hosts of 1,000, of one to fifty; paces from one story in months to hundreds a day."""
    hosts: list[str] = ["big.example"] * min(BIG_HOST, count // 10)
    number = 0
    while len(hosts) < count:
        number += 1
        kind = chance.random()
        name = "silent" if kind < SILENT else "slow" if kind < SILENT + SLOW else "host"
        hosts += [f"{name}{number}.example"] * min(50, int(chance.zipf(2.0)), count - len(hosts))
    paces = np.minimum(chance.lognormal(math.log(3), 1.5, count), 400)
    found = []
    for i, (host, a_day) in enumerate(zip(hosts, paces, strict=True), 1):
        interval = min(max(0.48 * 86400 / a_day, 480.0), 86400.0)  # where 38 % of the fetches bring something
        polling = Polling(
            interval_s=interval, next_fetch_at=START + timedelta(seconds=chance.random() * interval),
            first_fetched_at=START - timedelta(days=1), last_fetch_at=START - timedelta(seconds=interval),
            last_new_at=START - timedelta(days=1), state="ok",
        )  # fmt: skip
        found.append(Simulated(Feed(i, FeedSpec(f"https://{host}/{i}", ""), polling, START), host, float(a_day)))
    return found


def answer(one: Simulated, at: datetime, chance: np.random.Generator) -> tuple[Response, int]:
    """Give a feed's answer at a time, and how many stories are new in it."""
    url = one.feed.spec.url
    if one.host.startswith("silent"):
        return Response(url, url, Outcome.TIMEOUT, seconds=SILENT_S, error="silent"), 0
    since = (at - (one.feed.polling.last_success_at or one.feed.polling.last_fetch_at or START)).total_seconds()
    day = 1 + 0.8 * math.sin(2 * math.pi * (at.hour - 6) / 24)
    new = int(chance.poisson(one.a_day * day * max(0.0, since) / 86400))
    seconds = SLOW_S if one.host.startswith("slow") else LATENCY_S
    one.told += new > 0
    headers = {"etag": str(one.told)} if one.feed.id % 100 < CONDITIONAL * 100 else {}
    outcome = Outcome.NEW if new else Outcome.UNCHANGED
    return Response(url, url, outcome, 200 if new or not headers else 304, headers, seconds=seconds), new


def batch(
    feeds: list[Simulated], at: datetime, bounds: poll.Bounds, spacing: float, chance: np.random.Generator
) -> tuple[float, list[tuple[Simulated, Outcome, int]], list[Simulated]]:
    """Fetch one batch: the seconds it takes, what came of each feed, and those given back."""
    restraint, asked, back = Restraint(spacing), list[tuple[Simulated, Outcome, int]](), list[Simulated]()
    starts: Counter[str] = Counter()
    last = 0.0
    for one in feeds:
        begin = starts[one.host] * spacing
        if restraint.is_resting(one.host) or restraint.left(one.host) <= 0 or begin > BUDGET_S:
            back.append(one)
            continue
        restraint.take(one.host)
        starts[one.host] += 1
        now = at + timedelta(seconds=begin)
        unconditional = poll.is_unconditional(one.feed, now)
        response, new = answer(one, now, chance)
        restraint.heard(one.host, response.outcome, response.status)
        key = f"{one.feed.id}-{one.told}" if response.status == 200 else None
        done = poll.after_fetch(one.feed, response, key, unconditional, now, bounds)
        one.feed = done.feed
        if done.store_body:
            one.feed = poll.after_parse(one.feed, ENTRIES, min(new, ENTRIES), None, None, bounds)
        asked.append((one, done.outcome, min(new, ENTRIES)))
        last = max(last, begin + response.seconds)
    return last, asked, back


def simulate(
    count: int, workers: int, hours: float, *, bounds: poll.Bounds | None = None, size: int | None = None,
    tick_s: float = 300.0, spacing: float = 1.0, share: float = 0.02, seed: int = 0,
) -> Count:  # fmt: skip
    """Let so many feeds be polled for so many hours by ingest runs, one at a time, as Airflow starts them."""
    bounds, chance, c = bounds or poll.Bounds(), np.random.default_rng(seed), COSTS
    feeds = world(count, chance)
    queue = [(_due(one), one.feed.id) for one in feeds]
    heapq.heapify(queue)
    slots, cores = max(1, PER_WORKER_FETCH * workers - 2), PER_WORKER_CORES * workers
    clock, counted = 0.0, Count()
    while clock < hours * 3600:
        now, due, rest, had = START + timedelta(seconds=clock), list[Simulated](), list[Simulated](), Counter[str]()
        most = Restraint(spacing).share
        while queue and queue[0][0] <= clock:
            one = feeds[heapq.heappop(queue)[1] - 1]
            (due if had[one.host] < most else rest).append(one)
            had[one.host] += 1
        pairs = sorted(((one.feed.id, one.host) for one in due), key=lambda p: (p[1], p[0]))
        wanted = size or (BATCH_SMALL if len(due) < MANY else BATCH_LARGE)
        cut = leases.batches(pairs, max(wanted, math.ceil(len(pairs) / MAX_BATCHES)))
        free, result, lateness = [0.0] * slots, list[tuple[Simulated, Outcome, int]](), list[tuple[str, float]]()
        for ids in cut:  # each free slot takes the next batch
            begin = heapq.heappop(free)
            mine = sorted((feeds[i - 1] for i in ids), key=_due)
            lateness += [(one.host, clock + begin - _due(one)) for one in mine]
            took, asked, back = batch(mine, now + timedelta(seconds=begin), bounds, spacing, chance)
            heapq.heappush(free, begin + took + c.task_s + c.fetch_s * len(ids))
            result += asked
            rest += back
        bodies = sum(outcome is Outcome.NEW for _, outcome, _ in result)
        stories = sum(new for _, _, new in result)
        fetch_cpu = c.task_s * len(cut) + c.fetch_s * len(result)
        match_cpu = c.match_s * stories
        stages = {
            "claim": c.claim_s * len(due),
            "fetch": max(*free, fetch_cpu / cores),
            "parse": c.parse_s * ENTRIES * bodies,
            "detect": c.detect_s * stories,
            "match": match_cpu / cores,
            "events": c.encode_s * share * stories,  # beside it, a DAG of its own: one process
        }
        ran = c.run_s + sum(s for name, s in stages.items() if name != "events")
        if clock >= hours * 1800:
            counted.hours += max(ran, tick_s - clock % tick_s) / 3600
            counted.runs.append(ran)
            counted.stages.update(stages)
            single = stages["claim"] + stages["parse"] + stages["detect"] + stages["events"]
            counted.cpu += c.run_s + fetch_cpu + match_cpu + single
            counted.due.append(len(due) + len(rest))
            counted.batches.append(len(cut))
            counted.fetches += len(result)
            counted.bodies += bodies
            counted.stories += stories
            counted.failures += sum(outcome is Outcome.TIMEOUT for _, outcome, _ in result)
            counted.given_back += len(rest)
            counted.late += [late for host, late in lateness if host != "big.example"]
            counted.late_big += [late for host, late in lateness if host == "big.example"]
        for one, _, _ in result:
            heapq.heappush(queue, (_due(one), one.feed.id))
        for one in rest:
            heapq.heappush(queue, (_due(one), one.feed.id))
        clock = max(clock + ran, (clock // tick_s + 1) * tick_s)
    return counted


def _due(one: Simulated) -> float:
    at = one.feed.polling.next_fetch_at or START
    return (at - START).total_seconds()


def tell(count: int, workers: int, found: Count, tick_s: float, keep: tuple[float, float, float]) -> None:
    """Print what it came to, and at how many feeds each stage would fill the time between two runs."""
    a_day, runs = 24 / found.hours, len(found.runs)
    middle, longest = statistics.median(found.runs), max(found.runs)
    tasks = (sum(found.batches) + 7 * runs) / found.hours / 3600
    print(f"# {count:,} feeds, {workers} workers of {PER_WORKER_CORES} cores, {found.hours:.1f} hours counted")
    print(f"fetches {found.fetches / found.hours / 3600:.1f} a second, {found.fetches * a_day:,.0f} a day; "
          f"documents {found.bodies * a_day:,.0f}, stories {found.stories * a_day:,.0f} a day")  # fmt: skip
    print(f"runs {middle:.0f} s (median), {longest:.0f} s (longest); due {statistics.median(found.due):,.0f} (median), "
          f"{max(found.due):,} at most; tasks {tasks:.2f} a second, at most {max(found.batches)} in a map")  # fmt: skip
    print(f"processors busy {found.cpu / found.hours / 3600:.2f} of {workers * PER_WORKER_CORES}")
    for name, late in (("feeds", found.late), ("the big host's", found.late_big)):
        if late:
            print(f"{name} asked {_hours(statistics.median(late))} behind their time (median), "
                  f"{_hours(float(np.quantile(late, 0.95)))} (95 %)")  # fmt: skip
    for name, seconds in found.stages.most_common():
        share = seconds / runs / tick_s
        print(f"  {name:7} {100 * share:5.1f} % of {tick_s / 60:.0f} minutes: full at {count / share:12,.0f} feeds")
    days = found.fetches * a_day, found.bodies * a_day, found.stories * a_day
    sizes = COSTS.fetch_bytes, COSTS.body_bytes, COSTS.story_bytes
    size = [n * each * min(kept or YEAR, YEAR) / 1e9 for n, each, kept in zip(days, sizes, keep, strict=True)]
    print("database after a year: fetches {:,.0f} GB, documents {:,.0f} GB, stories {:,.0f} GB".format(*size))


def _hours(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 300 else f"{seconds / 60:.0f} min"


def main() -> None:
    """Run as the module's docstring says."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--feeds", type=int, default=10_000)
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--hours", type=float, default=24.0)
    options.add_argument("--min-interval", type=float, default=480.0)
    options.add_argument("--batch", type=int)
    options.add_argument("--tick", type=float, default=5.0, help="minutes between two runs")
    options.add_argument("--share", type=float, default=0.02, help="of the stories that is ours")
    options.add_argument(
        "--keep", type=float, nargs=3, default=(90.0, 14.0, 0.0), help="days of fetches, documents, stories"
    )
    args = options.parse_args()
    bounds = replace(poll.Bounds(), min_interval_s=args.min_interval)
    found = simulate(
        args.feeds, args.workers, args.hours, bounds=bounds, size=args.batch, tick_s=args.tick * 60, share=args.share
    )
    tell(args.feeds, args.workers, found, args.tick * 60, args.keep)


if __name__ == "__main__":
    main()
