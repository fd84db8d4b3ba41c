"""Write a feed list in which a given share of the stories is ours, for `benchmarks.whole`.

python -m benchmarks.mixed OUT --data DIR [--share 0.3] [--feeds 40]
python -m benchmarks.whole --data OUT [--beside CHECKOUT]

DIR holds labelled sets (`*_dev.jsonl`) and real feeds (`feeds/`). Ours are the lines labelled 1 to 3, there and in
tests/gold; the others are entries of the real feeds, with the summaries that they came with. Each title occurs once.
"""

import argparse
import html
import json
import random
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

import feedparser

from pipeline.core.measure import labelled
from pipeline.errors import ConfigError

GOLD = Path(__file__).resolve().parent.parent / "tests" / "gold"
A_FEED = 30  # entries


class Told(NamedTuple):
    """One entry as a feed tells it."""

    title: str
    summary: str
    at: datetime | None


def ours(folders: list[Path]) -> Iterator[Told]:
    """Give what labelled sets call ours."""
    for path in sorted(p for folder in folders for p in folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row.get("relevance", 0) >= 1 and row["title"]:
                try:
                    at, _ = labelled.when(str(row.get("date") or ""), path.name, 0)
                except ConfigError:
                    at = None
                yield Told(row["title"], row["summary"], at if at and at.year > 2000 else None)


def others(folder: Path) -> Iterator[Told]:
    """Give the entries of real feeds."""
    for path in sorted(folder.iterdir()):
        for entry in feedparser.parse(path.read_bytes()).entries if path.suffix != ".tsv" else []:
            if entry.get("title"):
                when = entry.get("published_parsed")
                at = datetime.fromtimestamp(timegm(when), UTC) if when and when[0] > 2000 else None
                yield Told(entry.title, entry.get("summary", "")[:2000], at)


def once(told: Iterator[Told]) -> list[Told]:
    """Give each title once."""
    return list({t.title: t for t in told}.values())


def mix(mine: list[Told], rest: list[Told], share: float) -> list[Told]:
    """Mix so that `share` of all is ours, evenly, each side in its order."""
    rest = rest[: round(len(mine) * (1 - share) / share)]
    mine = mine[: round(len(rest) * share / (1 - share))]
    order = [True] * len(mine) + [False] * len(rest)
    random.Random(0).shuffle(order)
    sides = {True: iter(mine), False: iter(rest)}
    return [next(sides[is_ours]) for is_ours in order]


def document(number: int, told: list[Told]) -> str:
    """Write a feed."""
    items = []
    for i, t in enumerate(told):
        date = f"<pubDate>{format_datetime(t.at)}</pubDate>" if t.at else ""
        items.append(
            f"<item><title>{html.escape(t.title)}</title><link>https://outlet{number}.example/news/{number}-{i}</link>"
            f"<description>{html.escape(t.summary)}</description>{date}</item>"
        )
    return f"<rss version='2.0'><channel><title>Outlet {number}</title>{''.join(items)}</channel></rss>"


def main() -> None:
    """Run as the module's docstring says."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("out", type=Path)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--share", type=float, default=0.3)
    options.add_argument("--feeds", type=int, help="at most so many, of 30 stories")
    args = options.parse_args()
    rest = once(others(args.data / "feeds"))
    random.Random(1).shuffle(rest)
    mine = once(ours([args.data, GOLD]))
    random.Random(2).shuffle(mine)
    told = mix(mine, rest, args.share)[: args.feeds and args.feeds * A_FEED]
    args.out.mkdir(parents=True, exist_ok=True)
    for n, start in enumerate(range(0, len(told), A_FEED)):
        text = document(n, told[start : start + A_FEED])
        (args.out / f"mixed-{n:03}.xml").write_text(text, encoding="utf-8")
    known = set(mine)
    among = sum(t in known for t in told)
    print(f"{len(told)} stories, {among} of them ours, in {n + 1} feeds")


if __name__ == "__main__":
    main()
