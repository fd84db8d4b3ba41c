"""Which mails leave now: caps turn bursts into digests, and what may have arrived keeps its form."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.alerts import mails as dispatch
from pipeline.model import Alert, Frequency, Subscription

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


def sub(**wishes: Any) -> Subscription:
    return Subscription(**{"key": "k", "name": "K", "address": "k@reader.example", **wishes})


def due(n: int, attempts: int = 0, key: str | None = None) -> tuple[Alert, str | None]:
    return Alert(n, "k", n, "new", 0, "pending", NOW, NOW + timedelta(seconds=n), attempts, f"<{n}@x>"), key


def shape(plan: dispatch.Plan) -> list[tuple[int, ...]]:
    return [tuple(a.id for a in m.alerts) for m in plan.mails]


def test_below_the_cap_each_alert_is_a_mail() -> None:
    """The ordinary case."""
    assert shape(dispatch.plan(sub(), [due(1), due(2)], [], 30, NOW)) == [(1,), (2,)]


def test_a_burst_is_one_digest() -> None:
    """31 mails where 30 are allowed would be noise: one digest instead, which names its reason in its key."""
    plan = dispatch.plan(sub(), [due(n) for n in range(31)], [], 30, NOW)
    assert shape(plan) == [tuple(range(31))]
    assert plan.mails[0].batch_key == "k burst 2026-03-10T09:00Z 0"
    assert plan.wait == ()


def test_the_cap_counts_what_left_within_the_hour() -> None:
    """29 mails of the last hour leave room for one: two more are a digest; with 30 they wait for the oldest to age."""
    recent = [NOW - timedelta(minutes=50)] * 29
    assert shape(dispatch.plan(sub(), [due(1), due(2)], recent, 30, NOW)) == [(1, 2)]
    assert shape(dispatch.plan(sub(), [due(1)], recent, 30, NOW)) == [(1,)]
    full = dispatch.plan(sub(), [due(1)], [*recent, NOW - timedelta(minutes=10)], 30, NOW)
    assert (full.mails, full.wait_until) == ((), NOW + timedelta(minutes=10))
    assert shape(dispatch.plan(sub(), [due(1)], [NOW - timedelta(minutes=61)] * 30, 30, NOW)) == [(1,)]


def test_a_days_limit_is_the_readers_day() -> None:
    """Their midnight, not ours, starts the count anew; what is too much waits for it and nothing is lost."""
    tokyo = sub(max_per_day=2, timezone="Asia/Tokyo")  # 09:00 UTC is 18:00 there; their day began at 15:00 UTC
    today, yesterday = NOW - timedelta(hours=3), NOW - timedelta(hours=19)
    assert shape(dispatch.plan(tokyo, [due(1)], [today, yesterday], 30, NOW)) == [(1,)]
    full = dispatch.plan(tokyo, [due(1), due(2)], [today, today], 30, NOW)
    assert full.mails == ()
    assert full.wait_until == datetime(2026, 3, 10, 15, tzinfo=UTC)
    assert shape(dispatch.plan(tokyo, [due(1), due(2), due(3)], [today], 30, NOW)) == [(1, 2, 3)]


def test_what_was_tried_keeps_its_form() -> None:
    """It may have arrived: inside a digest it would be a second mail with another Message-ID."""
    plan = dispatch.plan(sub(), [due(1, attempts=1), *(due(n) for n in range(2, 9))], [], 3, NOW)
    assert shape(plan) == [(1,), (2, 3, 4, 5, 6, 7, 8)]
    batch = [due(1, 1, "k burst A 1"), due(2, 1, "k burst A 1"), *(due(n) for n in range(3, 9))]
    assert shape(dispatch.plan(sub(), batch, [], 3, NOW)) == [(1, 2), (3, 4, 5, 6, 7, 8)]


@pytest.mark.parametrize(
    ("waiting", "tried", "mails"),
    [
        ([(1, 0), (2, 0)], {}, {"k daily X": (1, 2)}),
        ([(3, 0), (4, 0)], {"k daily X": True}, {"k daily X 3": (3, 4)}),  # the others' mail was accepted
        ([(3, 0)], {"k daily X": False}, {"k daily X 3": (3,)}),  # the others' mail waits for its next attempt
        ([(1, 1), (2, 1), (3, 0)], {"k daily X": False}, {"k daily X": (1, 2), "k daily X 3": (3,)}),
        ([(1, 1), (2, 1)], {"k daily X": False}, {"k daily X": (1, 2)}),
        ([(1, 1), (2, 0)], {}, {"k daily X": (1,), "k daily X 2": (2,)}),  # of what was tried nothing more is known
        ([(2, 1)], {"k daily X": True}, {"k daily X 2": (2,)}),  # requeued by hand, alone: the id is another mail's
    ],
)
def test_what_joins_a_batch_after_it_was_tried_is_a_mail_of_its_own(
    waiting: list[tuple[int, int]], tried: dict[str, bool], mails: dict[str, tuple[int, ...]]
) -> None:
    """Under one Message-ID two contents would be one mail to a mailbox, which hides the second."""
    plan = dispatch.plan(sub(), [due(n, attempts, "k daily X") for n, attempts in waiting], [], 30, NOW, tried)
    assert {str(m.batch_key): tuple(a.id for a in m.alerts) for m in plan.mails} == mails


def test_quiet_hours_hold_instant_mail_but_not_a_digest_of_the_day() -> None:
    """A delivery that was late does not ring at night."""
    night = ("08:00", "10:00")
    held = dispatch.plan(sub(quiet_hours=night), [due(1)], [], 30, NOW)
    assert (held.mails, held.wait_until) == ((), NOW + timedelta(hours=1))
    daily = sub(quiet_hours=night, frequency=Frequency.DAILY)
    assert shape(dispatch.plan(daily, [due(1, 0, "k daily X")], [], 30, NOW)) == [(1,)]


@given(
    waiting=st.lists(st.tuples(st.integers(0, 2), st.sampled_from([None, "k daily A", "k burst B 1"])), max_size=40),
    recent=st.lists(st.integers(0, 120), max_size=40),
    cap=st.integers(1, 10),
    day=st.one_of(st.none(), st.integers(1, 5)),
    tried=st.dictionaries(st.sampled_from(["k daily A", "k burst B 1"]), st.booleans()),
)
def test_nothing_is_lost_doubled_or_over_the_cap(
    waiting: list[tuple[int, str | None]], recent: list[int], cap: int, day: int | None, tried: dict[str, bool]
) -> None:
    """Every alert is in exactly one mail or waits; no hour and no day gets more mails than allowed."""
    alerts = [due(n, attempts, key) for n, (attempts, key) in enumerate(waiting)]
    sent = [NOW - timedelta(minutes=m) for m in recent]
    plan = dispatch.plan(sub(max_per_day=day), alerts, sent, cap, NOW, tried)
    told = [a.id for m in plan.mails for a in m.alerts] + [a.id for a in plan.wait]
    assert sorted(told) == list(range(len(waiting)))
    in_hour = sum(m < 60 for m in recent)
    assert not plan.mails or len(plan.mails) + in_hour <= cap
    assert (plan.wait_until is None) == (not plan.wait)
    assert plan.wait_until is None or plan.wait_until > NOW
    for m in plan.mails:
        assert len(m.alerts) == 1 or m.batch_key is not None
    keys = [m.batch_key for m in plan.mails if m.batch_key is not None]
    assert len(keys) == len(set(keys)), "a key is a Message-ID"
    assert not {key for key, was_sent in tried.items() if was_sent} & set(keys)
