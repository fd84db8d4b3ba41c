"""Stories and sightings on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.model import Entry, Feed, FeedSpec, Language
from pipeline.store import stories
from pipeline.store import tables as t

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def feed(db: sa.Connection, url: str, **kw: object) -> Feed:
    row = {"url": url, "title": "Paper", "tags": [], "added_at": NOW, **kw}
    number = db.execute(sa.insert(t.feeds).values(**row)).inserted_primary_key[0]
    return Feed(number, FeedSpec(url, "Paper", row.get("language"), row.get("country")))  # type: ignore[arg-type]


def entry(path: str, title: str = "Title", **kw: object) -> Entry:
    address = f"https://paper.example/{path}"
    return Entry(url=f"{address}?utm_source=rss", canonical_url=address, title=title, **kw)  # type: ignore[arg-type]


def test_add_stores_once(database_url: str) -> None:
    """The same entries again change nothing, whichever feed brings them; each feed leaves one sighting."""
    with store.begin(database_url) as db:
        one, two = feed(db, "https://a.example/", language="id", country="ID"), feed(db, "https://b.example/")
        entries = [entry("1", published_at=NOW - timedelta(hours=3)), entry("2")]
        assert stories.add(db, one, entries, NOW, baseline=True) == (2, 0)
        assert stories.add(db, one, entries, LATER) == (0, 0)
        assert stories.add(db, two, entries[:1], LATER) == (0, 0)
        rows = db.execute(sa.select(t.stories).order_by(t.stories.c.canonical_url)).all()
        seen = db.execute(sa.select(t.sightings.c.feed_id, t.sightings.c.seen_at)).all()
    assert [r.canonical_url for r in rows] == ["https://paper.example/1", "https://paper.example/2"]
    assert rows[0].story_at == NOW - timedelta(hours=3)
    assert rows[1].story_at == NOW
    assert rows[0].outlet == "paper.example"
    assert (rows[0].declared_language, rows[0].country, rows[0].baseline) == ("id", "ID", True)
    assert sorted(seen) == sorted([(one.id, NOW), (one.id, NOW), (two.id, LATER)])


def test_future_claims_do_not_order(database_url: str) -> None:
    """A story's time is never after we saw it."""
    with store.begin(database_url) as db:
        stories.add(db, feed(db, "https://a.example/"), [entry("1", published_at=LATER)], NOW)
        assert db.scalar(sa.select(t.stories.c.story_at)) == NOW


def test_words_change_only_by_the_first_feed(database_url: str) -> None:
    """The feed that brought a story may reword it, which re-opens it; another feed's wording changes nothing."""
    with store.begin(database_url) as db:
        one, two = feed(db, "https://a.example/"), feed(db, "https://b.example/")
        stories.add(db, one, [entry("1", "First words")], NOW)
        number = db.scalar(sa.select(t.stories.c.id))
        assert number is not None
        stories.set_languages(db, {number: Language("en", 0.9, "langdetect")})
        db.execute(sa.update(t.stories).values(judged_at=NOW))
        assert stories.add(db, two, [entry("1", "Other words")], LATER) == (0, 0)
        assert stories.add(db, one, [entry("1", "Better words")], LATER) == (0, 1)
        row = db.execute(sa.select(t.stories)).one()
        assert (row.title, row.language, row.judged_at, row.updated_at, row.change_count) == (
            "Better words",
            None,
            None,
            LATER,
            1,
        )
        assert row.seen_at == NOW


def test_former_headlines_are_kept(database_url: str) -> None:
    """Rule: a headline that is replaced is not lost; another summary under the same headline is no change of it."""
    with store.begin(database_url) as db:
        one = feed(db, "https://a.example/")
        for hour, (title, summary) in enumerate([("Talks", ""), ("Talks", "More"), ("A deal", ""), ("No deal", "")]):
            stories.add(db, one, [entry("1", title, summary=summary)], NOW + timedelta(hours=hour))
        kept = db.execute(sa.select(t.former_titles).order_by(t.former_titles.c.id)).all()
    assert [(r.title, r.replaced_at, r.feed_id) for r in kept] == [
        ("Talks", NOW + timedelta(hours=2), one.id),
        ("A deal", NOW + timedelta(hours=3), one.id),
    ]


def test_old_words_do_not_come_back(database_url: str) -> None:
    """Parsing an older document again keeps the newer words."""
    with store.begin(database_url) as db:
        one = feed(db, "https://a.example/")
        stories.add(db, one, [entry("1", "Old words")], NOW)
        stories.add(db, one, [entry("1", "New words")], LATER)
        assert stories.add(db, one, [entry("1", "Old words")], NOW) == (0, 0)
        assert db.scalar(sa.select(t.stories.c.title)) == "New words"


def test_flapping_ends(database_url: str) -> None:
    """An entry whose words change at every fetch is left alone after some changes."""
    with store.begin(database_url) as db:
        one = feed(db, "https://a.example/")
        changed = sum(
            stories.add(db, one, [entry("1", f"Words {i}")], NOW + timedelta(minutes=i))[1]
            for i in range(stories.MAX_CHANGES + 10)
        )
    assert changed == stories.MAX_CHANGES


def test_first_of_two_entries_counts(database_url: str) -> None:
    """Two entries of one address are one story with the first one's words."""
    with store.begin(database_url) as db:
        assert stories.add(db, feed(db, "https://a.example/"), [entry("1", "A"), entry("1", "B")], NOW) == (1, 0)
        assert db.scalar(sa.select(t.stories.c.title)) == "A"


def test_many_entries(database_url: str) -> None:
    """A document of thousands of entries fits the databases' limits on parameters."""
    with store.begin(database_url) as db:
        assert stories.add(db, feed(db, "https://a.example/"), [entry(str(i)) for i in range(3000)], NOW) == (3000, 0)
        assert db.scalar(sa.select(sa.func.count()).select_from(t.sightings)) == 3000
        assert stories.add(db, feed(db, "https://b.example/"), [], NOW) == (0, 0)


def test_queues(database_url: str) -> None:
    """A story waits for its language, then for its judgement, and nothing waits twice."""
    with store.begin(database_url) as db:
        stories.add(db, feed(db, "https://a.example/"), [entry("1"), entry("2")], NOW)
        waiting = stories.undetected(db, 10)
        assert [s.canonical_url[-1] for s in waiting] == ["1", "2"] or len(waiting) == 2
        assert stories.unjudged(db, 10) == []
        stories.set_languages(db, {waiting[0].id: Language("fr", 0.8, "langdetect")})
        assert [s.id for s in stories.undetected(db, 10)] == [waiting[1].id]
        assert [(s.id, s.language) for s in stories.unjudged(db, 10)] == [(waiting[0].id, "fr")]
        assert set(db.scalars(sa.select(t.stories.c.language))) == {"fr", None}


@pytest.mark.parametrize("what", ["{id}", "{hash}", "{start}", "{url}", "https://www.paper.example/1/?utm_source=x"])
def test_find(sqlite_url: str, what: str) -> None:
    """A story is found by number, hash, start of hash and any of its addresses."""
    with store.begin(sqlite_url) as db:
        stories.add(db, feed(db, "https://a.example/"), [entry("1")], NOW)
        row = db.execute(sa.select(t.stories)).one()
        asked = what.format(id=row.id, hash=row.url_hash, start=row.url_hash[:10], url=row.url)
        found = stories.find(db, asked)
        assert found is not None and found.id == row.id
        assert stories.find(db, "999999") is None
        assert stories.find(db, "nothing") is None


def test_what_waits_for_judgement_is_cut_in_parts(database_url: str) -> None:
    """Every second of those that wait, whatever numbers lie between; larger steps where that were too many."""
    with store.begin(database_url) as db:
        stories.add(db, feed(db, "https://a.example/"), [entry(str(n)) for n in range(9)], NOW)
        ids = [story.id for story in stories.undetected(db, 10)]
        assert stories.cuts(db, 2, 1000) == [], "they wait for their language first"
        stories.set_languages(db, {i: Language("en", 1.0, "langdetect") for i in ids[1:]})
        db.execute(sa.update(t.stories).where(t.stories.c.id == ids[3]).values(judged_at=LATER))
        assert stories.cuts(db, 2, 1000) == [ids[1], ids[4], ids[6], ids[8]]
        assert stories.cuts(db, 2, 3) == [ids[1], ids[5], ids[8]]
        assert stories.cuts(db, 2, 1) == [ids[1]] == stories.cuts(db, 100, 1000)
        for between, here in (((ids[4], ids[6]), ids[4:7]), ((None, ids[2]), ids[1:3]), ((ids[7], None), ids[7:])):
            assert [s.id for s in stories.unjudged(db, 10, between=between)] == here
            assert stories.many_wait(db, len(here), for_judgement=True, between=between)
            assert not stories.many_wait(db, len(here) + 1, for_judgement=True, between=between)


def test_the_latest_claimed_words_stand_in_any_order(database_url: str) -> None:
    """Two feeds that word one story differently give the same story whichever is parsed first, and it does not flap."""
    early = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    found = []
    for order in ((0, 1), (1, 0), (0, 1, 0, 1)):
        with store.begin(database_url) as db:
            for table in (t.sightings, t.stories, t.feeds):
                db.execute(sa.delete(table))
            feeds = []
            for n in (0, 1):
                values = {"url": f"https://f{n}.example/", "title": f"F{n}", "host": f"f{n}.example", "added_at": early}
                key = db.scalar(sa.insert(t.feeds).values(id=n + 1, tags=[], **values).returning(t.feeds.c.id))
                feeds.append(Feed(key, FeedSpec(values["url"], values["title"], "en")))
            address = "https://paper.example/story"
            entries = [
                Entry(address, address, "First words", published_at=early),
                Entry(address, address, "Later words", published_at=early, updated_at=early.replace(hour=12)),
            ]
            changes = [stories.add(db, feeds[n], [entries[n]], NOW)[1] for n in order]
            found.append(db.execute(sa.select(t.stories.c.title, t.stories.c.published_at)).all())
    assert found == [[("Later words", early)]] * 3
    assert sum(changes) == 1  # of the last, longest order: changed once, then quiet


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("words", ["Other words", "Title"])
def test_a_text_is_kept_in_any_order(database_url: str, order: tuple[int, int], words: str) -> None:
    """Rule: of two feeds one brings the article's text: it stands whichever comes first and whosever words count."""
    with store.begin(database_url) as db:
        feeds = feed(db, "https://a.example/"), feed(db, "https://b.example/")
        entries = (
            entry("1", published_at=NOW - timedelta(hours=3), text="The whole article."),
            entry("1", words, published_at=NOW - timedelta(hours=3), updated_at=NOW - timedelta(hours=1)),
        )
        for i in order:
            stories.add(db, feeds[i], [entries[i]], NOW)
            stories.set_languages(db, {s.id: Language("en", 0.9, "langdetect") for s in stories.undetected(db, 9)})
        (row,) = db.execute(sa.select(t.stories)).all()
        assert (row.title, row.text, row.judged_at) == (words, "The whole article.", None)


AT = NOW - timedelta(hours=3, minutes=7)
DAY = NOW.replace(hour=0)
# (what, guid, first (path, title, published), then, stories): one feed, two documents
MOVED = [
    ("the slug follows the headline", "paper-4711", ("dam-rented-4711.html", "Dam rented", AT),
     ("utility-takes-dam-4711.html", "Utility takes over", LATER), 1),
    ("the date is the same", "x1", ("dam-rented", "Dam rented", AT), ("utility-takes", "Utility takes", AT), 1),
    ("another section, the same words", "x1", ("world/a", "City rents a dam for ten years", None),
     ("energy/b", "City rents a dam for twenty years", None), 1),
    ("words without spaces", "x1", ("a", "電力会社がダムを借りる", None), ("b", "電力会社がダムを買う", None), 1),
    ("a draft's address becomes a good one", "https://paper.example/?p=88123", ("?p=88123", "Auto draft", None),
     ("2026/dam-88123", "Dam rented", LATER), 1),
    ("one guid on everything", "1", ("a", "Dam rented", AT), ("b", "Mast built", LATER), 2),
    ("the place in the list", "item-1", ("a", "Dam rented", AT), ("b", "Mast built", LATER), 2),
    ("the day", "20260105", ("a", "Dam rented", AT), ("b", "Mast built", LATER), 2),
    ("midnight is no evidence", "1", ("a", "Dam rented", DAY), ("b", "Mast built", DAY), 2),
    ("a year in the address is none", "1", ("2026/a", "Dam rented", AT), ("2026/b", "Mast built", LATER), 2),
    ("the section's number", "77", ("s/20260105/a", "Dam rented", AT), ("s/20260105/b", "Mast built", LATER), 2),
]  # fmt: skip


@pytest.mark.parametrize(("what", "guid", "first", "then", "count"), MOVED, ids=[row[0] for row in MOVED])
def test_a_stable_guid_with_another_address(
    what: str, guid: str, first: tuple, then: tuple, count: int, sqlite_url: str
) -> None:
    """One guid of one feed, with something else of the article, is one story; a guid alone proves nothing."""
    other = entry("other", "Mine shut", guid="paper-99001")
    with store.begin(sqlite_url) as db:
        one = feed(db, "https://a.example/")
        for at, (path, title, published) in ((NOW, first), (LATER, then)):
            stories.add(db, one, [entry(path, title, guid=guid, published_at=published), other], at)
        rows = db.execute(sa.select(t.stories).where(t.stories.c.title != "Mine shut").order_by(t.stories.c.id)).all()
    assert len(rows) == count, what
    assert rows[-1].title == then[1]
    assert rows[-1].url.startswith(f"https://paper.example/{then[0]}")
    if count == 1:
        assert rows[0].canonical_url == f"https://paper.example/{first[0]}"


def test_a_moved_story_follows_again_and_again(database_url: str) -> None:
    """Seven headlines, seven addresses, one guid: one story, whose link is the newest; another feed is not joined."""
    with store.begin(database_url) as db:
        one, two = feed(db, "https://a.example/"), feed(db, "https://b.example/")
        for n in range(7):
            made = entry(f"{n}-words-4711.html", f"Headline {n} of them", guid="p-4711", published_at=AT)
            stories.add(db, one, [made], NOW + timedelta(minutes=20 * n))
        far = Entry("https://far.example/1", "https://far.example/1", "Far", guid="p-4711", published_at=AT)
        assert stories.add(db, two, [far], LATER) == (1, 0)
        rows = db.execute(sa.select(t.stories).order_by(t.stories.c.id)).all()
    assert [r.title for r in rows] == ["Headline 6 of them", "Far"]
    assert rows[0].canonical_url == "https://paper.example/0-words-4711.html"
    assert rows[0].url.startswith("https://paper.example/6-words-4711.html")


def test_two_entries_of_one_document_stay_two(database_url: str) -> None:
    """A guid that two entries of one document bear tells nothing."""
    with store.begin(database_url) as db:
        one = feed(db, "https://a.example/")
        stories.add(db, one, [entry("a-4711", guid="g", published_at=AT)], NOW)
        stories.add(db, one, [entry("b-4711", guid="g"), entry("c-4711", guid="g")], LATER)
        assert db.scalar(sa.select(sa.func.count()).select_from(t.stories)) == 3


def test_a_named_outlet_is_the_watched_one(database_url: str) -> None:
    """Met by a carrier's name and by its own feed's host, an outlet is one, within one language."""
    with store.begin(database_url) as db:
        feed(db, "https://harbourpost.example/all", language="en-GB", host="www.harbourpost.example")
        feed(db, "https://funken.example/", language="uk", host="funken.example")
        feed(db, "https://beacon.example/", host="beacon.example")
        feed(db, "https://news.google.com/rss", language="en", host="news.google.com")
        carrier = feed(db, "https://pool.example/", language="en", host="pool.example")
        names = ("The Harbour Post", "Funken", "Beacon", "Google", "Le Phare", "", "a.example")
        told = [entry(str(i), outlet=name) for i, name in enumerate(names)]
        stories.add(db, carrier, told, NOW)
        stories.add(db, carrier, told, LATER)
        found = db.scalars(sa.select(t.stories.c.outlet).order_by(t.stories.c.canonical_url)).all()
    assert list(found) == ["harbourpost.example", *names[1:]]


def test_who_told_it_and_the_raw_title_are_kept(database_url: str) -> None:
    """The outlet that parsing found stands, "" for nobody; the raw title decides whether words changed."""
    told = {"outlet": "Harbour Post", "raw_title": "UPDATE 2-Dam rented", "kind": "update", "update": 2}
    with store.begin(database_url) as db:
        one = feed(db, "https://a.example/")
        stories.add(db, one, [entry("1", "Dam rented", **told), entry("2", "Mine shut", outlet="")], NOW)
        stories.add(
            db, one, [entry("1", "Dam rented", **told | {"raw_title": "UPDATE 3-Dam rented", "update": 3})], LATER
        )
        rows = db.execute(sa.select(t.stories).order_by(t.stories.c.canonical_url)).all()
    assert (rows[0].outlet, rows[0].raw_title, rows[0].kind, rows[0].update_number, rows[0].change_count) == (
        "Harbour Post", "UPDATE 3-Dam rented", "update", 3, 1,
    )  # fmt: skip
    assert (rows[1].outlet, rows[1].raw_title, rows[1].kind) == ("", None, None)
