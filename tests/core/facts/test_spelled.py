"""Numbers in words: before which words they are looked for."""

import pytest

from pipeline.core.facts import read


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("zehn Mrd. Euro", "de", 1e10),
        ("dieci mln di euro", "it", 1e7),
        ("dix Mds d'euros", "fr", 1e10),
        ("สิบล้านบาท", "th", 1e7),  # a script without spaces between words
        ("สามแสนล้านบาท", "th", 3e11),
    ],
)
def test_a_number_in_words_stands_before_a_scale_of_three_letters_and_more(
    text: str, language: str, value: float
) -> None:
    """Rule: the short forms of scales count as the long ones do."""
    assert [fact.value for fact in read(text, language)] == [value]


def test_two_letters_are_a_word_of_their_own() -> None:
    """Rule: a doctor is no milliard, though newspapers write "5 Md€"."""
    assert read("The two MD dollars fund is a joke", "en") == ()
    assert read("dix MD euros", "fr") == ()
    assert [fact.value for fact in read("5 Md€", "fr")] == [5e9]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("sju kilowatt", "sv", True),
        ("sieben Watt", "de", False),  # steam engines and brands
        ("five GWst", "en", False),
    ],
)
def test_a_number_in_words_stands_before_a_unit_of_more_than_four_letters(
    text: str, language: str, found: bool
) -> None:
    """Rule: symbols and the bare watt take digits."""
    assert bool(read(text, language)) == found
