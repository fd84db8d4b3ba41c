"""How near words must stand to an amount to say what it contains; texts are laid out at exact distances."""

import pytest

from pipeline.core.facts.wholes import Wholes


def laid(*pieces: str) -> tuple[str, list[tuple[int, int]]]:
    """Join pieces; those that begin with a digit are amounts."""
    text, amounts = "", []
    for piece in pieces:
        if piece[0].isdigit():
            amounts.append((len(text), len(text) + len(piece)))
        text += piece
    return text, amounts


def wholes(text: str, amounts: list[tuple[int, int]], **cues: str) -> Wholes:
    found = [(text.index(word), text.index(word) + len(word), role) for role, word in cues.items()]
    return Wholes(text, amounts, found, (), "en")


@pytest.mark.parametrize(
    ("gap", "between", "first", "second"),
    [
        (" ", " and ", True, False),
        (" ", "            ", True, False),
        ("      ", " ", True, False),  # six: still the first one's
        ("       ", " ", True, True),  # seven: it may be either's
        ("            ", " ", True, True),  # twelve
        ("             ", " ", False, True),
        (", ", " ", False, False),  # a comma parts it from the first, whose it would be; nobody's
        (" ", ", ", True, False),
    ],
)
def test_equity_belongs_to_the_amount_before_it(gap: str, between: str, first: bool, second: bool) -> None:
    """Rule: right behind an amount the word is that one's, farther off it may be the next one's, twelve at most."""
    text, (one, two) = laid("30bn", gap, "equity", between, "100bn")
    found = wholes(text, [one, two])
    assert (found.is_equity(one), found.is_equity(two)) == (first, second)


@pytest.mark.parametrize(("gap", "is_equity"), [(1, True), (12, True), (13, False)])
def test_equity_stands_before_its_amount_too(gap: int, is_equity: bool) -> None:
    """Rule: "equity of 30 billion", twelve characters at most."""
    text, (one,) = laid("equity", " " * gap, "30bn")
    assert wholes(text, [one]).is_equity(one) == is_equity


def test_an_amount_between_keeps_the_word() -> None:
    """Rule: of two amounts in a row the nearer one is equity."""
    text, (one, two) = laid("5bn", " ", "3bn", " equity")
    found = wholes(text, [one, two])
    assert (found.is_equity(one), found.is_equity(two)) == (False, True)


@pytest.mark.parametrize(("gap", "is_total"), [(45, True), (46, False)])
def test_an_amount_before_the_words_of_debt_includes_it(gap: int, is_total: bool) -> None:
    """Rule: "$100bn … including debt": so many characters between at most."""
    text, (one,) = laid("100bn", " " * gap, "including debt")
    assert wholes(text, [one], debt="debt").is_total(one) == is_total


@pytest.mark.parametrize(("gap", "is_total"), [(55, True), (56, False)])
def test_an_amount_behind_the_words_of_debt_includes_it(gap: int, is_total: bool) -> None:
    """Rule: "including debt, the fund … 100bn"."""
    text, (one,) = laid("including debt", " " * gap, "100bn")
    assert wholes(text, [one], debt="debt").is_total(one) == is_total


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        (" ", "  ", True),  # the nearer
        ("  ", "  ", True),  # as near: the one before
        ("   ", "  ", False),
        (" , ", "       ", False),  # a comma between
        (" ", " , ", True),
        (" , ", " , ", False),  # a comma on both sides: the one behind
    ],
)
def test_of_two_amounts_the_words_of_debt_complete_one(before: str, after: str, first: bool) -> None:
    """Rule: the one with fewer commas between, then the nearer one."""
    text, (one, two) = laid("30bn", before, "including debt", after, "100bn")
    found = wholes(text, [one, two], debt="debt")
    assert (found.is_total(one), found.is_total(two)) == (first, not first)
