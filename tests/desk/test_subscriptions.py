"""Leaving, being forgotten, dead letters, the outcome check, the heartbeat, hooks and the Atom feed."""

import email
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
import sqlalchemy as sa
import structlog

from pipeline import steps, store
from pipeline.desk import faults, pages, subscriptions
from pipeline.errors import NotFoundError
from pipeline.model import Frequency, Tally
from pipeline.settings import Settings
from pipeline.steps import outcomes, targets
from pipeline.store.tables import subscriptions as table
from tests.newsroom import T0, TITLES, Newsroom, reader
from tests.postoffice import PostOffice


@pytest.fixture(autouse=True)
def own_log() -> None:
    """Let each test find the log unconfigured: a command run before in this process may have sent it elsewhere."""
    structlog.reset_defaults()


def settings(url: str, **more: Any) -> Settings:
    return Settings(database_url=url, mail_from="desk@desk.example", base_url="https://desk.example", **more)


def step(name: str, room: Newsroom, hours: float = 0, **more: Any) -> Tally:
    return steps.perform(name, settings(room.url, **more), T0 + timedelta(hours=hours))


@pytest.fixture
def room(database_url: str) -> Newsroom:
    return Newsroom(database_url)


def stored(room: Newsroom, key: str = "desk") -> Any:
    with store.read(room.url) as db:
        return db.execute(sa.select(table).where(table.c.key == key)).one()


def test_the_link_in_a_mail_unsubscribes(room: Newsroom, tmp_path: Path) -> None:
    """From the header to the row: no more mail, what waits is cancelled, a second click does no harm."""
    with PostOffice() as post:
        room.subscribe(reader())
        room.event([room.story()])
        step("alert", room)
        step("deliver", room, smtp_url=post.url)
        link = str(post.mails[0][1]["List-Unsubscribe"]).strip("<>")
        token = urlsplit(link).path.removeprefix("/unsubscribe/")
        room.event([room.story()])
        step("alert", room, 1)
        assert subscriptions.unsubscribe(settings(room.url), token, T0 + timedelta(hours=1)) == "desk"
        assert subscriptions.unsubscribe(settings(room.url), token, T0 + timedelta(hours=2)) == "desk"
        step("deliver", room, 1, smtp_url=post.url)
        room.subscribe(reader(), at=T0)  # the file still says so
        room.event([room.story()])
        step("alert", room, 3)
        step("deliver", room, 3, smtp_url=post.url)
        assert len(post.mails) == 1
    assert stored(room).unsubscribed_at == T0 + timedelta(hours=1)
    assert [a[3] for a in room.alerts()] == ["sent", "cancelled"]


@pytest.mark.parametrize("token", ["", "nonsense", "ImRlc2si.AAAA"])
def test_a_made_up_link_changes_nothing(room: Newsroom, token: str) -> None:
    """Nobody unsubscribes somebody else by guessing."""
    room.subscribe(reader())
    with pytest.raises(NotFoundError, match="nothing was changed"):
        subscriptions.unsubscribe(settings(room.url), token, T0)
    assert stored(room).enabled


def test_addresses_are_erased_thirty_days_after_leaving(room: Newsroom, tmp_path: Path) -> None:
    """Name, address and hooks go; the row stays, so that the reader stays unsubscribed."""
    room.subscribe(reader(targets=("https://hooks.example/secret",)))
    from pipeline import mail

    with store.begin(room.url) as db:
        from pipeline.store.subscriptions import signing_secret

        token = mail.sign_token(signing_secret(db), "desk")
    subscriptions.unsubscribe(settings(room.url), token, T0)
    step("deliver", room, 29 * 24, mail_dir=tmp_path)
    assert stored(room).address == "desk@reader.example"
    step("deliver", room, 31 * 24, mail_dir=tmp_path)
    row = stored(room)
    assert (row.address, row.name, row.content["targets"], row.enabled) == ("", "", [], False)
    room.subscribe(reader(), at=T0)
    assert (stored(room).address, stored(room).enabled) == ("", False)


def test_forget_erases_at_once_wherever_it_stands(room: Newsroom) -> None:
    """By address, in any letter case; nothing of it is left anywhere in the database."""
    room.subscribe(
        reader("one", address="Erin@reader.example"), reader("two", address="erin@reader.example"), reader("x")
    )
    room.event([room.story()])
    step("alert", room)
    assert subscriptions.forget(settings(room.url), "ERIN@reader.example", T0) == ["one", "two"]
    with store.read(room.url) as db:
        everything = repr(db.execute(sa.select(table)).all()) + repr(room.rows())
    assert "erin" not in everything.lower()
    assert "x@reader.example" in everything
    assert [a[3] for a in room.alerts()] == ["cancelled", "cancelled", "pending"]
    with pytest.raises(NotFoundError):
        subscriptions.forget(settings(room.url), "erin@reader.example", T0)


def test_addresses_never_reach_the_log(room: Newsroom, capfd: pytest.CaptureFixture[str]) -> None:
    """Not when all is well, not when a server quotes them, not when they are forgotten."""
    with PostOffice() as post:
        room.subscribe(reader("private"), reader("refused"))
        post.refuse["refused@reader.example"] = "550 <refused@reader.example>: unknown"
        room.event([room.story()])
        step("alert", room)
        step("deliver", room, smtp_url=post.url)
    subscriptions.forget(settings(room.url), "private@reader.example", T0)
    out, err = capfd.readouterr()
    assert "deliver failed" in out + err
    assert "@reader.example" not in out + err


def test_lists_mask_addresses(room: Newsroom) -> None:
    """Enough to tell two apart."""
    room.subscribe(reader(frequency=Frequency.DAILY))
    [row] = subscriptions.listed(settings(room.url))
    assert (row.address, row.frequency) == ("d…@reader.example", "daily")
    assert "@" not in json.dumps(subscriptions.alerts_listed(settings(room.url)), default=str)


def test_standing_down_sends_nothing_ever(room: Newsroom, tmp_path: Path) -> None:
    """After a restored backup: what waits is known to its readers already."""
    room.subscribe(reader())
    room.event([room.story()])
    step("alert", room)
    assert subscriptions.stand_down(settings(room.url)) == 1
    assert step("deliver", room, mail_dir=tmp_path).done == 0
    assert [a[3] for a in room.alerts()] == ["baseline"]


def test_an_event_without_a_mail_is_an_alarm(room: Newsroom, tmp_path: Path) -> None:
    """Undecided, late or dead: the check looks at the outcome, not at errors; the operator hears of each once."""
    more = {"operator": "Ops <ops@desk.example>", "mail_dir": tmp_path}
    room.subscribe(reader())
    room.event([room.story()])
    room.event([room.story(level=2)])
    assert step("outcomes", room, 0.5, **more).failed == 0, "not yet"
    assert step("outcomes", room, 1.5, **more).detail["undecided"] == 1
    assert step("outcomes", room, 1.6, **more).detail["operator_told"] is False
    step("alert", room, 2)
    assert step("outcomes", room, 2.5, **more).failed == 0
    assert step("outcomes", room, 3.5, **more).detail["late"] == 1
    assert len(list(tmp_path.glob("*operator*.eml"))) == 2
    step("deliver", room, 4, mail_dir=tmp_path / "sent")
    assert step("outcomes", room, 9, **more).failed == 0


def test_the_alarm_speaks_the_operators_language(room: Newsroom, tmp_path: Path) -> None:
    """Rule: mails to the operator are in NEWSWATCH_OPERATOR_LANGUAGE, subject, words and header."""
    room.subscribe(reader())
    room.event([room.story()])
    step("outcomes", room, 1.5, operator="ops@desk.example", mail_dir=tmp_path, operator_language="de")
    (path,) = tmp_path.glob("*operator*.eml")
    told = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert told["Subject"] == "newswatch: Mails, die nicht hinausgingen: 1" and told["Content-Language"] == "de"
    assert "- Ereignis 1 (undecided" in told.get_content() and "have no delivered mail" not in told.get_content()


def test_a_dead_letter_on_level_three_is_an_alarm(room: Newsroom) -> None:
    """A refused recipient is no error of ours, and still somebody did not hear of it."""
    with PostOffice() as post:
        room.subscribe(reader())
        room.event([room.story()])
        step("alert", room)
        post.refuse["desk@reader.example"] = "550 5.1.1 no such user"
        step("deliver", room, smtp_url=post.url)
    with store.read(room.url) as db:
        from pipeline.store.rows.outcomes import undelivered

        assert [f.reason for f in undelivered(db, T0, timedelta(hours=1))] == ["dead"]
    assert outcomes.run(settings(room.url), T0).failed == 1


def test_the_heartbeat_comes_once_a_week(room: Newsroom) -> None:
    """N stories from M feeds, K matched, these feeds are sick: silence is information."""
    with PostOffice() as post:
        more = {"operator": "ops@desk.example", "smtp_url": post.url}
        room.feed("failing")
        room.feed("ok")
        room.story(), room.story("fr")
        assert step("heartbeat", room, 1, **more).done == 1
        assert step("heartbeat", room, 100, **more).skipped == 1
        assert step("heartbeat", room, 170, **more).done == 1
        text = post.mails[0][1].get_body(("plain",)).get_content()
        assert post.to("ops@desk.example") == [m for _, m in post.mails]
        assert len(set(post.ids())) == 2
    assert "2 stories from 0 feeds looked at, 2 matched" in text
    assert "failing since 10 Mar 2026" in text
    assert "Every event of level 3 was delivered" in text


def test_a_heartbeat_without_an_operator_is_skipped(room: Newsroom) -> None:
    """Said, not raised."""
    assert step("heartbeat", room).detail == {"why": "no NEWSWATCH_OPERATOR"}


class Hook(http.server.BaseHTTPRequestHandler):
    """Takes what is posted; `status` is its answer."""

    got: list[tuple[str, dict[str, Any]]]
    status: int

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        type(self).got.append((self.path, json.loads(body)))
        self.send_response(type(self).status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[tuple[type[Hook], str]]:
    handler = type("Here", (Hook,), {"got": [], "status": 200})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield handler, f"http://127.0.0.1:{server.server_port}/hooks/a?key=secret"
    server.shutdown()
    server.server_close()


def test_a_hook_hears_what_the_mail_told_once(
    room: Newsroom, hook: tuple[type[Hook], str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A hook that is down is tried again and holds up no mail; its address stays out of logs and rows."""
    handler, address = hook
    room.subscribe(reader(language="fr", targets=(address,)))
    event = room.event([room.story(), room.story("fr")])
    step("alert", room)
    step("deliver", room, mail_dir=tmp_path)
    handler.status = 500
    assert step("targets", room, 0.1).failed == 1
    handler.status = 200
    assert step("targets", room, 0.2).done == 1
    assert step("targets", room, 0.3).seen == 0
    path, body = handler.got[-1]
    assert path == "/hooks/a?key=secret"
    assert body["title"] == f"Nouvel événement: {TITLES['fr']}"
    assert body["message"] == f"2 articles, 2 langues\nhttps://desk.example/events/{event}"
    assert "secret" not in repr(room.rows()) + "".join(capfd.readouterr())


def test_events_as_an_atom_feed(room: Newsroom) -> None:
    """A reader program finds each event once, under an id that never changes; hostile titles stay text."""
    first = room.event([room.story(), room.story("fr")])
    room.event([room.story(title="<b>&\x1b]]></title>", link="https://o.example/?a=1&b=2")], at=T0 + timedelta(hours=1))
    room.event([room.story(level=1)])
    written = pages.atom_feed(settings(room.url), T0, min_level=2, language="fr")
    ElementTree.fromstring(written)
    found = feedparser.parse(written)
    assert not found.bozo
    assert [e.link for e in found.entries][-1] == f"https://desk.example/events/{first}"
    assert [e.title for e in found.entries] == ["<b>&]]></title>", TITLES["fr"]] or found.entries[1].title == TITLES[
        "fr"
    ]
    assert len({e.id for e in found.entries}) == 2
    room.join(first, [room.story("id")], at=T0 + timedelta(hours=2))
    again = feedparser.parse(pages.atom_feed(settings(room.url), T0, min_level=2))
    assert again.entries[0].id == found.entries[1].id


def test_a_message_that_breaks_keeps_nobody_elses(
    room: Newsroom, hook: tuple[type[Hook], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in one message costs it alone: noted with its reason, and told by a mended version."""
    handler, address = hook
    room.subscribe(reader(targets=(address,)))
    made = [room.event([room.story(title=f"Harbour Grid buys site {i}")]) for i in range(3)]
    step("alert", room)
    step("deliver", room, mail_dir=tmp_path)
    with monkeypatch.context() as broken:
        sound = targets._write

        def write(settings: Settings, who: Any, events: list[Any], reason: str) -> Any:
            if any(event == made[1] for event, _ in events):
                raise RecursionError("of one message")
            return sound(settings, who, events, reason)

        broken.setattr(targets, "_write", write)
        tally = step("targets", room, 0.1)
    assert (tally.seen, tally.done, tally.failed) == (3, 2, 1)
    assert sorted(b["title"][-1] for _, b in handler.got) == ["0", "2"]
    (fault,) = faults.listed(settings(room.url))
    assert (fault.step, fault.item_kind, fault.reason[:14]) == ("targets", "alert", "RecursionError")
    assert step("targets", room, 0.2).done == 1
    assert sorted(b["title"][-1] for _, b in handler.got) == ["0", "1", "2"]
    assert faults.listed(settings(room.url)) == []
