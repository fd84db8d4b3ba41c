"""B³ and pairs against values worked out by hand."""

import pytest

from pipeline.core.measure import agreement


@pytest.mark.parametrize(
    ("true", "found", "b3", "pairwise"),
    [
        ("aab", "xxy", (1, 1, 1), (1, 1, 1)),
        ("aabb", "xxxx", (0.5, 1, 0.6667), (0.3333, 1, 0.5)),  # two of six claimed pairs are right
        ("aabb", "wxyz", (1, 0.5, 0.6667), (1, 0, 0)),  # nothing claimed, nothing claimed wrongly
        ("abc", "xyz", (1, 1, 1), (1, 1, 1)),
        ("", "", (1, 1, 1), (1, 1, 1)),
        ("aaab", "xxyy", (0.75, 0.6667, 0.7059), (0.5, 0.3333, 0.4)),
    ],
)
def test_figures(true: str, found: str, b3: tuple[float, ...], pairwise: tuple[float, ...]) -> None:
    """Each figure is the textbook's: (precision, recall, F1)."""
    keys = ("precision", "recall", "f1")
    assert tuple(agreement.b3(true, found)[k] for k in keys) == pytest.approx(b3, abs=1e-4)
    assert tuple(agreement.pairwise(true, found)[k] for k in keys) == pytest.approx(pairwise, abs=1e-4)


def test_cross_lingual_counts_pairs_of_two_languages_only() -> None:
    """An event in one language says nothing about bridges between languages."""
    said = agreement.cross_lingual("aaab", "xxyx", ["en", "en", "fr", "de"])
    assert (said["pairs"], said["recall"], said["precision"]) == (2, 0, 0)


def test_worst_splits_and_joins() -> None:
    """The rows that a person should read first."""
    splits, joins = agreement.worst("aaabbc", "xxyxzz")
    assert splits[0] == {"event": "a", "pairs": 2, "found": [("x", 2), ("y", 1)]}
    assert joins[0]["found"] == "x" and joins[0]["pairs"] == 2
