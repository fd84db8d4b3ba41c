"""The pages of events and stories: what they find, how they turn pages, what they show."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pipeline import log, store
from pipeline.cli.app import app
from pipeline.store.rows import events as rows
from pipeline.store.tables import events as events_table
from pipeline.web.events import PER_PAGE
from pipeline.web.filters import terms
from tests.newsroom import T0, Newsroom
from tests.web.conftest import Site


def listed(page: str) -> list[int]:
    """Give the event numbers of a list, in order."""
    return [int(n) for n in re.findall(r'<h2 id="e(\d+)"', page)]


def test_the_list_shows_standing_events_the_last_told_first(site: Site) -> None:
    """Rule: merged events do not stand, and the order is by the last story."""
    page = site.get("/events")
    assert listed(page) == [3, 1, 2, 4]
    assert "xAI joins the AI Infrastructure Partnership" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=XAI", [1, 2]),
        ("q=memphis+permit", [2]),
        ("q=%22permis%22", [2]),  # a word of the French story finds the event whose title is English
        ("q=aliansi", [1]),
        ("q=%25", []),  # LIKE's own signs are letters here
        ("q=_", []),
        ("q=nothing+like+this", []),
        ("topic=partnership", [3, 1]),
        ("entity=nextera", [4]),
        ("language=de", [4]),
        ("language=id", [3, 1]),
        ("outlet=harbor.example", [3, 1]),
        ("outlet=nobody.example", []),
        ("level=3", [1]),
        ("level=2", [3, 1]),
        ("q=aip&language=fr", [1]),
        ("since=2026-03-19", [3]),
        ("until=2026-03-15", [2, 4]),
        ("until=2026-03-10", [4]),
        ("entity=%27%3B+drop+table", [3, 1, 2, 4]),  # what cannot be a key is no filter
        ("since=yesterday", [3, 1, 2, 4]),
        ("after=nonsense", [3, 1, 2, 4]),
        ("q=%00", [3, 1, 2, 4]),  # PostgreSQL refuses NUL; it is no word
    ],
)
def test_words_and_filters(site: Site, query: str, expected: list[int]) -> None:
    """Rule: every word must stand in one story of the event; filters add up; nonsense filters nothing."""
    assert listed(site.get(f"/events?{query}")) == expected


SCRIPTS = (
    ("ru", "Маск вложит 30 миллиардов", "МАСК"),
    ("el", "Η ΣΥΜΜΑΧΙΑ ΕΠΕΝΔΥΕΙ", "επενδυει"),
    ("zh-Hans", "黑石集团与微软联手", "微软"),  # two characters, no word boundaries
    ("ar", "تحالف هاربور غريد", "هاربور"),
    ("vi", "Tập đoàn mua trung tâm dữ liệu", "TRUNG TÂM"),
    ("tr", "Ankara’da yeni veri MERKEZİ", "veri"),
)


def test_search_knows_every_script(newsroom: Newsroom) -> None:
    """Rule: letter case does not count in any script, on either database."""
    numbers = [newsroom.event([newsroom.story(language, title)]) for language, title, _ in SCRIPTS]
    site = Site(newsroom.url)
    found = [listed(site.get(f"/events?q={words}")) for _, _, words in SCRIPTS]
    assert found == [[n] for n in numbers]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("musk grid", ["musk", "grid"]),
        ('"data centre" musk', ["data centre", "musk"]),
        ('"unclosed phrase', ['"unclosed', "phrase"]),
        ('""', []),
        ('" "', []),
        ("", []),
    ],
)
def test_terms(typed: str, expected: list[str]) -> None:
    """Rule: quotes make a phrase; a lone quote is a letter like others."""
    assert terms(typed) == expected


def test_pages_bring_each_event_once(newsroom: Newsroom) -> None:
    """Rule: paging by place misses and repeats nothing, even where many events share one time."""
    numbers = [newsroom.event([newsroom.story("en", f"Event number {i}")], at=T0) for i in range(2 * PER_PAGE + 3)]
    with store.begin(newsroom.url) as db:  # a third of them an hour later, the others at one moment
        late = sa.update(events_table).where(events_table.c.id % 3 == 0)
        db.execute(late.values(last_seen_at=T0 + timedelta(hours=1)))
    site = Site(newsroom.url)
    seen, path, pages = [], "/events", 0
    while path:
        page = site.get(path)
        seen += listed(page)
        pages += 1
        found = re.search(r'rel="next" href="([^"]+)"', page)
        path = unescape(found[1]) if found else ""
    assert pages == 3
    assert seen == sorted(numbers, key=lambda n: (n % 3 == 0, n), reverse=True)


def test_a_search_looks_back_in_bounded_stretches(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: a search costs the same whatever the history: it says how far it looked, and goes on from there."""
    monkeypatch.setattr("pipeline.store.rows.search.EXAMINED", 4)
    needle = newsroom.event([newsroom.story("en", "A needle", at=T0)])
    for i in range(1, 10):
        at = T0 + timedelta(days=i)
        newsroom.event([newsroom.story("en", f"Hay {i}", at=at)], at=at)
    site, path, pages, seen = Site(newsroom.url), "/events?q=needle", 0, []
    while path:
        page = site.get(path)
        seen += listed(page)
        pages += 1
        found = re.search(r'rel="next" href="([^"]+)">(Search further back)', page)
        path = unescape(found[1]) if found else ""
        assert bool(found) == (pages < 3)
    assert (pages, seen) == (3, [needle])


def test_paging_keeps_the_filters(newsroom: Newsroom) -> None:
    """Rule: the next page answers the same question."""
    for i in range(PER_PAGE + 1):
        newsroom.event([newsroom.story("en", f"Grid event {i}")])
    page = Site(newsroom.url).get("/events?q=grid&level=2&language=en")
    found = re.search(r'rel="next" href="([^"]+)"', page)
    assert found
    assert {"q=grid", "level=2", "language=en"} <= set(unescape(found[1]).partition("?")[2].split("&"))


def test_a_merged_event_leads_to_the_standing_one(site: Site) -> None:
    """Rule: links in old mails work for ever."""
    answer = site.client().get("/events/5")
    assert answer.status_code == 308
    assert answer.headers["location"].startswith("/events/1?")
    assert "Event 5 turned out to be this one" in site.get(answer.headers["location"])


def test_an_event_shows_all_that_is_known(site: Site) -> None:
    """Rule: stories by language with leads and copies, claims with tellers, contradictions, evidence and history."""
    page = site.get("/events/1")
    for told in (
        "3 stories", "French", "Indonesian", 'lang="fr" dir="auto"><a class="out"', "Copy of", 'class="mark lead">Lead',
        "Contradictions", "$100 billion", "$60 billion", "60 milliards de dollars", "courrier.example",
        "Why it is here", "History", "merged", "timeline.svg", "xAI rejoint AIP",
    ):  # fmt: skip
        assert told in page, told


def test_a_story_is_explained(site: Site) -> None:
    """Rule: why it matched and why it stands where it stands, each in words."""
    page = site.get("/stories/5")
    for told in ("Why it matched", "Level 3", "$30 billion", "Why it is in its event", "It repeats", "Read it at"):
        assert told in page, told
    assert "It is in no event" in site.get("/stories/11")
    assert "It waits to be judged" in site.get("/stories/14")


@pytest.mark.parametrize(
    "path",
    ["/events/999", "/stories/999", "/nope", "/events/abc", "/events/0", "/events/-1", "/events/99999999999999999999",
     "/queries/no_such", "/queries/..%2f..%2fetc", "/events/999/timeline.svg", "/static/../app.py", "/unsubscribe/x"],
)  # fmt: skip
def test_what_is_not_there_is_a_page(lite: Site, path: str) -> None:
    """Rule: 404 is a page with a way on, never a stack trace."""
    page = lite.get(path, 404)
    assert "Traceback" not in page
    assert path.startswith("/static") or "newswatch" in page


def test_an_empty_store_says_what_to_do(database_url: str) -> None:
    """Rule: the first look at the page, before any run, is not an error."""
    site = Site(database_url)
    assert "newswatch run" in site.get("/events")
    assert "newswatch sync" in site.get("/watchlist")
    assert "No feed fits" in site.get("/feeds")
    assert site.client().get("/health").json()["ok"] is True


def test_the_picture_is_kept_until_the_event_changes(own: Site) -> None:
    """Rule: a browser that has the picture of this revision is told so."""
    client = own.client()
    first = client.get("/events/1/timeline.svg")
    assert first.headers["content-type"] == "image/svg+xml"
    assert b"French" in first.content
    again = client.get("/events/1/timeline.svg", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    with store.begin(own.url) as db:
        db.execute(sa.update(events_table).where(events_table.c.id == 1).values(revision=99))
    changed = client.get("/events/1/timeline.svg", headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200


def test_a_long_event_is_cut_and_says_so(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: an event told a thousand times is still a page; copies are left out first."""
    told = [newsroom.story("en", f"Story {i}", outlet=f"o{i}.example") for i in range(8)]
    copies = [newsroom.story("en", f"Copy {i}") for i in range(3)]
    event = newsroom.event(told)
    newsroom.join(event, copies, copy_of=told[0])
    monkeypatch.setattr(rows, "MAX_STORIES", 8)
    page = Site(newsroom.url).get(f"/events/{event}")
    assert "The first 8 of 11 are shown" in page
    assert "Copy 1" not in page


def test_a_dispute_of_stories_that_are_not_shown(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: an event has more stories than its page shows; what disputes whom is told nevertheless, by number."""
    monkeypatch.setattr(rows, "MAX_STORIES", 1)
    told = site.get("/events/1")
    assert "story 2</a>" in told and "story 3</a>" in told
    assert "$100 billion" in told


def test_an_event_on_the_command_line_has_all_its_stories(site: Site) -> None:
    """Contract: the keys of `events show --json`, and every story, copies too."""
    said = CliRunner().invoke(app, ["events", "show", "1", "--json", "--database", site.url]).stdout
    log.configure()
    found = json.loads(said)
    assert set(found) == {
        *("asked", "event", "leads", "stories", "timeline", "facts", "contradictions"),
        *("history", "follows", "followed_by"),
    }
    assert len(found["stories"]) == len(found["timeline"]) == found["event"]["story_count"]
    assert found["event"]["merged_into"] is None
    assert {"id", "copy_of", "how", "score", "evidence", "clusterer_version", "joined_at"} <= set(found["stories"][0])
    assert {"id", "event_id", "revision", "at", "kind", "story_id", "detail"} <= set(found["history"][0])
    (dispute,) = found["contradictions"]
    assert (dispute["value"], dispute["against"], dispute["story_id"]) == (60e9, 100e9, 3)
    assert sum(f["disputed"] for f in found["facts"]) == 2
