"""The page for programs: every page as JSON, every list as an Atom feed, facets beside the list, feeds asked now."""

import json
from datetime import timedelta
from urllib.parse import quote

import feedparser
import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.store import tables as t
from tests.newsroom import T0, TITLES, Newsroom
from tests.web.conftest import TOKEN, Site
from tests.web.test_desk import form_token, sign_in

PATHS = ("/events", "/threads", "/events/1", "/stories/1", "/watchlist", "/feeds", "/queries", "/queries/widest_events")


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_json_too(site: Site, path: str) -> None:
    """Rule: the same address with .json gives what the page shows, and nothing of persons."""
    answer = site.client(token=TOKEN).get(f"{path}.json")
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["content-type"] == "application/json"
    assert "default-src" in answer.headers["content-security-policy"]
    assert answer.json()
    for secret in ("readers.example", "address", "labelled_by", "author"):
        assert f'"{secret}"' not in answer.text and f"@{secret}" not in answer.text


def test_json_says_what_the_page_says(site: Site) -> None:
    """Rule: filters and paging work alike, a merged event leads to the standing one, an error is JSON."""
    client = site.client()
    assert [e["id"] for e in client.get("/events.json?topic=partnership").json()["events"]] == [3, 1]
    event = client.get("/events/1.json").json()
    assert {"event", "stories", "claims", "contradictions", "history", "sentences"} <= set(event)
    assert client.get("/events/5.json").headers["location"].startswith("/events/1.json")
    missing = client.get("/events/999.json")
    assert (missing.status_code, missing.json()) == (404, {"error": "There is no event 999."})


def test_a_filtered_list_is_a_feed(site: Site) -> None:
    """Rule: each list has a feed of its own, named by its filters, with the same events in the same order."""
    page = site.get("/events?topic=partnership")
    assert 'type="application/atom+xml"' in page and "/events.atom?topic=partnership" in page
    found = feedparser.parse(site.client().get("/events.atom?topic=partnership").content)
    assert not found.bozo
    assert [int(e.link.rsplit("/", 1)[1]) for e in found.entries] == [3, 1]
    assert found.feed.id != feedparser.parse(site.client().get("/events.atom").content).feed.id
    assert feedparser.parse(site.client().get("/events.atom?q=nothing+like+this").content).entries == []


def test_facets_count_what_fits(newsroom: Newsroom) -> None:
    """Rule: by level (and above), language, topic and outlet; each is a link that filters so, and they add up."""
    a = newsroom.story("en", outlet="a.example")
    newsroom.event([a, newsroom.story("fr", outlet="b.example"), newsroom.story("fr", outlet="b.example")])
    newsroom.event([newsroom.story("en", level=1, outlet="b.example")])
    site = Site(newsroom.url)
    facets = site.client().get("/events.json").json()["facets"]
    assert facets == {
        "level": {"1": 2, "2": 1, "3": 1},
        "language": {"en": 2, "fr": 1},
        "topic": {"deals": 2},
        "outlet": {"b.example": 2, "a.example": 1},
    }
    narrowed = site.client().get("/events.json?outlet=a.example").json()
    assert (len(narrowed["events"]), narrowed["facets"]["outlet"]) == (1, {"a.example": 1, "b.example": 1})
    assert "/events?outlet=a.example" in site.get("/events")
    searched = site.client().get(f"/events.json?q={quote(TITLES['fr'][:12])}").json()
    assert searched["facets"]["language"] == {"en": 1, "fr": 1}


def test_stories_say_what_happened(newsroom: Newsroom) -> None:
    """Rule: the first sentences of stories that repeat no other; one of them at the head, with who says so."""
    ids = [newsroom.story("ar", outlet="a.example"), newsroom.story("en", outlet="b.example")]
    copy = newsroom.story("en")
    event = newsroom.event(ids)
    newsroom.join(event, [copy], copy_of=ids[1])
    said = {
        ids[0]: "يدفع التحالف أربعين مليار دولار.",
        ids[1]: "It pays $40 billion. Regulators wait.",
        copy: "Copied words.",
    }
    with store.begin(newsroom.url) as db:
        for number, text in said.items():
            db.execute(sa.update(t.stories).where(t.stories.c.id == number).values(summary=text))
    page = Site(newsroom.url).get(f"/events/{event}")
    head = page.partition("<blockquote")[2].partition("</blockquote>")[0]
    assert said[ids[0]] in head and "a.example, in Arabic" in head
    assert page.count("It pays $40 billion. Regulators wait.") == 1
    assert "Copied words" not in page


def test_right_to_left_headings_stand_at_the_right(newsroom: Newsroom) -> None:
    """Rule: the heading itself has language and direction, so that it is aligned as its readers read."""
    event = newsroom.event([newsroom.story("ar")])
    site = Site(newsroom.url)
    assert f'<h1 lang="ar" dir="auto">{TITLES["ar"]}</h1>' in site.get(f"/events/{event}")
    assert f'<h2 id="e{event}" lang="ar" dir="auto">' in site.get("/events")


def test_a_feed_is_asked_now(newsroom: Newsroom) -> None:
    """Rule: who is signed in makes a feed due; nobody else does, and one that is switched off stays so."""
    newsroom.feed(), newsroom.feed()
    with store.begin(newsroom.url) as db:
        db.execute(sa.update(t.feeds).values(next_fetch_at=T0.replace(year=2027)))
        db.execute(sa.update(t.feeds).where(t.feeds.c.id == 2).values(enabled=False))
    site = Site(newsroom.url)
    assert "ask now" not in site.client(token=TOKEN).get("/feeds").text
    client = sign_in(site)
    token = form_token(client, "/feeds")
    assert client.post("/feeds/1/ask").status_code == 403
    assert client.post("/feeds/2/ask", data={"form_token": token}).status_code == 404
    answer = client.post("/feeds/1/ask", data={"form_token": token})
    assert "is due" in client.get(answer.headers["location"]).text
    with store.read(newsroom.url) as db:
        due = dict(db.execute(sa.select(t.feeds.c.id, t.feeds.c.next_fetch_at)).all())
    assert due == {1: site.now, 2: T0.replace(year=2027)}
    assert json.loads(client.get("/feeds.json").text)["feeds"]


def test_threads_are_listed(newsroom: Newsroom) -> None:
    """Rule: what led to what stands together, in order; an event without a thread does not."""
    days = [T0 + timedelta(days=n) for n in range(4)]
    talks, deal, ruling, other = (newsroom.event([newsroom.story("en", at=at)], at=at) for at in days)
    alone = newsroom.event([newsroom.story("fr", at=T0 + timedelta(days=4))])
    with store.begin(newsroom.url) as db:
        for later, earlier in ((deal, talks), (ruling, deal)):
            link = {"kind": "follows", "strength": 0.9, "evidence": {}, "linker_version": "x", "linked_at": T0}
            db.execute(sa.insert(t.links).values(event_id=later, follows_id=earlier, **link))
    client = Site(newsroom.url).client()
    (thread,) = client.get("/threads.json").json()
    assert thread["thread_id"] == talks and [e["event_id"] for e in thread["events"]] == [talks, deal, ruling]
    page = client.get("/threads").text
    assert page.index(f'"/events/{talks}"') < page.index(f'"/events/{deal}"') < page.index(f'"/events/{ruling}"')
    assert f'"/events/{other}"' not in page and f'"/events/{alone}"' not in page
    (entry,) = feedparser.parse(client.get("/threads.atom").content).entries
    assert entry.id.endswith(f"/threads/{talks}") and entry.link.endswith(f"/events/{ruling}")
