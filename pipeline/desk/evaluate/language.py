"""Measure the detector on a labelled file: how often it is right, silent, or wrong while sure.

A line is language<TAB>text, further columns are ignored. `accuracy` is right / said: "und" is not an answer.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.language import writing
from pipeline.core.text import tags
from pipeline.desk import unpacked
from pipeline.detector import Detector
from pipeline.errors import ConfigError

SURE = 0.9  # the stored confidence from which an answer counts as sure


@dataclass(frozen=True, slots=True)
class Shares:
    """How the texts of one label, or all, were answered; a share (0..1, four digits) of nothing is None."""

    n: int
    accuracy: float | None  # of what was said
    abstained: float | None  # of n, like the next
    wrong_confident: float | None
    said_as: dict[str, int]  # the wrong answers, the most frequent first


@dataclass(frozen=True, slots=True)
class Detection:
    """What the detector made of a file."""

    all: Shares
    texts_per_second: float | None  # CPU seconds, one core, reading excluded
    detector: str
    languages: dict[str, Shares]  # by label


def run(path: str | Path, engine: str = "langdetect", second: str | None = "py3langid") -> Detection:
    """Detect every line of `path` (.tsv or .tsv.gz) without hints and compare with its label."""
    detector = Detector(engine=engine, second=second)
    rows = list(read(Path(path)))
    started = time.process_time()
    answers = [detector.detect(text) for _, text in rows]
    seconds = time.process_time() - started
    by_label: dict[str, _Count] = {}
    total = _Count()
    for (label, _), answer in zip(rows, answers, strict=True):
        for count in (total, by_label.setdefault(label, _Count())):
            count.add(label, answer.tag, answer.confidence)
    return Detection(
        all=total.shares(),
        texts_per_second=round(len(rows) / seconds, 1) if seconds else None,
        detector=detector.version,
        languages={label: count.shares() for label, count in sorted(by_label.items())},
    )


def read(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (label, text) of each line; blank lines are skipped, anything else wrong names file and line."""
    found = False
    for number, written in enumerate(unpacked.raw(path).splitlines(), 1):
        try:
            line = written.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path}:{number}: not UTF-8 at byte {error.start}") from error
        if not line.strip():
            continue
        label, tab, rest = line.partition("\t")
        text = rest.split("\t", 1)[0]
        if not tab:
            raise ConfigError(f"{path}:{number}: no tab; a line is language<TAB>text")
        if label != writing.UNDECIDED and not tags.normalise(label):
            raise ConfigError(f"{path}:{number}: {label[:40]!r} is no language tag")
        if not text.strip():
            raise ConfigError(f"{path}:{number}: no text after the language")
        found = True
        yield label, text
    if not found:
        raise ConfigError(f"{path}: no lines to evaluate")


class _Count:
    """Counts of one label or of all."""

    def __init__(self) -> None:
        self.n = self.right = self.abstained = self.wrong_sure = 0
        self.said_as: dict[str, int] = {}

    def add(self, label: str, tag: str, confidence: float) -> None:
        self.n += 1
        if tag == writing.UNDECIDED and label != writing.UNDECIDED:
            self.abstained += 1
        elif tags.accepts(label, tag):
            self.right += 1
        else:
            self.said_as[tag] = self.said_as.get(tag, 0) + 1
            self.wrong_sure += confidence >= SURE

    def shares(self) -> Shares:
        said = self.n - self.abstained
        return Shares(
            n=self.n,
            accuracy=round(self.right / said, 4) if said else None,
            abstained=round(self.abstained / self.n, 4) if self.n else None,
            wrong_confident=round(self.wrong_sure / self.n, 4) if self.n else None,
            said_as=dict(sorted(self.said_as.items(), key=lambda item: (-item[1], item[0]))),
        )
