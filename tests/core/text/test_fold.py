"""Where folded characters stood in a text that is not composed."""

import pytest

from pipeline.core.text import fold


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("x\u0958y", [(0, 1), (1, 2), (2, 3)]),  # one character that composition takes apart, into two
        ("e\u0301\u0327x", [(0, 1), (3, 4)]),  # marks that go take their places with them
        ("\u1112\u1161\u11abx", [(0, 3), (3, 4)]),  # three letters of Hangul are one syllable
        ("\u0f43e\u0301", [(0, 1), (0, 1), (1, 3)]),  # both parts stand where the one stood; e and its mark are one
        ("\u0344x", [(1, 2)]),
    ],
)
def test_what_is_folded_knows_where_it_stood(text: str, spans: list[tuple[int, int]]) -> None:
    """Of text that is not composed: every character, where it begins and ends in the original."""
    found = fold.folded(text, lower=True)
    assert [found.span(i, i + 1) for i in range(len(found.text))] == spans
    assert found.span(0, len(found.text)) == (spans[0][0], spans[-1][1])


@pytest.mark.parametrize("start", ["ß", "ﬁ", "\u200b", "a", "Å", "—"])
@pytest.mark.parametrize("filling", ["a", "ß ", "é-", "漢"])
def test_places_are_exact_far_into_a_text(start: str, filling: str) -> None:
    """Offsets are made in blocks: what the first character folds to, one letter or two or none, shifts none of them."""
    text = start + filling * 300 + " Kronberg " + filling * 300
    found = fold.folded(text, lower=True)
    at = found.text.index("kronberg")
    first, last = found.span(at, at + len("kronberg"))
    assert text[first:last] == "Kronberg"
