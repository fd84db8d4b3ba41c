"""Measure clustering on labelled lines: the real steps in memory, compared with what a person said."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import catalog, encoder, steps
from pipeline.core.events import cluster, event, pairs
from pipeline.core.match.judge import Matcher
from pipeline.core.measure import agreement, labelled
from pipeline.core.measure.labelled import LabelledStory
from pipeline.core.text import tags
from pipeline.desk import unpacked
from pipeline.model import Member
from pipeline.settings import Settings
from pipeline.steps import Progress, silent


class PairsFound(agreement.Ratios):
    """What was made of a file of pairs, with its true and false positives and negatives."""

    tp: int
    fp: int
    fn: int
    tn: int


@dataclass(frozen=True, slots=True)
class Clustering:
    """How well the events found agree with a file's labels."""

    n: int  # lines with a label
    lines: int
    refused: int  # by the matcher
    events: int  # labelled
    found: int
    b3: agreement.Ratios
    pairwise: agreement.PairRatios
    cross_lingual: agreement.PairRatios
    worst_splits: list[agreement.Split]
    worst_joins: list[agreement.Join]
    clusterer: str
    pairs: PairsFound | None  # None where no file of pairs was given


def run(
    path: Path,
    settings: Settings,
    *,
    all_lines: bool = False,
    pairs_path: Path | None = None,
    progress: Progress = silent,
) -> Clustering:
    """Match and cluster the lines of a file and compare the events with its labels.

    Lines are {lang, title, summary, url, date, event} or {lang, title, text, date, cluster}, of which the first
    sentence is read. A line that the matcher refuses is an event of its own, unless `all_lines` skips its judgement.
    `pairs_path` measures pairs {lang1, title1, text1, lang2, title2, text2, same} besides.
    """
    vectors, model = steps.encoder(settings), pairs.default_weights()
    watch = catalog.load(settings.watch_dir or catalog.default_dir())
    matcher = steps.matcher(settings, watch.watchlist)
    lines = labelled.parse(unpacked.text(path), path.name)
    members = list(member(lines, matcher, vectors, all_lines, progress))
    taken = [(line, m) for line, m in zip(lines, members, strict=True) if m is not None]
    found: dict[int, str] = {line.story.id: f"refused-{line.story.id}" for line in lines}
    spans = {line.story.id: line.span for line, _ in taken if line.span}
    table = pairs.pool([m for _, m in taken], model, spans)
    rows = sorted(range(len(table)), key=lambda r: pairs.order(table.members[r]))
    for i, group in enumerate(event.decide(table, rows, model, settings.window_days)):
        found.update((m.story.id, f"event-{i + 1}") for m in group.members)
    judged = [line for line in lines if line.event]
    true = [line.event for line in judged]
    said = [found[line.story.id] for line in judged]
    splits, joins = agreement.worst(true, said)
    return Clustering(
        n=len(judged),
        lines=len(lines),
        refused=len(lines) - len(taken),
        events=len(set(true)),
        found=len(set(said)),
        b3=agreement.b3(true, said),
        pairwise=agreement.pairwise(true, said),
        cross_lingual=agreement.cross_lingual(true, said, [tags.base(line.story.language) for line in judged]),
        worst_splits=splits,
        worst_joins=joins,
        clusterer=model.version,
        pairs=judge_pairs(pairs_path, matcher, vectors, model, settings.window_days) if pairs_path else None,
    )


def member(
    lines: Sequence[LabelledStory],
    matcher: Matcher,
    vectors: encoder.Encoder,
    all_lines: bool,
    progress: Progress = silent,
) -> Iterator[Member | None]:
    """Give each line's story as clustering sees it; None where the matcher refuses it."""
    for i, line in enumerate(lines):
        match = matcher.judge(line.story)
        progress("evaluate-events", i + 1, len(lines))
        if match.level < 1 and not all_lines:
            yield None
            continue
        counts: dict[str, int] = {}
        for mention in match.mentions:
            counts[mention.entity] = counts.get(mention.entity, 0) + 1
        story = line.story
        drawn = vectors.story(story.title, story.summary)
        written = tuple(sorted({mention.found for mention in match.mentions}))
        yield Member(story, max(1, match.level), counts, match.facts, drawn, topics=match.topics, written=written)


def judge_pairs(
    path: Path, matcher: Matcher, vectors: encoder.Encoder, model: pairs.PairWeights, window: float
) -> PairsFound:
    """Judge pairs of texts {lang1, title1, text1, lang2, title2, text2, same}: are they one happening?"""
    answers: Counter[tuple[bool, bool]] = Counter()
    for sides, true in labelled.parse_pairs(unpacked.text(path), path.name):
        both = [m for m in member(sides, matcher, vectors, True) if m is not None]
        odds = cluster.links(pairs.pool(both, model), [0], [1], model, window)
        answers[bool(odds[0, 0] > 0), bool(true)] += 1
    tp, fp, fn, tn = (answers[pair] for pair in ((True, True), (True, False), (False, True), (False, False)))
    ratios = agreement.ratios(tp / (tp + fp) if tp + fp else 1.0, tp / (tp + fn) if tp + fn else 1.0)
    return {"tp": tp, "fp": fp, "fn": fn, "tn": tn, **ratios}
