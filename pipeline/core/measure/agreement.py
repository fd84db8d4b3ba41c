"""How well found events agree with labelled ones: B³ and pairs, with the worst splits and joins."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any


def ratios(precision: float, recall: float) -> dict[str, float]:
    """Give precision and recall with their harmonic mean F1."""
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def _pairs(counts: Counter[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _pairwise(both: int, found: int, true: int) -> dict[str, float]:
    # Nothing claimed is nothing claimed wrongly, and nothing to find is nothing missed.
    return ratios(both / found if found else 1.0, both / true if true else 1.0) | {"pairs": true}


def b3(true: Sequence[Hashable], found: Sequence[Hashable]) -> dict[str, float]:
    """Give B³ precision, recall and F1 (Bagga and Baldwin 1998): a mean over stories, so big events do not rule."""
    if not true:
        return ratios(1.0, 1.0)
    of_true, of_found, of_both = Counter(true), Counter(found), Counter(zip(true, found, strict=True))
    precision = sum(n * n / of_found[f] for (_, f), n in of_both.items()) / len(true)
    recall = sum(n * n / of_true[t] for (t, _), n in of_both.items()) / len(true)
    return ratios(precision, recall)


def pairwise(true: Sequence[Hashable], found: Sequence[Hashable]) -> dict[str, float]:
    """Give precision, recall and F1 over the pairs of stories that stand in one event."""
    both = _pairs(Counter(zip(true, found, strict=True)))
    return _pairwise(both, _pairs(Counter(found)), _pairs(Counter(true)))


def cross_lingual(true: Sequence[Hashable], found: Sequence[Hashable], languages: Sequence[str]) -> dict[str, float]:
    """Give the same over the pairs in two languages only."""

    def across(keys: Sequence[Hashable]) -> int:
        return _pairs(Counter(keys)) - _pairs(Counter(zip(keys, languages, strict=True)))

    return _pairwise(across(list(zip(true, found, strict=True))), across(found), across(true))


def worst(
    true: Sequence[Hashable], found: Sequence[Hashable], limit: int = 5
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the labelled events that lost most pairs (splits) and the found ones with most wrong pairs (joins)."""

    def report(by: Sequence[Hashable], parts: Sequence[Hashable], names: tuple[str, str]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        inner: dict[Hashable, Counter[Hashable]] = {}
        for whole, part in zip(by, parts, strict=True):
            inner.setdefault(whole, Counter())[part] += 1
        for whole, counts in inner.items():
            wrong = _pairs(Counter({0: sum(counts.values())})) - _pairs(counts)
            if wrong:
                sizes = [[str(part), n] for part, n in sorted(counts.items(), key=lambda x: (-x[1], str(x[0])))]
                rows.append({names[0]: str(whole), "pairs": wrong, names[1]: sizes[:10]})
        return sorted(rows, key=lambda r: (-r["pairs"], r[names[0]]))[:limit]

    return report(true, found, ("event", "found")), report(found, true, ("found", "events"))
