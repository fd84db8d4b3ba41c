"""Feeds in the store: claims that hold, results that are whole, on both databases."""

import threading
import zlib
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.core.feeds import poll
from pipeline.model import FeedSpec, Fetch, Outcome, Polling
from pipeline.store import feeds, leases, tables

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HEADERS = {"content-type": "text/xml", "x": "y"}
LATER = NOW + timedelta(minutes=15)


@pytest.fixture
def url(database_url: str) -> str:
    with store.begin(database_url) as db:
        rows = [
            {"url": f"http://h{i % 4}.test/{i}", "host": f"h{i % 4}.test", "tags": ["x"], "added_at": NOW}
            for i in range(12)
        ]
        db.execute(sa.insert(tables.feeds), rows)
    return database_url


def claim(url: str, token: str, now: datetime = NOW, limit: int = 100, **more: object) -> list[int]:
    with store.begin(url) as db:
        return sorted(c.feed.id for c in leases.claim(db, token, now, now + timedelta(minutes=15), limit, **more))  # type: ignore[arg-type]


def result(
    feed_id: int, url: str, outcome: Outcome = Outcome.NEW, body: bytes | None = b"<rss/>", **more: object
) -> feeds.Result:
    with store.read(url) as db:
        feed = feeds.get(db, feed_id)
    assert feed is not None
    polling = replace(feed.polling, next_fetch_at=NOW + timedelta(hours=1), last_fetch_at=NOW, **more)  # type: ignore[arg-type]
    packed = None
    if body is not None:
        polling = replace(polling, etag='"e"', body_hash=f"hash{len(body)}")
        packed = feeds.Packed(f"hash{len(body)}", feed.spec.url, zlib.compress(body), len(body), HEADERS, False)
    fetch = Fetch(feed_id, NOW, outcome, 200, 0.1, len(body or b""), packed.hash if packed else None)
    return feeds.Result(replace(feed, polling=polling), fetch, feed.spec.url.split("/")[2], packed)


def save(url: str, token: str, *results: feeds.Result) -> None:
    with store.begin(url) as db:
        feeds.save(db, results, token)


def rows(url: str, table: sa.Table) -> list[sa.Row]:  # type: ignore[type-arg]
    with store.read(url) as db:
        return list(db.execute(sa.select(table).order_by(*table.primary_key.columns)))


# ------------------------------------------------------------------------------------------------------------- claims


def test_a_claimed_feed_is_nobody_elses(url: str) -> None:
    """The second worker gets only what the first left, and no feed of a host that the first is asking."""
    first = claim(url, "a", limit=2)  # two feeds, of two hosts
    second = claim(url, "b")
    hosts_of_first = {(i - 1) % 4 for i in first}
    assert len(first) == 2 and second
    assert not hosts_of_first & {(i - 1) % 4 for i in second}
    assert claim(url, "c") == [], "the other hosts are b's now"


def test_the_same_worker_may_have_more_of_its_hosts(url: str) -> None:
    """Portions of one host go to the worker that holds it; nothing is given twice."""
    first = claim(url, "a", per_host=1)
    second = claim(url, "a", per_host=1)
    assert len(first) == len(second) == 4 and not set(first) & set(second)
    assert claim(url, "a", skip_hosts={"h0.test", "h1.test", "h2.test"}) == [12]


def test_of_feeds_due_at_once_the_first_number_comes_first(url: str) -> None:
    """Rule: which feeds a run asks first does not depend on how their rows lie, on either database."""
    first = min(row.id for row in rows(url, tables.feeds))
    for due in (NOW, None):  # PostgreSQL writes a changed row behind all others, in its indexes too
        with store.begin(url) as db:
            db.execute(sa.update(tables.feeds).where(tables.feeds.c.id == first).values(next_fetch_at=due))
    assert claim(url, "a", limit=1) == [first]


def test_claims_lapse_and_claims_of_the_dead_are_void(url: str) -> None:
    """A lease ends by itself; a claimant known to be dead holds nothing."""
    assert len(claim(url, "a")) == 12
    assert claim(url, "b", NOW + timedelta(minutes=14)) == []
    assert len(claim(url, "b", NOW + timedelta(minutes=16))) == 12
    assert len(claim(url, "c", NOW + timedelta(minutes=17), dead={"b"})) == 12
    with store.begin(url) as db:
        assert leases.claimants(db) == ["c"]
        leases.renew(db, "c", NOW + timedelta(hours=5))
    assert claim(url, "d", NOW + timedelta(hours=4)) == []
    with store.begin(url) as db:
        leases.release(db, "c", [1])
        leases.release(db, "x")
    assert claim(url, "c", NOW) == [1]


def test_what_is_not_due_is_not_claimed(url: str) -> None:
    """Not before its time, not when switched off, not when gone; `not_since` asks whatever the schedule says."""
    with store.begin(url) as db:
        f = tables.feeds.c
        db.execute(sa.update(tables.feeds).values(next_fetch_at=NOW + timedelta(hours=1), last_fetch_at=NOW))
        db.execute(sa.update(tables.feeds).where(f.id == 1).values(next_fetch_at=NOW))
        db.execute(sa.update(tables.feeds).where(f.id == 2).values(next_fetch_at=None, enabled=False))
        db.execute(sa.update(tables.feeds).where(f.id == 3).values(next_fetch_at=None, state="gone"))
    assert claim(url, "a") == [1]
    assert claim(url, "a", not_since=NOW + timedelta(seconds=1)) == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]


def test_who_was_never_asked_is_asked_first(url: str) -> None:
    """No time stands for "at once", so it comes before all times, on both databases."""
    with store.begin(url) as db:
        f = tables.feeds.c
        db.execute(sa.update(tables.feeds).values(next_fetch_at=NOW - timedelta(hours=1)))
        db.execute(sa.update(tables.feeds).where(f.id == 2).values(next_fetch_at=NOW - timedelta(hours=2)))
        db.execute(sa.update(tables.feeds).where(f.id == 9).values(next_fetch_at=None))
    assert claim(url, "a", limit=1) == [9]
    assert claim(url, "b", limit=1) == [2]


def test_a_host_that_asked_for_rest_has_it(url: str) -> None:
    """After a 429 no feed of that host is claimed until it said; other hosts are not held."""
    assert len(claim(url, "a")) == 12
    limited = feeds.Result(**{**_fields(result(1, url, Outcome.RATE_LIMITED, None)), "hold_host_s": 600.0})
    save(url, "a", limited)
    with store.begin(url) as db:
        leases.release(db, "a")
        db.execute(sa.update(tables.feeds).values(next_fetch_at=None))
    assert claim(url, "b", NOW + timedelta(minutes=9)) == [i for i in range(1, 13) if (i - 1) % 4]
    assert 1 in claim(url, "b", NOW + timedelta(minutes=11))


def _fields(r: feeds.Result) -> dict[str, object]:
    return {name: getattr(r, name) for name in ("feed", "fetch", "host", "body", "hold_host_s")}


def test_workers_at_once_never_share_a_feed_or_a_host(url: str) -> None:
    """Eight claimers in a race: every feed once, every host with one of them."""
    with store.begin(url) as db:
        more = [
            {"url": f"http://m{i % 50}.test/{i}", "host": f"m{i % 50}.test", "tags": [], "added_at": NOW}
            for i in range(300)
        ]
        db.execute(sa.insert(tables.feeds), more)
    taken: dict[str, list[tuple[int, str]]] = {}

    def work(token: str) -> None:
        mine = taken[token] = []
        while True:
            with store.begin(url) as db:
                found = leases.claim(db, token, NOW, LATER, 20, per_host=3)
                left = db.scalar(sa.select(sa.func.count()).where(tables.feeds.c.claimed_by.is_(None)))
            if not found and not left:  # nothing found may mean that the others hold the locks just now
                return
            mine.extend((c.feed.id, c.host) for c in found)

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    ids = [i for mine in taken.values() for i, _ in mine]
    assert len(ids) == len(set(ids)) == 312
    owners: dict[str, set[str]] = {}
    for token, mine in taken.items():
        for _, host in mine:
            owners.setdefault(host, set()).add(token)
    assert all(len(who) == 1 for who in owners.values())


def test_set_aside_feeds_go_to_who_names_the_claim(url: str) -> None:
    """A batch is taken over by its task; a task that died on this host loses it to its retry, a living one does not."""
    ids = claim(url, "run-7")
    with store.begin(url) as db:
        assert leases.held(db, "run-7")[0] == (1, "h0.test")
        mine = leases.take(db, ids[:5], "run-7/w1", NOW, LATER, from_claim="run-7")
        assert [c.feed.id for c in mine] == ids[:5]
        assert leases.take(db, ids[:5], "run-7/w2", NOW, LATER, from_claim="run-7") == []
        again = leases.take(db, ids[:5], "run-7/w2", NOW, LATER, dead={"run-7/w1"}, from_claim="run-7")
        assert len(again) == 5
        assert leases.take(db, ids[5:], "else", NOW, LATER) == [], "not without the claim's name"


# ------------------------------------------------------------------------------------------------------------ results


def test_a_result_is_stored_whole(url: str) -> None:
    """Attempt, body, validators and schedule in one go, and the claim is given back."""
    claim(url, "a")
    save(url, "a", result(1, url), result(2, url, Outcome.UNCHANGED, None), result(3, url, Outcome.TIMEOUT, None))
    fetched, stored = rows(url, tables.fetches), rows(url, tables.bodies)
    assert {(f.feed_id, f.outcome) for f in fetched} == {(1, "new"), (2, "unchanged"), (3, "timeout")}
    (body,) = stored
    assert zlib.decompress(body.content) == b"<rss/>" and body.headers == {"content-type": "text/xml"}
    assert body.fetch_id == next(f.id for f in fetched if f.feed_id == 1) and body.parsed_at is None
    feed = rows(url, tables.feeds)[0]
    assert (feed.etag, feed.body_hash, feed.claimed_by) == ('"e"', "hash6", None)
    assert rows(url, tables.hosts)[0].last_start_at == NOW


def test_all_that_polling_learnt_is_kept(url: str) -> None:
    """A field of `Polling` that is not written, or not read back, would be forgotten at every fetch."""
    learnt = Polling(
        etag='"x"', last_modified="Mon", body_hash="h", interval_s=600.0, wait_s=1.0, ttl_s=2.0,
        next_fetch_at=LATER, failure_weight=0.5, failure_count=2, first_fetched_at=NOW, last_fetch_at=NOW,
        last_success_at=NOW, last_new_at=NOW, moved_to="http://b.test/", moved_since=NOW, moved_count=1,
        adopted_url="http://c.test/", validators_lie=True, unconditional_at=NOW, state="ok", state_since=NOW,
    )  # fmt: skip
    assert [f.name for f in fields(Polling) if getattr(learnt, f.name) == getattr(Polling(), f.name)] == []
    with store.read(url) as db:
        before = feeds.get(db, 1)
    assert before is not None and before.polling == Polling() and before.spec.tags == ("x",)
    fetched = Fetch(1, NOW, Outcome.UNCHANGED)
    other = replace(before, spec=FeedSpec("http://other.test/", "Other"), polling=learnt, first_read_at=NOW)
    save(url, "a", feeds.Result(other, fetched, "h1.test"))
    with store.read(url) as db:
        assert feeds.get(db, 1) == replace(before, polling=learnt), "a fetch changes nothing that is declared"


def test_bodies_find_their_own_fetch(url: str) -> None:
    """Many results in one group: each body hangs on the fetch of its feed."""
    claim(url, "a")
    save(url, "a", *(result(i, url, body=b"x" * i) for i in (5, 3, 9, 1)))
    fetch_feed = {f.id: f.feed_id for f in rows(url, tables.fetches)}
    assert all(fetch_feed[b.fetch_id] == b.feed_id == b.size for b in rows(url, tables.bodies))


def test_a_group_that_fails_leaves_nothing(url: str) -> None:
    """Validators without their body would lose stories for ever: one bad row takes the whole group back."""
    claim(url, "a")
    bad = result(2, url)
    bad = feeds.Result(**{**_fields(bad), "fetch": Fetch(999_999, NOW, Outcome.NEW)})  # no such feed
    with pytest.raises(sa.exc.IntegrityError):
        save(url, "a", result(1, url), bad)
    assert rows(url, tables.fetches) == rows(url, tables.bodies) == []
    assert rows(url, tables.feeds)[0].etag is None


def test_the_same_bytes_again_are_not_parsed_again(url: str) -> None:
    """A feed that flaps between two documents does not come back as news."""
    claim(url, "a")
    save(url, "a", result(1, url))
    with store.begin(url) as db:
        db.execute(sa.update(tables.bodies).values(parsed_at=NOW, content=None))
    save(url, "a", result(1, url))
    (body,) = rows(url, tables.bodies)
    assert body.parsed_at == NOW and body.content is not None and body.fetch_id == 2


def test_a_lost_claim_changes_no_state(url: str) -> None:
    """A worker whose lease ran out may not overwrite what the next one does; its attempt is history all the same."""
    claim(url, "slow")
    claim(url, "next", NOW + timedelta(hours=1))
    save(url, "slow", result(1, url))
    feed = rows(url, tables.feeds)[0]
    assert (feed.claimed_by, feed.etag) == ("next", None)
    assert len(rows(url, tables.fetches)) == 1


def test_parse_reports_back(url: str) -> None:
    """New stories set the pace; no feed at all costs the validators and is counted in its fetch."""
    claim(url, "a")
    save(url, "a", result(1, url, last_new_at=NOW - timedelta(days=1)), result(2, url))
    with store.begin(url) as db:
        feeds.report_parse(db, 1, 20, 15, None, 7200.0, NOW)
        feeds.report_parse(db, 2, 0, 0, "HTML, not a feed", None, NOW)
        feeds.report_parse(db, 4711, 0, 0, None, None, NOW)  # a feed that is no more
    one, two = rows(url, tables.feeds)[:2]
    assert one.interval_s == 1800 and one.ttl_s == 7200 and one.last_new_at == NOW and one.etag == '"e"'
    assert two.etag is None and two.failure_weight == poll.HARD
    assert {f.feed_id: f.outcome for f in rows(url, tables.fetches)} == {1: "new", 2: "not-a-feed"}


def test_find(url: str) -> None:
    """By the declared address, and by an adopted one."""
    with store.begin(url) as db:
        db.execute(sa.update(tables.feeds).where(tables.feeds.c.id == 3).values(adopted_url="http://new.test/"))
    with store.read(url) as db:
        assert feeds.find(db, "http://h1.test/1").id == 2  # type: ignore[union-attr]
        assert feeds.find(db, "http://new.test/").id == 3  # type: ignore[union-attr]
        assert feeds.find(db, "http://nobody.test/") is None
        assert len(feeds.every(db)) == 12 and feeds.every(db)[0].spec.tags == ("x",)
