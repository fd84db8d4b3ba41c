"""Count how often the watchlist's names fire in texts that have nothing to do with it, by name and language.

    python benchmarks/alias_noise.py --data DIR [--watch DIR]

DIR holds langid.tsv.gz (language, text, …) and ntrex_docs.jsonl.gz ({lang, text}). Everyday texts in many languages
should name nobody but those who are in everyday news; every other line printed is an alias that wants company.
"""

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipeline import catalog
from pipeline.core.match import names


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Give (language, text) of both files."""
    with gzip.open(folder / "langid.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            language, text = line.rstrip("\n").split("\t")[:2]
            yield language, text
    with gzip.open(folder / "ntrex_docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["lang"], row["text"]


def main() -> None:
    """Print the names that fired, most frequent first."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--watch", type=Path, default=catalog.default_dir())
    options = parser.parse_args()
    index = names.Index(catalog.load(options.watch).watchlist)
    fired: Counter[str] = Counter()
    where: dict[str, Counter[str]] = {}
    start, count = time.perf_counter(), 0
    for language, text in texts(options.data):
        count += 1
        for key in {m.entity for m in index.find("", text).mentions}:
            fired[key] += 1
            where.setdefault(key, Counter())[language] += 1
    seconds = time.perf_counter() - start
    print(f"{count} texts, {count / seconds:.0f} a second")
    for key, times in fired.most_common():
        print(f"{times:6} {key:28} {', '.join(f'{n} {k}' for k, n in where[key].most_common(8))}")


if __name__ == "__main__":
    main()
