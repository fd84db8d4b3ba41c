"""The enrich step against real servers: one polite request a page, better text, and failures that change nothing."""

import importlib
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpcore2
import pytest
import sqlalchemy as sa

from pipeline import guard, http, settings, store
from pipeline.child import Work
from pipeline.desk import faults
from pipeline.settings import Settings
from pipeline.steps import enrich
from pipeline.store import articles, tables
from tests.hostile import Hostile, reply

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


PATIENT: dict[str, object] = {"fetch_timeout": 60.0, "connect_timeout": 60.0}


class Here:
    """Stands in for the child that reads pages: its imports cost a second a run (tests/test_extract.py tries it)."""

    def __init__(self, work: Work) -> None:
        module, _, name = work.target.partition(":")
        self.call = getattr(importlib.import_module(module), name)(*work.made_with or ())

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def no_child(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read pages in this process, but where the child is the question."""
    if "a_child" not in request.fixturenames:
        monkeypatch.setattr(enrich, "Child", Here)


@pytest.fixture
def a_child() -> None:
    """Say that a test wants the child itself."""


@pytest.fixture
def server() -> Iterator[Hostile]:
    with Hostile("0.0.0.0") as running:
        yield running


def make(url: str, **more: object) -> Settings:
    options: dict[str, object] = {
        "database_url": url, "allow_addresses": ("127.0.0.0/8",), "host_spacing": 0.0, "fetch_timeout": 4.0,
        "connect_timeout": 4.0,
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


@pytest.mark.usefixtures("a_child")
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


def closed(head: str) -> bytes:
    return b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("how", ["dns", "connect", "silent", "500", "503", "garbage", "refused-address"])
def test_cannot_tell_is_never_stored_as_no(
    database_url: str, server: Hostile, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A robots.txt that cannot be read now puts the page off, without an attempt; when it can be read, all is well."""
    answers = {
        "silent": lambda head: b"", "500": lambda head: reply(b"", "500 No"), "503": closed,
        "garbage": lambda head: b"\0\1 no HTTP\r\n\r\n",
    }  # fmt: skip
    ways = {
        "dns": http.guard.DnsError("no address"), "connect": httpcore2.ConnectError("refused"),
        "refused-address": http.guard.RefusedError("10.0.0.1"),
    }  # fmt: skip
    real = http.guard.GuardedNetwork.connect_tcp

    async def connect(self: Any, *args: Any, **more: Any) -> Any:
        if how in ways:
            raise ways[how]
        return await real(self, *args, **more)

    url = server.page("/a", PAGE)
    wanted(database_url, url)
    s = make(database_url, **({"fetch_timeout": 2.0, "connect_timeout": 2.0} if how == "silent" else PATIENT))
    if how in answers:
        server.page("/robots.txt", answers[how])
    with monkeypatch.context() as patched:
        patched.setattr(http.guard.GuardedNetwork, "connect_tcp", connect)
        for hours in (0, 6, 12):
            tally = enrich.run(s, NOW + hours * HOUR)
            assert (tally.seen, tally.done, tally.failed) == (1, 0, 1), hours
    (story,) = stories(database_url)
    assert story.enrich_error == "robots.txt can not be read now" and story.enrich_attempts == 0
    assert NOW + 13 * HOUR < story.enrich_after < NOW + 14 * HOUR
    assert server.hits["/a"] == 0, "and nobody was asked for the page"
    server.page("/robots.txt", b"User-agent: *\nAllow: /\n", "Content-Type: text/plain\r\n")
    assert enrich.run(make(database_url, **PATIENT), NOW + 15 * HOUR).done == 1


def test_a_silent_host_gives_its_other_pages_back(sqlite_url: str, server: Hostile) -> None:
    """Of 15 pages of a tarpit a few are asked; the others are put off without an attempt, and a good one is read."""
    wanted(sqlite_url, *(server.url(f"/silent/{i}", "127.0.9.9") for i in range(15)), server.page("/a", PAGE))
    tally = enrich.run(make(sqlite_url, fetch_timeout=6.0, host_concurrency=1), NOW)
    assert tally.done == 1
    asked = [path for path in server.hits if path.startswith("/silent")]
    assert 2 <= len(asked) <= 3
    left = [s for s in stories(sqlite_url)[:15] if s.enrich_attempts == 0]
    assert len(left) == 15 - len(asked) and all(s.enrich_after >= NOW + HOUR for s in left)


def test_a_site_that_never_can_say_ends(sqlite_url: str, server: Hostile) -> None:
    """After three days the story has been told without its page; the reason is not that it is forbidden."""
    server.page("/robots.txt", closed)
    wanted(sqlite_url, server.page("/a", PAGE))
    assert enrich.run(make(sqlite_url), NOW + 80 * HOUR).failed == 1
    (story,) = stories(sqlite_url)
    assert story.enrich_after is None and story.enrich_error == "robots.txt can not be read now, for days"


@pytest.mark.parametrize(("path", "done"), [("/a", 1), ("/private/a", 0)])
def test_what_robots_said_holds_while_it_cannot_be_read(sqlite_url: str, server: Hostile, path: str, done: int) -> None:
    """A rule of yesterday is kept through an outage of the file, in both directions."""
    server.page("/robots.txt", b"User-agent: *\nDisallow: /private\n", "Content-Type: text/plain\r\n")
    wanted(sqlite_url, server.page("/first", PAGE))
    s = make(sqlite_url)
    assert enrich.run(s, NOW).done == 1
    server.page("/robots.txt", closed)
    wanted(sqlite_url, server.page(path, PAGE))
    assert enrich.run(s, NOW + 30 * HOUR).done == done
    assert stories(sqlite_url)[1].enrich_error == (None if done else "robots.txt forbids it")
    with store.read(sqlite_url) as db:
        assert db.scalar(sa.select(tables.hosts.c.robots)) is not None, "kept"


@pytest.mark.parametrize("hours", [60, 24 * 30, 24 * 400])
def test_a_page_put_off_beyond_any_bound_is_due(sqlite_url: str, server: Hostile, hours: int) -> None:
    """A clock that was ahead put it off, or the rest of its host: neither lasts a year."""
    wanted(sqlite_url, server.page("/a", PAGE))
    with store.begin(sqlite_url) as db:
        db.execute(sa.update(tables.stories).values(enrich_after=NOW + hours * HOUR))
        db.execute(sa.insert(tables.hosts).values(host="127.0.0.1", not_before=NOW + hours * HOUR))
    assert enrich.run(make(sqlite_url), NOW).done == 1


def test_a_robots_file_read_in_the_future_is_read_again(sqlite_url: str, server: Hostile) -> None:
    """A clock that was ahead must not keep a rule for a year."""
    server.page("/robots.txt", b"User-agent: *\nDisallow: /\n", "Content-Type: text/plain\r\n")
    wanted(sqlite_url, server.page("/a", PAGE))
    s = make(sqlite_url)
    assert enrich.run(s, NOW + 400 * 24 * HOUR).done == 0
    server.page("/robots.txt", b"User-agent: *\nAllow: /\n", "Content-Type: text/plain\r\n")
    wanted(sqlite_url, server.page("/b", PAGE))
    assert enrich.run(s, NOW + HOUR).done == 1


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
        first = articles.claim(db, NOW, NOW + HOUR, 2)
        second = articles.claim(db, NOW, NOW + HOUR, 5)
        assert [w.id for w in first + second] == [1, 2, 3]
        assert articles.claim(db, NOW + HOUR / 2, NOW + HOUR, 5) == []
        assert len(articles.claim(db, NOW + HOUR, NOW + 2 * HOUR, 5)) == 3


def test_one_host_does_not_fill_a_portion(database_url: str) -> None:
    """Its share is taken, the rest stays due for the next portion; other hosts' pages behind it are found at once."""
    many = articles.WINDOW + 20
    wanted(
        database_url, *(f"http://big.test/{i}" for i in range(many)), "http://small.test/1", "https://SMALL.test:8/2"
    )
    with store.begin(database_url) as db:
        first = articles.claim(db, NOW, NOW + HOUR, 40, 5)
        assert [w.id for w in first] == [1, 2, 3, 4, 5, many + 1, many + 2]
        second = articles.claim(db, NOW, NOW + HOUR, 40, 5)
        assert [w.id for w in second] == [6, 7, 8, 9, 10]
        assert len(articles.claim(db, NOW, NOW + HOUR, 3, 5)) == 3
        left = 0
        while more := articles.claim(db, NOW, NOW + HOUR, 40, 5):
            left += len(more)
    assert left == many - 13
    waiting = stories(database_url)
    assert {s.enrich_attempts for s in waiting} == {1} and {s.enrich_after for s in waiting} == {NOW + HOUR}


def test_two_claimers_walk_past_one_another(database_url: str) -> None:
    """What another worker holds at this moment is passed over, and does not count as the host's share."""
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite has one writer")
    wanted(database_url, *(f"http://{host}.test/{i}" for host in "ab" for i in range(4)))
    with store.begin(database_url) as one, store.begin(database_url) as other:
        assert [w.id for w in articles.claim(one, NOW, NOW + HOUR, 40, 2)] == [1, 2, 5, 6]
        assert [w.id for w in articles.claim(other, NOW, NOW + HOUR, 40, 2)] == [3, 4, 7, 8]


def test_claiming_walks_an_index(sqlite_url: str) -> None:
    """A million stories that want nothing cost nothing, and what is due is never sorted."""
    wanted(sqlite_url, *(f"http://big.test/{i}" for i in range(articles.WINDOW + 1)))
    plans: list[list[str]] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT stories.id, stories.url"):
            plan = connection.connection.cursor().execute(f"explain query plan {statement}", parameters)
            plans.append([row[3].partition(" (")[0] for row in plan.fetchall()])

    with store.begin(sqlite_url) as db:
        sa.event.listen(db, "before_cursor_execute", explain)
        assert len(articles.claim(db, NOW, NOW + HOUR, 40, 5)) == 5
    assert plans == [["SEARCH stories USING INDEX ix_stories_unenriched"]] * 3


def test_a_crawl_delay_does_not_outlast_the_task(
    database_url: str, server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A portion waits for a few pages of a slow host only, and after the budget none is started: the rest stays due."""
    assert enrich.PER_HOST * (enrich.MAX_CRAWL_DELAY + 30) + enrich.BUDGET_S < 20 * 60
    server.page("/robots.txt", b"User-agent: *\nCrawl-delay: 0.3\n", "Content-Type: text/plain\r\n")
    wanted(database_url, *(server.page(f"/{i}", PAGE) for i in range(12)))
    monkeypatch.setattr(enrich, "BUDGET_S", 1.0)
    s = make(database_url)
    tally = enrich.run(s, NOW)
    assert (tally.seen, tally.done) == (enrich.PER_HOST, enrich.PER_HOST)
    assert tally.detail == {"why": "the time is up; the rest waits for the next run"}
    left = [x for x in stories(database_url) if x.enrich_after is not None]
    assert len(left) == 7 and all((x.enrich_after, x.enrich_attempts) == (NOW, 0) for x in left)
    monkeypatch.setattr(enrich, "BUDGET_S", 60.0)
    tally = enrich.run(s, NOW + timedelta(minutes=10))
    assert (tally.done, tally.detail) == (7, {})


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


SCRIPTED = (
    "https://news.google.com/rss/articles/CBMiWkFVX3lxTE5?oc=5", "https://news.google.com/read/CBMiWkFVX3lxTE6?hl=en",
    "https://www.msn.com/en-us/money/other/a-dam/ar-AA1xyz", "https://apple.news/AbCdEfGhIjKlMn",
    "https://www.toutiao.com/article/7345678901234567890/", "https://x.com/harbourpost/status/1876543210987654321",
    "https://www.bing.com/ck/a?!&&p=abc&u=a1aHR0cHM6Ly9hLmV4YW1wbGUv",
)  # fmt: skip


def test_a_page_of_scripts_is_not_asked_for(
    database_url: str, server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: what only a browser follows is not asked for: no request, no attempt, no failure, the reason kept."""
    asked: list[str] = []
    get = http.Client.get

    async def noted(self: http.Client, url: str, **options: Any) -> Any:
        asked.append(url)
        return await get(self, url, **options)

    monkeypatch.setattr(http.Client, "get", noted)
    wanted(database_url, *SCRIPTED, server.page("/a", PAGE))
    tally = enrich.run(make(database_url), NOW)
    assert (tally.seen, tally.done, tally.skipped, tally.failed) == (8, 1, 7, 0)
    assert {http.host_of(url) for url in asked} == {"127.0.0.1"}
    for story in stories(database_url)[:-1]:
        assert (story.enrich_error, story.enrich_attempts, story.enrich_after) == (enrich.SCRIPTED, 0, None)
    assert enrich.run(make(database_url), NOW + HOUR).seen == 0


FRONT = f"""<!doctype html><html lang="en"><head><title>Harbour Post</title></head><body><article><h1>Harbour Post</h1>
<p>{"A bank buys every wind farm of the coast for 9 billion dollars, the largest deal of the year. " * 4}</p>
<p>{"Markets close higher as buyers of steel return to the floor after winter. " * 4}</p></article></body></html>"""


def test_a_page_that_is_not_the_article_changes_nothing(sqlite_url: str, server: Hostile) -> None:
    """The front page behind the article's address, and by a redirect: no text, no new judgement, the reason kept."""
    server.page("/", FRONT.encode())
    server.server.pages["/moved"] = b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"
    wanted(sqlite_url, server.page("/front", FRONT.encode()), server.url("/moved"))
    tally = enrich.run(make(sqlite_url), NOW)
    assert (tally.seen, tally.done, tally.failed) == (2, 0, 2)
    for story in stories(sqlite_url):
        assert (story.text, story.text_source, story.judged_at, story.enrich_after) == (None, None, NOW, None)
        assert story.enrich_error.startswith("the page is not the article")


def test_the_same_text_under_another_title_is_the_sites(sqlite_url: str, server: Hostile) -> None:
    """What a second story of the site has too, word for word, is neither's; yesterday's pages count."""
    wanted(sqlite_url, server.page("/a", PAGE), server.page("/b", PAGE))
    with store.begin(sqlite_url) as db:
        db.execute(sa.update(tables.stories).values(outlet="paper.example"))
        second = sa.select(sa.func.max(tables.stories.c.id)).scalar_subquery()
        db.execute(sa.update(tables.stories).where(tables.stories.c.id == second).values(title="Council votes on fish"))
    tally = enrich.run(make(sqlite_url), NOW)
    assert [s.text for s in stories(sqlite_url)] == [None, None]
    assert all(s.enrich_error.startswith(articles.SITES_TEXT) for s in stories(sqlite_url))
    assert tally.failed == 1  # the other was done, and undone


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
@pytest.mark.parametrize("titles", ["abc", "aab", "aaa"])
def test_the_order_of_pages_decides_nothing(database_url: str, order: tuple[int, ...], titles: str) -> None:
    """A text of two titles is nobody's, whichever of the stories came first; of one title it is each one's."""
    wanted(database_url, *(f"https://paper.example/{n}" for n in range(3)))
    with store.begin(database_url) as db:
        for n in range(3):
            values = {"outlet": "paper.example", "title": titles[n], "judged_at": NOW}
            db.execute(sa.update(tables.stories).where(tables.stories.c.id == n + 1).values(**values))
    for n in order:
        with store.begin(database_url) as db:
            articles.save(db, [articles.PageFetch(n + 1, "the same words", "trafilatura")], NOW)
    held = [s.text for s in stories(database_url)]
    assert held == (["the same words"] * 3 if titles == "aaa" else [None] * 3)
    assert len({s.enrich_error for s in stories(database_url)}) == 1
    first, second, _ = order
    assert stories(database_url)[first].judged_at is None  # with its text, and again without it
    assert (stories(database_url)[second].judged_at is None) is (titles[first] == titles[second])


def test_a_page_that_breaks_us_costs_itself(
    database_url: str, server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other pages are read; the broken one is noted, tried again, and read at once by a mended version."""
    paths = ("/a", "/b", "/c")
    pages = {path: PAGE.replace(b"sixty", path[1:].encode() + b" sixty") for path in paths}
    wanted(database_url, *(server.page(path, pages[path]) for path in paths))
    made = make(database_url)
    with monkeypatch.context() as broken:
        sound = enrich.page.judge

        def judge(address: str, *more: Any) -> Any:
            if address.endswith("/b"):
                raise RecursionError("of one page")
            return sound(address, *more)

        broken.setattr(enrich.page, "judge", judge)
        tally = enrich.run(made, NOW)
        assert (tally.seen, tally.done) == (3, 2)
        (fault,) = faults.listed(made)
        assert (fault.step, fault.item_id, fault.reason[:14]) == ("enrich", 2, "RecursionError")
    monkeypatch.setattr(guard, "_code", lambda: "mended")
    assert enrich.run(made, NOW + HOUR / 10).done == 1
    assert faults.listed(made) == [] and all(s.text for s in stories(database_url))
