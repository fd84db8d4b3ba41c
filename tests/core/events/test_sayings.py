"""Who says what: amounts that agree are one saying, tellers in order, copies apart."""

from datetime import UTC, datetime

from pipeline.core.events.sayings import sayings
from pipeline.model import Fact, Member, Story

AT = datetime(2026, 3, 1, tzinfo=UTC)


def fact(value: float, role: str = "target", approximate: bool = False) -> Fact:
    return Fact("money", value, "USD", role, 0, 4, f"{value}", approximate=approximate)


def member(number: int, *facts: Fact, copy_of: int | None = None) -> Member:
    url = f"https://a.example/{number}"
    outlet = f"{number}.example"
    story = Story(
        id=number, canonical_url=url, url=url, title="t", summary="", seen_at=AT, language="en", outlet=outlet
    )
    return Member(story, 2, {}, facts, {}, copy_of=copy_of)


def test_amounts_that_agree_are_one_saying() -> None:
    """Rule: "about 30.1" and "30" are one claim, told first as the earliest story tells it."""
    told = sayings([member(1, fact(30e9)), member(2, fact(30.1e9, approximate=True)), member(3, fact(100e9))])
    assert [(s.fact.value, [m.story.id for m in s.members]) for s in told] == [(30e9, [1, 2]), (100e9, [3])]


def test_a_story_counts_once() -> None:
    """Rule: repeating an amount does not make it more widely told."""
    told = sayings([member(1, fact(30e9), fact(30e9), fact(30e9))])
    assert [len(s.members) for s in told] == [1]


def test_copies_are_named_but_do_not_count() -> None:
    """Rule: the amount that more outlets say on their own stands first, whatever is copied."""
    copied = [member(n, fact(100e9), copy_of=1) for n in (3, 4, 5)]
    told = sayings([member(1, fact(100e9)), member(2, fact(30e9)), *copied, member(6, fact(30e9))])
    assert [(s.fact.value, s.independent, len(s.members)) for s in told] == [(30e9, 2, 2), (100e9, 1, 4)]


def test_amounts_without_a_role_come_last() -> None:
    """Rule: what the texts leave open stands below what they say."""
    told = sayings([member(1, fact(5e9, role="")), member(2, fact(7e9, role="raised"))])
    assert [s.fact.role for s in told] == ["raised", ""]


def test_nothing_is_nothing() -> None:
    """Rule: events without amounts have no claims."""
    assert sayings([]) == []
    assert sayings([member(1)]) == []
