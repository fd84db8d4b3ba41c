"""Measure what a second process brings each step: the same work by one process and by several, in turn.

python -m benchmarks.hands [--stories 20000] [--processes 2] [--rounds 3] [--data DIR] [--write PAGE]

Documents are put together from lines of our own gold, fifty stories each, one story in fifty ours; each step works on a
copy of a SQLite store that the steps before it filled, as `newswatch STEP` does. Wall seconds are the step's own, the
start of its children among them; processor seconds are those of the whole process with its children. Judging is without
an encoder, `cluster` has it. `--data` measures `newswatch run --all-feeds` over a folder of feed files too, served from
loopback. Where others use the machine the wall says little: half the processor seconds of several is its lower bound.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks import real_run
from benchmarks.whole import Cost, measured, serve, written
from pipeline import catalog, store
from pipeline.store import watchlists
from pipeline.store.tables import bodies, feeds, fetches

GOLD = Path(__file__).resolve().parent.parent / "tests" / "gold"
STEPS = ("parse", "detect", "match", "rematch", "cluster")
RUN = """
import json, sys
from dataclasses import asdict
from datetime import UTC, datetime
from pipeline import log, settings, steps
log.configure("quiet")
limit = int(sys.argv[2])
print(json.dumps(asdict(steps.perform(sys.argv[1], settings.load(), datetime.now(UTC), limit=limit))))
"""
MARK = "<!-- by benchmarks.hands --write -->"
ENTRIES = 50  # a document
OURS = 50  # one story in so many, and some of the others by chance
VECTORS = 400  # stories that `cluster` folds: of many more its own part would be measured, which grows faster


def _rows(*names: str) -> list[dict[str, Any]]:
    return [json.loads(line) for name in names for line in (GOLD / f"{name}.jsonl").read_text("utf-8").splitlines()]


def documents(count: int, at: datetime) -> list[bytes]:
    """Write feed documents with so many stories in all, each of them like no other."""
    others: dict[str, list[str]] = {}
    for row in _rows("facts", "facts_fresh"):
        others.setdefault(row["lang"], []).append(row["text"])
    titles = [(row["lang"], row["text"]) for row in _rows("facts", "facts_fresh")]
    ours = cycle([(row["title"], row["summary"]) for row in _rows("stories", "stream") if row["relevance"]])
    items = []
    for n, (lang, title) in enumerate(islice(cycle(titles), count)):
        told = others[lang]
        summary = " ".join(told[(n // len(titles) * step + n) % len(told)] for step in (3, 5, 7))
        if n % OURS == 0:
            title, summary = next(ours)
        when = at - timedelta(seconds=n)
        items.append(
            f"<item><title>{escape(title)} {n}</title><link>https://h{n // ENTRIES}.example/{n}</link>"
            f"<description>{escape(summary)}</description><pubDate>{when:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        )
    head = "<rss version='2.0'><channel><title>Made</title>"
    return [f"{head}{''.join(items[i : i + ENTRIES])}</channel></rss>".encode() for i in range(0, len(items), ENTRIES)]


def prepare(url: str, count: int) -> None:
    """Fill an empty store with documents that wait, a feed each."""
    now = datetime.now(UTC)
    store.upgrade(url)
    with store.begin(url) as db:
        watchlists.adopt(db, catalog.load(catalog.default_dir()).watchlist, now - timedelta(days=99))
        for n, content in enumerate(documents(count, now), 1):
            address = f"https://h{n}.example/feed"
            old = now - timedelta(days=99)
            db.execute(
                feeds.insert().values(
                    id=n, url=address, title="Made", host=f"h{n}.example", tags=[], added_at=old, state="ok",
                    first_fetched_at=old, first_read_at=old,
                )
            )  # fmt: skip
            row: dict[str, Any] = {"feed_id": n, "fetched_at": now, "outcome": "new", "status": 200}
            db.execute(fetches.insert().values(id=n, seconds=0.1, size=len(content), **row))
            db.execute(
                bodies.insert().values(
                    feed_id=n, fetch_id=n, hash=f"h{n}", url=address, headers={}, content=zlib.compress(content),
                    size=len(content), fetched_at=now,
                )
            )  # fmt: skip


def work(step: str, source: Path, file: Path, processes: int) -> tuple[float, Cost]:
    """Let a step do what waits in a store, copied to `file`; give its seconds and what the whole process took."""
    if source != file:
        copied(source, file)
    if step == "rematch":  # as after a change: a judgement that stays the same is not written
        with sqlite3.connect(file) as db:
            db.execute("update matches set matcher_version = 'before'")
        db.close()
    encoder = "auto" if step == "cluster" else "none"
    environment = os.environ | {
        "NEWSWATCH_DATABASE_URL": f"sqlite:///{file}", "NEWSWATCH_ENCODER": encoder, "NEWSWATCH_ENRICH": "false",
        "NEWSWATCH_PROCESSES": str(processes), "NEWSWATCH_LOG_FORMAT": "quiet",
    }  # fmt: skip
    limit = VECTORS if step == "cluster" else 10**7
    cost = measured([sys.executable, "-c", RUN, step, limit], environment)
    tally = json.loads(cost.said)
    if not tally["seen"] or tally["failed"]:
        sys.exit(f"{step}: {tally}")
    return tally["seconds"], cost


def copied(source: Path, target: Path) -> None:
    """Copy a store that nobody writes to."""
    with sqlite3.connect(source) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    shutil.copy(source, target)


def job(files: list[Path], port: int, processes: int) -> tuple[float, Cost]:
    """Do the whole job over feed files, from the start of the program to its end."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        real_run.write_watch(home / "watch", files, port)
        environment = real_run.environment(home, None) | {"NEWSWATCH_PROCESSES": str(processes)}
        cost = measured(real_run.COMMAND, environment)
        return cost.wall, cost


def line(name: str, rounds: int, processes: int, measure: Callable[[int], tuple[float, Cost]]) -> str:
    """Measure in turn, and give a line of medians."""
    took: dict[int, list[tuple[float, Cost]]] = {1: [], processes: []}
    for _ in range(rounds):
        for count, found in took.items():
            found.append(measure(count))
    wall = [statistics.median(seconds for seconds, _ in found) for found in took.values()]
    cpu = [statistics.median(cost.cpu for _, cost in found) for found in took.values()]
    made = "| {} | {:.1f} | {:.1f} | {:.2f} | {:.1f} | {:.1f} |".format(name, *wall, wall[0] / wall[1], *cpu)
    print(made, flush=True)
    return made


def main() -> None:
    """Run as the module's docstring says."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--stories", type=int, default=20_000)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--steps", default=",".join(STEPS))
    options.add_argument("--data", type=Path)
    options.add_argument("--write", type=Path, help="write the table into a page, between its marks")
    args = options.parse_args()
    more = f"{args.processes} processes"
    lines = [
        f"| {args.stories:,} stories | wall s, 1 process | {more} | ratio | CPU s, 1 process | {more} |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    print(*lines, sep="\n", flush=True)
    wanted = args.steps.split(",")
    with tempfile.TemporaryDirectory() as folder:
        filled, tried = Path(folder) / "filled.db", Path(folder) / "tried.db"
        prepare(f"sqlite:///{filled}", args.stories)
        for n, step in enumerate(STEPS):
            if step in wanted:
                lines.append(line(f"`{step}`", args.rounds, args.processes, partial(work, step, filled, tried)))
            if set(wanted) & set(STEPS[n + 1 :]) and step != "rematch":
                work(step, filled, filled, args.processes)
    if args.data:
        files = sorted(p for p in args.data.iterdir() if p.is_file() and p.suffix != ".tsv")
        mine, theirs = multiprocessing.Pipe()
        server = multiprocessing.Process(target=serve, args=(files, theirs), daemon=True)
        server.start()
        name = f"`run`, {len(files)} feeds"
        lines.append(line(name, args.rounds, args.processes, partial(job, files, mine.recv())))
        server.kill()
    if args.write:
        made = written(args.write.read_text(encoding="utf-8"), "\n".join(lines), MARK)
        args.write.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
