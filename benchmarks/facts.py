"""Texts a second of the fact reader, on our gold texts or on any JSON lines: facts.py [--data FILE] [--seconds N].

FILE: lines with "lang" and "text", or "title" and "summary".
"""

import argparse
import gzip
import json
import time
from pathlib import Path

from pipeline.core import facts

GOLD = Path(__file__).parents[1] / "tests" / "gold" / "facts.jsonl"


def load(path: Path) -> list[tuple[str, str | None]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [(r.get("text") or f"{r.get('title', '')}\n{r.get('summary', '')}", r.get("lang")) for r in rows]


def rate(texts: list[tuple[str, str | None]], seconds: float) -> float:
    done, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for text, language in texts:
            facts.read(text, language)
        done += len(texts)
    return done / spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=GOLD)
    parser.add_argument("--seconds", type=float, default=3.0)
    args = parser.parse_args()
    start = time.process_time()
    facts.read("30 milliards de dollars en 2034")
    print(f"tables: {time.process_time() - start:.2f} s, once a process")
    texts = load(args.data)
    size = sum(len(t) for t, _ in texts) / len(texts)
    found = [len(facts.read(t, language)) for t, language in texts]
    speed = rate(texts, args.seconds)
    print(f"{len(texts)} texts of {size:.0f} characters, {sum(found)} facts: {speed:,.0f} a CPU-second")
    plain = [x for x in texts if not any(c.isdigit() for c in x[0])]
    if plain:
        print(f"{len(plain)} of them without a digit: {rate(plain, args.seconds):,.0f} a CPU-second")


if __name__ == "__main__":
    main()
