"""Whose fault a refusal is, and servers that never end: letters wait, and all are sent in the end."""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from pipeline import steps
from pipeline.core.alerts.refusals import Streak
from pipeline.mail import parse_url, replies, session
from pipeline.mail.smtp import Smtp
from pipeline.model import Tally
from pipeline.settings import Settings
from tests.newsroom import T0, Newsroom, reader
from tests.postoffice import PostOffice

DAY = timedelta(days=1)


def send(url: str, smtp: str, hours: float = 0) -> Tally:
    made = Settings(database_url=url, mail_from="Desk <desk@desk.example>", smtp_url=smtp)
    return steps.perform("deliver", made, T0 + timedelta(hours=hours))


def owed(url: str, *readers: Any, events: int = 1) -> Newsroom:
    room = Newsroom(url)
    room.subscribe(*readers)
    for _ in range(events):
        room.event([room.story(), room.story("fr")])
    steps.perform("alert", Settings(database_url=url, mail_from="desk@desk.example"), T0)
    return room


def states(room: Newsroom) -> Counter[str]:
    return Counter(a[3] for a in room.alerts())


ABOUT_US = [
    ("mail", "550 5.4.5 Daily user sending limit exceeded."),
    ("recipient", "554 5.7.1 <reader@x.example>: Relay access denied"),
    ("mail", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
    ("recipient", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example"),
    ("recipient", "550 5.7.1 Authentication required"),
    ("recipient", "552 5.2.2 Mailbox full"),
    ("recipient", "550 relaying is not allowed"),
    ("mail", "554 Transaction failed"),
    ("recipient", "530 5.7.0 Must issue a STARTTLS command first"),
    ("mail", "550 5.7.26 unauthenticated mail is prohibited"),
    ("recipient", "550-5.7.1 your address is listed\r\n550 5.7.1 see our pages"),
    ("mail", "503 5.5.1 bad sequence of commands"),
    ("mail", "552 over quota"),
    ("mail", "554 5.3.0 local configuration error"),
    ("recipient", "571 delivery not authorised"),
]


@pytest.mark.parametrize(("stage", "reply"), ABOUT_US, ids=[r[:18] for _, r in ABOUT_US])
def test_letters_wait_for_what_is_about_us(sqlite_url: str, stage: str, reply: str) -> None:
    """Five events, one reader, the same answer for days: nothing dies, few are asked, all go out in the end."""
    room = owed(sqlite_url, reader("one"), events=5)
    with PostOffice() as post:
        for day in range(4):
            post.data_replies = [reply] * 5 if stage == "mail" else []
            post.refuse = {"one@reader.example": reply} if stage == "recipient" else {}
            asked = len(post.attempts)
            tally = send(sqlite_url, post.url, day * 24)
            assert states(room) == {"pending": 5} and tally.failed > 0
            assert len(post.attempts) - asked == 3, "three answers of one kind in a row are enough for a run"
        post.data_replies, post.refuse = [], {}
        for hours in (97, 98):
            send(sqlite_url, post.url, hours)
        assert states(room) == {"sent": 5} and len(post.mails) == 5


def test_three_readers_with_one_answer_are_about_us(database_url: str) -> None:
    """Even "no such user": whoever was given up comes back, the operator reads the server's words."""
    room = owed(database_url, *(reader(n) for n in "abcde"))
    with PostOffice() as post:
        post.refuse = {f"{n}@reader.example": "550 5.1.1 no such user" for n in "abcde"}
        tally = send(database_url, post.url)
        assert states(room) == {"pending": 5} and len(post.attempts) == 3
        assert (tally.detail["dead"], tally.detail["held"]) == (0, 3)
        assert "550 5.1.1 no such user" in str(tally.detail["why"])
        post.refuse.clear()
        assert send(database_url, post.url, 1).detail["held"] == 0
    assert states(room) == {"sent": 5}


def test_one_reader_nobody_takes_is_given_up_while_others_are_served(database_url: str) -> None:
    """The answer to one reader among many is about that reader: it dies after days of failing and holds nobody up."""
    room = owed(database_url, reader("a"), reader("b"), reader("policy"), reader("gone"))
    with PostOffice() as post:
        post.refuse = {
            "policy@reader.example": "550 5.7.1 your domain is not welcome here",
            "gone@reader.example": "550 5.1.1 no such user",
        }
        tally = send(database_url, post.url)
        assert tally.done == 2 and states(room) == {"sent": 2, "dead": 1, "pending": 1}
        assert tally.detail["held"] <= 1, "held while nobody else was served before"
        room.event([room.story("de")], at=T0 + timedelta(hours=1))
        for day in range(1, 8):
            steps.perform(
                "alert", Settings(database_url=database_url, mail_from="d@d.example"), T0 + timedelta(days=day)
            )
            send(database_url, post.url, day * 24)
        assert states(room)["sent"] == 4


@pytest.mark.parametrize("code", [999, 600, 333, 0])
def test_nonsense_kills_no_letter(code: int) -> None:
    """A code that no standard knows is no word about a reader."""
    for stage in ("sender", "recipient", "mail"):
        assert replies.outcome(stage, code, "hm") == "server"


@pytest.mark.parametrize(
    ("stage", "code", "said", "outcome"),
    [
        ("recipient", 550, "5.1.1 <a@b.example>: Recipient address rejected", "permanent"),
        ("recipient", 550, "No such user here", "permanent"),
        ("recipient", 553, "sorry, that recipient does not exist", "permanent"),
        ("recipient", 550, "5.2.1 the mailbox is disabled", "permanent"),
        ("recipient", 556, "domain does not accept mail", "permanent"),
        ("mail", 552, "5.3.4 message too big", "permanent"),
        ("mail", 554, "5.6.0 the content is not wanted", "permanent"),
        ("recipient", 450, "4.2.0 greylisted", "temporary"),
        ("mail", 452, "4.3.1 disk full", "temporary"),
        ("sender", 550, "5.1.8 bad sender", "server"),
        ("recipient", 550, "5.1.8 sender address rejected", "server"),
        ("recipient", 421, "4.3.2 closing", "server"),
        ("recipient", 535, "5.7.8 bad credentials", "server"),
        ("recipient", 550, "5.71 is no code", "policy"),
    ],
)
def test_whom_an_answer_is_about(stage: str, code: int, said: str, outcome: str) -> None:
    """The enhanced code decides, else the code and, for a mailbox, the words."""
    assert replies.outcome(stage, code, said) == outcome


def test_server_words_move_no_terminal() -> None:
    """Escape sequences and bidi controls of a server reach neither log nor table."""
    assert replies.said(b"5.1.1 \x1b[2Jgone\x07 \xe2\x80\xaeabc a@b.example") == "5.1.1 [2Jgone abc <address>"


def test_a_streak_is_broken_by_another_answer_and_by_a_success() -> None:
    """Only the same answer to different readers in a row counts."""
    streak = Streak()
    for n in "ab":
        streak.add(n, "x", [1])
    streak.add("c", "y", [2])
    assert not streak.is_about_us and streak.alerts == [2]
    streak.add("d", "y", [3])
    streak.accepted()
    streak.add("e", "y", [4])
    assert not streak.is_about_us
    for _ in range(2):
        streak.add("e", "y", [5])
    assert not streak.is_about_us and streak.is_enough("e") and not streak.is_enough("a")


# ------------------------------------------------------------------------------------------ servers that never end


@contextmanager
def endless(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """A listener whose talk never comes to an end by itself."""
    done = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while not done.is_set():
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=quietly, args=(peer,), daemon=True).start()

    def quietly(peer: socket.socket) -> None:
        try:
            talk(peer, done)
        except OSError:
            pass
        finally:
            peer.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        done.set()
        listener.close()


def drip(text: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def talk(peer: socket.socket, done: threading.Event) -> None:
        while not done.wait(0.05):
            peer.sendall(text)

    return talk


def silent(peer: socket.socket, done: threading.Event) -> None:
    done.wait()


def drip_of_tls(peer: socket.socket, done: threading.Event) -> None:
    peer.sendall(b"\x16\x03\x03\x04\x00")  # a record of a kilobyte that comes byte by byte
    drip(b"\x02")(peer, done)


def drip_at_starttls(peer: socket.socket, done: threading.Event) -> None:
    peer.sendall(b"220 hello\r\n")
    while line := peer.recv(1000):
        if line.startswith(b"EHLO"):
            peer.sendall(b"250-post.example\r\n250 STARTTLS\r\n")
        elif line.startswith(b"STARTTLS"):
            peer.sendall(b"220 go ahead\r\n")
            break
    drip_of_tls(peer, done)


ENDLESS = {
    "banner": ("smtp", drip(b"220-still here\r\n"), ""),
    "letters of a banner": ("smtp", drip(b"2"), ""),
    "silence": ("smtp", silent, ""),
    "TLS greeting": ("smtps", drip_of_tls, ""),
    "silence for TLS": ("smtps", silent, ""),
    "STARTTLS": ("smtp", drip_at_starttls, "&starttls=1&verify=0"),
}


@pytest.mark.parametrize("how", ENDLESS)
def test_a_server_that_never_ends_is_left(sqlite_url: str, how: str) -> None:
    """The deadline counts from the connecting on; the lock is free afterwards and no letter is lost."""
    scheme, talk, more = ENDLESS[how]
    room = owed(sqlite_url, *(reader(n) for n in "abcd"))
    with endless(talk) as port:
        tallies: list[Tally] = []
        url = f"{scheme}://127.0.0.1:{port}?timeout=2&deadline=1{more}"
        running = threading.Thread(target=lambda: tallies.append(send(sqlite_url, url)), daemon=True)
        running.start()
        running.join(60)  # without a deadline it never ends
        assert tallies, "deliver hangs"
    assert tallies[0].done == 0 and states(room) == {"pending": 4}
    assert "did not answer in time" in str(tallies[0].detail["why"])
    with PostOffice() as post:
        assert send(sqlite_url, post.url, 1).done == 4, "the lock is free"


def test_the_look_up_of_a_name_has_an_end(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that never answers has no time limit of its own."""
    room, never = owed(sqlite_url, reader("a")), threading.Event()
    monkeypatch.setattr(session.socket, "getaddrinfo", lambda *_, **__: never.wait())
    tallies: list[Tally] = []
    url = "smtp://post.example:25?timeout=2&deadline=1"
    running = threading.Thread(target=lambda: tallies.append(send(sqlite_url, url)), daemon=True)
    running.start()
    running.join(60)
    never.set()
    assert tallies and "finding post.example took longer" in str(room.rows()[0].last_error)


def test_goodbye_has_an_end() -> None:
    """A server that drips its answer to QUIT holds nobody."""

    def talk(peer: socket.socket, done: threading.Event) -> None:
        peer.sendall(b"220 hello\r\n")
        while line := peer.recv(1000):
            if line.startswith(b"QUIT"):
                drip(b"221-bye\r\n")(peer, done)
            peer.sendall(b"250 ok\r\n")

    with endless(talk) as port:
        way = Smtp(parse_url(f"smtp://127.0.0.1:{port}?timeout=2&deadline=5"))
        way._connection()
        ended = threading.Thread(target=way.close, daemon=True)
        ended.start()
        ended.join(60)
        assert not ended.is_alive()
