"""What changes something: unsubscribing by the link of a mail, and corrections by those who know the token."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from pipeline import mail, store
from pipeline.core.text import url as urls
from pipeline.desk import subscriptions as step
from pipeline.settings import load
from pipeline.store import tables as t
from pipeline.web.security import COOKIE, STAYS
from tests.newsroom import Newsroom, reader
from tests.web.conftest import TOKEN, Site


def is_on(url: str, key: str = "desk") -> bool:
    with store.read(url) as db:
        row = db.execute(sa.select(t.subscriptions).where(t.subscriptions.c.key == key)).one()
        return bool(row.enabled and row.unsubscribed_at is None)


def token_of(url: str, key: str = "desk") -> str:
    return mail.sign_token(step.secret(load(database_url=url)), key)


def test_a_mails_link_speaks_its_readers_language(newsroom: Newsroom) -> None:
    """Rule: who is written to in Arabic is asked in Arabic, right to left; who is unknown in the browser's language."""
    newsroom.subscribe(reader("desk", language="ar"))
    client, path = Site(newsroom.url).client(), f"/unsubscribe/{token_of(newsroom.url)}"
    asked, done = client.get(path, headers={"accept-language": "de"}).text, client.post(path).text
    for page in (asked, done):
        assert '<html lang="ar" dir="rtl">' in page and "الاشتراك" in page and "Queries" not in page
    unknown = client.get("/unsubscribe/nothing", headers={"accept-language": "xx, de-AT;q=0.9"})
    assert unknown.status_code == 404 and "Dieser Link bewirkt nichts" in unknown.text
    assert "Ce lien ne fait rien" in client.get("/mails/nothing", headers={"accept-language": "fr"}).text


def test_a_link_asks_and_a_button_unsubscribes(newsroom: Newsroom) -> None:
    """Rule: opening the link changes nothing (scanners do); the button does, twice is once."""
    newsroom.subscribe(reader("desk"))
    client, path = Site(newsroom.url).client(), f"/unsubscribe/{token_of(newsroom.url)}"
    page = client.get(path)
    assert page.status_code == 200
    assert f'action="{path}"' in page.text
    assert "desk@" not in page.text
    assert is_on(newsroom.url)
    for _ in range(2):
        done = client.post(path)
        assert done.status_code == 200
        assert "You are unsubscribed" in done.text
    assert not is_on(newsroom.url)


def test_one_click(newsroom: Newsroom) -> None:
    """Rule: RFC 8058: a POST by the mail program, from elsewhere, without cookies, answers 2xx and unsubscribes."""
    newsroom.subscribe(reader("desk"), reader("other"))
    answer = (
        Site(newsroom.url)
        .client()
        .post(
            f"/unsubscribe/{token_of(newsroom.url)}",
            data={"List-Unsubscribe": "One-Click"},
            headers={"origin": "https://mail.example", "sec-fetch-site": "cross-site"},
        )
    )
    assert answer.status_code == 200
    assert not is_on(newsroom.url)
    assert is_on(newsroom.url, "other")


@pytest.mark.parametrize("token", ["x", "desk", "ImRlc2si.AAAA", "%00", "a" * 3000])
def test_a_made_up_link_does_nothing(sqlite_url: str, token: str) -> None:
    """Rule: only what we signed unsubscribes anyone."""
    newsroom = Newsroom(sqlite_url)
    newsroom.subscribe(reader("desk"))
    client = Site(newsroom.url).client()
    assert client.get(f"/unsubscribe/{token}").status_code == 404
    assert client.post(f"/unsubscribe/{token}").status_code == 404
    assert is_on(newsroom.url)


@pytest.fixture
def two(newsroom: Newsroom) -> tuple[Site, int, int, list[int]]:
    """Two events of two stories each."""
    ids = [newsroom.story(tag) for tag in ("en", "fr", "de", "id")]
    with store.begin(newsroom.url) as db:  # corrections go by identity, which must be that of the address
        for r in db.execute(sa.select(t.stories.c.id, t.stories.c.canonical_url)).all():
            db.execute(sa.update(t.stories).where(t.stories.c.id == r.id).values(url_hash=urls.key(r.canonical_url)))
    return Site(newsroom.url), newsroom.event(ids[:2]), newsroom.event(ids[2:]), ids


def sign_in(site: Site, name: str = "Ana") -> TestClient:
    client = site.client(token=TOKEN)
    answer = client.post("/sign-in", data={"token": TOKEN, "name": name})
    assert answer.status_code == 303
    return client


def form_token(client: TestClient, path: str) -> str:
    found = re.search(r'name="form_token" value="(\w+)"', client.get(path).text)
    assert found
    return found[1]


def test_without_a_token_nothing_can_be_changed(two: tuple[Site, int, int, list[int]]) -> None:
    """Rule: read-only by default: no form, no sign-in, and the doors are not there."""
    site, one, other, ids = two
    client = site.client()
    page = client.get(f"/events/{one}").text
    assert "Merge" not in page
    assert "<form" not in page
    for path, data in (
        ("/sign-in", {"token": ""}), ("/sign-in", {"token": TOKEN}), (f"/events/{one}/merge", {"other": other}),
        (f"/events/{one}/split", {"story": ids[0]}), ("/sign-out", {}),
    ):  # fmt: skip
        assert client.post(path, data=data).status_code == 404, path
    assert client.get("/sign-in").status_code == 404


def test_a_reader_of_a_desk_cannot_correct(two: tuple[Site, int, int, list[int]]) -> None:
    """Rule: with a token configured, one who did not sign in sees no forms and is refused."""
    site, one, other, _ = two
    client = site.client(token=TOKEN)
    assert "Merge" not in client.get(f"/events/{one}").text
    for wrong in ("", "x", TOKEN[:-1], TOKEN + "x", "тoken"):
        assert client.post("/sign-in", data={"token": wrong}).status_code == 403
    assert COOKIE not in client.cookies
    assert client.post(f"/events/{one}/merge", data={"other": other}).status_code == 403


def test_merge(two: tuple[Site, int, int, list[int]]) -> None:
    """Rule: two events become one, under the older number, with who said so."""
    site, one, other, _ = two
    client = sign_in(site)
    token = form_token(client, f"/events/{other}")
    answer = client.post(f"/events/{other}/merge", data={"other": one, "form_token": token, "note": "same deal"})
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"/events/{one}?done=merged"
    assert client.get(f"/events/{other}").headers["location"].startswith(f"/events/{one}?")
    with store.read(site.url) as db:
        said = db.execute(sa.select(t.corrections)).all()
    assert {(c.kind, c.corrected_by, c.note) for c in said} == {("together", "Ana", "same deal")}


def test_split(two: tuple[Site, int, int, list[int]]) -> None:
    """Rule: chosen stories leave; choosing none, or all, changes nothing and says why."""
    site, one, _, ids = two
    client = sign_in(site)
    token = form_token(client, f"/events/{one}")
    assert client.post(f"/events/{one}/split", data={"form_token": token}).status_code == 404
    everything = client.post(f"/events/{one}/split", data={"form_token": token, "story": ids[:2]})
    assert everything.status_code == 404
    assert "not all of them" in everything.text
    answer = client.post(f"/events/{one}/split", data={"form_token": token, "story": ids[1]})
    assert answer.status_code == 303
    with store.read(site.url) as db:
        rows = db.execute(sa.select(t.event_stories.c.story_id, t.event_stories.c.event_id)).all()
    at = {r.story_id: r.event_id for r in rows}
    assert at[ids[0]] != at[ids[1]]


def test_forms_of_others_do_not_count(two: tuple[Site, int, int, list[int]]) -> None:
    """Rule: a form must be from this page, in this session (CSRF)."""
    site, one, other, _ = two
    client = sign_in(site)
    token = form_token(client, f"/events/{one}")
    path = f"/events/{one}/merge"
    assert client.post(path, data={"other": other}).status_code == 403
    assert client.post(path, data={"other": other, "form_token": "0" * 64}).status_code == 403
    stranger = form_token(sign_in(site, "Bea"), f"/events/{one}")
    assert client.post(path, data={"other": other, "form_token": stranger}).status_code == 403
    for from_where in ("cross-site", "same-site"):
        sent = client.post(path, data={"other": other, "form_token": token}, headers={"sec-fetch-site": from_where})
        assert sent.status_code == 403


def test_a_session_ends(two: tuple[Site, int, int, list[int]]) -> None:
    """Rule: by itself after a working day, at once with the button, and with a new token in the settings."""
    site, one, _, _ = two
    client = sign_in(site)
    cookie = client.cookies[COOKIE]
    assert "Merge" in client.get(f"/events/{one}").text
    site.now += STAYS + timedelta(seconds=1)
    assert "Merge" not in client.get(f"/events/{one}").text
    site.now -= STAYS
    other = site.client(token="another-token-of-the-desk")
    other.cookies.set(COOKIE, cookie)
    assert "Merge" not in other.get(f"/events/{one}").text
    client.post("/sign-out", data={"form_token": form_token(client, "/events")})
    assert "Merge" not in client.get(f"/events/{one}").text


def test_the_cookie_is_out_of_reach(two: tuple[Site, int, int, list[int]]) -> None:
    """Rule: no script reads it, no other site sends it."""
    client = two[0].client(token=TOKEN)
    said = client.post("/sign-in", data={"token": TOKEN}).headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said


def test_a_weak_token_is_refused() -> None:
    """Rule: a token that can be guessed is a mistake of whoever configures it, and is said at the start."""
    from pipeline.errors import ConfigError

    with pytest.raises(ConfigError, match="NEWSWATCH_WEB_TOKEN"):
        load(web_token="short")
