"""When to ask a feed again, with which validators, and what its answers say about it: pure decisions.

The fetch step hands in a feed and a response, and stores what comes out. Every constant stands with its reason.
"""

import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.core.feeds.failures import HARD, weight
from pipeline.core.feeds.headers import retry_after, server_wish
from pipeline.model import Feed, Outcome, Polling, Response

LONG_DEAD = 30.0  # weight after which a feed is asked weekly instead of daily, and never less: feeds come back
LONG_DEAD_S = 7 * 86400.0
FAILING = 2.0  # weight that is no accident any more: two hard failures, eight time-outs

# A feed that brings something is asked sooner, one that does not later. At 0.7 and 1.25 about 38 % of the fetches bring
# something: (1 - p) ln 1.25 = p ln (1 / 0.7). A document of which half is new may have lost entries: halve at once.
SOONER, MUCH_SOONER, LATER = 0.7, 0.5, 1.25
HALF_NEW = 0.5

ADOPT_COUNT, ADOPT_AFTER = 3, timedelta(days=2)  # a permanent redirect is believed after so many fetches over so long
RETURN_WEIGHT = 5.0  # an adopted address that fails this much is given up for the declared one
UNCONDITIONAL_S = 86400.0  # validators are put to the test at most daily, at least weekly, else every tenth time
RATE_LIMIT_S = 900.0  # a 429 or 503 that does not say how long
SLOW_S = 10.0  # an answer that takes longer than this
QUIET_DAYS = 14.0  # without a new story, when nothing says what to expect
QUIET_GAPS = 5.0  # or so many times the expected distance of two stories
STARTING = timedelta(days=1)  # after the first run of a store, the time in which its first feeds may answer first
JITTER = 0.1  # share of a delay, always later, so that feeds added together drift apart


@dataclass(frozen=True, slots=True)
class Bounds:
    """The schedule's limits, in seconds."""

    min_interval_s: float = 480.0
    max_interval_s: float = 86400.0


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What one response means: the feed's next state, how the fetch ended, and what is to be stored or told."""

    feed: Feed
    outcome: Outcome
    store_body: bool = False
    retry_after_s: float | None = None  # as the server asked, seconds
    hold_host_s: float | None = None  # nobody asks this host before
    adopted: str | None = None  # address adopted just now
    error: str | None = None


def address(feed: Feed) -> str:
    """Give the address to ask: the adopted one, else the declared one."""
    return feed.polling.adopted_url or feed.spec.url


def is_unconditional(feed: Feed, now: datetime) -> bool:
    """Whether to ask without validators: none known, they lie, or it is time to test them."""
    p = feed.polling
    if p.validators_lie or not p.body_hash or not (p.etag or p.last_modified) or p.unconditional_at is None:
        return True
    period = min(max(UNCONDITIONAL_S, 10 * p.interval_s), 7 * UNCONDITIONAL_S)
    return not 0 <= (now - p.unconditional_at).total_seconds() + 3600 < period + 3600  # the future: a wrong clock


def validators(feed: Feed, now: datetime) -> dict[str, str]:
    """Give the conditional headers of the next request, {} when it is to be unconditional (RFC 9110 §13.1)."""
    if is_unconditional(feed, now):
        return {}
    found: dict[str, str] = {}
    if feed.polling.etag:
        found["if-none-match"] = feed.polling.etag
    if feed.polling.last_modified:
        found["if-modified-since"] = feed.polling.last_modified
    return found


def without_body(feed: Feed) -> Feed:
    """Give a feed whose stored hash has no body as one that must be read whole, so that what was lost comes again."""
    return replace(feed, polling=replace(feed.polling, body_hash=None, etag=None, last_modified=None))


def jitter(feed_id: int) -> float:
    """Give a feed's own number in [0, 1): the same at every run, spread evenly over feeds."""
    return zlib.crc32(feed_id.to_bytes(8, "big", signed=True)) / 2**32


def next_fetch(feed: Feed, fetched_at: datetime, bounds: Bounds, at_least_s: float = 0.0) -> datetime:
    """Say when a feed is due after a fetch: the longest of interval, back-off and wishes, each bounded, plus jitter."""
    p = feed.polling
    delay = _bounded(p.interval_s, bounds)
    if p.failure_weight >= LONG_DEAD:
        delay = max(delay, LONG_DEAD_S)
    elif p.failure_weight:
        delay = max(delay, min(delay * (1 + p.failure_weight), bounds.max_interval_s))
    for wish in (p.wait_s, p.ttl_s):
        if wish:
            delay = max(delay, min(wish, bounds.max_interval_s))
    delay *= 1 + JITTER * jitter(feed.id)
    return fetched_at + timedelta(seconds=max(delay, at_least_s))


def furthest(max_interval_s: float) -> timedelta:
    """Say how far away the next fetch of a feed can be; what is stored as later was stored by a wrong clock."""
    return timedelta(seconds=max(max_interval_s, LONG_DEAD_S) * (1 + JITTER) + 86400.0 / 4)


def after_fetch(
    feed: Feed, response: Response, body_hash: str | None, was_unconditional: bool, fetched_at: datetime, bounds: Bounds
) -> FetchResult:
    """Decide what a response means. `body_hash` is the hash of its body, None when it has none.

    Validators change only here and only together with `store_body` (or with the very bytes that are stored already).
    """
    asked = replace(feed.polling, last_fetch_at=fetched_at)
    if was_unconditional:
        asked = replace(asked, unconditional_at=fetched_at)
    feed = replace(feed, polling=asked)
    if response.status == 304 and was_unconditional:  # "as before" to one who has no before: there is nothing to read
        error = "status 304 to a request without a condition"
        response = replace(response, outcome=Outcome.PROTOCOL, error=error)
    if response.outcome in {Outcome.NEW, Outcome.UNCHANGED}:
        return _success(feed, response, body_hash, was_unconditional, fetched_at, bounds)
    return _failure(feed, response, fetched_at, bounds)


def _success(
    feed: Feed, response: Response, body_hash: str | None, was_unconditional: bool, at: datetime, bounds: Bounds
) -> FetchResult:
    headers = response.headers
    etag, modified = headers.get("etag") or None, headers.get("last-modified") or None
    was = feed.polling
    is_new = response.outcome is Outcome.NEW and body_hash != was.body_hash
    p = replace(
        was,
        failure_weight=0.0,
        failure_count=0,
        last_success_at=at,
        first_fetched_at=was.first_fetched_at or at,
        wait_s=server_wish(headers, at),
    )
    if is_new:
        same = (was.etag, was.last_modified) == (etag, modified) and (etag or modified)
        lies = was.validators_lie or bool(was_unconditional and was.body_hash and same)
        p = replace(p, etag=etag, last_modified=modified, body_hash=body_hash, validators_lie=lies)
    elif response.outcome is Outcome.NEW:  # the same bytes again
        p = replace(p, etag=etag, last_modified=modified)
    if not is_new and not was.failure_weight:
        p = replace(p, interval_s=_bounded(p.interval_s * LATER, bounds))
    p, adopted = _moved(p, feed.spec.url, response, at)
    feed = _with_state(replace(feed, polling=p), response.seconds, at)
    return FetchResult(
        feed=_due(feed, next_fetch(feed, at, bounds)),
        outcome=Outcome.NEW if is_new else Outcome.UNCHANGED,
        store_body=is_new,
        adopted=adopted,
    )


def _failure(feed: Feed, response: Response, at: datetime, bounds: Bounds) -> FetchResult:
    if response.outcome is Outcome.LOCAL:  # nobody was asked: it says nothing of the feed, and we try again soon
        soon = at + timedelta(seconds=bounds.min_interval_s * (1 + JITTER * jitter(feed.id)))
        return FetchResult(feed=_due(feed, soon), outcome=response.outcome, error=response.error)
    p = _worse(feed.polling, weight(response.outcome, response.status))
    if p.adopted_url and p.failure_weight >= RETURN_WEIGHT:
        p = replace(p, adopted_url=None, etag=None, last_modified=None)  # the new address failed: try the old
    wait = retry_after(response.headers.get("retry-after"), at)
    hold = None
    if response.outcome is Outcome.RATE_LIMITED or response.status == 503:
        hold = wait if wait is not None else RATE_LIMIT_S
    feed = _with_state(replace(feed, polling=p), 0.0, at, is_gone=response.outcome is Outcome.GONE)
    return FetchResult(
        feed=_due(feed, next_fetch(feed, at, bounds, hold or wait or 0.0)),
        outcome=response.outcome,
        retry_after_s=wait,
        hold_host_s=hold,
        error=response.error,
    )


def permanent_target(url: str, response: Response) -> str | None:
    """Give where a chain of 301/308 leads before its first temporary hop; None without one, or from https to http."""
    target = None
    for status, to in response.redirects:
        if status not in {301, 308}:
            break
        target = to
    if target is None or target == url or (url.startswith("https:") and not target.startswith("https:")):
        return None
    return target


def _worse(p: Polling, by: float) -> Polling:
    return replace(p, failure_weight=p.failure_weight + by, failure_count=p.failure_count + 1)


def _due(feed: Feed, at: datetime) -> Feed:
    return replace(feed, polling=replace(feed.polling, next_fetch_at=at))


def _moved(p: Polling, declared: str, response: Response, at: datetime) -> tuple[Polling, str | None]:
    """Note a permanent redirect; adopt it when it stood long enough. 302, 303 and 307 never count."""
    target = permanent_target(p.adopted_url or declared, response)
    if target is None:
        return replace(p, moved_to=None, moved_since=None, moved_count=0), None
    if target != p.moved_to or p.moved_since is None or p.moved_since > at:
        return replace(p, moved_to=target, moved_since=at, moved_count=1), None
    count = p.moved_count + 1
    if count >= ADOPT_COUNT and at - p.moved_since >= ADOPT_AFTER:
        adopted = None if target == declared else target
        return replace(p, adopted_url=adopted, moved_to=None, moved_since=None, moved_count=0), target
    return replace(p, moved_count=count), None


def after_parse(feed: Feed, entries: int, new: int, error: str | None, ttl_s: float | None, bounds: Bounds) -> Feed:
    """Adapt a feed to what its last body brought; `error` says that it was no feed.

    A body that was no feed keeps no validators: the next request must bring the whole document again.
    """
    p = feed.polling
    at = p.last_fetch_at or p.last_success_at
    if at is None:
        return feed
    if error is not None:
        p = replace(_worse(p, HARD), etag=None, last_modified=None)
    else:
        is_first = p.last_new_at is None
        interval = p.interval_s
        if new and not is_first:  # the first body is all new and says nothing of the pace
            interval *= MUCH_SOONER if new >= HALF_NEW * entries else SOONER
        elif not new:
            interval *= LATER
        last_new_at = at if new else p.last_new_at
        p = replace(p, ttl_s=ttl_s, interval_s=_bounded(interval, bounds), last_new_at=last_new_at)
    feed = _with_state(replace(feed, polling=p), None, at)
    return _due(feed, next_fetch(feed, at, bounds))


def state(feed: Feed, now: datetime, seconds: float = 0.0, is_gone: bool = False) -> str:
    """Name a feed's state: gone, failing, moved, lying, slow, quiet, new or ok; the first that holds.

    `seconds` is how long the last answer took.
    """
    p = feed.polling
    if is_gone:
        return "gone"
    if p.failure_weight >= FAILING:
        return "failing"
    if p.first_fetched_at is None:
        return "failing" if p.failure_count >= 3 else "new"
    if p.moved_to:
        return "moved"
    if p.validators_lie:
        return "lying"
    if seconds > SLOW_S:
        return "slow"
    return "quiet" if is_quiet(feed, now) else "ok"


def is_quiet(feed: Feed, now: datetime) -> bool:
    """Whether a feed has brought nothing new for longer than it should."""
    since, expected = feed.polling.last_new_at or feed.polling.first_fetched_at, feed.spec.expected_per_day
    if since is None:
        return False
    days = max(1.0, QUIET_GAPS / expected) if expected else QUIET_DAYS
    return now - since > timedelta(days=days)


def _with_state(feed: Feed, seconds: float | None, at: datetime, is_gone: bool = False) -> Feed:
    if seconds is None:  # not a fetch: what only a fetch can tell stays
        if feed.polling.state in {"slow", "gone"} and not feed.polling.failure_weight:
            return feed
        seconds = 0.0
    now_is = state(feed, at, seconds, is_gone)
    if now_is == feed.polling.state:
        return feed
    return replace(feed, polling=replace(feed.polling, state=now_is, state_since=at))


def _bounded(interval_s: float, bounds: Bounds) -> float:
    return min(max(interval_s, bounds.min_interval_s), bounds.max_interval_s)


def is_baseline(feed: Feed, began: datetime | None, now: datetime) -> bool:
    """Whether a feed's first body is a baseline, to be stored but not alerted: it came after the watch had begun.

    `began`: when this store first read a watch folder. What is there at the start is told to who starts; a feed that
    was added later, or first answers days later, must not flood anyone with what it had told before.
    """
    return began is not None and (feed.added_at is None or feed.added_at > began or now > began + STARTING)
