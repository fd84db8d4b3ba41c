"""What readers say by the links in their mails: asked first, done once, taken back, and nothing but what is signed."""

import email
from datetime import timedelta
from email import policy
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import mail, steps, store
from pipeline.desk import labels, subscriptions
from pipeline.settings import Settings, load
from pipeline.store import tables as t
from tests.newsroom import T0, Newsroom, reader
from tests.web.conftest import TOKEN, Site
from tests.web.test_desk import form_token, sign_in


def settings(url: str, **more: object) -> Settings:
    return load(database_url=url, mail_from="desk@desk.example", base_url="https://desk.example", **more)


def told(room: Newsroom) -> list[tuple[int, int, str]]:
    """Give every label: story, level, who."""
    with store.read(room.url) as db:
        rows = db.execute(sa.select(t.labels).order_by(t.labels.c.id))
        return [(r.story_id, r.level, r.labelled_by) for r in rows]


def link(room: Newsroom, folder: Path) -> str:
    """Tell a reader of one event by a mail, and give the link at its foot, without the host."""
    step_settings = settings(room.url, mail_dir=folder)
    steps.perform("alert", step_settings, T0)
    steps.perform("deliver", step_settings, T0)
    (letter,) = folder.glob("*.eml")
    body = email.message_from_bytes(letter.read_bytes(), policy=policy.default).get_body(("plain",))
    text = str(body.get_content())  # type: ignore[union-attr, attr-defined]
    (found,) = {word for word in text.split() if word.startswith("https://desk.example/mails/")}
    return found.removeprefix("https://desk.example")


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    newsroom.subscribe(reader("desk"))
    return newsroom


def test_a_link_asks_and_a_button_labels(room: Newsroom, tmp_path: Path) -> None:
    """Rule: opening the link changes nothing (scanners do); the button labels the story that headed the mail, once."""
    french, english = room.story("fr"), room.story("en")
    room.event([french, english])
    client, path = Site(room.url).client(), link(room, tmp_path)
    for asked in (path, f"{path}/irrelevant"):
        page = client.get(asked)
        assert page.status_code == 200
        assert f'action="{path}/irrelevant"' in page.text
        assert "desk@" not in page.text
    assert told(room) == []
    for _ in range(2):
        assert "Done" in client.post(f"{path}/irrelevant").text
    assert told(room) == [(english, 0, "reader desk")]
    (line,) = labels.export(settings(room.url))
    assert line["relevance"] == 0
    assert "Taken back" in client.post(f"{path}/irrelevant", data={"back": "1"}).text
    assert told(room) == []


def test_the_desk_knows_better(room: Newsroom, tmp_path: Path) -> None:
    """Rule: what somebody of the desk said of a story stands; a reader's word does not come after it."""
    story = room.story("en")
    room.event([story])
    path = link(room, tmp_path)
    labels.run(settings(room.url), T0, str(story), 2, "Ana")
    client = Site(room.url).client()
    assert client.post(f"{path}/irrelevant").status_code == 200
    assert told(room) == [(story, 2, "Ana")]
    client.post(f"{path}/irrelevant", data={"back": "1"})
    assert told(room) == [(story, 2, "Ana")]


def step(room: Newsroom, folder: Path, hours: float) -> int:
    """Decide and send; give how many mails there are."""
    for name in ("alert", "deliver"):
        steps.perform(name, settings(room.url, mail_dir=folder), T0 + timedelta(hours=hours))
    return len(list(folder.glob("*.eml")))


def test_muting_is_heard_by_the_next_decision(room: Newsroom, tmp_path: Path) -> None:
    """Rule: asked first; then no update of the event, what waits is cancelled; taken back, its next change is told."""
    event = room.event([room.story("en")])
    path = link(room, tmp_path)
    client = Site(room.url).client()
    room.join(event, [room.story("fr")], at=T0 + timedelta(hours=1))
    steps.perform("alert", settings(room.url), T0 + timedelta(hours=1))
    assert "Mute this event" in client.get(f"{path}/mute").text
    assert [a[3] for a in room.alerts()] == ["sent", "pending"]
    for _ in range(2):
        assert "no more mails about this event" in client.post(f"{path}/mute").text
    assert [a[3] for a in room.alerts()] == ["sent", "cancelled"]
    (row,) = subscriptions.listed(settings(room.url))
    assert row.muted == [event]
    room.join(event, [room.story("id")], at=T0 + timedelta(hours=2))
    assert step(room, tmp_path, 2) == 1
    other = room.event([room.story("en")])
    assert step(room, tmp_path, 3) == 2
    room.subscribe(reader("desk"), at=T0)  # the file is read again: the wish stands
    room.join(event, [room.story("de")], at=T0 + timedelta(hours=4))
    assert step(room, tmp_path, 4) == 2
    client.post(f"{path}/mute", data={"back": "1"})
    room.join(event, [room.story("ja")], at=T0 + timedelta(hours=5))
    assert step(room, tmp_path, 5) == 3
    assert {a[1] for a in room.alerts()} == {event, other}


def test_a_reader_chooses_a_level(room: Newsroom, tmp_path: Path) -> None:
    """Rule: the link names the level, so that twice is once; it never lowers what the file says, and can be undone."""
    room.event([room.story("en", level=1)])
    path = link(room, tmp_path)
    client = Site(room.url).client()
    room.event([room.story("en", level=1)])
    steps.perform("alert", settings(room.url), T0 + timedelta(hours=1))
    assert "Only level 2 and above" in client.get(f"{path}/level-2").text
    for _ in range(2):
        assert "level 2 and above only" in client.post(f"{path}/level-2").text
    assert [a[3] for a in room.alerts()] == ["sent", "cancelled"]
    assert step(room, tmp_path, 2) == 1
    room.event([room.story("en", level=2)])
    room.subscribe(reader("desk"), at=T0)  # the file is read again: the wish stands
    assert step(room, tmp_path, 3) == 2
    room.subscribe(reader("desk", min_level=3), at=T0)
    assert f'action="{path}/level-2"' not in client.get(path).text
    room.event([room.story("en", level=2)])
    assert step(room, tmp_path, 4) == 2
    room.subscribe(reader("desk"), at=T0)
    client.post(f"{path}/level-2", data={"back": "1"})
    room.event([room.story("en", level=1)])
    assert step(room, tmp_path, 5) == 3


def test_the_desk_sees_who_was_mailed_and_why(room: Newsroom, tmp_path: Path) -> None:
    """Rule: what the mail said, on the event's page; for who is signed in only."""
    event = room.event([room.story("en")])
    assert step(room, tmp_path, 0) == 1
    site = Site(room.url)
    assert (
        "It is about the subject of your articles, and names Harbour Grid."
        in sign_in(site).get(f"/events/{event}").text
    )
    assert "Who was mailed" not in site.client(token=TOKEN).get(f"/events/{event}").text


@pytest.mark.parametrize("token", ["x", "a.b", "%00", "a" * 3000])
def test_a_made_up_link_does_nothing(sqlite_url: str, token: str) -> None:
    """Rule: only what we signed for this says anything; a link to unsubscribe is not."""
    room = Newsroom(sqlite_url)
    room.subscribe(reader("desk"))
    story = room.story()
    secret = subscriptions.secret(settings(room.url))
    client = Site(room.url).client()
    for bad in (token, mail.sign_token(secret, "desk"), mail.sign_wish("other", "desk", 1, story)):
        assert client.get(f"/mails/{bad}").status_code == 404
        assert client.post(f"/mails/{bad}/irrelevant").status_code == 404
    good = mail.sign_wish(secret, "desk", 1, story)
    assert client.post(f"/mails/{good}/everything").status_code == 404
    assert client.post(f"/unsubscribe/{good}").status_code == 404
    assert told(room) == []


def test_who_was_erased_says_nothing(room: Newsroom, tmp_path: Path) -> None:
    """Rule: a link outlives its subscription and does nothing then."""
    room.event([room.story()])
    path = link(room, tmp_path)
    subscriptions.forget(settings(room.url), "desk@reader.example", T0 + timedelta(days=1))
    assert Site(room.url).client().post(f"{path}/irrelevant").status_code == 404
    assert told(room) == []


def test_ours_and_not_ours_on_the_page(newsroom: Newsroom) -> None:
    """Rule: who is signed in labels stories where they stand; the forms are ours, and a label can be taken back."""
    ids = [newsroom.story("en", level=2), newsroom.story("fr")]
    event = newsroom.event(ids)
    site = Site(newsroom.url)
    assert "Not ours" not in site.client(token=TOKEN).get(f"/events/{event}").text
    client = sign_in(site)
    token = form_token(client, f"/events/{event}")
    path = f"/stories/{ids[0]}/label?event={event}"
    assert client.post(path, data={"level": 0}).status_code == 403
    assert site.client(token=TOKEN).post(path, data={"level": 0, "form_token": token}).status_code == 403
    assert site.client().post(path, data={"level": 0}).status_code == 404
    answer = client.post(path, data={"level": 0, "form_token": token})
    assert answer.headers["location"] == f"/events/{event}?done=labelled#s{ids[0]}"
    assert told(newsroom) == [(ids[0], 0, "Ana")]
    assert "A person said: not ours" in client.get(f"/events/{event}").text
    assert client.post(f"/stories/{ids[1]}/label", data={"level": 3, "form_token": token}).status_code == 303
    assert client.post(f"/stories/{ids[1]}/label", data={"level": 4, "form_token": token}).status_code == 400
    assert client.post("/stories/999/label", data={"level": 1, "form_token": token}).status_code == 404
    client.post(path, data={"level": -1, "form_token": token})
    assert told(newsroom) == [(ids[1], 3, "Ana")]
