"""How near a word must stand to a name, to say something of it; names and words are put at exact places."""

import pytest

from pipeline.core.match import beside
from pipeline.core.match.names import Hit
from pipeline.model import Mention


def name(start: int, end: int, key: str = "x", part: str = "title") -> Mention:
    return Mention(key, key, part, start, end, key)


def word(text: str, start: int, part: str = "title") -> Hit:
    return Hit(text, part, start, start + len(text), text)


@pytest.mark.parametrize(
    ("text", "gap", "is_foil"),
    [
        ("cheaper than", 0, True),
        ("cheaper than", 18, True),
        ("cheaper than", 19, False),
        ("rival", 2, False),  # "its rival X sues": the noun is the name's own
        ("rival", 3, True),  # "a rival to X"
        ("rival", 13, True),
        ("rival", 14, False),
        ("pesaing", 0, True),  # other languages put such a noun right before the name
        ("pesaing", 13, True),
        ("pesaing", 14, False),
    ],
)
def test_a_foil_stands_behind_its_word(text: str, gap: int, is_foil: bool) -> None:
    """Rule: a word of comparison looks so many characters ahead, a noun fewer; from a noun of one's own it is far."""
    one = name(len(text) + gap, len(text) + gap + 6)
    assert beside.foils_of([one], [word(text, 0)]) == ({one} if is_foil else set())


@pytest.mark.parametrize(
    ("text", "gap", "is_foil"),
    [
        ("rival", 0, True),
        ("rival", 4, True),  # "ChatGPT's rival"
        ("rival", 5, False),
        ("ライバル", 8, True),  # such scripts put the word last
        ("ライバル", 9, False),
        ("대항마", 8, True),
        ("प्रतिद्वंद्वी", 8, True),
        ("cheaper than", 4, True),  # nothing stands behind it
        ("beats", 4, False),  # an English verb: who stands before it acts
    ],
)
def test_a_foil_stands_before_its_word(text: str, gap: int, is_foil: bool) -> None:
    """Rule: a word behind a name says so of it where it is a noun, or where nobody stands behind the word."""
    one = name(0, 6)
    assert beside.foils_of([one], [word(text, 6 + gap)]) == ({one} if is_foil else set())


def test_who_stands_behind_counts_before_who_stands_before() -> None:
    """Rule: "A cheaper than B" compares with B, "A rival B" says that A has one."""
    first, second = name(0, 6, "a"), name(20, 26, "b")
    assert beside.foils_of([first, second], [word("cheaper than", 7)]) == {second}
    assert beside.foils_of([first, second], [word("rival", 7)]) == {first}


@pytest.mark.parametrize(("gap", "joined"), [(6, True), (7, False)])
def test_names_in_a_row_are_foils_together(gap: int, joined: bool) -> None:
    """Rule: "cheaper than X and Y": so many characters lie between the two."""
    one = name(13, 19, "a")
    two = name(19 + gap, 25 + gap, "b")
    assert beside.foils_of([one, two], [word("cheaper than", 0)]) == ({one, two} if joined else {one})


@pytest.mark.parametrize(("gap", "joined"), [(3, True), (4, False)])
def test_names_in_a_row_before_the_word_stand_closer(gap: int, joined: bool) -> None:
    """Rule: "X、Yのライバル": half as many."""
    one, two = name(0, 6, "a"), name(6 + gap, 12 + gap, "b")
    found = beside.foils_of([one, two], [word("ライバル", 13 + gap)])
    assert found == ({one, two} if joined else {two})


@pytest.mark.parametrize(
    ("text", "start", "in_hand"),
    [
        ("with", 0, True),  # "with X": one character between
        ("with", -1, True),
        ("with", -2, False),
        ("with", 1, True),
        ("with", 2, False),  # a letter of it lies on the name
        ("with", 11, False),  # behind the name, which such a word does not take
        ("で", 11, True),  # Xで
        ("で", 12, True),
        ("で", 13, False),
        ("で", 10, False),
    ],
)
def test_who_is_in_somebodys_hands(text: str, start: int, in_hand: bool) -> None:
    """Rule: right behind "with" or "by", or right before a particle of a language that puts it last."""
    hit = word(text, start)
    assert beside.in_hand_of([name(5, 11)], [hit]) == in_hand
    assert not beside.in_hand_of([name(5, 11, part="summary")], [hit])
