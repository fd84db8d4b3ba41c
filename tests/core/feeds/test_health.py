"""The alarms: what is said, and what is not."""

from dataclasses import replace

import pytest

from pipeline.core.feeds import health
from pipeline.core.feeds.health import FeedNumbers

WELL = FeedNumbers(
    feed_id=1, url="http://a.test/", state="ok", error=None, expected_per_day=20.0, known_days=30.0, recent=55,
    recent_undated=2, before=500, before_undated=10, empty_fetches=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({}, []),
        ({"state": "quiet"}, []),
        ({"state": "gone"}, ["gone"]),
        ({"state": "failing", "recent": 0}, ["failing"]),
        ({"state": "lying"}, ["lying"]),
        ({"state": "moved", "recent": 0}, ["moved", "few"]),
        ({"empty_fetches": 1}, []),
        ({"empty_fetches": 2}, ["empty"]),
        ({"recent": 16, "recent_undated": 0}, []),
        ({"recent": 14, "recent_undated": 0}, ["few"]),
        ({"recent": 0, "known_days": 2.0}, []),
        ({"recent": 0, "expected_per_day": 2.0}, []),
        ({"recent": 0, "expected_per_day": None}, []),
        ({"recent_undated": 20}, ["undated"]),
        ({"recent_undated": 20, "before_undated": 200}, []),
        ({"recent": 9, "recent_undated": 9, "expected_per_day": None}, []),
    ],
)
def test_feed_alarms(change: dict[str, object], kinds: list[str]) -> None:
    """Each alarm at its threshold, and none for what may be chance."""
    assert [a.kind for a in health.feed_alarms([replace(WELL, **change)])] == kinds  # type: ignore[arg-type]


def test_the_reason_is_told() -> None:
    """A person reads why, not only that."""
    (alarm,) = health.feed_alarms([replace(WELL, state="failing", error="status 404")])
    assert "status 404" in alarm.text and alarm.subject == WELL.url and alarm.feed_id == 1


def test_a_language_that_falls_silent() -> None:
    """A day without a language that comes every day; rare languages and the undetected are no news."""
    found = health.language_alarms({"fr": 3}, {"fr": 10.0, "id": 12.0, "et": 0.5, "und": 40.0})
    assert [a.subject for a in found] == ["id"]
