"""Entries per second over real feeds beside bare feedparser in the same run; and what malformed documents cost.

python benchmarks/parse.py --data DIR|FILE.tar.gz [--rounds N]    a folder of feed files, or an archive of them
python benchmarks/parse.py --hostile 32768 15000000               documents of so many bytes, made to be slow

Bare feedparser is `feedparser.parse` as everybody calls it, on the same bytes; ours adds dates, plain text, canonical
URLs and identities. Both are timed in turn, file by file, in CPU seconds: noise of the machine falls on both.
"""

import argparse
import io
import sys
import tarfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from pipeline.child import Child, ChildError
from pipeline.core.feeds import parse
from pipeline.steps.parse import DOCUMENT, SMALL

TARGET = 1.2  # times bare feedparser
START = b"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>"
ITEM = START + b"<item><title>x</title><link>https://paper.example/1</link><description>"


def _of(unit: bytes, head: bytes = ITEM, tail: bytes = b"") -> Callable[[int], bytes]:
    return lambda size: head + (unit * (size // len(unit) + 1))[:size] + tail


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "< without end": _of(b"<"),
    "<a without end": _of(b"<a "),
    "open quotes": _of(b"<a b='"),
    "open CDATA": _of(b"<![CDATA["),
    "open comments": _of(b"<!--"),
    "open declarations": _of(b"<!a -"),
    "ampersands": _of(b"&"),
    "closing tags": _of(b"</"),
    "nested inline": _of(b"<b>"),
    "nested blocks": _of(b"<div>", START),
    "nested items": _of(b"<item>", START),
    "empty items": _of(b"<item/>", START),
    "categories": _of(b"<category>x</category>", START + b"<item>"),
    "authors": _of(b"<author>x</author>", START + b"<item>"),
    "nested bases": _of(b"<x xml:base='a/'>", START),
    "attributes": lambda n: START + b"<item " + b" ".join(b"a%d='1'" % i for i in range(n // 11)) + b"></item>",
    "namespaces": lambda n: b"<rss " + b" ".join(b"xmlns:a%d='u%d'" % (i, i) for i in range(n // 20)) + b">",
    "escaped markup": _of(b"&lt;b&gt;", ITEM, b"</description></item></channel></rss>"),
    "one title": _of(b"word ", START + b"<item><title>", b"</title></item></channel></rss>"),
    "HTML page": _of(b"<p class=x>hello <a href='/y'>z</a></p>\n", b"<html><body>"),
    "noise": lambda n: bytes((i * 2654435761 >> 13) & 255 for i in range(n)),
}


def bodies(path: Path) -> Iterator[bytes]:
    """Give the documents of a folder or an archive, tables left out."""
    if path.is_file():
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile() and (content := archive.extractfile(member)):
                    yield content.read()
    else:
        yield from (p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file() and p.suffix != ".tsv")


def compare(path: Path, rounds: int) -> int:
    """Print the comparison; 1 when the target is missed or a document has another count."""
    warnings.simplefilter("ignore")
    documents = list(bodies(path))
    now = datetime.now(UTC)
    bare = quick = ours = 0.0
    for _ in range(rounds):
        tally: Counter[str] = Counter()
        for body in documents:
            start = time.process_time()
            try:
                found = len(feedparser.parse(io.BytesIO(body), response_headers={"content-type": "text/xml"}).entries)
            except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, AssertionError):
                found = -1
            bare += time.process_time() - start
            start = time.process_time()
            if found >= 0:
                feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
            quick += time.process_time() - start
            start = time.process_time()
            document = parse.document(body, {}, "https://feeds.example/", now)
            ours += time.process_time() - start
            made = len(document.entries) + len(document.refusals)
            tally["found"] += max(found, 0)
            tally["raised"] += found < 0
            tally["wrong"] += found not in {-1, made} and document.format not in {"json", "sitemap"}
            tally["kept"] += len(document.entries)
            tally["reason"] += document.error is not None
            tally["empty"] += not made and document.error is None
            tally.update(f"refused: {r.reason}" for r in document.refusals)
    total = tally["found"] * rounds
    size = sum(map(len, documents)) / 1e6
    print(f"{len(documents)} documents, {size:.1f} MB")
    print(f"feedparser: {tally['found']} entries, raised on {tally['raised']}")
    print(f"ours: {tally['kept']} entries; {tally['reason']} documents with a reason, {tally['empty']} valid and empty")
    print("     ", ", ".join(f"{k} {v}" for k, v in sorted(tally.items()) if k.startswith("refused")))
    print(f"documents with another count than feedparser's: {tally['wrong']}")
    print(f"bare feedparser                       {bare / rounds:7.2f} s  {total / bare:7.0f} entries/s")
    print(f"  without sanitiser and URI rewriting {quick / rounds:7.2f} s  {total / quick:7.0f} entries/s")
    print(f"ours, all cleaning included           {ours / rounds:7.2f} s  {total / ours:7.0f} entries/s")
    print(f"ratio {ours / bare:.2f} (target: at most {TARGET})")
    return 0 if ours <= TARGET * bare and not tally["wrong"] else 1


def hostile(sizes: list[int], seconds: float) -> int:
    """Print what documents made to be slow cost, here up to the step's limit and in its child process above."""
    now = datetime.now(UTC)
    with Child(replace(DOCUMENT, seconds=seconds)) as child:
        for size in sizes:
            where = (
                "in this process" if size <= SMALL else f"in a child with {seconds:.0f} s and {DOCUMENT.megabytes} MB"
            )
            print(f"{size} bytes, {where}")
            for name, make in HOSTILE.items():
                body = make(size)
                start = time.monotonic()
                try:
                    call = parse.document if size <= SMALL else child.call
                    document = call(body, {}, "https://feeds.example/", now)
                    said = f"{len(document.entries)} + {len(document.refusals)} {document.error or ''}"
                except ChildError as e:
                    said = f"stopped: {e}"
                print(f"  {name:18} {time.monotonic() - start:6.2f} s  {said}", flush=True)
    return 0


def main() -> int:
    """Do what the options ask."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--hostile", type=int, nargs="*", metavar="BYTES")
    options.add_argument("--seconds", type=float, default=10.0, help="deadline of the child in --hostile")
    given = options.parse_args()
    if given.hostile:
        return hostile(given.hostile, given.seconds)
    if not given.data:
        options.error("say --data or --hostile")
    return compare(given.data, given.rounds)


if __name__ == "__main__":
    sys.exit(main())
