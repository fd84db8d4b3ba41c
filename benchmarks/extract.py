"""Measure extraction: word F1 against gold texts, pages a second, and memory of parent and child over many pages.

python benchmarks/extract.py --data DIR [--pages 3000]: DIR holds pages.jsonl (id, text) and pages/*.html.gz.
"""

import argparse
import gzip
import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from pipeline import extract
from pipeline.child import Child, Work


def words(text: str) -> Counter[str]:
    """Words, and single characters of scripts that put no spaces."""
    return Counter(re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|\w+", text.lower()))


def f1(found: str, gold: str) -> tuple[float, float, float]:
    a, b = words(found), words(gold)
    common = sum((a & b).values())
    precision, recall = common / max(1, a.total()), common / max(1, b.total())
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def variants() -> dict[str, dict[str, Any]]:
    base = {"include_comments": False, "include_tables": False}
    return {
        "fast precision": {**base, "fast": True, "favor_precision": True},
        "fast": {**base, "fast": True},
        "full precision (ours)": {**base, "favor_precision": True},
        "full": base,
        "fast precision tables": {**base, "fast": True, "favor_precision": True, "include_tables": True},
    }


def main() -> None:
    import trafilatura

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--pages", type=int, default=3000)
    options.add_argument("--variants", action="store_true")
    args = options.parse_args()
    listed = next(p for p in (args.data / "pages.jsonl", args.data / "pages" / "pages.jsonl") if p.exists())
    gold = [json.loads(line) for line in listed.open(encoding="utf-8")]
    found = (args.data / "pages").glob("*.html.gz")
    files = {path.name.removesuffix(".html.gz").split("__", 1)[1]: path for path in found}
    pages = [(gzip.decompress(files[row["id"].split("-", 2)[2]].read_bytes()), row["text"]) for row in gold]
    for name, kept in variants().items() if args.variants else ():
        start = time.process_time()
        scores = [f1(trafilatura.extract(html, **kept) or "", text) for html, text in pages]
        spent = time.process_time() - start
        means = [sum(s[i] for s in scores) / len(scores) for i in range(3)]
        print(f"{name:24} P {means[0]:.3f} R {means[1]:.3f} F1 {means[2]:.3f}  {len(pages) / spent:.0f} pages/CPU-s")
    me = psutil.Process()
    with Child(Work(extract.MAKER, extract.TIMEOUT_S, extract.MEMORY_MB, ())) as child:
        scores = [f1(child.call(html).text, text) for html, text in pages]
        mean, low = sum(s[2] for s in scores) / len(scores), sum(s[2] < 0.5 for s in scores)
        print(f"through the door: F1 {mean:.3f}, {low} below 0.5")
        start, peak = time.perf_counter(), 0
        for i in range(args.pages):
            if i % extract.RECYCLE == 0:
                child.close()
            child.call(pages[i % len(pages)][0])
            if i % 100 == 99:
                size = me.children(recursive=True)[-1].memory_info().rss
                peak = max(peak, size)
                if i % 500 == 499:
                    parent = me.memory_info().rss
                    print(f"{i + 1:6} pages: parent {parent / 2**20:.0f} MB, child {size / 2**20:.0f} MB")
        print(f"{args.pages / (time.perf_counter() - start):.0f} pages/s wall, child at most {peak / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
