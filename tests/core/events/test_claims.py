"""Contradictions of an event, on a gold table of our own writing: fictional companies, many languages."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.core import facts
from pipeline.core.events.claims import Stated, stated
from pipeline.model import Fact, Member, Story

GOLD = Path(__file__).parents[2] / "gold" / "contradictions.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
T0 = datetime(2026, 3, 2, 8, tzinfo=UTC)


def event(rows: list[dict[str, Any]]) -> list[Member]:
    """Read the stories of a case as the steps would: title, summary and text apart."""
    members = []
    for i, row in enumerate(rows, 1):
        parts = (("title", row["title"]), ("summary", row["summary"]), ("text", row.get("text", "")))
        told = tuple(f for part, text in parts for f in facts.read(text, row["lang"], part))
        story = Story(
            id=i,
            canonical_url=f"https://outlet{i}.example/{i}",
            url="",
            title=row["title"],
            summary=row["summary"],
            language=row["lang"],
            published_at=T0 + timedelta(hours=row["hours"]),
            outlet=row.get("outlet", f"outlet{i}.example"),
        )
        members.append(Member(story, 2, {}, told, {}, copy_of=row.get("copy_of")))
    return members


def test_the_table_holds_both_kinds() -> None:
    """Forty cases at least, a third of them true: a rule that never fires must fail here."""
    assert len(CASES) >= 40
    assert sum(bool(case["expect"]) for case in CASES) >= len(CASES) // 3


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['why']} ({'-'.join(s['lang'] for s in c['stories'])})")
def test_what_contradicts(case: dict[str, Any]) -> None:
    """Two claims contradict when both are sure; a false contradiction alerts every reader."""
    found = stated(event(case["stories"]))
    assert sorted(list(d.key) for d in found.disputes) == sorted(case["expect"])


@pytest.mark.parametrize("case", CASES, ids=lambda c: str(c["why"]))
def test_the_order_of_stories_changes_nothing(case: dict[str, Any]) -> None:
    """Stories arrive in any order; the same is stated, and the earlier story is the one stood against."""
    members = event(case["stories"])
    found = stated(members)
    assert stated(members[::-1]) == found
    at = {m.story.id: m.story.at for m in members}
    for said in found.disputes:
        assert at[said.story_id] < at[said.against_story_id]  # type: ignore[operator]
        assert found.claims[said.claim].value != found.claims[said.against].value


def test_a_contradiction_names_what_was_written() -> None:
    """Readers see both amounts as their outlets wrote them."""
    (said,) = stated(event(CASES[1]["stories"])).disputes
    assert said.written == "40 milliards de dollars" and said.against_written == "30 Milliarden Dollar"
    assert (said.story_id, said.against_story_id) == (1, 2)


def fact(value: float, role: str = "target", approximate: bool = False, **more: Any) -> Fact:
    return Fact("money", value, "USD", role, 0, 4, f"{value}", approximate=approximate, **more)


def member(number: int, *told: Fact, copy_of: int | None = None) -> Member:
    url = f"https://a{number}.example/{number}"
    outlet = f"a{number}.example"
    story = Story(
        id=number,
        canonical_url=url,
        url=url,
        title="t",
        summary="",
        language="en",
        outlet=outlet,
        seen_at=T0 + timedelta(minutes=number),
    )
    return Member(story, 2, {}, told, {}, copy_of=copy_of)


def claims(*members: Member) -> list[tuple[float, str, tuple[int, ...]]]:
    return [(c.value, c.role, c.stories) for c in stated(members).claims]


def test_amounts_that_agree_are_one_claim() -> None:
    """Rule: "about 30.1" and "30" are one claim, as the exact one says it."""
    vague = fact(30.1e9, approximate=True)
    assert claims(member(1, vague), member(2, fact(30e9)), member(3, fact(100e9))) == [
        (30e9, "target", (1, 2)),
        (100e9, "target", (3,)),
    ]


def test_an_estimate_joins_the_nearest_and_swallows_nobody() -> None:
    """Rule: "about 30" agrees with 28 and with 32, which do not agree with one another: they stay two claims."""
    vague = fact(30.5e9, approximate=True)
    found = claims(member(1, vague), member(2, fact(28e9)), member(3, fact(32e9)))
    assert found == [(32e9, "target", (1, 3)), (28e9, "target", (2,))]


def test_a_range_is_a_claim_of_its_own() -> None:
    """Rule: "20 to 30" says neither 20 nor 30."""
    assert len(claims(member(1, fact(20e9, upper=30e9)), member(2, fact(20e9)), member(3, fact(30e9)))) == 3
    assert len(claims(member(1, fact(20e9, upper=30e9)), member(2, fact(20e9, upper=30e9)))) == 1


def test_a_claim_bears_the_role_of_most_outlets() -> None:
    """Rule: languages give roles unevenly; one amount is one claim, and "" yields to any role."""
    said = [
        member(1, fact(5e9, "")),
        member(2, fact(5e9, "raised")),
        member(3, fact(5e9, "price")),
        member(4, fact(5e9, "price")),
    ]
    assert claims(*said) == [(5e9, "price", (1, 2, 3, 4))]


def test_one_story_with_two_roles_tells_two_things() -> None:
    """Rule: who has one amount twice, for two things, means two things."""
    found = claims(member(1, fact(5e9, "revenue"), fact(5e9, "raised")), member(2, fact(5e9, "raised")))
    assert sorted(found) == [(5e9, "raised", (1, 2)), (5e9, "revenue", (1,))]


def test_a_story_counts_once() -> None:
    """Rule: repeating an amount does not make it more widely told."""
    assert claims(member(1, fact(30e9), fact(30e9), fact(30e9))) == [(30e9, "target", (1,))]


def test_copies_are_named_but_do_not_count() -> None:
    """Rule: the amount that more stories say on their own stands first; a copy founds no claim."""
    copied = [member(n, fact(100e9), fact(7e9), copy_of=1) for n in (3, 4, 5)]
    found = stated([member(1, fact(100e9)), member(2, fact(30e9)), *copied, member(6, fact(30e9))])
    assert [(c.value, c.independent, len(c.stories)) for c in found.claims] == [(30e9, 2, 2), (100e9, 1, 4)]


def test_up_to_is_not_about() -> None:
    """Rule: a bound that all tellers give stays; one exact teller lifts it."""
    most = fact(100e9, approximate=True, bound="most")
    assert [c.bound for c in stated([member(1, most), member(2, most)]).claims] == ["most"]
    assert [c.bound for c in stated([member(1, most), member(2, fact(100e9))]).claims] == [""]


def test_nothing_is_nothing() -> None:
    """Rule: events without amounts state nothing."""
    assert stated([]) == stated([member(1)]) == Stated()
