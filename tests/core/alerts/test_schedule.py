"""When mail may go out, in local time, through nights and clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.alerts import schedule
from pipeline.model import Frequency, Subscription


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def sub(**wishes: object) -> Subscription:
    return Subscription(**{"key": "k", "name": "K", "address": "k@reader.example", **wishes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wishes", "now", "due"),
    [
        ({}, "2026-03-10T09:00", "2026-03-10T09:00"),
        ({"frequency": Frequency.HOURLY}, "2026-03-10T09:00", "2026-03-10T10:00"),
        ({"frequency": Frequency.HOURLY, "timezone": "Asia/Kolkata"}, "2026-03-10T09:05", "2026-03-10T09:30"),
        ({"frequency": Frequency.DAILY, "timezone": "Europe/Paris"}, "2026-03-10T06:59", "2026-03-10T07:00"),
        ({"frequency": Frequency.DAILY, "timezone": "Europe/Paris"}, "2026-03-10T07:00", "2026-03-11T07:00"),
        # the night of 29 March 2026 has no 02:30 in Paris: 03:30 instead; 25 October has two: the first
        (
            {"frequency": Frequency.DAILY, "timezone": "Europe/Paris", "at": "02:30"},
            "2026-03-28T12:00",
            "2026-03-29T01:30",
        ),
        (
            {"frequency": Frequency.DAILY, "timezone": "Europe/Paris", "at": "02:30"},
            "2026-10-24T12:00",
            "2026-10-25T00:30",
        ),
        ({"frequency": Frequency.DAILY, "timezone": "Pacific/Auckland"}, "2026-03-10T19:01", "2026-03-11T19:00"),
        ({"frequency": Frequency.WEEKLY, "weekday": 0}, "2026-03-10T09:00", "2026-03-16T08:00"),
        ({"frequency": Frequency.WEEKLY, "weekday": 1}, "2026-03-10T07:00", "2026-03-10T08:00"),
        ({"frequency": Frequency.WEEKLY, "weekday": 1}, "2026-03-10T08:00", "2026-03-17T08:00"),
        # quiet hours move instant and hourly mail to their end, over midnight too
        ({"quiet_hours": ("22:00", "07:00")}, "2026-03-10T23:15", "2026-03-11T07:00"),
        ({"quiet_hours": ("22:00", "07:00")}, "2026-03-10T06:59", "2026-03-10T07:00"),
        ({"quiet_hours": ("22:00", "07:00")}, "2026-03-10T07:00", "2026-03-10T07:00"),
        ({"quiet_hours": ("12:00", "13:00"), "timezone": "Asia/Jakarta"}, "2026-03-10T05:30", "2026-03-10T06:00"),
        ({"frequency": Frequency.HOURLY, "quiet_hours": ("22:00", "07:00")}, "2026-03-10T22:30", "2026-03-11T07:00"),
        # who asks for mail at 06:00 gets it at 06:00
        (
            {"frequency": Frequency.DAILY, "at": "06:00", "quiet_hours": ("22:00", "07:00")},
            "2026-03-10T09:00",
            "2026-03-11T06:00",
        ),
    ],
)
def test_slots(wishes: dict[str, object], now: str, due: str) -> None:
    """A reader's clock decides, whatever the season."""
    assert schedule.slot(sub(**wishes), at(now)).due_at == at(due)


def test_digests_of_one_slot_share_a_key_and_instant_mail_has_none() -> None:
    """Everything that falls into one slot is one mail."""
    daily = sub(frequency=Frequency.DAILY)
    assert (
        schedule.slot(daily, at("2026-03-10T09:00")).batch_key == schedule.slot(daily, at("2026-03-11T07:59")).batch_key
    )
    assert (
        schedule.slot(daily, at("2026-03-10T09:00")).batch_key != schedule.slot(daily, at("2026-03-11T08:00")).batch_key
    )
    assert schedule.slot(sub(), at("2026-03-10T09:00")).batch_key is None


MOMENTS = st.integers(0, 10 * 366 * 24 * 60).map(lambda m: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=m))


@given(
    now=MOMENTS,
    zone=st.sampled_from(
        ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"]
    ),
    clock=st.times().map(lambda t: f"{t.hour:02}:{t.minute:02}"),
)
def test_a_daily_slot_is_always_ahead_and_within_two_days(now: datetime, zone: str, clock: str) -> None:
    """No clock change may swallow a digest or send it into the past."""
    due = schedule.next_local(now, clock, ZoneInfo(zone))
    assert now < due <= now + timedelta(hours=49)


@given(
    now=MOMENTS,
    start=st.integers(0, 23),
    end=st.integers(0, 23),
    zone=st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe"]),
)
def test_after_quiet_hours_it_is_not_quiet(now: datetime, start: int, end: int, zone: str) -> None:
    """A mail that waited for the end of the night goes out then: it never waits a second night."""
    if start == end:
        return
    reader = sub(quiet_hours=(f"{start:02}:00", f"{end:02}:00"), timezone=zone)
    free = schedule.after_quiet(reader, now)
    assert now <= free <= now + timedelta(hours=26)
    assert not schedule.is_quiet(reader, free)


def test_back_off_doubles_to_four_hours() -> None:
    """Greylisting wants five minutes; a server that is down is not asked every minute."""
    minutes = [schedule.backoff(n).total_seconds() / 60 for n in range(1, 9)]
    assert minutes == [5, 10, 20, 40, 80, 160, 240, 240]
    assert schedule.backoff(10_000) == timedelta(hours=4)


@pytest.mark.parametrize(
    ("hours", "clock", "quiet"),
    [
        (None, "03:00", False),
        (("22:00", "07:00"), "22:00", True),
        (("22:00", "07:00"), "21:59", False),
        (("22:00", "07:00"), "07:00", False),
        (("22:00", "07:00"), "06:59", True),
        (("12:00", "13:00"), "12:00", True),
        (("12:00", "13:00"), "13:00", False),
        (("12:00", "13:00"), "23:00", False),
    ],
)
def test_quiet_hours_hold_their_beginning_and_not_their_end(
    hours: tuple[str, str] | None, clock: str, quiet: bool
) -> None:
    """Nobody who asks for no quiet has any; "22:00 to 07:00" is quiet at 22:00 and not at 07:00."""
    reader = sub(quiet_hours=hours)
    assert schedule.is_quiet(reader, datetime.fromisoformat(f"2026-03-10T{clock}+00:00")) is quiet
