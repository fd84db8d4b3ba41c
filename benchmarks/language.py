"""Compare language detectors on a labelled file: the table of docs/language.md.

    python benchmarks/language.py --data FILE_OR_FOLDER [--all] [--engines ours,langdetect,…]

The file holds lines language<TAB>text<TAB>source; a folder is searched for langid.tsv.gz. Without --all, only the
lines whose source says "headline". Detectors get no hints. Every number comes from one run on one core.
"""

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.core.text import tags

Answer = tuple[str, float]


def ours(engine: str = "langdetect", second: str | None = "py3langid") -> Callable[[str], Answer]:
    """The shipped detector, or one of its parts."""
    from pipeline.detector import Detector

    detector = Detector(engine, second)

    def ask(text: str) -> Answer:
        found = detector.detect(text)
        return found.tag, found.confidence

    return ask


def langdetect() -> Callable[[str], Answer]:
    """langdetect as it comes, but seeded."""
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    DetectorFactory.seed = 0

    def ask(text: str) -> Answer:
        try:
            best = detect_langs(text)[0]
        except (LangDetectException, IndexError):
            return "und", 0.0
        return best.lang, best.prob

    return ask


def py3langid() -> Callable[[str], Answer]:
    """py3langid as it comes, with normalised probabilities."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return lambda text: identifier.classify(text)


def lingua() -> Callable[[str], Answer]:
    """lingua with all its languages and its large models."""
    from lingua import LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()

    def ask(text: str) -> Answer:
        values = detector.compute_language_confidence_values(text)
        if not values or values[0].value == 0:
            return "und", 0.0
        return values[0].language.iso_code_639_1.name.lower(), values[0].value

    return ask


ENGINES: dict[str, Callable[[], Callable[[str], Answer]]] = {
    "newswatch": ours,
    "newswatch, langdetect alone": lambda: ours("langdetect", None),
    "langdetect 1.0.9": langdetect,
    "py3langid 0.4": py3langid,
    "lingua 2": lingua,
}


def read(path: Path, everything: bool) -> list[tuple[str, str]]:
    """Read labelled lines; the third column names the source."""
    path = path / "langid.tsv.gz" if path.is_dir() else path
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    rows = [line.split("\t") for line in text.split("\n") if line.strip()]
    return [(row[0], row[1]) for row in rows if everything or (len(row) > 2 and "headline" in row[2])]


def score(rows: list[tuple[str, str]], answers: list[Answer]) -> dict[str, float]:
    """Accuracy of what was said, its mean over labels, share abstained, share wrong at 0.9 or more."""
    by_label: dict[str, list[bool]] = defaultdict(list)
    said = right = sure = 0
    for (label, _), (tag, confidence) in zip(rows, answers, strict=True):
        fits = tags.accepts(label, tag)
        if tag != "und":
            said += 1
            right += fits
            sure += not fits and confidence >= 0.9
            by_label[label].append(fits)
    macro = sum(sum(found) / len(found) for found in by_label.values()) / max(len(by_label), 1)
    n = len(rows)
    return {"n": n, "accuracy": right / said, "macro": macro, "abstained": 1 - said / n, "wrong_confident": sure / n}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--all", action="store_true", help="all lines, not only headlines")
    parser.add_argument("--engines", help="names parted by semicolons", default=";".join(ENGINES))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    from langdetect import detector_factory

    detector_factory.init_factory()
    known = {tags.base(tags.normalise(tag)) for tag in detector_factory._factory.langlist}
    rows = read(options.data, options.all)
    results: dict[str, dict[str, Any]] = {}
    for name in options.engines.split(";"):
        started = time.process_time()
        ask = ENGINES[name]()
        loaded = time.process_time() - started
        for _, text in rows[:50]:
            ask(text)
        started = time.process_time()
        answers = [ask(text) for _, text in rows]
        seconds = time.process_time() - started
        inside = [i for i, (label, _) in enumerate(rows) if tags.base(tags.normalise(label)) in known]
        results[name] = {
            "known": score([rows[i] for i in inside], [answers[i] for i in inside]),
            "all": score(rows, answers),
            "texts_per_second": round(len(rows) / seconds),
            "load_s": round(loaded, 1),
        }
    if options.json:
        print(json.dumps(results, indent=2))
        return
    print("| detector | languages | n | right of said | macro | abstained | wrong at ≥ 0.9 | texts/s |")
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    for name, result in results.items():
        for scope in ("known", "all"):
            found = result[scope]
            shares = " | ".join(f"{found[key]:.2%}" for key in ("accuracy", "macro", "abstained", "wrong_confident"))
            print(f"| {name} | {scope} | {found['n']:,} | {shares} | {result['texts_per_second']:,} |")


if __name__ == "__main__":
    main()
