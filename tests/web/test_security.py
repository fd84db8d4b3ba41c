"""What the page must never do: run what a feed wrote, be framed or read by others, tell its inside."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from pipeline import store
from pipeline.settings import Settings
from pipeline.store import tables as t
from pipeline.web import create_app, security
from pipeline.web.security import safe_url
from tests.newsroom import T0, Newsroom
from tests.web.conftest import TOKEN, Site

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7*7 }}{% raw %}",
    "</title></style></textarea><svg onload=alert(1)>",
    "\u202egnihton\u202c <b>bold</b>",
    "]]><!--",
)
PATHS = (
    "/", "/events", "/events?q=x", "/events/1", "/events/5", "/events/1/timeline.svg", "/stories/1", "/watchlist",
    "/feeds", "/queries", "/queries/widest_events", "/queries/widest_events/rows.csv",
    "/queries/widest_events/chart.svg", "/health", "/static/newswatch.css", "/static/none", "/nope", "/events/999",
    "/sign-in", "/unsubscribe/x", "/feeds?q=" + "x" * 200,
)  # fmt: skip


class Reader(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {k for k, _ in attrs}
        self.links += [v or "" for k, v in attrs if k in {"href", "src", "action", "srcset"}]


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_bears_the_headers(lite: Site, path: str) -> None:
    """Rule: policy, sniffing, framing and referrer are said on every answer, errors and files included."""
    answer = lite.client(token=TOKEN).get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy or "default-src 'none'" in policy
    assert "unsafe" not in policy or answer.headers["content-type"] == "image/svg+xml"
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_failure_is_a_page_with_headers(own: Site) -> None:
    """Rule: what nobody foresaw tells nothing of the inside, and bears the headers too."""
    with store.begin(own.url) as db:
        db.execute(sa.update(t.events).where(t.events.c.id == 1).values(titles=5))  # no list of titles
    answer = own.client().get("/events")
    assert answer.status_code == 500
    assert "Something broke" in answer.text
    assert "Traceback" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_a_database_that_is_gone_is_said(tmp_path: Path) -> None:
    """Rule: 503 and one sentence, on pages and for machines."""
    gone = Site(f"sqlite:///{tmp_path}/none.db").client()
    assert gone.get("/health").status_code == 503
    answer = gone.get("/events")
    assert answer.status_code == 503
    assert "cannot read its database now" in answer.text
    for said in (answer.text, gone.get("/health").text):
        assert "none.db" not in said and str(tmp_path) not in said


@pytest.mark.parametrize("text", NASTY)
def test_what_feeds_say_is_text(sqlite_url: str, text: str) -> None:
    """Rule: no title, summary, outlet, amount, feed name or written form becomes markup."""
    newsroom = Newsroom(sqlite_url)
    story = newsroom.story("en", text, outlet=text)
    newsroom.story("und", text)
    event = newsroom.event([story, newsroom.story("ar", text, money=3e9)])
    with store.begin(newsroom.url) as db:
        db.execute(sa.update(t.stories).values(summary=text, author=text, language_reason=text[:32]))
        db.execute(sa.update(t.facts).values(written=text, role=text[:24]))
        db.execute(sa.update(t.entities).values(name=text))
        db.execute(sa.insert(t.aliases).values(entity_key="harbour", text=text, language="any"))
        mention = {"entity": text, "found": text, "part": text, "start": 0, "end": 1}
        evidence = {"mentions": [mention], "fields": {text: [text]}, "lookalikes": {text: [{"found": text}]}}
        db.execute(sa.update(t.matches).values(evidence=evidence, matcher_version=text[:48]))
        db.execute(
            sa.update(t.event_stories).values(evidence={"contributions": {text: 1.0}}, clusterer_version=text[:48])
        )
    newsroom.feed("failing")
    with store.begin(newsroom.url) as db:
        db.execute(sa.update(t.feeds).values(title=text, failure_count=1))
    site = Site(newsroom.url)
    for path in ("/events", f"/events/{event}", f"/stories/{story}", "/watchlist", "/feeds", "/queries/newest_events"):
        page = site.client(token=TOKEN).get(path)
        assert page.status_code == 200, page.text[:500]
        found = read(page.text)
        assert not found.tags & {"script", "svg", "style", "iframe", "object", "embed"}, path
        assert not [a for a in found.attributes if a.startswith("on") or a in {"style", "srcdoc"}], path
        assert "49" not in page.text or "{{ 7*7 }}" not in text, "a template in data was run"
    picture = site.client().get(f"/events/{event}/timeline.svg").content
    assert not [e for e in ET.fromstring(picture).iter() if e.tag.endswith("script")]
    search = site.client().get("/events", params={"q": text})
    assert not read(search.text).tags & {"script", "svg"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x?y=1", True),
        ("HTTP://a.example/", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example/", False),
        ("/events", False),
        ("https:evil", False),
        ("http://[bad", False),
        ("vbscript:x", False),
        ("", False),
        (None, False),
    ],
)
def test_links_go_to_the_web_only(url: str | None, expected: bool) -> None:
    """Rule: http and https with a host; everything else is shown as text."""
    assert bool(safe_url(url)) is expected


def test_a_story_with_a_bad_address_has_no_link(sqlite_url: str) -> None:
    """Rule: the page shows such a story, but nothing of it can be clicked."""
    newsroom = Newsroom(sqlite_url)
    event = newsroom.event([newsroom.story("en", "Odd one")])
    with store.begin(newsroom.url) as db:
        db.execute(sa.update(t.stories).values(url="javascript:alert(1)"))
    page = Site(newsroom.url).get(f"/events/{event}")
    assert "Odd one" in page
    assert not [x for x in read(page).links if "javascript" in x.lower()]


def test_links_out_tell_nobody_where_they_came_from(lite: Site) -> None:
    """Rule: a link to an outlet opens no window handle, sends no referrer and lends no weight."""
    page = lite.get("/events/1")
    out = [line for line in page.split("<a ") if line.startswith('class="out"')]
    assert out
    assert all('rel="noopener noreferrer nofollow"' in a for a in out)


def test_everything_is_local(lite: Site) -> None:
    """Rule: no page asks another server for anything but by a link that a person follows."""
    for path in ("/events", "/events/1", "/stories/1", "/watchlist", "/feeds", "/queries", "/queries/widest_events"):
        page = lite.get(path)
        found = read(page)
        assert not found.tags & {"script", "iframe", "style"}
        assert "style" not in found.attributes
        for tag in ("<link", "<img", "<source", "<form"):
            for part in page.split(tag)[1:]:
                assert "http" not in part.split(">")[0], part[:200]


def test_a_private_server_answers_to_its_names_only(lite: Site) -> None:
    """Rule: a foreign name that was pointed at this machine reads nothing (DNS rebinding)."""
    client = lite.client(hosts=("127.0.0.1", "localhost"))
    assert client.get("/events").status_code == 200
    answer = client.get("/events", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "xAI" not in answer.text
    assert "content-security-policy" in answer.headers


def test_inside_airflow_it_may_be_framed_by_airflow(lite: Site) -> None:
    """Rule: only pages of the same origin frame it, and links stay under the place where it is mounted."""
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    outer = FastAPI()
    outer.mount("/newswatch", lite.client(embedded=True).app)
    client = TestClient(outer, follow_redirects=False)
    answer = client.get("/newswatch/events")
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    inner = [x for x in read(answer.text).links if x.startswith("/")]
    assert inner
    assert all(x.startswith("/newswatch/") for x in inner)
    assert client.get("/newswatch/events/5").headers["location"].startswith("/newswatch/events/1")
    assert client.get(inner[0]).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "desk.example.evil.example", ""])
def test_a_foreign_name_is_not_answered(own: Site, host: str) -> None:
    """Rule: whoever points a name of theirs here reads nothing, also where the page is open to a network."""
    app = create_app(Settings(database_url=own.url), lambda: T0, hosts=("0.0.0.0", "desk.example"))
    client = TestClient(app, raise_server_exceptions=False)
    answer = client.get("/health", headers={"host": host})
    assert answer.status_code == 400
    assert "stories" not in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "desk.example",
        "DESK.example:8321",
        "192.0.2.7:8321",
        "[2001:db8::7]:8321",
        "web:8321",
        "localhost",
        "a.localhost",
    ],
)
def test_our_names_are_answered(own: Site, host: str) -> None:
    """Rule: numbers, names without a dot and the name of the links in mails reach the page."""
    app = create_app(Settings(database_url=own.url), lambda: T0, hosts=("0.0.0.0", "desk.example"))
    assert TestClient(app).get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "day", ["9999-12-31", "9999-12-30", "0001-01-01", "10000-01-01", "2026-02-30", "-1", "0000-00-00"]
)
def test_the_ends_of_the_calendar_break_nothing(own: Site, day: str) -> None:
    """Rule: a day that is none, or has no day after it, is no filter."""
    for name in ("since", "until"):
        assert own.client().get(f"/events?{name}={day}").status_code == 200


def test_a_copied_cookie_is_worth_nothing_after_signing_out(own: Site) -> None:
    """Rule: signing out ends the session, not only this browser's memory of it; others' go on."""
    settings = Settings(database_url=own.url, web_token=TOKEN)
    app = create_app(settings, lambda: T0)

    def enter() -> TestClient:
        client = TestClient(app)
        client.post("/sign-in", data={"token": TOKEN, "name": "Ada"})
        return client

    first, other = enter(), enter()
    cookie = first.cookies[security.COOKIE]
    page = first.get("/events/1").text
    form = re.search(r'name="form_token" value="([^"]+)"', page)
    assert form and "Sign out" in page
    assert first.post("/sign-out", data={"form_token": form[1]}).status_code == 200
    thief = TestClient(app, cookies={security.COOKIE: cookie})
    assert "Sign out" not in thief.get("/events/1").text
    assert thief.post("/events/1/split", data={"form_token": form[1], "story": "1"}).status_code == 403
    assert "Sign out" in other.get("/events/1").text
