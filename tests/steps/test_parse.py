"""The parse step: whole documents or nothing, once, whatever a feed sends and whoever else is at work."""

import errno
import hashlib
import random
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import child, store
from pipeline.errors import StoreError
from pipeline.settings import Settings
from pipeline.steps import parse
from pipeline.store import tables as t
from tests.processes import kill_when, start, together

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
FETCHED = NOW - timedelta(hours=1)


def rss(*titles: str, host: str = "paper.example") -> bytes:
    items = "".join(f"<item><title>{x}</title><link>https://{host}/{x}</link></item>" for x in titles)
    return f"<rss version='2.0'><channel><title>Paper</title><ttl>60</ttl>{items}</channel></rss>".encode()


def put(url: str, *contents: bytes, name: str = "a", baseline: bool = False) -> None:
    """Store bodies as fetching does: one feed, one fetch and body a document."""
    with store.begin(url) as db:
        address = f"https://{name}.example/feed.xml"
        number = db.scalar(sa.select(t.feeds.c.id).where(t.feeds.c.url == address))
        if number is None:
            row = {"url": address, "title": name, "tags": [], "added_at": FETCHED, "last_fetch_at": FETCHED}
            number = db.execute(sa.insert(t.feeds).values(**row)).inserted_primary_key[0]
        for at, content in enumerate(contents):
            when = FETCHED + timedelta(minutes=at)
            fetch = db.execute(sa.insert(t.fetches).values(feed_id=number, fetched_at=when, outcome="new"))
            db.execute(
                sa.insert(t.bodies).values(
                    feed_id=number,
                    fetch_id=fetch.inserted_primary_key[0],
                    hash=hashlib.sha256(content).hexdigest(),
                    url=address,
                    headers={"content-type": "application/xml"},
                    content=zlib.compress(content),
                    size=len(content),
                    fetched_at=when,
                    baseline=baseline,
                )
            )


def count(url: str, table: sa.Table) -> int:
    with store.read(url) as db:
        return int(db.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def run(url: str, **kw: int) -> object:
    return parse.run(Settings(database_url=url), NOW, **kw)  # type: ignore[arg-type]


def test_stores_stories_and_what_the_body_brought(database_url: str) -> None:
    """Entries become stories seen at the time of the fetch; the body says what it held; a second run does nothing."""
    put(database_url, rss("one", "two") + b"", rss("two", "three"), baseline=True)
    tally = parse.run(Settings(database_url=database_url), NOW)
    assert (tally.step, tally.seen, tally.done, tally.failed) == ("parse", 2, 2, 0)
    assert tally.detail == {"entries": 4, "stories": 3, "changed": 0, "refused": 0}
    with store.read(database_url) as db:
        bodies = db.execute(sa.select(t.bodies).order_by(t.bodies.c.id)).all()
        seen = set(db.scalars(sa.select(t.stories.c.seen_at)))
        assert sorted(db.scalars(sa.select(t.stories.c.baseline))) == [False, True, True]  # the first document's
        assert db.scalar(sa.select(t.feeds.c.ttl_s)) == 3600.0
    assert [(b.parsed_at, b.format, b.entry_count, b.new_count, b.refused, b.error) for b in bodies] == [
        (NOW, "rss20", 2, 2, {}, None),
        (NOW, "rss20", 2, 1, {}, None),
    ]
    assert seen == {FETCHED, FETCHED + timedelta(minutes=1)}
    again = parse.run(Settings(database_url=database_url), NOW)
    assert (again.seen, again.detail["stories"]) == (0, 0)


def test_bad_documents_do_not_stop_the_step(database_url: str) -> None:
    """Every document ends as entries, refusals by reason, or an error; the others are unharmed."""
    put(database_url, b"<html><body>Sorry</body></html>", name="html")
    put(database_url, b"\x00\xff" * 500, name="noise")
    put(database_url, rss("good"), name="good")
    put(database_url, rss("x").replace(b"<link>https://paper.example/x</link>", b""), name="nolink")
    tally = parse.run(Settings(database_url=database_url), NOW)
    assert (tally.seen, tally.done, tally.failed) == (4, 2, 2)
    assert tally.detail == {"entries": 2, "stories": 1, "changed": 0, "refused": 1}
    with store.read(database_url) as db:
        rows = db.execute(sa.select(t.feeds.c.title, t.bodies).join(t.feeds, t.feeds.c.id == t.bodies.c.feed_id)).all()
    by_feed = {r.title: r for r in rows}
    assert by_feed["html"].error == "this is an HTML page, not a feed"
    assert by_feed["noise"].error
    assert by_feed["nolink"].refused == {"no-link": 1}
    assert by_feed["good"].new_count == 1


def test_a_content_that_cannot_be_read_is_recorded(sqlite_url: str) -> None:
    """Something broken of our own is one failed body with its reason, not the end of the step."""
    put(sqlite_url, rss("one"), rss("two"))
    with store.begin(sqlite_url) as db:
        db.execute(sa.update(t.bodies).where(t.bodies.c.id == 1).values(headers=[1, 2]))
    tally = parse.run(Settings(database_url=sqlite_url), NOW)
    assert (tally.done, tally.failed) == (1, 1)
    with store.read(sqlite_url) as db:
        error = db.scalar(sa.select(t.bodies.c.error).where(t.bodies.c.id == 1))
    assert error and "Error" in error


def test_large_document_has_a_deadline(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document made to be slow is stopped and says so; the next large one is parsed by a new child."""
    call = child.Child.call

    def hurried(self: child.Child, content: bytes, *more: object) -> object:
        """Give the endless one a second, the sound one all the time that a busy machine needs."""
        self.work = replace(self.work, seconds=1.0 if b"xml:base" in content else 300.0)
        return call(self, content, *more)

    monkeypatch.setattr(child.Child, "call", hurried)
    slow = b"<rss version='2.0'><channel>" + b"<x xml:base='a/'>" * 100_000
    put(sqlite_url, slow, name="slow")
    put(sqlite_url, rss(*(f"story-{i}" for i in range(600)))[:-30] + b" " * 70_000, name="large")
    tally = parse.run(Settings(database_url=sqlite_url), NOW)
    assert (tally.seen, tally.failed, tally.detail["entries"]) == (2, 1, 600)
    with store.read(sqlite_url) as db:
        assert "more than" in str(db.scalar(sa.select(t.bodies.c.error).where(t.bodies.c.error.is_not(None))))


def test_a_machine_that_has_no_process_left_blames_no_document(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No child can be begun: the step stops and the body waits."""
    put(sqlite_url, rss("News") + b"<!--" + b"x" * parse.SMALL + b"-->")

    def full(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    with monkeypatch.context() as patched, pytest.raises(BlockingIOError):
        patched.setattr("pipeline.child.nursery.subprocess.Popen", full)
        run(sqlite_url)
    assert count(sqlite_url, t.stories) == 0
    run(sqlite_url)
    assert count(sqlite_url, t.stories) == 1


def test_limit_and_progress(sqlite_url: str) -> None:
    """A run does at most `limit` bodies, oldest first, and tells how far it is."""
    put(sqlite_url, *(rss(f"s{i}") for i in range(5)))
    told: list[tuple[str, int, int | None]] = []
    tally = parse.run(Settings(database_url=sqlite_url), NOW, limit=3, progress=lambda *p: told.append(p))
    assert tally.seen == 3
    assert told[-1] == ("parse", 3, 3)
    with store.read(sqlite_url) as db:
        assert list(db.scalars(sa.select(t.bodies.c.id).where(t.bodies.c.parsed_at.is_not(None)))) == [1, 2, 3]


def test_parsing_again_gives_the_same_rows(database_url: str) -> None:
    """A body that is put back in the queue adds no story and changes no word."""
    put(database_url, rss("one", "two"), rss("two", "three"))
    run(database_url)
    with store.begin(database_url) as db:
        before = db.execute(sa.select(t.stories).order_by(t.stories.c.id)).all()
        db.execute(sa.update(t.bodies).values(parsed_at=None))
    tally = parse.run(Settings(database_url=database_url), NOW + timedelta(days=3))
    assert (tally.done, tally.detail["stories"], tally.detail["changed"]) == (2, 0, 0)
    with store.read(database_url) as db:
        assert db.execute(sa.select(t.stories).order_by(t.stories.c.id)).all() == before


def test_a_store_that_cannot_be_used_stops_the_step(tmp_path: Path) -> None:
    """No database is no failed document: it is one clear sentence."""
    with pytest.raises(StoreError, match="newswatch"):
        run(f"sqlite:///{tmp_path / 'empty.db'}")


def fill(url: str) -> tuple[int, int]:
    """Twelve feeds, three documents each, stories shared between feeds; return bodies and distinct stories."""
    padding = b"<!-- " + random.Random(1).randbytes(600_000).hex().encode() + b" -->"  # three are of 1.2 MB
    for feed in range(12):
        documents = [rss(*(f"s{i}" for i in range(feed * 5 + d * 10, feed * 5 + d * 10 + 40))) for d in range(3)]
        documents[1] += padding if feed % 4 == 0 else b""
        put(url, *documents, name=f"f{feed}")
    return 36, 11 * 5 + 20 + 40


def test_two_processes_count_once(database_url: str) -> None:
    """Two real processes at once give the rows of one, and their tallies add up to those of one."""
    bodies, distinct = fill(database_url)
    told = together("parse", Settings(database_url=database_url), NOW)
    found = [(x.done, x.detail["stories"], x.detail["entries"]) for x in told]
    assert [sum(x) for x in zip(*found, strict=True)] == [bodies, distinct, bodies * 40]
    assert count(database_url, t.stories) == distinct
    with store.read(database_url) as db:
        assert db.scalar(sa.select(sa.func.sum(t.bodies.c.new_count))) == distinct


def test_killed_anywhere_and_run_again(database_url: str) -> None:
    """SIGKILL after one, some and most documents loses nothing and doubles nothing."""
    _, distinct = fill(database_url)

    def parsed() -> int:
        with store.read(database_url) as db:
            return db.scalar(sa.select(sa.func.count()).where(t.bodies.c.parsed_at.is_not(None))) or 0

    for after in sorted(random.Random(7).sample(range(36), 4)):  # by what it has done, not by the clock
        kill_when(start("parse", Settings(database_url=database_url), NOW), lambda after=after: parsed() >= after)
    run(database_url)
    assert count(database_url, t.stories) == distinct
    with store.read(database_url) as db:
        assert db.scalar(sa.select(sa.func.sum(t.bodies.c.new_count))) == distinct
        assert db.scalar(sa.select(sa.func.count()).where(t.bodies.c.parsed_at.is_(None))) == 0


_WORDS = st.text(alphabet=st.characters(), max_size=30)


@given(st.lists(st.tuples(_WORDS, _WORDS, _WORDS, st.binary(max_size=6)), max_size=5), st.binary(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_from_feed_to_store(sqlite_url: str, items: list[tuple[str, str, str, bytes]], tail: bytes) -> None:
    """Whatever a feed sends ends in rows that can be read back, with every entry stored or counted."""
    body = b"<rss version='2.0'><channel>"
    for a, b, c, d in items:
        markup = f"<item><title>{a}</title><link>https://p.example/{b}</link><author>{c}</author><guid>{c}</guid>"
        markup += f"<category>{a}</category><pubDate>{b}</pubDate><description>"
        body += markup.encode("utf-8", "surrogatepass") + d + b"</description></item>"
    body += tail
    with store.begin(sqlite_url) as db:
        for table in (t.sightings, t.stories, t.bodies, t.fetches, t.feeds):
            db.execute(sa.delete(table))
    put(sqlite_url, body)
    tally = parse.run(Settings(database_url=sqlite_url), NOW)
    assert tally.seen == 1
    with store.read(sqlite_url) as db:
        kept = db.execute(sa.select(t.stories)).all()
        row = db.execute(sa.select(t.bodies)).one()
    assert row.parsed_at is not None
    assert "Error:" not in (row.error or "")
    assert row.entry_count == len(kept) + sum((row.refused or {}).values())
