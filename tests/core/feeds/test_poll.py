"""The polling decisions: schedule, back-off, redirects, validators, states."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.feeds import headers as wishes
from pipeline.core.feeds import poll
from pipeline.model import Feed, FeedSpec, Outcome, Response

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BOUNDS = poll.Bounds()
URL = "http://gazette.test/feed"
FEED = Feed(7, FeedSpec(URL, "The Gazette", "en"))


def learnt(feed: Feed, **changes: Any) -> Feed:
    return replace(feed, polling=replace(feed.polling, **changes))


KNOWN = learnt(
    FEED, etag='"a"', last_modified="Mon, 01 Jun 2026 08:00:00 GMT", body_hash="old", first_fetched_at=NOW,
    last_success_at=NOW, last_new_at=NOW, unconditional_at=NOW, state="ok",
)  # fmt: skip


def response(outcome: Outcome = Outcome.NEW, status: int | None = 200, **more: object) -> Response:
    return Response(URL, URL, outcome, status, **more)  # type: ignore[arg-type]


def after(
    feed: Feed, got: Response, body_hash: str | None = "new", at: datetime = NOW, **more: bool
) -> poll.FetchResult:
    return poll.after_fetch(feed, got, body_hash, more.get("unconditional", False), at, BOUNDS)


# ---------------------------------------------------------------------------------------------------------- validators


def test_validators_are_of_the_stored_body_only() -> None:
    """What did not store a body changes no validator: not an error, not a 304."""
    headers = {"etag": '"b"', "last-modified": "Tue, 02 Jun 2026 08:00:00 GMT"}
    new = after(KNOWN, response(headers=headers))
    assert new.store_body and new.feed.polling.etag == '"b"' and new.feed.polling.body_hash == "new"
    for got in (response(Outcome.UNCHANGED, 304, headers=headers), response(Outcome.HTTP_ERROR, 500, headers=headers)):
        same = after(KNOWN, got, None)
        assert not same.store_body and (same.feed.polling.etag, same.feed.polling.body_hash) == ('"a"', "old")


def test_the_hash_decides_what_is_unchanged() -> None:
    """The same bytes under a new ETag are unchanged, and their new validator may be kept: the bytes are stored."""
    got = after(KNOWN, response(headers={"etag": '"b"'}), "old")
    assert got.outcome is Outcome.UNCHANGED and not got.store_body and got.feed.polling.etag == '"b"'


def test_conditional_headers() -> None:
    """Both validators are sent when there is a body to keep; none without one, none when they lie."""
    assert poll.validators(KNOWN, NOW) == {"if-none-match": '"a"', "if-modified-since": KNOWN.polling.last_modified}
    assert poll.validators(FEED, NOW) == {}
    assert poll.validators(learnt(KNOWN, body_hash=None), NOW) == {}
    assert poll.validators(learnt(KNOWN, validators_lie=True), NOW) == {}


@pytest.mark.parametrize(("interval", "hours", "expected"), [(600, 23, False), (600, 25, True), (86400, 25, False),
                                                             (86400, 24 * 8, True)])  # fmt: skip
def test_validators_are_tested_every_so_often(interval: float, hours: float, expected: bool) -> None:
    """A lively feed is asked without validators daily, a daily one weekly: lies do not last, bandwidth does."""
    feed = learnt(KNOWN, interval_s=interval)
    assert poll.is_unconditional(feed, NOW + timedelta(hours=hours)) is expected


def test_lying_validators_are_noticed() -> None:
    """A body that changed under the very same validators: only an unconditional request can see that."""
    headers = {"etag": KNOWN.polling.etag, "last-modified": KNOWN.polling.last_modified}
    caught = after(KNOWN, response(headers=headers), unconditional=True)
    assert caught.feed.polling.validators_lie and caught.feed.polling.state == "lying" and caught.store_body
    assert not after(KNOWN, response(headers={"etag": '"b"'}), unconditional=True).feed.polling.validators_lie
    assert not after(FEED, response(headers=headers), unconditional=True).feed.polling.validators_lie, "the first body"
    bare = learnt(KNOWN, etag=None, last_modified=None)
    assert not after(bare, response(), unconditional=True).feed.polling.validators_lie, "no validators, no lie"


# ------------------------------------------------------------------------------------------------------------ back-off


@pytest.mark.parametrize(
    ("outcome", "status", "expected"),
    [
        (Outcome.HTTP_ERROR, 404, 1.0), (Outcome.HTTP_ERROR, 403, 1.0), (Outcome.HTTP_ERROR, 500, 0.25),
        (Outcome.HTTP_ERROR, 408, 0.25), (Outcome.TIMEOUT, None, 0.25), (Outcome.CONNECT, None, 0.25),
        (Outcome.DNS, None, 0.5), (Outcome.TLS, None, 0.5), (Outcome.PROTOCOL, 200, 0.5), (Outcome.GONE, 410, 1.0),
        (Outcome.NOT_A_FEED, 200, 1.0), (Outcome.RATE_LIMITED, 429, 0.25), (Outcome.NEW, 200, 0.0),
        (Outcome.UNCHANGED, 304, 0.0), (Outcome.REFUSED_ADDRESS, None, 1.0),
    ],
)  # fmt: skip
def test_weights(outcome: Outcome, status: int | None, expected: float) -> None:
    """A hard failure counts four times a temporary one."""
    assert poll.weight(outcome, status) == expected


def test_every_failure_has_a_weight() -> None:
    """A new outcome without a weight would never back off."""
    assert all(poll.weight(o) > 0 for o in Outcome if o not in {Outcome.NEW, Outcome.UNCHANGED, Outcome.LOCAL})


@pytest.mark.parametrize("feed", [FEED, KNOWN, learnt(KNOWN, failure_weight=1.5, failure_count=2)])
def test_what_is_our_fault_says_nothing_of_the_feed(feed: Feed) -> None:
    """Without descriptors or a route nobody was asked: health stays, and we try again soon."""
    for _ in range(20):
        decision = after(feed, response(Outcome.LOCAL, None, error="this machine cannot ask"), None)
        same = ("failure_weight", "failure_count", "state", "etag", "body_hash", "interval_s", "first_fetched_at")
        assert [getattr(decision.feed.polling, n) for n in same] == [getattr(feed.polling, n) for n in same]
        assert decision.feed.polling.next_fetch_at <= NOW + timedelta(minutes=9)  # type: ignore[operator]
        feed = decision.feed
    assert decision.error and not decision.store_body


def test_back_off_grows_and_never_gives_up() -> None:
    """Delays grow with the weight, daily at most, weekly after a long death, and one success forgets it all."""
    feed, delays, at = learnt(KNOWN, interval_s=3600), [], NOW
    for _ in range(60):
        feed = after(feed, response(Outcome.HTTP_ERROR, 404), None, at).feed
        delays.append((feed.polling.next_fetch_at - at).total_seconds())  # type: ignore[operator]
        at = feed.polling.next_fetch_at or at
    assert delays == sorted(delays)
    assert 7200 <= delays[0] <= 7200 * 1.1
    assert max(delays[:25]) <= 86400 * 1.1 and 7 * 86400 <= delays[-1] <= 7 * 86400 * 1.1
    assert feed.polling.state == "failing" and feed.polling.failure_count == 60
    well = after(feed, response(), at=at).feed
    assert (well.polling.failure_weight, well.polling.failure_count) == (0, 0) and well.polling.state != "failing"


def test_a_bad_hour_is_cheap() -> None:
    """Two time-outs hardly slow a feed and do not call it failing."""
    feed = after(after(KNOWN, response(Outcome.TIMEOUT, None), None).feed, response(Outcome.TIMEOUT, None), None).feed
    assert feed.polling.state == "ok" and (feed.polling.next_fetch_at - NOW) < timedelta(hours=1.7)  # type: ignore[operator]


def test_gone() -> None:
    """410 is told at once."""
    assert after(KNOWN, response(Outcome.GONE, 410), None).feed.polling.state == "gone"


# --------------------------------------------------------------------------------------------------------- retry-after


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120.0), (" 0 ", 0.0), ("Mon, 01 Jun 2026 12:10:00 GMT", 600.0), ("Mon, 01 Jun 2026 11:00:00 GMT", 0.0),
        ("99999999999999999999", wishes.MAX_RETRY_AFTER_S), ("Fri, 01 Jun 2046 12:00:00 GMT", wishes.MAX_RETRY_AFTER_S),
        ("soon", None), ("-5", None), ("", None), (None, None), ("١٢٠", None), ("Mon, 99 Jun 2026", None),
    ],
)  # fmt: skip
def test_retry_after(value: str | None, expected: float | None) -> None:
    """Seconds and HTTP dates are both read; nonsense is none; nobody is put off for years."""
    assert wishes.retry_after(value, NOW) == expected


def test_rate_limits_rest_the_host() -> None:
    """429 holds the host as long as it says, or a quarter of an hour; an error's Retry-After holds the feed only."""
    limited = after(KNOWN, response(Outcome.RATE_LIMITED, 429, headers={"retry-after": "7200"}), None)
    assert limited.hold_host_s == 7200 and limited.feed.polling.next_fetch_at >= NOW + timedelta(hours=2)  # type: ignore
    assert after(KNOWN, response(Outcome.RATE_LIMITED, 429), None).hold_host_s == poll.RATE_LIMIT_S
    error = after(KNOWN, response(Outcome.HTTP_ERROR, 500, headers={"retry-after": "7200"}), None)
    assert error.hold_host_s is None and error.feed.polling.next_fetch_at >= NOW + timedelta(hours=2)  # type: ignore


# ------------------------------------------------------------------------------------------------------------ schedule


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"cache-control": "max-age=1800"}, 1800.0),
        ({"cache-control": "public, MAX-AGE = 60, s-maxage=900"}, 60.0),
        ({"cache-control": "s-maxage=900"}, None),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "max-age=600", "age": "100"}, 500.0),
        ({"cache-control": "max-age=0", "expires": "Mon, 01 Jun 2026 13:00:00 GMT"}, None),
        ({"expires": "Mon, 01 Jun 2026 13:00:00 GMT"}, 3600.0),
        ({"expires": "Mon, 01 Jun 2026 13:00:00 GMT", "date": "Mon, 01 Jun 2026 12:30:00 GMT"}, 1800.0),
        ({"expires": "0"}, None),
        ({}, None),
    ],
)
def test_server_wish(headers: dict[str, str], expected: float | None) -> None:
    """Cache-Control wins over Expires (RFC 9111 §5.3); a shared cache's age is not ours."""
    assert wishes.server_wish(headers, NOW) == expected


def test_wishes_lengthen_and_are_bounded() -> None:
    """The longest wish counts, but none keeps a feed longer than the longest interval."""
    feed = learnt(KNOWN, interval_s=600)
    assert poll.next_fetch(learnt(feed, ttl_s=7200), NOW, BOUNDS) >= NOW + timedelta(hours=2)
    assert poll.next_fetch(learnt(feed, wait_s=1800, ttl_s=60), NOW, BOUNDS) >= NOW + timedelta(minutes=30)
    assert poll.next_fetch(learnt(feed, wait_s=1e9), NOW, BOUNDS) <= NOW + timedelta(days=1.1)


@given(st.floats(1, 1e7), st.floats(0, 100), st.floats(0, 1e9), st.integers(0, 2**40))
def test_next_fetch_is_always_bounded(interval: float, weight: float, wish: float, feed_id: int) -> None:
    """Whatever a feed did and wishes, it is asked again: not at once, and not later than in eight days."""
    feed = learnt(replace(KNOWN, id=feed_id), interval_s=interval, failure_weight=weight, wait_s=wish)
    delay = (poll.next_fetch(feed, NOW, BOUNDS) - NOW).total_seconds()
    assert 480 <= delay <= 8 * 86400


@given(st.integers(0, 2**40), st.floats(0, 60))
def test_a_lively_feed_is_due_at_every_second_look(feed_id: int, waited_s: float) -> None:
    """Rule: who looks every five minutes, and takes up to a minute to ask, asks a lively feed every ten minutes."""
    feed = learnt(replace(KNOWN, id=feed_id), interval_s=BOUNDS.min_interval_s)
    look = NOW
    due = poll.next_fetch(feed, look + timedelta(seconds=waited_s), BOUNDS)
    assert look + timedelta(minutes=5) < due <= look + timedelta(minutes=10)


def test_jitter_spreads_and_repeats() -> None:
    """Feeds added in one minute do not stay together, and a replay gives the same times."""
    numbers = [poll.jitter(i) for i in range(1000)]
    assert numbers == [poll.jitter(i) for i in range(1000)]
    assert all(60 < sum(k <= n * 10 < k + 1 for n in numbers) < 140 for k in range(10))


@pytest.mark.parametrize("outcome", [Outcome.NEW, Outcome.LOCAL])
def test_feeds_asked_together_drift_apart(outcome: Outcome) -> None:
    """A hundred feeds of one pace are due over a tenth of their interval, never before it, and no two at once."""
    feeds = [learnt(replace(KNOWN, id=i), interval_s=BOUNDS.min_interval_s) for i in range(100)]
    if outcome is Outcome.LOCAL:
        due = [after(feed, response(outcome), None, NOW).feed.polling.next_fetch_at for feed in feeds]
    else:
        due = [poll.next_fetch(feed, NOW, BOUNDS) for feed in feeds]
    later = sorted((at - NOW).total_seconds() / BOUNDS.min_interval_s for at in due if at is not None)
    assert len(set(later)) == 100
    assert 1 <= later[0] < 1.01 and 1.09 < later[-1] < 1.1


@pytest.mark.parametrize(
    ("gap_minutes", "low", "high"), [(5, 480, 800), (60, 900, 6000), (60 * 24 * 3, 40_000, 86_400)]
)
def test_the_interval_finds_the_pace(gap_minutes: int, low: float, high: float) -> None:
    """A feed of one story each five minutes ends at the shortest interval, one each three days near the longest."""
    feed, at, brought = KNOWN, NOW, 0
    for _ in range(300):
        new = int((at - NOW).total_seconds() / 60 / gap_minutes) - brought
        brought += new
        if new:
            feed = after(feed, response(), f"h{brought}", at).feed
            feed = poll.after_parse(feed, 30, min(new, 30), None, None, BOUNDS)
        else:
            feed = after(feed, response(Outcome.UNCHANGED, 304), None, at).feed
        assert feed.polling.next_fetch_at is not None
        at = feed.polling.next_fetch_at
    assert low <= feed.polling.interval_s <= high


def test_the_first_body_says_nothing_of_the_pace() -> None:
    """All of it is new; the interval stays."""
    first = after(FEED, response()).feed
    assert poll.after_parse(first, 20, 20, None, None, BOUNDS).polling.interval_s == FEED.polling.interval_s


def test_no_feed_costs_its_validators() -> None:
    """A page of HTML with an ETag would be "unchanged" for ever: it keeps no validator, and is a hard failure."""
    got = after(KNOWN, response(headers={"etag": '"html"'})).feed
    bad = poll.after_parse(got, 0, 0, "HTML, not a feed", None, BOUNDS)
    assert bad.polling.etag is None and bad.polling.failure_weight == poll.HARD and poll.validators(bad, NOW) == {}
    assert bad.polling.next_fetch_at > got.polling.next_fetch_at  # type: ignore[operator]


def test_the_documents_wish_is_kept() -> None:
    """The ttl of a document outlives the fetch that brought it."""
    feed = poll.after_parse(after(KNOWN, response()).feed, 5, 1, None, 14_400, BOUNDS)
    assert feed.polling.ttl_s == 14_400 and feed.polling.next_fetch_at >= NOW + timedelta(hours=4)  # type: ignore[operator]


# ----------------------------------------------------------------------------------------------------------- redirects


def moved(*hops: tuple[int, str]) -> Response:
    return Response(URL, hops[-1][1], Outcome.UNCHANGED, 304, redirects=hops)


NEW_URL = "http://gazette.test/new"


@pytest.mark.parametrize(
    ("hops", "target"),
    [
        ([(301, NEW_URL)], NEW_URL),
        ([(308, NEW_URL)], NEW_URL),
        ([(302, NEW_URL)], None),
        ([(307, NEW_URL)], None),
        ([(303, NEW_URL)], None),
        ([(301, "http://b.test/"), (301, NEW_URL)], NEW_URL),
        ([(301, NEW_URL), (302, "http://cdn.test/x")], NEW_URL),
        ([(302, "http://login.test/"), (301, NEW_URL)], None),
        ([(301, URL)], None),
    ],
)
def test_only_permanent_hops_count(hops: list[tuple[int, str]], target: str | None) -> None:
    """301 and 308 move a feed, up to the first temporary hop; 302, 303 and 307 never do."""
    assert poll.permanent_target(URL, moved(*hops)) == target


def test_nobody_is_moved_from_https_to_http() -> None:
    """A permanent redirect that drops TLS is followed but never adopted."""
    assert poll.permanent_target("https://gazette.test/feed", moved((301, NEW_URL))) is None


def test_a_permanent_redirect_is_adopted_after_days() -> None:
    """Three fetches over two days; at once never, and a captive portal's 301 of an hour is forgotten."""
    feed = KNOWN
    for hours, adopted in ((0, None), (12, None), (24, None), (47, None), (49, NEW_URL)):
        decision = after(feed, moved((301, NEW_URL)), None, NOW + timedelta(hours=hours))
        feed = decision.feed
        assert decision.adopted == adopted, hours
        assert poll.address(feed) == (adopted or URL)
    assert feed.polling.moved_to is None and feed.spec.url == URL, "the declared address stays the feed's identity"
    portal = after(KNOWN, moved((301, NEW_URL)), None).feed
    assert portal.polling.state == "moved"
    assert after(portal, response(Outcome.UNCHANGED, 304), None).feed.polling.moved_to is None


def test_two_fetches_are_not_enough() -> None:
    """Days alone do not adopt: a feed asked weekly needs three answers as well."""
    first = after(KNOWN, moved((308, NEW_URL)), None).feed
    second = after(first, moved((308, NEW_URL)), None, NOW + timedelta(days=7))
    assert second.adopted is None
    assert after(second.feed, moved((308, NEW_URL)), None, NOW + timedelta(days=14)).adopted == NEW_URL


def test_an_adopted_address_that_dies_is_given_back() -> None:
    """After five hard failures the declared address is asked again."""
    feed = learnt(KNOWN, adopted_url=NEW_URL)
    for _ in range(5):
        assert poll.address(feed) == NEW_URL
        feed = after(feed, response(Outcome.HTTP_ERROR, 404), None).feed
    assert poll.address(feed) == URL and feed.polling.etag is None


# -------------------------------------------------------------------------------------------------------------- states

DAY = timedelta(days=1)


def expecting(per_day: float) -> Feed:
    return replace(KNOWN, spec=replace(KNOWN.spec, expected_per_day=per_day))


@pytest.mark.parametrize(
    ("feed", "seconds", "expected"),
    [
        (FEED, 0, "new"),
        (learnt(FEED, failure_count=3, failure_weight=0.75), 0, "failing"),
        (KNOWN, 1, "ok"),
        (KNOWN, 11, "slow"),
        (learnt(KNOWN, failure_weight=2.0), 0, "failing"),
        (learnt(KNOWN, moved_to=NEW_URL), 0, "moved"),
        (learnt(KNOWN, validators_lie=True), 20, "lying"),
        (learnt(KNOWN, last_new_at=NOW - 15 * DAY), 0, "quiet"),
        (learnt(expecting(20.0), last_new_at=NOW - 2 * DAY), 0, "quiet"),
        (learnt(expecting(1.0), last_new_at=NOW - 2 * DAY), 0, "ok"),
        (learnt(KNOWN, last_new_at=None, first_fetched_at=NOW - 15 * DAY), 0, "quiet"),
    ],
)
def test_states(feed: Feed, seconds: float, expected: str) -> None:
    """A state names the first thing that a person would want to know."""
    assert poll.state(feed, NOW, seconds) == expected


def test_since_when() -> None:
    """state_since moves only when the state does."""
    first = after(learnt(KNOWN, state="ok", state_since=NOW - DAY), response(Outcome.UNCHANGED, 304), None).feed
    assert first.polling.state_since == NOW - DAY
    gone = after(first, response(Outcome.GONE, 410), None).feed
    assert gone.polling.state_since == NOW


@pytest.mark.parametrize(("ahead_minutes", "is_free"), [(30, False), (90, True), (-60 * 23, False), (-60 * 25, True)])
def test_validators_are_tested_daily_and_by_no_clock_of_tomorrow(ahead_minutes: int, is_free: bool) -> None:
    """A clock may go before ours by an hour; what says more was written by a wrong one, and is tested at once."""
    feed = learnt(KNOWN, interval_s=3600.0, unconditional_at=NOW + timedelta(minutes=ahead_minutes))
    assert poll.is_unconditional(feed, NOW) is is_free
