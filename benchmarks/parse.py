"""Entries per second over a folder of real feeds, beside bare feedparser in the same run.

python benchmarks/parse.py --data DIR [--rounds N]      DIR holds feed files (and perhaps manifest.tsv, left out)

Bare feedparser is `feedparser.parse` as everybody calls it, on the same bytes; ours adds dates, plain text, canonical
URLs and identities. Both are timed in turn, file by file, in CPU seconds: noise of the machine falls on both.
"""

import argparse
import io
import sys
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from pipeline.core import parse

TARGET = 1.2  # times bare feedparser


def main() -> int:
    """Print the comparison; exit 1 when the target is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    warnings.simplefilter("ignore")
    bodies = [p.read_bytes() for p in sorted(given.data.iterdir()) if p.is_file() and p.suffix != ".tsv"]
    now = datetime.now(UTC)
    bare = quick = ours = 0.0
    found = kept = refused = wrong = 0
    for _ in range(given.rounds):
        found = kept = refused = wrong = 0
        for body in bodies:
            start = time.process_time()
            entries = len(feedparser.parse(io.BytesIO(body), response_headers={"content-type": "application/xml"}).entries)
            bare += time.process_time() - start
            start = time.process_time()
            feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
            quick += time.process_time() - start
            start = time.process_time()
            document = parse.document(body, {}, "https://feeds.example/", now)
            ours += time.process_time() - start
            found += entries
            kept += len(document.entries)
            refused += len(document.refusals)
            wrong += entries != len(document.entries) + len(document.refusals)
    total = found * given.rounds
    print(f"{len(bodies)} files, {sum(map(len, bodies)) / 1e6:.1f} MB, {found} entries by feedparser")
    print(f"ours: {kept} entries + {refused} refused with a reason; files with another count: {wrong}")
    print(f"bare feedparser                      {bare / given.rounds:7.2f} s  {total / bare:7.0f} entries/s")
    print(f"  without sanitiser and URI rewriting {quick / given.rounds:6.2f} s  {total / quick:7.0f} entries/s")
    print(f"ours, all cleaning included          {ours / given.rounds:7.2f} s  {total / ours:7.0f} entries/s")
    print(f"ratio {ours / bare:.2f} (target: at most {TARGET})")
    return 0 if ours <= TARGET * bare and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
