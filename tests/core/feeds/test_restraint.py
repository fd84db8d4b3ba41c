"""What one host may have of a run: its share, its rest; and what a run says when nobody answered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.core.feeds.report import CURES, FINE, Outlook, Report, Unanswered, nameless
from pipeline.core.feeds.restraint import ANSWERS, Restraint
from pipeline.model import Feed, FeedSpec, Outcome, Polling

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FEED = Feed(7, FeedSpec("http://g.test/f", "G", "en"))


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.TIMEOUT, None), (Outcome.CONNECT, None), (Outcome.DNS, None), (Outcome.TLS, None),
        (Outcome.EMPTY, 200), (Outcome.RATE_LIMITED, 429), (Outcome.HTTP_ERROR, 503), (Outcome.HTTP_ERROR, 403),
        (Outcome.HTTP_ERROR, 502),
    ],
)  # fmt: skip
def test_two_refusals_rest_a_host(outcome: Outcome, status: int | None) -> None:
    """One may be chance; after the second a host is left alone in this run, and no other is."""
    r = Restraint(1.0)
    r.heard("a.test", outcome, status)
    assert not r.is_resting("a.test")
    r.heard("b.test", Outcome.NEW, 200)
    r.heard("a.test", outcome, status)
    assert r.is_resting("a.test") and r.left("a.test") == 0 and r.closed == {"a.test"}
    assert not r.is_resting("b.test") and r.left("b.test") == r.share
    assert "a.test rests" in r.why() and "b.test" not in r.why()


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.HTTP_ERROR, 404), (Outcome.GONE, 410), (Outcome.NEW, 200), (Outcome.UNCHANGED, 304),
        (Outcome.LOCAL, None), (Outcome.REFUSED_ADDRESS, None), (Outcome.TOO_LARGE, 200), (Outcome.PROTOCOL, 200),
    ],
)  # fmt: skip
def test_what_is_no_refusal_rests_nobody(outcome: Outcome, status: int | None) -> None:
    """A missing page is of a feed, a full table of descriptors is ours: the host goes on."""
    r = Restraint(1.0)
    for _ in range(20):
        r.heard("a.test", outcome, status)
    assert not r.is_resting("a.test") and r.why() == ""


def test_a_big_host_with_two_bad_feeds_goes_on() -> None:
    """Two time-outs among many answers are of two feeds; when they grow, the host rests all the same."""
    r = Restraint(0.1)
    for _ in range(3 * ANSWERS):
        r.heard("big.test", Outcome.NEW, 200)
    r.heard("big.test", Outcome.TIMEOUT, None)
    r.heard("big.test", Outcome.TIMEOUT, None)
    assert not r.is_resting("big.test")
    for _ in range(2):
        r.heard("big.test", Outcome.TIMEOUT, None)
    assert r.is_resting("big.test")


@pytest.mark.parametrize(("spacing", "share"), [(1.0, 120), (0.5, 240), (2.0, 60), (30.0, 4), (300.0, 1), (0.0, 2**31)])
def test_a_share_is_what_the_spacing_allows(spacing: float, share: int) -> None:
    """Two minutes of a run for one host; one feed at least."""
    assert Restraint(spacing).share == share


def test_a_portion_never_exceeds_the_share() -> None:
    """Ten of a host in hand at most, and no more in all than its share."""
    r = Restraint(10.0)
    assert r.share == 12
    assert r.portion({}, 10) == ({}, frozenset())
    for _ in range(10):
        r.take("a.test")
    had, closed = r.portion({"a.test": 10, "b.test": 3}, 10)
    assert had == {"a.test": 10, "b.test": 3} and closed == {"a.test"}, "ten are in hand"
    had, closed = r.portion({"a.test": 4}, 10)
    assert had == {"a.test": 8} and not closed, "two are left of its share"
    r.take("a.test")
    r.take("a.test")
    assert r.portion({"a.test": 0}, 10)[1] == {"a.test"} and r.spent == ["a.test"]
    assert "had its share of 12" in r.why()


def failed(n: int, outcome: Outcome, status: int | None = None, before: Feed = FEED, error: str = "words") -> Report:
    r = Report()
    for _ in range(n):
        r.note(before, outcome, status, error, 0)
    return r


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - FINE))
def test_when_nobody_answers_the_cause_and_its_cure_are_said(outcome: Outcome) -> None:
    """Whatever it is, in the words of one of them; on a fresh store one feed is enough."""
    said = failed(1, outcome, 404, error="the very words").alarm(None, NOW)
    assert said and "the very words" in said and CURES[outcome] in said


def test_the_most_frequent_kind_is_named_first() -> None:
    """The setting that cures belongs to what most of them say."""
    r = failed(2, Outcome.TIMEOUT)
    for _ in range(6):
        r.note(FEED, Outcome.REFUSED_ADDRESS, None, "g.test is at 10.0.0.1 (private)", 0)
    said = r.alarm(None, NOW)
    assert said and said.startswith("no feed answered: 6 × refused-address, 2 × timeout")
    assert "10.0.0.1" in said and "NEWSWATCH_ALLOW_ADDRESSES" in said


@pytest.mark.parametrize(
    ("report", "last_success_hours", "is_alarm"),
    [
        (failed(8, Outcome.DNS), 1, True),
        (failed(8, Outcome.DNS), None, True),
        (failed(1, Outcome.DNS), None, True),
        (failed(1, Outcome.DNS), 30, True),
        (failed(1, Outcome.DNS), 1, False),
        (failed(2, Outcome.HTTP_ERROR, 404), 1, False),
        (failed(9, Outcome.TIMEOUT, before=replace(FEED, polling=Polling(failure_count=4))), 1, False),
        (failed(0, Outcome.TIMEOUT), None, False),
    ],
)
def test_the_usual_few_are_no_alarm(report: Report, last_success_hours: float | None, is_alarm: bool) -> None:
    """A run that asks only what failed before is no news while others answered within the day."""
    last = None if last_success_hours is None else NOW - timedelta(hours=last_success_hours)
    assert bool(report.alarm(last, NOW)) is is_alarm


def test_one_answer_is_enough() -> None:
    """Who answers proves that the way out is open."""
    r = failed(50, Outcome.TIMEOUT)
    r.note(FEED, Outcome.UNCHANGED, 304, None, 0)
    assert r.alarm(None, NOW) is None and (r.done, r.failed) == (1, 50)


def test_why_there_is_nothing_to_do() -> None:
    """No feed, nothing due, hosts that rest, another run: each is said, with when."""
    at = NOW + timedelta(minutes=5)
    assert "no feed is declared" in Outlook().why()
    assert "none of 9 feeds is due, the next is due at 2026-06-01 12:05 UTC" in Outlook(9, 9, next_at=at).why()
    assert (
        "3 wait for hosts that asked for rest, until 2026-06-01 12:05"
        in Outlook(9, 9, resting=3, resting_until=at).why()
    )
    assert "2 are held by another run" in Outlook(9, held=2).why() and "1 are gone for good" in Outlook(9, gone=1).why()


@pytest.mark.parametrize(
    ("polled", "failing", "is_alarm"),
    [
        (8, 8, True),
        (8, 4, True),
        (8, 3, False),
        (1, 1, True),
        (8, 0, False),
        (0, 0, False),
        (305, 305, True),
        (0, 2, True),
    ],
)
def test_half_of_the_feeds_are_no_accident(polled: int, failing: int, is_alarm: bool) -> None:
    """What failed since any feed answered: from half of them on it is not the feeds."""
    kinds = {(Outcome.DNS, None): failing}
    said = Unanswered(polled, failing, kinds, {(Outcome.DNS, None): "no address for a.test"}).alarm()
    assert bool(said) is is_alarm
    if said:
        assert f"{failing} of {polled} feeds failed" in said and CURES[Outcome.DNS] in said and "a.test" in said


@pytest.mark.parametrize(
    ("contact", "is_told"),
    [
        ("newswatch@localhost", True), ("desk@example", True), ("me@mylaptop.local", True),
        ("root@localhost.localdomain", True), ("nobody", True), ("", True),
        ("desk@paper.test", True), ("desk@paper.com", False), ("desk@news.co.uk", False),
    ],
)  # fmt: skip
def test_a_contact_that_reaches_nobody_is_told(contact: str, is_told: bool) -> None:
    """Some servers refuse who cannot be reached."""
    assert bool(nameless(contact)) is is_told
