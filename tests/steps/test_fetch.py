"""The fetch step against real servers: what is stored, who is asked, and what a killed run leaves."""

import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa
import structlog

from pipeline import catalog, settings, store
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.steps import fetch, parse
from pipeline.steps.fetch import worker
from pipeline.steps.fetch.handover import LostError
from pipeline.store import feeds, fetching, leases, tables
from tests.hostile import FEED, Hostile, bomb, reply
from tests.processes import start, together

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def server() -> Iterator[Hostile]:
    with Hostile("0.0.0.0") as running:
        yield running


def make(url: str, **more: object) -> Settings:
    options: dict[str, object] = {
        "database_url": url, "allow_addresses": ("127.0.0.0/8",), "host_spacing": 0.0, "host_concurrency": 8,
        "fetch_timeout": 6.0, "connect_timeout": 6.0, "max_body_bytes": 2**20, "max_redirects": 4,
    }  # fmt: skip
    return settings.load(**(options | more))


def declare(url: str, *addresses: str, now: datetime = NOW) -> None:
    with store.begin(url) as db:
        rows = [{"url": a, "host": a.split("/")[2].split(":")[0], "tags": [], "added_at": now} for a in addresses]
        db.execute(sa.insert(tables.feeds), rows)


def rows(url: str, table: sa.Table) -> list[sa.Row]:  # type: ignore[type-arg]
    with store.read(url) as db:
        return list(db.execute(sa.select(table).order_by(*table.primary_key.columns)))


def parsed(url: str, new: int = 1) -> None:
    """Report as the parse step does."""
    with store.begin(url) as db:
        for body in db.execute(sa.select(tables.bodies).where(tables.bodies.c.parsed_at.is_(None))).all():
            feeds.report_parse(db, body.feed_id, 10, new, None, None, NOW)
            db.execute(sa.update(tables.bodies).where(tables.bodies.c.id == body.id).values(parsed_at=NOW))


def counts(tally: Tally) -> tuple[int, int, int, int]:
    return tally.seen, tally.done, tally.skipped, tally.failed


def test_new_then_unchanged_then_new(database_url: str, server: Hostile) -> None:
    """A body is stored once with its validators; a 304 costs one row; a change is a second body."""
    declare(database_url, server.url("/feed"))
    s = make(database_url)
    assert counts(fetch.run(s, NOW)) == (1, 1, 0, 0)
    assert counts(fetch.run(s, NOW + timedelta(minutes=5))) == (0, 0, 0, 0), "not due"
    assert fetch.run(s, NOW + 2 * HOUR).detail["unchanged"] == 1
    assert server.header("if-none-match") == ['"1"']
    server.server.version = 2
    assert fetch.run(s, NOW + 9 * HOUR).detail["new"] == 1
    assert [f.outcome for f in rows(database_url, tables.fetches)] == ["new", "unchanged", "new"]
    assert len(rows(database_url, tables.bodies)) == 2
    feed = rows(database_url, tables.feeds)[0]
    assert (feed.etag, feed.state, feed.claimed_by, feed.failure_weight) == ('"2"', "ok", None, 0)


def test_hostile_feeds_harm_nobody(database_url: str, server: Hostile) -> None:
    """Every kind of harm has its row; the good feeds among them are all stored; the run ends."""
    bad = {
        "/drip": "timeout", "/silent": "timeout", "/bomb/gzip": "too-large", "/bomb/br": "too-large",
        "/bomb/zstd": "too-large", "/loop": "too-many-redirects", "/short": "protocol", "/chunked-garbage": "protocol",
        "/garbage": "protocol", "/cut/gzip": "protocol", "/reset": "connect", "/status/404": "http-error",
        "/status/410": "gone", "/to/302/http://169.254.169.254/": "refused-address",
        "/to/302/http://[::ffff:10.0.0.1]/": "refused-address", "/html": "new", "/status/204": "empty",
    }  # fmt: skip
    declare(database_url, *(server.url(path, f"127.0.1.{i}") for i, path in enumerate(bad, 1)))
    declare(database_url, *(server.url(f"/feed/{i}", f"127.0.2.{i}") for i in range(1, 21)))
    for coding in ("gzip", "br", "zstd"):
        bomb(coding)  # making it takes seconds, which are not the client's
    tally = fetch.run(make(database_url), NOW)
    assert tally.seen == len(bad) + 20
    found = {f.id: f.url for f in rows(database_url, tables.feeds)}
    outcomes = {re.sub(r"http://[^/]*", "", found[f.feed_id], count=1): f for f in rows(database_url, tables.fetches)}
    assert {path: outcomes[path].outcome for path in bad} == bad
    assert all(outcomes[path].error for path, outcome in bad.items() if outcome != "new")
    assert sum(f.outcome == "new" for f in outcomes.values()) == 21
    assert all(f.next_fetch_at for f in rows(database_url, tables.feeds)), "nobody is given up"


def test_a_lying_etag_is_found_within_a_day(sqlite_url: str, server: Hostile) -> None:
    """304 after 304 while the body changes: the daily unconditional request sees it, and from then on all are."""
    declare(sqlite_url, server.url("/lying"))
    s = make(sqlite_url)
    fetch.run(s, NOW)
    for hours in (2, 6, 12):
        assert fetch.run(s, NOW + hours * HOUR).detail.get("unchanged") == 1
    assert fetch.run(s, NOW + 30 * HOUR).detail.get("new") == 1
    feed = rows(sqlite_url, tables.feeds)[0]
    assert feed.validators_lie and feed.state == "lying"
    parsed(sqlite_url)
    assert fetch.run(s, NOW + 80 * HOUR).detail.get("new") == 1, "asked unconditionally now"


def test_a_429_rests_its_host_and_no_other(database_url: str, server: Hostile) -> None:
    """The other feeds of that host are left alone until the date it gave; other hosts are asked."""
    server.page("/limited", lambda head: b"HTTP/1.1 429 No\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n")
    declare(database_url, server.url("/limited"), *(server.url(f"/feed/{i}") for i in range(30)))
    declare(database_url, server.url("/feed", "127.0.0.2"))
    s = make(database_url, host_concurrency=1, host_spacing=0.01)
    tally = fetch.run(s, NOW)
    assert tally.detail.get("rate-limited") == 1 and tally.detail["new"] == 1
    assert server.hits["/feed"] == 1 and sum(server.hits.values()) == 2
    assert counts(fetch.run(s, NOW + HOUR / 2)) == (0, 0, 0, 0)
    assert fetch.run(s, NOW + HOUR * 1.05).detail["new"] == 30
    assert next(f for f in rows(database_url, tables.fetches) if f.outcome == "rate-limited").retry_after_s == 3600


def test_a_429_rests_the_host_that_said_it(database_url: str, server: Hostile) -> None:
    """Behind a redirect the target rests, and the host that was asked too: its other feeds would lead there as well."""
    server.page("/limited", lambda head: b"HTTP/1.1 429 No\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n")
    there = server.url("/limited", "127.0.0.2")
    for i in range(8):
        server.page(f"/search/{i}", lambda head: reply(b"", "302 Found", f"Location: {there}\r\n"))
    declare(database_url, *(server.url(f"/search/{i}") for i in range(8)), server.url("/feed/1", "127.0.0.3"))
    tally = fetch.run(make(database_url, host_concurrency=1, host_spacing=0.3), NOW)
    assert {h.host: h.not_before is not None for h in rows(database_url, tables.hosts)} == {
        "127.0.0.1": True, "127.0.0.2": True, "127.0.0.3": False,
    }  # fmt: skip
    assert sum(n for path, n in server.hits.items() if path.startswith("/search/")) <= 2
    assert counts(tally)[0] == 9 and tally.done == 1 and "127.0.0.1 rests" in tally.detail["why"]
    assert rows(database_url, tables.feeds)[0].next_fetch_at >= NOW + HOUR


def test_gone_is_not_asked_again(sqlite_url: str, server: Hostile) -> None:
    """410 stops the polling; a run over all feeds asks again, and a feed that came back is well."""
    declare(sqlite_url, server.url("/status/410"))
    s = make(sqlite_url)
    fetch.run(s, NOW)
    assert fetch.run(s, NOW + 30 * DAY).seen == 0
    with store.begin(sqlite_url) as db:
        db.execute(sa.update(tables.feeds).values(url=server.url("/feed")))
    assert fetch.run(s, NOW + 31 * DAY, all_feeds=True).detail["new"] == 1
    assert rows(sqlite_url, tables.feeds)[0].state == "ok"


def test_a_moved_feed_is_followed_after_days(sqlite_url: str, server: Hostile) -> None:
    """A 301 chain is adopted after three fetches over two days, never at once; then the new address is asked."""
    final = server.url("/feed", "127.0.0.2")
    old = server.url("/to/301/" + server.url("/to/308/" + final))
    declare(sqlite_url, old)
    s = make(sqlite_url)
    for hours in (0, 24, 47):
        fetch.run(s, NOW + hours * HOUR, all_feeds=True)
        assert rows(sqlite_url, tables.feeds)[0].adopted_url is None
    fetch.run(s, NOW + 49 * HOUR, all_feeds=True)
    feed = rows(sqlite_url, tables.feeds)[0]
    assert (feed.adopted_url, feed.url, feed.host) == (final, old, "127.0.0.2")
    server.hits.clear()
    fetch.run(s, NOW + 60 * HOUR, all_feeds=True)
    assert server.hits == {"/feed": 1}


def test_the_first_body_of_a_feed_added_later_is_baseline(sqlite_url: str, server: Hostile) -> None:
    """What the first watch folder brings is news; what a feed added, or answering, later told before is not."""
    s = make(sqlite_url)
    with store.begin(sqlite_url) as db:
        listed = {"version": "1", "name": "w", "content": {}, "created_at": NOW, "is_current": True}
        db.execute(sa.insert(tables.watchlists).values(**listed))
    declare(sqlite_url, server.url("/feed/1"), server.url("/410"))
    fetch.run(s, NOW)
    declare(sqlite_url, server.url("/feed/2"), now=NOW + HOUR)
    server.server.version = 2
    fetch.run(s, NOW + 5 * HOUR)
    declare(sqlite_url, server.url("/feed/3"))
    fetch.run(s, NOW + 50 * HOUR)
    found = {(b.feed_id, b.baseline) for b in rows(sqlite_url, tables.bodies)}
    assert found == {(1, False), (3, True), (4, True)}


FIRST_ANSWERS = {
    "challenge": b"<!doctype html><html><title>Just a moment</title><body>Checking your browser</body></html>",
    "error as JSON": b'{"error": "try later", "status": 500}',
    "words": b"Service temporarily unavailable",
    "empty document": b"<rss version='2.0'><channel><title>T</title></channel></rss>",
    "empty Atom": b"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title></feed>",
    "empty JSON Feed": b'{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": []}',
    "cut in two": FEED[:60],
}


@pytest.mark.parametrize("body", FIRST_ANSWERS.values(), ids=FIRST_ANSWERS.keys())
@pytest.mark.parametrize("parsed_between", [True, False])
def test_a_first_answer_without_entries_spends_no_baseline(
    sqlite_url: str, server: Hostile, body: bytes, parsed_between: bool
) -> None:
    """What a feed added later told before is never news, however its first answers went; what it tells then is."""
    s = make(sqlite_url)
    with store.begin(sqlite_url) as db:
        listed = {"version": "1", "name": "w", "content": {}, "created_at": NOW - 3 * DAY, "is_current": True}
        db.execute(sa.insert(tables.watchlists).values(**listed))
    declare(sqlite_url, server.url("/late"))
    for at, answer in ((0, body), (3, FEED), (26, FEED.replace(b"ferry<", b"harbour<").replace(b"Ferry", b"Harbour"))):
        server.page("/late", lambda head, answer=answer: reply(answer))
        fetch.run(s, NOW + at * HOUR, all_feeds=True)
        if at or parsed_between:
            parse.run(s, NOW + at * HOUR)
    found = rows(sqlite_url, tables.stories)
    assert [x.baseline for x in found] == [True, False], [x.title for x in found]


def test_304_without_a_condition_is_a_failure(database_url: str, server: Hostile) -> None:
    """Unchanged since nothing: the feed is in trouble, with a reason, and its baseline is still to come."""
    server.page("/same", lambda head: b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n")
    declare(database_url, server.url("/same"))
    tally = fetch.run(make(database_url), NOW)
    assert (tally.done, tally.failed) == (0, 1)
    feed = rows(database_url, tables.feeds)[0]
    assert (feed.state, feed.failure_count, feed.first_fetched_at, feed.etag) == ("new", 1, None, None)
    assert "without a condition" in rows(database_url, tables.fetches)[0].error
    for hours in (5, 12, 30):
        fetch.run(make(database_url), NOW + hours * HOUR, all_feeds=True)
    assert rows(database_url, tables.feeds)[0].state == "failing"


def test_credentials_stay_in_the_watch_folder(sqlite_url: str, server: Hostile, tmp_path: Path) -> None:
    """A password in feeds.toml reaches its server, and no row."""
    folder = tmp_path / "watch"
    catalog.copy_default(folder)
    plain = server.url("/feed")
    (folder / "feeds.toml").write_text(f'[[feeds]]\nurl = "{plain.replace("//", "//ann:pw@")}"\ntitle = "Mine"\n')
    declare(sqlite_url, plain)
    fetch.run(make(sqlite_url, watch_dir=folder), NOW)
    assert server.header("authorization") == ["Basic YW5uOnB3"]
    dump = [str(r) for t in (tables.feeds, tables.fetches, tables.bodies) for r in rows(sqlite_url, t)]
    assert not any("ann" in line for line in dump)


def test_limit_and_certain_feeds(sqlite_url: str, server: Hostile) -> None:
    """A limit stops the claiming; named feeds are fetched whether due or not."""
    declare(sqlite_url, *(server.url(f"/feed/{i}", f"127.0.0.{i}") for i in range(1, 9)))
    s = make(sqlite_url)
    assert fetch.run(s, NOW, limit=3).seen == 3
    assert fetch.run(s, NOW + timedelta(seconds=1), feed_ids=[1, 2, 8]).seen == 3


# ------------------------------------------------------------------------------------------------------ many workers


def test_batches_keep_hosts_together(database_url: str, server: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids only, a host in one batch, the same again when asked again, and each feed fetched once."""
    declare(database_url, *(server.url(f"/feed/{h}-{i}", f"127.0.3.{h}") for h in range(1, 21) for i in range(4)))
    s = make(database_url)
    made = fetch.claim_batches(s, NOW, "run-1", 10)
    assert sorted(i for b in made for i in b) == list(range(1, 81)) and all(len(b) >= 10 for b in made[:-1])
    host = {f.id: f.host for f in rows(database_url, tables.feeds)}
    homes: dict[str, set[int]] = {}
    for n, batch in enumerate(made):
        for i in batch:
            homes.setdefault(host[i], set()).add(n)
    assert all(len(where) == 1 for where in homes.values())
    assert fetch.claim_batches(s, NOW, "run-1", 10) == made
    assert fetch.claim_batches(s, NOW, "run-2") == []
    assert fetch.run(s, NOW).seen == 0, "set aside for others"
    # Each thread is a worker of its own, as tasks are: those of one name give back each other's feeds, in a circle.
    name = leases.worker()
    monkeypatch.setattr(leases, "worker", lambda: f"{threading.get_ident()}/{name}")
    with ThreadPoolExecutor(4) as pool:
        tallies = list(pool.map(lambda b: fetch.run(s, NOW, feed_ids=b, claim="run-1"), made))
    assert sum(t.done for t in tallies) == 80
    assert fetch.run(s, NOW, feed_ids=made[0], claim="run-1").seen == 0, "a second attempt finds nothing left"
    assert set(server.hits.values()) == {1}


@pytest.mark.parametrize(("n", "size", "most"), [(10, 25, 1), (999, 25, 40), (5000, 50, 100), (100_000, 200, 500)])
def test_batch_sizes(n: int, size: int, most: int) -> None:
    """Batches grow with the number of feeds, so that their number stays below what Airflow maps."""
    made = leases.batches([(i, f"h{i}") for i in range(n)], size)
    assert len(made) == most


@pytest.mark.parametrize("size", [1, 3, None])
def test_nobody_makes_more_batches_than_airflow_maps(database_url: str, size: int | None) -> None:
    """A size given by hand is a wish: Airflow refuses over 1,024 tasks after the feeds were set aside for them."""
    declare(database_url, *(f"http://h{i}.test/feed" for i in range(1200)))
    s = make(database_url)
    made = fetch.claim_batches(s, NOW, "run-1", size)
    assert sorted(i for b in made for i in b) == list(range(1, 1201))
    assert len(made) <= fetch.MAX_BATCHES
    assert fetch.claim_batches(s, NOW, "run-1", size) == made


def test_a_retry_finds_what_the_first_attempt_left(database_url: str, server: Hostile) -> None:
    """A whole portion of the batch is done: what comes behind it is fetched, not kept for an hour."""
    some = fetch.PORTION + 20
    declare(database_url, *(server.url(f"/feed/{i}") for i in range(some)))
    s = make(database_url)
    (batch,) = fetch.claim_batches(s, NOW, "run-1", 1000)
    assert fetch.run(s, NOW, feed_ids=batch[: fetch.PORTION], claim="run-1").done == fetch.PORTION
    tally = fetch.run(s, NOW + HOUR / 60, feed_ids=batch, claim="run-1")
    assert counts(tally) == (20, 20, fetch.PORTION, 0)
    assert not any(f.claimed_by for f in rows(database_url, tables.feeds)), "nothing stays set aside"


# ------------------------------------------------------------------------------------- a host may cost only itself


def test_a_tarpit_gives_its_other_feeds_back(database_url: str, server: Hostile) -> None:
    """20 feeds of a host that never answers: it rests after two time-outs; the others stay due and free."""
    declare(database_url, *(server.url(f"/silent/{i}", "127.0.9.1") for i in range(20)), server.url("/feed/1"))
    tally = fetch.run(make(database_url, fetch_timeout=6.0, host_concurrency=2), NOW)
    assert tally.detail["new"] == 1 and 2 <= tally.detail["timeout"] <= 4
    assert tally.skipped == tally.seen - 1 - tally.detail["timeout"] and "127.0.9.1 rests" in tally.detail["why"]
    assert not any(f.claimed_by for f in rows(database_url, tables.feeds))
    assert sum(f.next_fetch_at is None for f in rows(database_url, tables.feeds)) == 20 - tally.detail["timeout"]
    assert [h.not_before for h in rows(database_url, tables.hosts)] == [None, None], "only for this run"


@pytest.mark.parametrize("status", [503, 429])
def test_a_host_that_refuses_rests_at_once(database_url: str, server: Hostile, status: int) -> None:
    """Of 30 queries of a search no more than were under way follow the first refusal, in this run and the next."""
    for i in range(30):
        server.page(f"/search/{i}", lambda head: reply(b"no", f"{status} No"))
    declare(database_url, *(server.url(f"/search/{i}") for i in range(30)))
    s = make(database_url, host_concurrency=2, host_spacing=0.2)
    fetch.run(s, NOW)
    asked = sum(server.hits.values())
    assert asked <= 3
    tally = fetch.run(s, NOW + timedelta(minutes=10))
    assert tally.seen == 0 and "wait for hosts that asked for rest, until 2026-06-01 12:15" in tally.detail["why"]
    assert sum(server.hits.values()) == asked


def test_a_big_host_has_its_share_of_a_run(database_url: str, server: Hostile) -> None:
    """With a start each 40 s three feeds of a host are asked in a run, and set aside for a task; the rest stays due."""
    declare(database_url, *(server.url(f"/feed/{i}") for i in range(12)), server.url("/feed", "127.0.0.2"))
    s = make(database_url, host_spacing=40.0)
    made = fetch.claim_batches(s, NOW, "run-1", 100)
    assert [len(b) for b in made] == [4] and fetch.claim_batches(s, NOW, "run-1", 100) == made
    with store.begin(database_url) as db:
        leases.release(db, "run-1")
        db.execute(sa.update(tables.hosts).values(last_start_at=None))
    tally = fetch.run(make(database_url), NOW)
    assert tally.done == 13, "without spacing there is no share"


def test_the_time_of_a_run_is_bounded(database_url: str, server: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is up, what has not begun is given back: still due, and nobody's."""

    def last(head: str) -> bytes:
        monkeypatch.setattr(worker, "BUDGET_S", 0.0)
        return reply(b"<rss/>")

    for i in range(8):
        server.page(f"/slow/{i}", last)
    declare(database_url, *(server.url(f"/slow/{i}") for i in range(8)))
    tally = fetch.run(make(database_url, host_concurrency=1, host_spacing=1.0), NOW)
    assert (tally.seen, tally.done, tally.skipped) == (8, 1, 7) and "the time is up" in tally.detail["why"]
    assert not any(f.claimed_by for f in rows(database_url, tables.feeds))
    monkeypatch.setattr(worker, "BUDGET_S", 600.0)
    for i in range(8):
        server.page(f"/slow/{i}", lambda head: reply(b"<rss/>"))
    assert fetch.run(make(database_url), NOW + timedelta(seconds=5)).done == 7, "due at once"


def test_silent_hosts_keep_nobody_waiting(sqlite_url: str, server: Hostile) -> None:
    """90 silent hosts come first, ten places: 40 good feeds are asked while those are silent.

    By seams: the silent ones answer when all good ones have been asked; nobody may have waited for them.
    """
    asked = threading.Event()
    left = [40]
    in_time: list[bool] = []

    def silent(head: str) -> bytes:
        in_time.append(asked.wait(50))
        return reply(b"<rss/>")

    def answer(head: str) -> bytes:
        with server.server.lock:
            left[0] -= 1
            if left[0] == 0:
                asked.set()
        return reply(FEED)

    for i in range(90):
        server.page(f"/silent/{i}", silent)
    for i in range(40):
        server.page(f"/good/{i}", answer)
    declare(sqlite_url, *(server.url(f"/silent/{i}", f"127.0.10.{i + 1}") for i in range(90)))
    declare(sqlite_url, *(server.url(f"/good/{i}", f"127.0.11.{i + 1}") for i in range(40)))
    tally = fetch.run(make(sqlite_url, fetch_concurrency=10, fetch_timeout=60.0, connect_timeout=60.0), NOW)
    assert counts(tally) == (130, 130, 0, 0)
    assert in_time == [True] * 90


def test_what_came_is_worked_on_meanwhile(sqlite_url: str, server: Hostile) -> None:
    """Who does not come keeps nobody waiting: the silent feed answers only after what came was handed on."""
    worked = threading.Event()
    found: list[int] = []

    def silent(head: str) -> bytes:
        return reply(FEED) if worked.wait(50) else b""

    def work() -> None:
        found.append(len(rows(sqlite_url, tables.bodies)))
        worked.set()

    server.page("/late", silent)
    declare(sqlite_url, server.url("/late", "127.0.0.2"), *(server.url(f"/feed/{i}") for i in range(3)))
    tally = fetch.run(make(sqlite_url, **PATIENT), NOW, meanwhile=work)
    assert tally.done == 4 and found[0] == 3


def test_when_nothing_answers_the_tally_says_why(database_url: str, server: Hostile) -> None:
    """8 of 8 at a private address: the setting that opens it is named; a run that has nothing to do says so."""
    declare(database_url, *(server.url(f"/feed/{i}") for i in range(8)))
    s = make(database_url, allow_addresses=())
    tally = fetch.run(s, NOW)
    assert (tally.done, tally.failed) == (0, 8)
    assert "8 × refused-address" in tally.detail["alarm"] and "NEWSWATCH_ALLOW_ADDRESSES" in tally.detail["alarm"]
    again = fetch.run(s, NOW + timedelta(minutes=1))
    assert again.seen == 0 and "none of 8 feeds is due, the next is due at 2026-06-01" in again.detail["why"]
    assert "alarm" not in fetch.run(make(database_url), NOW, all_feeds=True).detail


def test_a_contact_at_localhost_is_warned_of_once(
    sqlite_url: str, server: Hostile, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first fetch of a store says so, the others do not; an address that may be somebody's is left alone."""
    structlog.reset_defaults()  # what a test before in this process may have sent elsewhere
    declare(sqlite_url, server.url("/feed"))
    told = []
    for contact, hours in (("newswatch@localhost", 0), ("newswatch@localhost", 5)):
        fetch.run(make(sqlite_url, contact=contact), NOW + hours * HOUR)
        told.append("NEWSWATCH_CONTACT" in "".join(capsys.readouterr()))
    assert told == [True, False]


# --------------------------------------------------------------------------------------------------- a wrong clock


@pytest.mark.parametrize("days", [400, 30, 3, 0.5])
@pytest.mark.parametrize("answer", ["/feed", "/status/404", "/limited", "/status/503"])
def test_a_clock_that_was_ahead_silences_nobody(sqlite_url: str, server: Hostile, days: float, answer: str) -> None:
    """A run in the future, however it went: the next run with the right clock asks all the same, and it heals."""
    server.page("/limited", lambda head: b"HTTP/1.1 429 No\r\nRetry-After: 172800\r\nContent-Length: 0\r\n\r\n")
    declare(sqlite_url, server.url(answer))
    s = make(sqlite_url, host_spacing=1.0)
    ahead = NOW + timedelta(days=days)
    fetch.run(s, ahead)
    server.page(answer, lambda head: reply(FEED))
    bound = HOUR * 62 if answer in {"/limited", "/status/503"} and days < 2 else timedelta(0)
    tally = fetch.run(s, NOW + bound)
    assert (tally.seen, tally.done) == (1, 1), tally.detail
    feed = rows(sqlite_url, tables.feeds)[0]
    assert feed.last_fetch_at < NOW + bound + HOUR and feed.next_fetch_at < NOW + bound + DAY
    assert fetch.run(s, NOW + bound + timedelta(minutes=1)).seen == 0, "and then it keeps its pace"


def test_a_claim_of_the_future_is_void(database_url: str, server: Hostile) -> None:
    """Set aside by a worker whose clock was a year ahead, and never fetched: it is fetched now."""
    declare(database_url, server.url("/feed"))
    s = make(database_url)
    assert fetch.claim_batches(s, NOW + 400 * DAY, "run-1") == [[1]]
    assert fetch.run(s, NOW).done == 1
    declare(database_url, server.url("/feed/2"))
    assert fetch.claim_batches(s, NOW + timedelta(minutes=30), "run-2") == [[2]]
    assert fetch.run(s, NOW).seen == 0, "half an hour ahead is within a lease"


# --------------------------------------------------------------------------------------------------- nothing is lost


PATIENT: dict[str, object] = {"max_body_bytes": 2**22, "fetch_timeout": 60.0, "connect_timeout": 60.0}


def large(n: int) -> bytes:
    """A feed of .5 to 1.7 MB that does not pack well: 30 entries, the same at every call."""
    chance = random.Random(n)
    size = (500_000 + 20_000 * (n % 60)) // 30
    items = (
        f"<item><title>Ferry {n}-{i}</title><link>http://gazette.test/{n}/{i}</link>"
        f"<description>{chance.randbytes(size // 2).hex()}</description></item>"
        for i in range(30)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>G</title>{"".join(items)}</channel></rss>'.encode()


def complete(url: str, feed_count: int) -> None:
    """Every feed has its fetch, and the body that its hash names."""
    assert len(rows(url, tables.fetches)) == feed_count
    there = {(b.feed_id, b.hash) for b in rows(url, tables.bodies)}
    assert [f.id for f in rows(url, tables.feeds) if (f.id, f.body_hash) not in there] == []


def test_large_bodies_are_all_stored(database_url: str, server: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    """60 feeds of .5 to 1.7 MB, stored every few results while others are still packed: none is lost."""
    monkeypatch.setattr(worker, "GROUP", 2)
    declare(database_url, *(server.url(f"/large/{i}", f"127.0.7.{i + 1}") for i in range(60)))
    for i in range(60):
        server.page(f"/large/{i}", large(i))
    tally = fetch.run(make(database_url, **PATIENT), NOW)
    assert counts(tally) == (60, 60, 0, 0)
    complete(database_url, 60)


def test_a_result_that_comes_while_another_batch_is_saved(
    sqlite_url: str, server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By seams, not by speed: the second body is packed only when the first batch is being saved."""
    saving, packed = threading.Event(), threading.Event()
    pack, save = feeds.pack, fetching.save

    def slow_pack(body: bytes) -> feeds.Hashed:
        if b"Ferry 1-" in body:
            assert saving.wait(20)
        found = pack(body)
        packed.set()
        return found

    def slow_save(*args: object) -> int:
        if args[2] and not saving.is_set():
            saving.set()
            packed.clear()
            assert packed.wait(20)
        return save(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "GROUP", 1)
    monkeypatch.setattr(feeds, "pack", slow_pack)
    monkeypatch.setattr(fetching, "save", slow_save)
    declare(sqlite_url, *(server.url(f"/large/{i}", f"127.0.7.{i + 1}") for i in range(2)))
    for i in range(2):
        server.page(f"/large/{i}", large(i))
    tally = fetch.run(make(sqlite_url, **PATIENT), NOW)
    assert counts(tally) == (2, 2, 0, 0)
    complete(sqlite_url, 2)


def test_what_was_saved_is_counted(sqlite_url: str, server: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that keeps less than it was given is no success, whatever the reason."""
    save, lost = feeds.save, []

    def lossy(db: store.Connection, results: list[Any], token: str) -> int:
        lost.extend(results[: not lost])  # one, however many batches there are
        return save(db, [r for r in results if r not in lost], token)

    monkeypatch.setattr(feeds, "save", lossy)
    declare(sqlite_url, *(server.url(f"/feed/{i}") for i in range(3)))
    with pytest.raises(LostError, match="3 fetches were decided and 2 stored"):
        fetch.run(make(sqlite_url), NOW)


@pytest.mark.parametrize("path", ["/feed", "/lying", "/plain"])
def test_a_feed_that_lost_its_body_heals(database_url: str, server: Hostile, path: str) -> None:
    """Stores in the field hold hashes of bodies that were never stored: the next fetch brings them, no 304 is asked."""
    server.page("/plain", b"<rss version='2.0'><channel><title>P</title></channel></rss>")
    declare(database_url, server.url(path), server.url("/feed/2"))
    s = make(database_url)
    fetch.run(s, NOW)
    with store.begin(database_url) as db:
        db.execute(sa.delete(tables.bodies).where(tables.bodies.c.feed_id == 1))
        db.execute(sa.delete(tables.fetches).where(tables.fetches.c.feed_id == 1))
    server.server.heads.clear()
    tally = fetch.run(s, NOW + 3 * HOUR)
    assert tally.detail["new"] == 1 and tally.detail["unchanged"] == 1
    assert sum("if-none-match" in head.lower() for head in server.server.heads) == 1, "only of the sound feed"
    complete(database_url, 3)
    assert rows(database_url, tables.feeds)[0].state == "ok"
    assert fetch.run(s, NOW + 30 * HOUR).failed == 0


def test_a_lost_first_body_is_still_the_first(sqlite_url: str, server: Hostile) -> None:
    """Of a feed added later, the body that heals it is baseline: what it told before must flood nobody."""
    s = make(sqlite_url)
    with store.begin(sqlite_url) as db:
        listed = {"version": "1", "name": "w", "content": {}, "created_at": NOW - DAY, "is_current": True}
        db.execute(sa.insert(tables.watchlists).values(**listed))
    declare(sqlite_url, server.url("/feed/1"))
    fetch.run(s, NOW)
    with store.begin(sqlite_url) as db:
        db.execute(sa.delete(tables.bodies))
    fetch.run(s, NOW + 3 * HOUR)
    assert [b.baseline for b in rows(sqlite_url, tables.bodies)] == [True]


def polite(url: str) -> Settings:
    """Give the settings of a step in a process of its own."""
    patient = {"host_spacing": 0.0, "fetch_timeout": 15.0, "fetch_concurrency": 8}
    return settings.load(database_url=url, allow_addresses=("127.0.0.0/8",), **patient)


def test_a_killed_run_leaves_no_claim_behind(database_url: str, server: Hostile) -> None:
    """kill -9 in the middle: what it had stored stays, the rest is fetched by the next run at once, nothing twice."""
    declare(database_url, *(server.url(f"/feed/{i}", f"127.0.4.{i}") for i in range(1, 31)))
    for i in range(1, 31):
        server.page(f"/feed/{i}", large(20 + i))
    declare(database_url, *(server.url("/silent", f"127.0.5.{i}") for i in range(1, 4)))
    running = start("fetch", polite(database_url), NOW)
    while len(rows(database_url, tables.fetches)) < 30 and running.is_running():
        time.sleep(0.1)
    held = [f.id for f in rows(database_url, tables.feeds) if f.claimed_by]
    assert running.kill() == -9
    assert held == [31, 32, 33], "those that were being asked"
    server.page("/silent", b"<rss/>")
    tally = fetch.run(make(database_url), NOW + timedelta(seconds=30))
    assert (tally.seen, tally.done) == (3, 3), "no waiting for a lease"
    complete(database_url, 33)


def test_a_living_run_keeps_its_claims(sqlite_url: str, server: Hostile) -> None:
    """A second run beside a living one takes nothing of its feeds, not even with all_feeds."""
    declare(sqlite_url, *(server.url("/silent", f"127.0.5.{i}") for i in range(1, 4)))
    running = start("fetch", polite(sqlite_url), NOW)
    try:
        while not server.hits["/silent"] and running.is_running():
            time.sleep(0.05)
        assert fetch.run(make(sqlite_url), NOW).seen == 0
        assert fetch.run(make(sqlite_url), NOW, all_feeds=True).seen == 0
    finally:
        running.kill()


def test_two_processes_share_the_work(database_url: str, server: Hostile) -> None:
    """Each feed is fetched once whoever does it, and both do some."""

    def slow(head: str) -> bytes:
        time.sleep(0.1)
        return reply(b"<rss/>")

    for i in range(400):
        server.page(f"/feed/{i}", large(i) if i % 10 == 0 else slow)
    declare(database_url, *(server.url(f"/feed/{i}", f"127.0.{6 + i // 200}.{i % 200 + 1}") for i in range(400)))
    done = [tally.done for tally in together("fetch", polite(database_url), NOW)]
    assert sum(done) == 400 and min(done) > 0
    assert len(server.hits) == 400 and set(server.hits.values()) == {1}
    complete(database_url, 400)


def test_spacing_holds_from_one_worker_to_the_next(sqlite_url: str, server: Hostile) -> None:
    """A worker that takes over a host waits for what is left of its spacing."""
    s = make(sqlite_url, host_spacing=0.8)
    declare(sqlite_url, server.url("/feed/1"))
    begun = time.monotonic()  # at NOW: the second run's clock goes on from there
    fetch.run(s, NOW)
    first = server.server.times[0][0]
    declare(sqlite_url, server.url("/feed/2"))
    fetch.run(s, NOW + timedelta(seconds=time.monotonic() - begun))
    assert 0.7 < server.server.times[1][0] - first < 3


@pytest.mark.parametrize(
    ("token", "dead"),
    [("elsewhere:1:1.00", False), ("nonsense", False), ("", False), ("run/x/elsewhere:5:1.00", False)],
)
def test_claims_from_elsewhere_are_never_called_dead(token: str, dead: bool) -> None:
    """Only this host's processes can be seen from here."""
    assert leases.is_dead(token) is dead


def test_own_claims_are_alive_and_recycled_numbers_are_not() -> None:
    """A process number that was given to another process does not keep a claim alive."""
    mine = leases.worker()
    assert not leases.is_dead(mine) and not leases.is_dead("run-1/" + mine)
    assert leases.is_dead(mine.rpartition(":")[0] + ":1.00")


def test_a_zombie_is_dead() -> None:
    """A killed worker that its parent has not waited for still has a process number; its claims are void."""
    running = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process = psutil.Process(running.pid)
    token = f"{socket.gethostname()}:{running.pid}:{process.create_time():.2f}"
    try:
        assert not leases.is_dead(token)
        running.kill()
        deadline = time.monotonic() + 10
        while not leases.is_dead(token) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert leases.is_dead(token)
    finally:
        running.wait()
    assert leases.is_dead(token)
