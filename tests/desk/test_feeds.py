"""Feeds by hand: discovery, the watch folder's file, OPML, and the health check."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import catalog, settings, store
from pipeline.desk import feeds
from pipeline.errors import ConfigError, NewswatchError, NotFoundError
from pipeline.settings import Settings
from pipeline.steps import fetch
from pipeline.store import tables
from tests.hostile import Hostile

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Veldhaven  Courier</title><language>EN-gb</language>
<item><title>Ferry</title><link>http://courier.test/1</link></item></channel></rss>"""
XML = "Content-Type: application/rss+xml\r\n"
MINE = """# my feeds, in the order I like them
[[feeds]]
url = "http://old.test/feed"  # the oldest
title = "Old"
"""


@pytest.fixture
def server() -> Iterator[Hostile]:
    with Hostile() as running:
        yield running


@pytest.fixture
def made(sqlite_url: str, tmp_path: Path) -> Settings:
    folder = tmp_path / "watch"
    catalog.copy_default(folder)
    (folder / "feeds.toml").write_text(MINE, encoding="utf-8")
    return settings.load(
        database_url=sqlite_url, watch_dir=folder, allow_addresses=("127.0.0.1",), host_spacing=0.0, fetch_timeout=2.0
    )


def declared(made: Settings) -> str:
    assert made.watch_dir is not None
    return (made.watch_dir / "feeds.toml").read_text(encoding="utf-8")


def test_add_a_page_declares_its_feed(made: Settings, server: Hostile) -> None:
    """From the page's address to a [[feeds]] table behind what stands there, comments and all."""
    server.page("/courier.xml", RSS, XML)
    page = server.page("/", b'<html><link rel="alternate" type="application/rss+xml" href="/courier.xml"></html>')
    found = feeds.add(made, page, NOW)
    assert (found.format, found.entries, found.newest) == ("rss20", 1, "Ferry")
    text = declared(made)
    assert text.startswith(MINE)
    assert tomllib.loads(text)["feeds"][1] == {
        "url": server.url("/courier.xml"), "title": "Veldhaven Courier", "language": "en-GB",
    }  # fmt: skip
    assert made.watch_dir is not None and len(catalog.load(made.watch_dir).feeds) == 2
    assert not list(made.watch_dir.glob(".feeds-*"))


def test_add_a_feed_itself(made: Settings, server: Hostile) -> None:
    """A feed's own address needs no page; a second time it is known."""
    url = server.page("/feed.xml", RSS, XML)
    feeds.add(made, url, NOW)
    before = declared(made)
    with pytest.raises(ConfigError, match="already"):
        feeds.add(made, url.replace("//", "//ann:pw@"), NOW)
    assert declared(made) == before


def test_add_where_feeds_often_are(made: Settings, server: Hostile) -> None:
    """A page that declares nothing: the usual places are tried."""
    page = server.page("/", b"<html>hello</html>")
    server.page("/feed", lambda head: b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
    server.page("/rss.xml", RSS, XML)
    assert feeds.find(made, page)[0].spec.url == server.url("/rss.xml")


@pytest.mark.parametrize("path", ["/nothing", "/status/500", "/html", "/drip"])
def test_what_has_no_feed_changes_nothing(made: Settings, server: Hostile, path: str) -> None:
    """The reason is a sentence, and the file is as it was."""
    server.page("/feed", lambda head: b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(NotFoundError, match=r"http://127"):
        feeds.add(made, server.url(path), NOW)
    assert declared(made) == MINE


def test_a_folder_that_would_be_wrong_is_not_written(made: Settings, server: Hostile) -> None:
    """Whole or not at all: what the catalog would refuse never takes the file's place."""
    assert made.watch_dir is not None
    broken = "feeds = []  # an inline list: a further [[feeds]] table cannot follow\n"
    (made.watch_dir / "feeds.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(NewswatchError):
        feeds.add(made, server.page("/feed.xml", RSS, XML), NOW)
    assert declared(made) == broken


def test_the_shipped_folder_is_not_written_to(made: Settings, server: Hostile) -> None:
    """Without a folder of one's own the way to one is told."""
    with pytest.raises(ConfigError, match="newswatch init"):
        feeds.add(made.model_copy(update={"watch_dir": None}), server.url("/feed"), NOW)


def test_opml_in_and_out(made: Settings, tmp_path: Path) -> None:
    """Import adds what is new; export gives it back without credentials."""
    path = tmp_path / "mine.opml"
    outlines = [f'<outline text="F{i}" xmlUrl="http://ann:pw@f{i}.test/"/>' for i in range(3)]
    old = '<outline text="Old" xmlUrl="http://old.test/feed"/>'
    path.write_text(f"<opml><body><outline text='Energy'>{''.join(outlines)}{old}</outline></body></opml>")
    assert feeds.import_opml(made, path) == feeds.Imported(3, 1)
    assert feeds.import_opml(made, path) == feeds.Imported(0, 4)
    out = feeds.export_opml(made).decode()
    assert out.count("xmlUrl") == 4 and "pw@" not in out and 'category="Energy"' in out
    path.write_text("nonsense")
    with pytest.raises(ConfigError, match=r"mine\.opml"):
        feeds.import_opml(made, path)


def test_one_bad_line_costs_itself(made: Settings, tmp_path: Path) -> None:
    """Good feeds are taken, bad ones are named by their line in the list that the user knows."""
    path = tmp_path / "list.opml"
    bad = ("/ongoing/feed.atom", "", "mailto:ann@a.test", "C:\\feeds\\a.xml", "https://https/x")
    path.write_text(
        "<opml><body>\n"
        + "\n".join(f'<outline text="B{i}" xmlUrl="{address}"/>' for i, address in enumerate(bad))
        + '\n<outline text="Good" xmlUrl="https://good.test/feed"/>\n<outline text="S" xmlUrl="feed://good2.test/x"/>'
        + '\n<outline text="Twin" xmlUrl="http://www.good.test/feed/"/>\n</body></opml>'
    )
    found = feeds.import_opml(made, path)
    assert (found.added, found.known) == (2, 1)
    assert [line.partition(":")[0] for line in found.refused] == [f"list.opml, line {n}" for n in range(2, 7)]
    assert {f.url for f in feeds.declared(made)} >= {"https://good.test/feed", "https://good2.test/x"}
    assert "tmp" not in "".join(found.refused)


def test_overview_and_check(made: Settings, server: Hostile) -> None:
    """What a person sees of feeds: their states, and what is wrong with whom."""
    addresses = [server.url("/feed"), server.url("/status/410"), server.page("/empty.xml", RSS[: RSS.find(b"<item>")])]
    with store.begin(made.database_url) as db:
        rows = [{"url": a, "host": "127.0.0.1", "tags": [], "added_at": NOW, "title": a[-9:]} for a in addresses]
        db.execute(sa.insert(tables.feeds), rows)
    fetch.run(made, NOW)
    with store.begin(made.database_url) as db:
        db.execute(sa.update(tables.bodies).where(tables.bodies.c.feed_id == 3).values(entry_count=0, parsed_at=NOW))
    fetch.run(made, NOW + timedelta(hours=5))
    assert [row.state for row in feeds.overview(made)] == ["ok", "gone", "ok"]
    assert len(feeds.overview(made, only="gone")) == 1
    alarms = feeds.check(made, NOW + timedelta(hours=5))
    assert [(a.kind, a.feed_id) for a in alarms] == [("gone", 2), ("empty", 3)]


def test_check_sees_counts_and_languages(made: Settings, database_url: str) -> None:
    """Far fewer stories than expected, dates that vanish, a language that falls silent: on both databases."""
    with store.begin(database_url) as db:
        old = NOW - timedelta(days=40)
        db.execute(
            sa.insert(tables.feeds).values(
                url="http://a.test/", host="a.test", tags=[], added_at=old, first_fetched_at=old, expected_per_day=50,
                state="ok",
            )
        )  # fmt: skip
        for i in range(60):
            seen = NOW - timedelta(days=2) if i < 12 else NOW - timedelta(days=4 + i % 3)
            row = {"url_hash": str(i), "canonical_url": str(i), "url": str(i), "title": "t", "content_hash": "x"}
            published = None if i < 12 else seen
            language = "id" if i >= 12 else "fr"
            db.execute(
                sa.insert(tables.stories).values(
                    **row, id=i + 1, seen_at=seen, story_at=seen, published_at=published, language=language
                )
            )
            db.execute(sa.insert(tables.sightings).values(story_id=i + 1, feed_id=1, seen_at=seen, url=str(i)))
    alarms = feeds.check(made.model_copy(update={"database_url": database_url}), NOW)
    assert {a.kind for a in alarms} == {"few", "undated", "language"}
    assert next(a for a in alarms if a.kind == "language").subject == "id"
