"""The enrich step against real servers: one polite request a page, better text, and failures that change nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pipeline import settings, store
from pipeline.settings import Settings
from pipeline.steps import enrich
from pipeline.store import pages, tables
from tests.hostile import Hostile

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARAGRAPH = (
    "The harbour council of Veldhaven voted on Tuesday to let the data centre on the old quay draw sixty megawatts "
    "from the new substation, after two years of talks with the grid company and the fishermen's union. "
)
PAGE = f"""<!doctype html><html lang="en"><head><title>Council votes</title></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Council votes for the quay</h1><p>{PARAGRAPH * 2}</p><p>{PARAGRAPH * 2}</p></article>
<footer>All rights reserved</footer></body></html>""".encode()


@pytest.fixture
def server() -> Iterator[Hostile]:
    with Hostile("0.0.0.0") as running:
        yield running


def make(url: str, **more: object) -> Settings:
    options: dict[str, object] = {
        "database_url": url, "allow_addresses": ("127.0.0.0/8",), "host_spacing": 0.0, "fetch_timeout": 2.0,
        "connect_timeout": 0.5,
    }  # fmt: skip
    return settings.load(**(options | more))


def wanted(url: str, *addresses: str) -> None:
    with store.begin(url) as db:
        for i, address in enumerate(addresses):
            row = {"url_hash": f"{address[-20:]}{i}", "canonical_url": address, "url": address, "content_hash": "x"}
            times = dict.fromkeys(("seen_at", "story_at", "judged_at", "enrich_after"), NOW)
            db.execute(sa.insert(tables.stories).values(title="Council votes", summary="Short.", **row, **times))


def stories(url: str) -> list[sa.Row]:  # type: ignore[type-arg]
    with store.read(url) as db:
        return list(db.execute(sa.select(tables.stories).order_by(tables.stories.c.id)))


def test_better_text_is_stored_and_judged_again(database_url: str, server: Hostile) -> None:
    """The article's words without the page around them; the story waits to be judged again."""
    wanted(database_url, server.page("/a", PAGE))
    tally = enrich.run(make(database_url), NOW)
    assert (tally.seen, tally.done, tally.failed) == (1, 1, 0)
    (story,) = stories(database_url)
    assert story.text.count("sixty megawatts") >= 2 and "Sport" not in story.text
    assert (story.text_source, story.judged_at, story.enrich_after, story.enrich_error) == (
        "page:trafilatura", None, None, None,
    )  # fmt: skip
    assert story.enriched_at is not None
    assert enrich.run(make(database_url), NOW + HOUR).seen == 0


FAULTS = [
    ("/status/404", True), ("/status/410", True), ("/status/500", False), ("/silent", False), ("/drip", False),
    ("/bomb/gzip", True), ("/cut/gzip", False), ("/html", True), ("/to/302/http://169.254.169.254/", True),
]  # fmt: skip


def test_a_failure_leaves_the_story_as_it_was(database_url: str, server: Hostile) -> None:
    """No text is lost, the reason is stored, what may pass is tried three times, what will not is not."""
    wanted(
        database_url, *(server.url(path) for path, _ in FAULTS), server.page("/pdf", b"%PDF", "Content-Type: a/pdf\r\n")
    )
    before = [(s.title, s.summary, s.text, s.judged_at) for s in stories(database_url)]
    s = make(database_url, host_concurrency=10)
    tally = enrich.run(s, NOW)
    assert (tally.seen, tally.done, tally.failed) == (len(FAULTS) + 1, 0, len(FAULTS) + 1)
    after = stories(database_url)
    assert [(s.title, s.summary, s.text, s.judged_at) for s in after] == before
    assert all(s.enrich_error for s in after)
    finals = [s.enrich_after is None for s in after]
    assert finals == [final for _, final in FAULTS] + [True]
    server.server.pages["/status/500"] = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    with store.begin(database_url) as db:
        db.execute(sa.update(tables.stories).where(tables.stories.c.id != 3).values(enrich_after=None))
    assert enrich.run(s, NOW + HOUR / 2).seen == 0, "backs off"
    assert enrich.run(s, NOW + 2 * HOUR).seen == 1
    assert enrich.run(s, NOW + 11 * HOUR).seen == 1
    assert stories(database_url)[2].enrich_after is None and stories(database_url)[2].enrich_attempts == 3


def test_robots_are_obeyed_and_read_once(database_url: str, server: Hostile) -> None:
    """What robots.txt forbids is not asked for; the file is read once a day and kept for all workers."""
    robots = b"User-agent: *\nAllow: /\n\nUser-agent: newswatch\nDisallow: /private\nCrawl-delay: 0.3\n"
    server.page("/robots.txt", robots, "Content-Type: text/plain\r\n")
    wanted(database_url, server.page("/a", PAGE), server.page("/b", PAGE), server.page("/private/c", PAGE))
    s = make(database_url)
    assert enrich.run(s, NOW).done == 2
    assert server.hits["/private/c"] == 0 and server.hits["/robots.txt"] == 1
    assert stories(database_url)[2].enrich_error == "robots.txt forbids it"
    at = sorted(t for t, path in server.server.times if path in {"/a", "/b"})
    assert at[1] - at[0] > 0.25, "Crawl-delay is kept"
    wanted(database_url, server.page("/d", PAGE))
    enrich.run(s, NOW + 2 * HOUR)
    assert server.hits["/robots.txt"] == 1
    wanted(database_url, server.page("/e", PAGE))
    enrich.run(s, NOW + 30 * HOUR)
    assert server.hits["/robots.txt"] == 2


@pytest.mark.parametrize(
    ("answer", "allowed"),
    [
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\xff\xfe\x00\x01\x02\x03", True),
    ],
)
def test_what_no_robots_file_means(sqlite_url: str, server: Hostile, answer: bytes, allowed: bool) -> None:
    """RFC 9309: no file is no rule, a server that is not able to say is not asked for pages."""
    server.page("/robots.txt", lambda head: answer)
    wanted(sqlite_url, server.page("/a", PAGE))
    assert enrich.run(make(sqlite_url), NOW).done == int(allowed)


def test_a_429_rests_the_host_without_costing_attempts(sqlite_url: str, server: Hostile) -> None:
    """The rest of that host's pages wait as long as it says; another host's do not."""
    server.page("/l", lambda head: b"HTTP/1.1 429 No\r\nRetry-After: 7200\r\nContent-Length: 0\r\n\r\n")
    wanted(sqlite_url, server.url("/l"))
    s = make(sqlite_url)
    enrich.run(s, NOW)
    wanted(sqlite_url, server.page("/a", PAGE), server.url("/a", "127.0.0.2"))
    tally = enrich.run(s, NOW + HOUR / 60)
    assert (tally.seen, tally.done, tally.skipped) == (2, 1, 1)
    waiting = stories(sqlite_url)[1]
    assert waiting.enrich_attempts == 0 and waiting.enrich_after > NOW + HOUR and server.hits["/a"] == 1


def test_two_runs_do_not_share_a_page(database_url: str) -> None:
    """Claiming puts a story off for others; a killed run's stories come back after the lease."""
    wanted(database_url, "http://a.test/1", "http://a.test/2", "http://a.test/3")
    with store.begin(database_url) as db:
        first = pages.claim(db, NOW, NOW + HOUR, 2)
        second = pages.claim(db, NOW, NOW + HOUR, 5)
        assert [w.id for w in first + second] == [1, 2, 3]
        assert pages.claim(db, NOW + HOUR / 2, NOW + HOUR, 5) == []
        assert len(pages.claim(db, NOW + HOUR, NOW + 2 * HOUR, 5)) == 3


def test_a_page_with_less_than_the_feed_is_no_better(sqlite_url: str, server: Hostile) -> None:
    """A teaser or a cookie notice does not replace what the feed said."""
    wanted(sqlite_url, server.page("/a", PAGE))
    with store.begin(sqlite_url) as db:
        db.execute(sa.update(tables.stories).values(text="word " * 2000, text_source="feed"))
    assert enrich.run(make(sqlite_url), NOW).failed == 1
    assert stories(sqlite_url)[0].text_source == "feed"


def test_switched_off(sqlite_url: str, server: Hostile) -> None:
    """NEWSWATCH_ENRICH=0 asks nobody."""
    wanted(sqlite_url, server.page("/a", PAGE))
    assert enrich.run(make(sqlite_url, enrich=False), NOW).seen == 0 and not server.hits
