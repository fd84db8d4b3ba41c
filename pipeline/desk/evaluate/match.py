"""Measure matching on labelled stories: the real steps in memory, compared with what a person said."""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline import catalog, store
from pipeline.core.measure import agreement, labelled
from pipeline.core.measure.agreement import Ratios
from pipeline.core.text import plain, url
from pipeline.desk import unpacked
from pipeline.detector import Detector
from pipeline.errors import ConfigError, NotFoundError
from pipeline.model import Match, Story
from pipeline.settings import Settings
from pipeline.steps import Progress, matcher, silent
from pipeline.store import labels as label_store

LEVELS = (1, 2, 3)
ENOUGH = 5  # stories from which a language's figure is more than chance; fewer are printed, not warned of


@dataclass(frozen=True, slots=True)
class Label:
    """A story with the level that a person gave it."""

    id: str
    language: str  # as the label says; the steps detect their own
    story: Story
    level: int
    note: str


@dataclass(frozen=True, slots=True)
class LanguageScore:
    """A language's F1 at level >= 1; where no story is ours, the share rightly refused stands for it."""

    n: int
    f1: float


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """The lines whose note starts with "lookalike", and how many of them were judged >= 1."""

    n: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """A story judged otherwise than labelled."""

    id: str
    lang: str
    title: str
    expected: int
    got: int
    score: float
    note: str
    evidence: Mapping[str, Any]  # as the matcher stores it


@dataclass(frozen=True, slots=True)
class Standing:
    """The scores of the judgements that are stored: `n` of the labelled stories were judged."""

    n: int
    levels: dict[str, Ratios]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Judged levels compared with labels."""

    n: int
    levels: dict[str, Ratios]  # "at least" each of "1", "2", "3"
    languages: dict[str, LanguageScore]  # by the label's language
    lookalikes: Lookalikes
    confusions: list[Confusion]  # the worst first
    stories_per_second: float | None
    likeness: int  # judged by likeness
    missed_by_first_tier: int  # ours, but naming nobody who counts
    matcher: str
    watchlist: str
    floor: float | None = None
    below_floor: list[str] | None = None  # levels whose F1 is under the floor; None where none was asked
    standing: Standing | None = None  # of the stored judgements, where the labels come from the store


def run(path: str | Path, settings: Settings, *, floor: float | None = None, progress: Progress = silent) -> Evaluation:
    """Detect and judge every line of a file and compare the levels with its labels.

    Lines are {lang, title, summary, url, date, relevance 0..3} and may have id, note and event. The language is
    detected, the label's is only what the result is broken down by.
    """
    labels = read(Path(path))
    detector = Detector()
    stories = []
    for label in labels:
        found = detector.detect(label.story.title, label.story.summary)
        stories.append(replace(label.story, language=found.tag, language_confidence=found.confidence))
    return _measure(labels, stories, settings, floor, progress)


def from_store(settings: Settings, *, floor: float | None = None, progress: Progress = silent) -> Evaluation:
    """Judge the stored stories that people labelled, with the watch folder and the weights as they stand now.

    The languages are the stored ones. Gives what `run` gives, and `standing`.
    """
    with store.read(settings.database_url) as db:
        rows = label_store.listed(db)
    if not rows:
        raise NotFoundError("no story is labelled yet; say `newswatch label STORY 0..3` of some first")
    rows.sort(key=lambda r: r.story.id)
    stories = [r.story for r in rows]
    labels = [Label(f"story {s.id}", s.language, s, r.level, r.note) for s, r in zip(stories, rows, strict=True)]
    judged = [(r.level, r.judged) for r in rows if r.judged is not None]
    true, said = [t for t, _ in judged], [s for _, s in judged]
    standing = Standing(len(judged), {str(k): _ratios(true, said, k) for k in LEVELS})
    return replace(_measure(labels, stories, settings, floor, progress), standing=standing)


def _measure(
    labels: Sequence[Label], stories: Sequence[Story], settings: Settings, floor: float | None, progress: Progress
) -> Evaluation:
    watch = catalog.load(settings.watch_dir or catalog.default_dir())
    judge = matcher(settings, watch.watchlist)
    started = time.perf_counter()
    matches = []
    for i, story in enumerate(stories, 1):
        matches.append(judge.judge(story))
        progress("evaluate", i, len(stories))
    seconds = time.perf_counter() - started
    pairs = list(zip(labels, matches, strict=True))
    true, said = [label.level for label in labels], [int(m.level) for m in matches]
    levels = {str(k): _ratios(true, said, k) for k in LEVELS}
    return Evaluation(
        n=len(labels),
        levels=levels,
        languages=_languages(labels, true, said),
        lookalikes=_lookalikes(pairs),
        confusions=_confusions(pairs),
        stories_per_second=round(len(stories) / seconds, 1) if seconds else None,
        likeness=sum(m.evidence["tier"] == "likeness" for m in matches),
        missed_by_first_tier=sum(label.level >= 1 and m.evidence["tier"] == "nobody" for label, m in pairs),
        matcher=judge.version,
        watchlist=watch.watchlist.version,
        floor=floor,
        below_floor=None if floor is None else [k for k, v in levels.items() if v["f1"] < floor],
    )


def _languages(labels: Sequence[Label], true: Sequence[int], said: Sequence[int]) -> dict[str, LanguageScore]:
    by_language: dict[str, list[int]] = defaultdict(list)
    for i, label in enumerate(labels):
        by_language[label.language].append(i)
    return {
        language: LanguageScore(len(rows), _language_f1([true[i] for i in rows], [said[i] for i in rows]))
        for language, rows in sorted(by_language.items())
    }


def _lookalikes(pairs: Iterable[tuple[Label, Match]]) -> Lookalikes:
    got = [m.level for label, m in pairs if label.note.lower().startswith("lookalike")]
    return Lookalikes(len(got), sum(level >= 1 for level in got))


def _confusions(pairs: Iterable[tuple[Label, Match]]) -> list[Confusion]:
    wrong = [(label, m) for label, m in pairs if label.level != m.level]
    wrong.sort(key=lambda pair: (-abs(pair[0].level - pair[1].level), -_sureness(*pair), pair[0].id))
    return [
        Confusion(
            id=label.id,
            lang=label.language,
            title=plain.called(label.story.title, label.story.summary),
            expected=label.level,
            got=int(m.level),
            score=m.score,
            note=label.note,
            evidence=m.evidence,
        )
        for label, m in wrong
    ]


def _ratios(true: Sequence[int], said: Sequence[int], k: int) -> Ratios:
    both = sum(t >= k and s >= k for t, s in zip(true, said, strict=True))
    found, there = sum(s >= k for s in said), sum(t >= k for t in true)
    return agreement.ratios(both / found if found else float(not there), both / there if there else 1.0)


def _language_f1(true: Sequence[int], said: Sequence[int]) -> float:
    if any(t >= 1 for t in true):
        return _ratios(true, said, 1)["f1"]
    return round(sum(s < 1 for s in said) / len(said), 4)


def _sureness(label: Label, match: Match) -> float:
    """How sure the matcher was of its wrong answer, 0..1: of the threshold next to the true level."""
    chances = match.evidence["probabilities"]
    if match.level > label.level:
        return float(chances[str(label.level + 1)])
    return 1.0 - float(chances[str(label.level)])


def read(path: Path) -> list[Label]:
    """Read labelled stories, gzipped or not; raise ConfigError naming file and line of the first malformed one."""
    labels = [_label(number, row, path.name) for number, row in labelled.rows(unpacked.text(path), path.name)]
    if not labels:
        raise ConfigError(f"{path}: no lines to evaluate")
    return labels


def _label(number: int, row: Any, name: str) -> Label:
    def words(key: str, needed: bool = False) -> str:
        value = row.get(key)
        if value is None and not needed:
            return ""
        if not isinstance(value, str):
            raise ConfigError(f"{name}, line {number}: {key!r} is missing or no text")
        return value

    level = row.get("relevance")
    if isinstance(level, bool) or level not in (0, 1, 2, 3):
        raise ConfigError(f"{name}, line {number}: 'relevance' is {level!r}; a level 0, 1, 2 or 3 is expected")
    title, summary = plain.plain(words("title"), plain.MAX_TITLE), plain.plain(words("summary"))
    if not title and not summary:
        raise ConfigError(f"{name}, line {number}: neither a title nor a summary")
    address = words("url")
    story = Story(
        id=number,
        canonical_url=(url.canonical(address) if address else None) or f"line:{number}",
        url=address,
        title=title,
        summary=summary,
        text=plain.plain(words("text")),
    )
    return Label(str(row.get("id") or f"line {number}"), words("lang", needed=True), story, int(level), words("note"))


def render(result: Evaluation, confusions: int = 15) -> str:
    """Write a result for a person: the levels, the languages, the lookalikes, and the worst confusions."""
    said = [f"{result.n} stories", "", "level   precision  recall     F1"]
    said += [
        f">= {k}        {v['precision']:6.3f}  {v['recall']:6.3f}  {v['f1']:5.3f}" for k, v in result.levels.items()
    ]
    if result.standing is not None:
        f1s = ", ".join(f"{v['f1']:.3f}" for v in result.standing.levels.values())
        said += ["", f"the judgements that are stored ({result.standing.n}): F1 {f1s}"]
    said += ["", f"lookalikes judged ours: {result.lookalikes.wrong} of {result.lookalikes.n}"]
    few = [(v.f1, k, v.n) for k, v in result.languages.items() if v.n >= ENOUGH]
    said += ["", f"languages with {ENOUGH} stories and more, F1 at level >= 1:"]
    said += list(_columns(f"{k} {f1:.3f} ({n})" for f1, k, n in sorted(few)))
    if result.confusions:
        said += ["", f"confusions, the worst of {len(result.confusions)} first:"]
        for c in result.confusions[:confusions]:
            said.append(f"  {c.expected} taken for {c.got}  {c.lang:7} {c.title[:90]}  [{c.id}]")
            said.append(f"      {_why(c.evidence, str(max(c.expected, c.got)))}")
    said += ["", f"{result.stories_per_second} stories a second, {result.likeness} of them by likeness"]
    if result.below_floor:
        said += ["", f"below the floor of {result.floor}: level {', '.join(result.below_floor)}"]
    return "\n".join(said)


def _columns(cells: Iterable[str], width: int = 18, count: int = 5) -> Iterable[str]:
    cells = list(cells)
    for i in range(0, len(cells), count):
        yield "  " + "".join(c.ljust(width) for c in cells[i : i + count]).rstrip()


def _why(evidence: Any, level: str) -> str:
    """Name the features that weighed most at the threshold that went wrong."""
    parts = [(n, c) for n, c in evidence["contributions"].get(level, {}).items() if n][:5]
    names = sorted({m["entity"] for m in evidence["mentions"]})
    return f"p {evidence['probabilities'][level]:.2f}; {', '.join(f'{n} {c:+.1f}' for n, c in parts)}; {names}"
