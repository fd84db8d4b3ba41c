"""Which mails leave now: single ones, digests, and what waits for quiet hours or for a cap to allow more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from pipeline.core.alerts import schedule
from pipeline.model import Alert, Frequency, Subscription

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to be: an alert of its own, or a digest of several."""

    alerts: tuple[Alert, ...]
    batch_key: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sender does for one subscription."""

    mails: tuple[Mail, ...] = ()
    wait: tuple[Alert, ...] = ()  # until `wait_until`
    wait_until: datetime | None = None


def plan(
    subscription: Subscription,
    waiting: Sequence[tuple[Alert, str | None]],
    sent: Sequence[datetime],
    per_hour: int,
    now: datetime,
    tried: Mapping[str, bool] = MappingProxyType({}),
) -> Plan:
    """Sort what is due for one subscription into mails; `waiting` are alerts with their batch key, `sent` recent mails.

    More mails than an hour or the reader's day allows become one digest. What was tried before keeps its form, since
    it may have arrived: a second copy must be the same mail under the same Message-ID. `tried` are the batch keys under
    which a mail was tried, and whether one was accepted: what joins such a batch later is a mail of its own.
    """
    if subscription.frequency in {Frequency.INSTANT, Frequency.HOURLY} and schedule.is_quiet(subscription, now):
        return Plan(wait=tuple(a for a, _ in waiting), wait_until=schedule.after_quiet(subscription, now))
    mails = _mails(waiting, tried)
    in_hour = sorted(t for t in sent if t > now - HOUR)
    room, opens = per_hour - len(in_hour), in_hour[0] + HOUR if in_hour else now + HOUR
    if subscription.max_per_day is not None:
        today = sum(t >= schedule.day_start(subscription, now) for t in sent)
        if subscription.max_per_day - today < room:
            room, opens = subscription.max_per_day - today, schedule.next_day(subscription, now)
    if len(mails) <= room:
        return Plan(tuple(mails))
    fixed = [m for m in mails if m.batch_key is not None or any(a.attempts for a in m.alerts)]
    free = [a for m in mails if m not in fixed for a in m.alerts]
    go, later = fixed[: max(room, 0)], fixed[max(room, 0) :]
    if free and len(go) < room:
        first = min(a.id for a in free)
        go.append(Mail(tuple(free), f"{subscription.key} burst {now:%Y-%m-%dT%H:%MZ} {first}"))
        free = []
    wait = [a for m in later for a in m.alerts] + free
    return Plan(tuple(go), tuple(wait), schedule.after_quiet(subscription, opens) if wait else None)


def _mails(waiting: Sequence[tuple[Alert, str | None]], tried: Mapping[str, bool]) -> list[Mail]:
    batches: dict[str, list[Alert]] = {}
    mails: list[Mail] = []
    for alert, key in waiting:
        if key is None:
            mails.append(Mail((alert,)))
        else:
            batches.setdefault(key, []).append(alert)
    for key, held in batches.items():
        mails += _batch(key, held, key in tried, tried.get(key, False))
    return sorted(mails, key=lambda m: (m.alerts[0].due_at, m.alerts[0].id))


def _batch(key: str, held: Sequence[Alert], was_tried: bool, was_sent: bool) -> list[Mail]:
    """Part a batch into what was tried, which keeps its key and so its Message-ID, and what came after.

    A mailbox that knows the Message-ID would hide the latter. Its key begins with the batch's, which says of what kind
    it is; the number is that of an alert that no earlier mail had.
    """
    old = [] if was_sent else [a for a in held if a.attempts]
    late = held if was_sent else [a for a in held if not a.attempts]
    if not (was_tried or old):
        return [Mail(tuple(late), key)]
    mails = [Mail(tuple(old), key)] if old else []
    if late:
        mails.append(Mail(tuple(late), f"{key} {min(a.id for a in late)}"))
    return mails
