"""When a subscription's mail may go out: local times, quiet hours, digests, days with 23 or 25 hours."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipeline.model import Frequency, Subscription


@dataclass(frozen=True, slots=True)
class Slot:
    """When an alert is due, and the digest that carries it (None: a mail of its own)."""

    due_at: datetime
    batch_key: str | None = None


def slot(subscription: Subscription, now: datetime) -> Slot:
    """Give the slot of an alert decided now: at once, or the next digest; quiet hours move it to their end.

    Daily and weekly mail goes at the hour its reader chose, quiet or not.
    """
    zone = ZoneInfo(subscription.timezone)
    if subscription.frequency is Frequency.INSTANT:
        return Slot(after_quiet(subscription, now))
    if subscription.frequency is Frequency.HOURLY:
        hour = now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        due = after_quiet(subscription, hour.astimezone(UTC) + timedelta(hours=1))
    else:
        weekday = subscription.weekday if subscription.frequency is Frequency.WEEKLY else None
        due = next_local(now, subscription.at, zone, weekday)
    return Slot(due, f"{subscription.key} {subscription.frequency} {due:%Y-%m-%dT%H:%MZ}")


def round_up(subscription: Subscription, at: datetime) -> Slot:
    """Give the digest of what also grew of a moment at which it comes."""
    return Slot(at, f"{subscription.key} grew {at:%Y-%m-%dT%H:%MZ}")


def next_round_up(subscription: Subscription, now: datetime) -> Slot:
    """Give the next digest of what also grew; weekly where the subscription wants none."""
    weekday = None if subscription.grew == "daily" else subscription.weekday
    return round_up(subscription, next_local(now, subscription.at, ZoneInfo(subscription.timezone), weekday))


def next_local(now: datetime, at: str, zone: ZoneInfo, weekday: int | None = None) -> datetime:
    """Give the first moment after `now` at which the clocks of `zone` show `at`, on `weekday` where one is given.

    An hour that the clocks skip comes as much later; one that they show twice counts the first time.
    """
    clock = time.fromisoformat(at)
    today = now.astimezone(zone).date()
    for days in range(-1, 9):
        day = today + timedelta(days=days)
        moment = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
        if moment > now and weekday in {None, day.weekday()}:
            return moment
    raise AssertionError("a week has every weekday")  # pragma: no cover


def last_local(now: datetime, at: str, zone: ZoneInfo, weekday: int | None = None) -> datetime:
    """Give the last moment up to `now` at which the clocks of `zone` showed `at`, on `weekday` where one is given."""
    before = now - timedelta(days=8 if weekday is not None else 2)
    found = next_local(before, at, zone, weekday)
    while (after := next_local(found, at, zone, weekday)) <= now:
        found = after
    return found


def is_quiet(subscription: Subscription, now: datetime) -> bool:
    """Whether the reader's clock stands in the quiet hours."""
    if subscription.quiet_hours is None:
        return False
    start, end = (time.fromisoformat(t) for t in subscription.quiet_hours)
    clock = now.astimezone(ZoneInfo(subscription.timezone)).time()
    return start <= clock < end if start < end else clock >= start or clock < end


def after_quiet(subscription: Subscription, now: datetime) -> datetime:
    """Give `now`, or the end of the quiet hours that it falls into."""
    if subscription.quiet_hours is None or not is_quiet(subscription, now):
        return now
    return next_local(now, subscription.quiet_hours[1], ZoneInfo(subscription.timezone))


def day_start(subscription: Subscription, now: datetime) -> datetime:
    """Give the reader's last midnight."""
    local = now.astimezone(ZoneInfo(subscription.timezone))
    return datetime.combine(local.date(), time(), tzinfo=local.tzinfo).astimezone(UTC)


def next_day(subscription: Subscription, now: datetime) -> datetime:
    """Give the reader's next midnight, or the end of the quiet hours that it falls into."""
    return after_quiet(subscription, next_local(now, "00:00", ZoneInfo(subscription.timezone)))


def backoff(attempts: int) -> timedelta:
    """Give the wait after so many failures in a row: 5 minutes (what greylisting asks for), doubling up to 4 hours."""
    return timedelta(minutes=min(5 * 2.0 ** min(max(attempts - 1, 0), 10), 240))
