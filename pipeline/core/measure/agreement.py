"""How well found events agree with labelled ones: B³ and pairs, with the worst splits and joins."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any, TypedDict


class Ratios(TypedDict):
    """How right and how complete an answer is: shares 0..1, four digits."""

    precision: float
    recall: float
    f1: float


class PairRatios(Ratios):
    """The same over pairs of stories, with how many there are to be found."""

    pairs: int


class Split(TypedDict):
    """A labelled event whose stories lie in several found ones: [name, stories] each, the largest first."""

    event: str
    pairs: int  # pairs of its stories that are parted
    found: list[tuple[str, int]]


class Join(TypedDict):
    """A found event that holds stories of several labelled ones: [name, stories] each, the largest first."""

    found: str
    pairs: int  # pairs of its stories that do not belong together
    events: list[tuple[str, int]]


def ratios(precision: float, recall: float) -> Ratios:
    """Give precision and recall with their harmonic mean F1."""
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def _pairs(counts: Counter[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _pairwise(both: int, found: int, true: int) -> PairRatios:
    # Nothing claimed is nothing claimed wrongly, and nothing to find is nothing missed.
    return {**ratios(both / found if found else 1.0, both / true if true else 1.0), "pairs": true}


def b3(true: Sequence[Hashable], found: Sequence[Hashable]) -> Ratios:
    """Give B³ precision, recall and F1 (Bagga and Baldwin 1998): a mean over stories, so big events do not rule."""
    if not true:
        return ratios(1.0, 1.0)
    of_true, of_found, of_both = Counter(true), Counter(found), Counter(zip(true, found, strict=True))
    precision = sum(n * n / of_found[f] for (_, f), n in of_both.items()) / len(true)
    recall = sum(n * n / of_true[t] for (t, _), n in of_both.items()) / len(true)
    return ratios(precision, recall)


def pairwise(true: Sequence[Hashable], found: Sequence[Hashable]) -> PairRatios:
    """Give precision, recall and F1 over the pairs of stories that stand in one event."""
    both = _pairs(Counter(zip(true, found, strict=True)))
    return _pairwise(both, _pairs(Counter(found)), _pairs(Counter(true)))


def cross_lingual(true: Sequence[Hashable], found: Sequence[Hashable], languages: Sequence[str]) -> PairRatios:
    """Give the same over the pairs in two languages only."""

    def across(keys: Sequence[Hashable]) -> int:
        return _pairs(Counter(keys)) - _pairs(Counter(zip(keys, languages, strict=True)))

    return _pairwise(across(list(zip(true, found, strict=True))), across(found), across(true))


def worst(true: Sequence[Hashable], found: Sequence[Hashable], limit: int = 5) -> tuple[list[Split], list[Join]]:
    """Give the labelled events that lost most pairs (splits) and the found ones with most wrong pairs (joins)."""
    splits, joins = _torn(true, found), _torn(found, true)
    return (
        [{"event": name, "pairs": pairs, "found": parts} for name, pairs, parts in splits[:limit]],
        [{"found": name, "pairs": pairs, "events": parts} for name, pairs, parts in joins[:limit]],
    )


def _torn(wholes: Sequence[Hashable], parts: Sequence[Hashable]) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """List the wholes that lie in several parts, with the pairs that this parts and its largest parts."""
    inner: dict[Hashable, Counter[Hashable]] = {}
    for whole, part in zip(wholes, parts, strict=True):
        inner.setdefault(whole, Counter())[part] += 1
    rows = []
    for whole, counts in inner.items():
        parted = _pairs(Counter({0: sum(counts.values())})) - _pairs(counts)
        if parted:
            sizes = sorted(((str(part), n) for part, n in counts.items()), key=lambda x: (-x[1], x[0]))
            rows.append((str(whole), parted, sizes[:10]))
    return sorted(rows, key=lambda row: (-row[1], row[0]))
