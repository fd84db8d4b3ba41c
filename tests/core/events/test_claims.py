"""Contradictions of an event, on a gold table of our own writing: fictional companies, many languages."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.core import facts
from pipeline.core.events import claims
from pipeline.model import Member, Story

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
    found = claims.contradictions(event(case["stories"]))
    assert sorted(list(key) for key in found) == sorted(case["expect"])


@pytest.mark.parametrize("case", [c for c in CASES if c["expect"]], ids=lambda c: str(c["why"]))
def test_the_order_of_stories_changes_nothing(case: dict[str, Any]) -> None:
    """Stories arrive in any order; the same claims stand, and the earlier story is the one stood against."""
    members = event(case["stories"])
    found = claims.contradictions(members)
    assert claims.contradictions(members[::-1]) == found
    at = {m.story.id: m.story.at for m in members}
    for said in found.values():
        assert at[said["against_story_id"]] < at[said["story_id"]]  # type: ignore[operator]


def test_a_contradiction_names_what_was_written() -> None:
    """Readers see both amounts as their outlets wrote them."""
    (said,) = claims.contradictions(event(CASES[1]["stories"])).values()
    assert said["written"] == "30 Milliarden Dollar" and said["against_written"] == "40 milliards de dollars"
    assert (said["story_id"], said["against_story_id"]) == (2, 1)


def test_ranges_span_what_is_told() -> None:
    """The range of a role goes from the least to the most that a story names."""
    (price,) = claims.ranges(event(CASES[0]["stories"]))
    assert (price["low"], price["high"], price["story_count"]) == (30e9, 40e9, 2)
