"""The step that sends: real SMTP with its faults, real processes that are killed, and mails counted at the server."""

import ssl
import subprocess
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline import steps, store
from pipeline.errors import ConfigError
from pipeline.model import Frequency, Tally
from pipeline.settings import Settings
from pipeline.store import outbox
from pipeline.store.sql import query
from pipeline.store.tables import alerts, deliveries
from tests.newsroom import T0, Newsroom, reader
from tests.postoffice import PostOffice
from tests.processes import StepProcess, kill_when, together


def settings(url: str, **more: Any) -> Settings:
    return Settings(database_url=url, mail_from="Desk <desk@desk.example>", base_url="https://desk.example", **more)


def decide(url: str, hours: float = 0) -> Tally:
    return steps.perform("alert", settings(url), T0 + timedelta(hours=hours))


def send(url: str, smtp: str | None, hours: float = 0, **more: Any) -> Tally:
    return steps.perform("deliver", settings(url, smtp_url=smtp, **more), T0 + timedelta(hours=hours))


@pytest.fixture
def room(database_url: str) -> Newsroom:
    return Newsroom(database_url)


def owed(room: Newsroom, *readers: Any, events: int = 1) -> list[int]:
    room.subscribe(*(readers or (reader(),)))
    made = [room.event([room.story(), room.story("fr")]) for _ in range(events)]
    decide(room.url)
    return made


def states(room: Newsroom) -> list[str]:
    return [a[3] for a in room.alerts()]


# ------------------------------------------------------------------------------------------------------- the good case


@pytest.mark.parametrize(("days", "mails"), [(400, 1), (9, 1), (6, 0)])
def test_a_mail_put_off_beyond_any_bound_is_due(room: Newsroom, days: int, mails: int) -> None:
    """A weekly digest is the longest wait; what waits longer was stored by a clock that was wrong."""
    owed(room, reader("ann"))
    with store.begin(room.url) as db:
        db.execute(sa.update(alerts).values(due_at=T0 + timedelta(days=days)))
    with PostOffice() as post:
        send(room.url, post.url)
        assert len(post.mails) == mails


def test_a_mail_goes_out_once(room: Newsroom) -> None:
    """Sent, marked, and never again."""
    with PostOffice() as post:
        owed(room, reader("a"), reader("b"))
        tally = send(room.url, post.url)
        assert (tally.done, tally.failed, tally.detail["mails"]) == (2, 0, 2)
        assert send(room.url, post.url, 1).done == 0
        assert sorted(to for to, _ in post.mails) == ["a@reader.example", "b@reader.example"]
        assert post.sessions == 1, "one connection carries many mails"
    assert states(room) == ["sent", "sent"]
    assert [str(m["Message-ID"]) for _, m in post.mails] == [r.message_id for r in room.rows()]


def test_headers(room: Newsroom) -> None:
    """What mail programs and list servers read (RFC 2369, 2919, 3834, 8058)."""
    with PostOffice() as post:
        owed(room)
        send(room.url, post.url)
        mail = post.mails[0][1]
    assert mail["From"] == "Desk <desk@desk.example>"
    assert mail["To"] == "Desk <desk@reader.example>"
    assert mail["Subject"] == "Harbour Grid consortium buys Northfield data centres"
    assert mail["Date"] == "Tue, 10 Mar 2026 09:00:00 +0000"
    assert mail["List-ID"] == "newswatch events <events.newswatch.desk.example>"
    assert mail["List-Unsubscribe"].startswith("<https://desk.example/unsubscribe/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Precedence"] == "bulk"
    kinds = [p.get_content_type() for p in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]  # one dot is no picture


@pytest.mark.parametrize(
    ("base", "warned"), [("http://127.0.0.1:8321", True), ("http://localhost", True), ("https://desk.example", False)]
)
def test_links_that_lead_nowhere_are_warned_of(room: Newsroom, base: str, warned: bool, tmp_path: Path) -> None:
    """Mails go out all the same; who reads the log learns which setting is missing. Files are for looking at."""
    with PostOffice() as post:
        owed(room)
        said = steps.perform("deliver", Settings(database_url=room.url, smtp_url=post.url, base_url=base), T0)
        assert (len(post.mails), "links" in said.detail) == (1, warned)
    owed(room)
    said = steps.perform("deliver", Settings(database_url=room.url, mail_dir=tmp_path, base_url=base), T0)
    assert (said.done, "links" in said.detail) == (1, False)


def test_the_why_of_a_mail_is_stored(room: Newsroom) -> None:
    """What the mail said stands in the alert, with what decided it: SQL answers who was mailed what, and why."""
    with PostOffice() as post:
        [event] = owed(room)
        (decided,) = room.rows()
        assert (decided.why, decided.evidence) == (
            None, {"level": 3, "min_level": 1, "topics": ["deals"], "entities": ["harbour"]},
        )  # fmt: skip
        send(room.url, post.url)
        text = post.mails[0][1].get_body(("plain",)).get_content()
    (sent,) = room.rows()
    assert sent.why and f"Why you get this: {sent.why}" in text.replace("\r", "")
    assert sent.evidence["names"] == ["Harbour Grid"] and sent.evidence["entities"] == ["harbour"]
    with query.ask(room.url, query.find("select event_id, why from alert_log where state = 'sent'"), 30) as answer:
        assert list(answer.rows) == [(event, sent.why)]


def test_updates_thread_under_the_first_mail(room: Newsroom) -> None:
    """In-Reply-To, References and the subject: each program threads by one of them."""
    with PostOffice() as post:
        [event] = owed(room)
        send(room.url, post.url)
        room.join(event, [room.story("id")], at=T0 + timedelta(hours=1))
        decide(room.url, 1)
        send(room.url, post.url, 1)
        first, second = (m for _, m in post.mails)
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]
    assert second["Subject"] == f"Re: {first['Subject']}"
    assert "now also told in Indonesian" in second.get_body(("plain",)).get_content()


def test_a_change_on_the_way_is_told_later(room: Newsroom) -> None:
    """What joins between decision and delivery is in the mail; what joins after is an update, never lost."""
    with PostOffice() as post:
        [event] = owed(room)
        room.join(event, [room.story("de")])
        send(room.url, post.url)
        decide(room.url, 1)
        assert len(post.mails) == 1, "German was in the first mail"
        assert "German" in post.mails[0][1].get_body(("plain",)).get_content()
        room.join(event, [room.story("ja")])
        decide(room.url, 2)
        send(room.url, post.url, 2)
    assert len(post.mails) == 2


def test_a_change_while_the_mail_is_in_the_air_is_an_update(room: Newsroom) -> None:
    """Decided between writing the mail and marking it: the reader is told of what the mail could not say."""
    with PostOffice() as post:
        [event] = owed(room)

        def meanwhile(moment: str) -> None:
            if moment == "before" and not post.mails:
                room.join(event, [room.story("ja")])
                decide(room.url, 0.1)  # the mail still waits, so this decides that nothing more is needed

        post.kill_pid = meanwhile
        send(room.url, post.url)
        assert "Japanese" not in post.mails[0][1].get_body(("plain",)).get_content()
        assert decide(room.url, 1).detail["update"] == 1
        send(room.url, post.url, 1)
    assert "now also told in Japanese" in post.mails[1][1].get_body(("plain",)).get_content()


def test_an_update_that_lost_its_news_is_not_sent(room: Newsroom) -> None:
    """The story that made it was moved elsewhere meanwhile."""
    with PostOffice() as post:
        [event] = owed(room)
        send(room.url, post.url)
        extra = room.story("id")
        room.join(event, [extra])
        decide(room.url, 1)
        elsewhere = room.event([extra])
        room.join(event, [])
        tally = send(room.url, post.url, 1)
        assert (tally.done, tally.detail["cancelled"]) == (0, 1)
        decide(room.url, 2)
        send(room.url, post.url, 2)
    assert [m["Subject"] for _, m in post.mails][1:] == ["Konsorsium Harbour Grid membeli pusat data Northfield"]
    assert (("desk", elsewhere, "new", "sent")) in room.alerts()


def test_merge_and_split_are_corrections(room: Newsroom) -> None:
    """Told of both: one correction in the first one's thread. Told of the whole: one about the part."""
    with PostOffice() as post:
        older, younger = owed(room, events=2)
        send(room.url, post.url)
        room.merge(younger, older, at=T0 + timedelta(hours=1))
        decide(room.url, 1)
        send(room.url, post.url, 1)
        extra = room.story("ar")
        room.join(older, [extra])
        decide(room.url, 2)
        send(room.url, post.url, 2)
        part = room.event([extra], split_from=older)
        decide(room.url, 3)
        send(room.url, post.url, 3)
    texts = [m.get_body(("plain",)).get_content() for _, m in post.mails]
    assert "are one and the same" in texts[2]
    assert "now also told in Arabic" in texts[3]
    assert "is two; this part is an event of its own" in texts[4]
    assert post.mails[2][1]["In-Reply-To"] == post.mails[4][1]["In-Reply-To"] == post.mails[0][1]["Message-ID"]
    assert f"/events/{part}" in texts[4]


# -------------------------------------------------------------------------------------------------------------- faults


def test_a_refused_recipient_blocks_nobody(room: Newsroom) -> None:
    """550 is for good: a dead letter that can be seen and requeued; the others get theirs."""
    with PostOffice() as post:
        owed(room, reader("gone"), reader("fine"))
        post.refuse["gone@reader.example"] = "550 5.1.1 <gone@reader.example> no such user"
        tally = send(room.url, post.url)
        assert (tally.done, tally.failed, tally.detail["dead"]) == (1, 1, 1)
        dead = next(r for r in room.rows() if r.state == "dead")
        assert dead.last_error == "the recipient was refused: 550 5.1.1 <<address>> no such user"
        with store.read(room.url) as db:
            rows = db.execute(sa.select(deliveries.c.outcome, deliveries.c.code).order_by(deliveries.c.outcome)).all()
        assert rows == [("accepted", None), ("permanent", 550)]
        post.refuse.clear()
        from pipeline.desk import subscriptions

        assert subscriptions.requeue(settings(room.url), [], T0) == 1
        assert send(room.url, post.url, 1).done == 1
    assert len(post.ids()) == len(set(post.ids())) == 2


def test_greylisting_is_a_wait(room: Newsroom) -> None:
    """450 now, accepted after five minutes, under the same Message-ID."""
    with PostOffice() as post:
        owed(room)
        post.refuse["desk@reader.example"] = "450 4.2.0 greylisted, try again later"
        assert send(room.url, post.url).failed == 1
        assert send(room.url, post.url, 4 / 60).seen == 0, "not before its time"
        post.refuse.clear()
        assert send(room.url, post.url, 6 / 60).done == 1
    assert post.ids() == [room.rows()[0].message_id]


def test_failing_for_days_makes_a_dead_letter(room: Newsroom) -> None:
    """Back-off grows to hours; after five days it is given up, visibly."""
    with PostOffice() as post:
        owed(room)
        post.refuse["desk@reader.example"] = "451 4.3.0 not now"
        hours, tries = 0.0, 0
        while states(room) == ["pending"]:
            assert hours < 24 * 6
            tries += send(room.url, post.url, hours).failed
            hours += 4
    assert states(room) == ["dead"]
    assert 24 * 5 <= hours <= 24 * 5 + 8
    assert 20 < tries < 40


def test_421_stops_the_run_and_harms_nobody(room: Newsroom) -> None:
    """The server is closing: everything else waits for the next run instead of being tried in vain."""
    with PostOffice() as post:
        owed(room, *(reader(f"r{n}") for n in range(8)))
        post.refuse = {f"r{n}@reader.example": "421 4.3.2 closing" for n in range(8)}
        tally = send(room.url, post.url)
        assert tally.failed == 3
        said = "the mail server fails; the rest waits for the next run (the recipient was refused: 421 4.3.2 closing)"
        assert tally.detail["why"] == said
        assert len(post.attempts) == 3
        post.refuse.clear()
        assert send(room.url, post.url, 1).done == 8
    assert len(set(post.ids())) == len(post.ids()) == 8


def test_a_connection_dropped_after_data_is_tried_again_as_the_same_mail(room: Newsroom) -> None:
    """We cannot know whether it arrived: a second copy is the same mail, which mail programs show once."""
    with PostOffice() as post:
        owed(room, reader("a"), reader("b"))
        post.drop_after_data = 1
        tally = send(room.url, post.url)
        assert (tally.done, tally.failed) == (1, 1), "only the one that was cut waits"
        assert send(room.url, post.url, 1).done == 1
    counts = Counter(post.ids())
    assert sorted(counts.values()) == [1, 2]
    twice = [bytes(m) for _, m in post.mails if counts[str(m["Message-ID"])] == 2]
    assert twice[0].split(b"Date:")[0] == twice[1].split(b"Date:")[0]


def test_a_server_that_hangs_is_left(room: Newsroom) -> None:
    """The timeout ends it; the mail waits."""
    with PostOffice() as post:
        owed(room)
        post.slow = 60
        assert send(room.url, f"smtp://127.0.0.1:{post.port}?timeout=1&deadline=2").failed == 1
        assert post.mails == [], "not waited for"
    assert states(room) == ["pending"]


def test_a_slow_server_is_waited_for(room: Newsroom) -> None:
    """Slow is not broken."""
    with PostOffice() as post:
        owed(room)
        post.slow = 1.5
        assert send(room.url, post.url).done == 1


def test_no_server_at_all_kills_no_letter(room: Newsroom) -> None:
    """A week without the server: nothing dies that was never handed over."""
    with PostOffice() as post:
        closed = post.url
    owed(room, reader("a"), reader("b"))
    for day in range(7):
        assert send(room.url, closed, day * 24).failed >= 1
    assert states(room) == ["pending", "pending"]
    with PostOffice() as post:
        assert send(room.url, post.url, 24 * 8).done == 2


def test_mails_that_a_failing_server_holds_are_counted_when_nothing_is_due(room: Newsroom) -> None:
    """The run in between has nothing to do and looks healthy: `held` says that the outage goes on."""
    with PostOffice() as post:
        owed(room, reader("a"), reader("b"), reader("slow"))
        post.refuse = {f"{n}@reader.example": "421 4.3.2 closing" for n in "ab"}
        post.refuse["slow@reader.example"] = "450 4.2.0 greylisted"
        assert send(room.url, post.url).detail["held"] == 2, "a mail that waits for its own sake is not held"
        between = send(room.url, post.url, 1 / 60)
        assert (between.seen, between.failed, between.detail["held"]) == (0, 0, 2)
        assert send(room.url, None, 1 / 60).detail["held"] == 2, "no server at all mends nothing"
        post.refuse["a@reader.example"] = "450 4.2.0 greylisted"
        del post.refuse["b@reader.example"]
        tally = send(room.url, post.url, 0.3)
        assert (tally.done, tally.failed, tally.detail["held"]) == (1, 2, 0), "the latest attempt counts"
        post.refuse.clear()
        assert send(room.url, post.url, 1).detail["held"] == 0
    assert set(states(room)) == {"sent"}


def test_counting_held_mails_reads_no_history(sqlite_url: str) -> None:
    """By the index of what waits and that of an alert's deliveries, however many were sent before."""
    with store.read(sqlite_url) as db:
        plans: list[str] = []

        def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if statement.startswith("SELECT") and not plans:
                plan = connection.connection.cursor().execute(f"explain query plan {statement}", parameters)
                plans.append(" ".join(row[3] for row in plan.fetchall()))

        sa.event.listen(db, "before_cursor_execute", explain)
        assert outbox.count_held(db) == 0
    assert "ix_alerts_pending" in plans[0] and "ix_deliveries_alert_id" in plans[0]


def test_refused_data_is_told_apart(room: Newsroom) -> None:
    """554 on the content is this mail's end, 452 its delay."""
    with PostOffice() as post:
        owed(room, reader("a"), reader("b"), reader("c"))
        post.data_replies = ["554 5.6.0 spam", "452 4.3.1 disk full", "250 OK"]
        tally = send(room.url, post.url)
        assert (tally.done, tally.failed, tally.detail["dead"]) == (1, 2, 1)
    assert Counter(states(room)) == {"dead": 1, "pending": 1, "sent": 1}


def test_a_wrong_address_is_a_dead_letter(room: Newsroom) -> None:
    """No retry can mend it; a person must, and sees it."""
    with PostOffice() as post:
        owed(room, reader("bad", address="not an address"), reader("good"))
        assert send(room.url, post.url).detail["dead"] == 1
    assert sorted(states(room)) == ["dead", "sent"]


def test_a_wrong_sender_is_one_sentence(sqlite_url: str) -> None:
    """It concerns every mail: nothing is tried."""
    owed(Newsroom(sqlite_url))
    with pytest.raises(ConfigError, match="NEWSWATCH_MAIL_FROM: write an address"):
        steps.perform("deliver", Settings(database_url=sqlite_url, mail_from="me", smtp_url="smtp://127.0.0.1:9"), T0)


def test_an_address_beyond_ascii_needs_a_server_that_takes_it(room: Newsroom) -> None:
    """SMTPUTF8 where the local part is not ASCII; an international domain travels as ASCII anywhere."""
    with PostOffice() as post:
        owed(room, reader("zh", address="读者@例子.example"), reader("de", address="leser@bücher.example"))
        assert send(room.url, post.url).done == 2
        assert sorted(to for to, _ in post.mails) == ["leser@xn--bcher-kva.example", "读者@xn--fsqu00a.example"]


def test_wrong_password_is_the_servers_word_not_the_mails_end(room: Newsroom) -> None:
    """535 concerns all mails: none of them dies of it."""
    with PostOffice(user="desk") as post:
        owed(room)
        wrong = send(room.url, f"smtp://desk:nope@127.0.0.1:{post.port}?timeout=3")
        assert wrong.failed == 1
        assert states(room) == ["pending"]
        assert "nope" not in str(room.rows()[0].last_error)
        assert send(room.url, f"smtp://desk:secret@127.0.0.1:{post.port}?timeout=3", 1).done == 1


def test_tls_is_verified(room: Newsroom, tmp_path: Path) -> None:
    """A certificate that nobody vouches for is refused; one that we were given as trusted is used."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    owed(room)
    with PostOffice(tls=context, require_starttls=True) as post:
        base = f"smtp://127.0.0.1:{post.port}?timeout=3&starttls=1"
        assert send(room.url, base).failed == 1
        assert "no safe connection" in room.rows()[0].last_error
        assert post.mails == []
        assert send(room.url, f"{base}&ca={cert}", 1).done == 1


def test_starttls_asked_for_is_starttls_or_nothing(room: Newsroom) -> None:
    """A server (or someone before it) that does not offer TLS gets no mail."""
    with PostOffice() as post:
        owed(room)
        assert send(room.url, f"smtp://127.0.0.1:{post.port}?timeout=3&starttls=1").failed == 1
        assert post.mails == []
    assert states(room) == ["pending"]


# ------------------------------------------------------------------------------------------------------ caps, digests


def test_a_burst_is_one_digest_that_says_so(room: Newsroom) -> None:
    """40 events at once are one mail; nothing is left behind."""
    with PostOffice() as post:
        owed(room, events=40)
        tally = send(room.url, post.url)
        assert (tally.done, tally.detail["mails"], tally.detail["digests"]) == (40, 1, 1)
        text = post.mails[0][1].get_body(("plain",)).get_content()
    assert "40 events at once" in text
    assert "30 an hour" in text
    assert set(states(room)) == {"sent"}


def test_a_days_limit_postpones_to_the_readers_next_day(room: Newsroom) -> None:
    """Two a day: the third and fourth come together tomorrow."""
    with PostOffice() as post:
        room.subscribe(reader(max_per_day=2, timezone="Asia/Jakarta"))
        for hours in range(4):
            room.event([room.story()])
            decide(room.url, hours)
            send(room.url, post.url, hours)
        assert len(post.mails) == 2
        assert send(room.url, post.url, 7.9).seen == 0
        send(room.url, post.url, 8.1)  # 00:06 in Jakarta
    assert len(post.mails) == 4
    assert set(states(room)) == {"sent"}


def test_a_daily_digest_is_one_mail_at_its_hour(room: Newsroom) -> None:
    """Grouped by topic, sent once."""
    with PostOffice() as post:
        owed(room, reader(frequency=Frequency.DAILY, at="18:00", language="fr"), events=3)
        assert send(room.url, post.url, 8.9).done == 0
        assert send(room.url, post.url, 9.1).done == 3
        assert str(post.mails[0][1]["Subject"]).startswith("Votre journée : 3 événements · Le consortium")
    assert len(post.mails) == 1


@pytest.mark.parametrize("fault", ["none", "refused", "dropped"])
def test_what_joins_a_digest_late_is_a_mail_of_its_own(room: Newsroom, fault: str) -> None:
    """Decided for 10:00 but committed after the first attempt: what was tried keeps members and id, retries too."""
    with PostOffice() as post:
        owed(room, reader(frequency=Frequency.DAILY, at="10:00"), events=2)
        post.drop_after_data = fault == "dropped"
        post.data_replies = ["451 4.3.0 not now"] if fault == "refused" else []
        send(room.url, post.url, 1.01)
        room.event([room.story("fr")])
        decide(room.url, 0.9)
        assert len({r.batch_key for r in room.rows()}) == 1
        post.drop_after_data, post.data_replies = 1, []
        assert send(room.url, post.url, 1.02).failed == 1, "it may have arrived"
        room.event([room.story("de")])
        decide(room.url, 0.9)
        assert send(room.url, post.url, 1.03).detail["digests"] == 1
        for minutes in range(70, 90, 2):
            send(room.url, post.url, minutes / 60)
        told: dict[str, set[tuple[str, str]]] = {}
        for _, m in post.mails:
            content = str(m["Subject"]), m.get_body(("plain",)).get_content()
            told.setdefault(str(m["Message-ID"]), set()).add(content)
    assert all(len(contents) == 1 for contents in told.values()), "one id, one content"
    heads = sorted(subject.split(" · ")[0] for contents in told.values() for subject, _ in contents)
    assert heads == ["1 event", "1 event", "Your day: 2 events"]
    assert set(states(room)) == {"sent"}
    with store.read(room.url) as db:
        assert len(outbox.sent_times(db, 1, T0 + timedelta(hours=2))) == 3, "a digest counts as one mail"


def test_quiet_hours_are_kept_by_a_late_sender(room: Newsroom) -> None:
    """Due at noon, the server was down till midnight: it comes in the morning."""
    with PostOffice() as post:
        owed(room, reader(quiet_hours=("22:00", "07:00")))
        tally = send(room.url, post.url, 14)
        assert (tally.done, tally.detail["postponed"]) == (0, 1)
        assert send(room.url, post.url, 22.1).done == 1


def test_limit_bounds_a_run(room: Newsroom) -> None:
    """`--limit 3` sends three mails, the rest next time."""
    with PostOffice() as post:
        owed(room, *(reader(f"r{n}") for n in range(5)))
        done = steps.perform("deliver", settings(room.url, smtp_url=post.url), T0, limit=3)
        assert done.detail["mails"] == 3
        assert send(room.url, post.url).detail["mails"] == 2


# ------------------------------------------------------------------------------------------------------------ no server


def test_with_nowhere_to_send_everything_waits(room: Newsroom) -> None:
    """Not an error: the tally says what is missing."""
    owed(room)
    tally = send(room.url, None)
    assert (tally.done, tally.skipped, tally.failed) == (0, 1, 0)
    assert tally.detail["why"] == "no NEWSWATCH_SMTP_URL or NEWSWATCH_MAIL_DIR"
    assert states(room) == ["pending"]


@pytest.mark.parametrize(
    "url", ["http://x", "smtp://", "smtp://h:port", "smtp://h?starttls=maybe", "smtp://h?colour=1"]
)
def test_a_wrong_server_url_is_one_sentence(sqlite_url: str, url: str) -> None:
    """It names the variable and what to write."""
    owed(Newsroom(sqlite_url))
    with pytest.raises(ConfigError, match="NEWSWATCH_SMTP_URL: write smtp://"):
        send(sqlite_url, url)


def test_mails_as_files(room: Newsroom, tmp_path: Path) -> None:
    """Whole files under a name that a second attempt repeats."""
    owed(room, reader("a"), reader("b"))
    folder = tmp_path / "mail"
    assert send(room.url, None, mail_dir=folder).done == 2
    names = sorted(p.name for p in folder.iterdir())
    assert [n.rsplit("-", 1)[0] for n in names] == ["20260310-090000-a", "20260310-090000-b"]
    assert all(n.endswith(".eml") for n in names)
    with store.begin(room.url) as db:
        db.execute(sa.text("update alerts set state = 'pending'"))
    send(room.url, None, 1, mail_dir=folder)
    assert sorted(p.name for p in folder.iterdir()) == names


def test_a_folder_that_cannot_be_written_loses_nothing(room: Newsroom, tmp_path: Path) -> None:
    """The disk is full or the path is a file: everything waits."""
    owed(room)
    blocked = tmp_path / "file"
    blocked.mkdir()
    (blocked / "mail").write_text("not a folder")
    with pytest.raises(OSError, match="mail"):
        (blocked / "mail").mkdir()
    tally = send(room.url, None, mail_dir=blocked / "mail")
    assert (tally.done, tally.failed) == (0, 1)
    assert states(room) == ["pending"]


# ----------------------------------------------------------------------------------------------- kills and two senders


def sender(room: Newsroom, post: PostOffice) -> StepProcess:
    return StepProcess("deliver", settings(room.url, smtp_url=post.url, log_format="quiet"), T0)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 4])
def test_kill_around_acceptance(room: Newsroom, moment: str, nth: int) -> None:
    """SIGKILL while the server has the mail: nothing lost; twice only if it was accepted, under the same id."""
    owed(room, *(reader(f"r{n}") for n in range(6)))
    with PostOffice() as post:
        seen = Counter[str]()
        running = sender(room, post)

        def victim(now: str) -> int | None:
            seen[now] += 1
            return running.pid if now == moment and seen[now] == nth else None

        post.kill_pid = victim
        assert running.go().wait() == -9
        sent_then = states(room).count("sent")
        assert sent_then == nth - 1
        post.kill_pid = lambda now: None
        assert send(room.url, post.url, 1).done == 6 - sent_then
    counts = Counter(post.ids())
    assert len(counts) == 6, "every reader got theirs"
    assert sum(counts.values()) - 6 == (1 if moment == "after" else 0)
    assert set(states(room)) == {"sent"}


@pytest.mark.timeout(180)
def test_kill_at_any_moment(room: Newsroom) -> None:
    """Kills at moments spread over a run, then a run to the end: each mail arrives, doubles bear the same id."""
    owed(room, *(reader(f"r{n}") for n in range(30)), events=2)
    with PostOffice() as post:
        post.slow = 0.02
        kills = 0
        for n in range(6):
            target = len(post.mails) + 1 + n % 3
            kills += kill_when(sender(room, post).go(), lambda target=target: len(post.mails) >= target) == -9
        post.slow = 0
        send(room.url, post.url, 1)
    counts = Counter(post.ids())
    assert kills >= 3
    assert len(counts) == 60
    assert sum(counts.values()) - 60 <= kills
    assert set(states(room)) == {"sent"}


@pytest.mark.timeout(120)
def test_a_killed_burst_stays_the_same_digest(room: Newsroom) -> None:
    """The digest is fixed before it is tried: what comes later is not slipped into it, and it is never taken apart."""
    owed(room, events=35)
    with PostOffice() as post:
        running = sender(room, post)
        post.kill_pid = lambda moment: running.pid if moment == "after" else None
        assert running.go().wait() == -9
        post.kill_pid = lambda moment: None
        late = room.event([room.story()])
        decide(room.url, 0.2)
        send(room.url, post.url, 0.2)
    assert len(post.mails) == 3
    assert post.ids()[0] == post.ids()[1] != post.ids()[2]
    texts = [m.get_body(("plain",)).get_content() for _, m in post.mails]
    assert "35 events at once" in texts[1]
    assert texts[2].split("/events/")[1].startswith(f"{late}\r\n")


@pytest.mark.timeout(120)
def test_two_senders_send_once(room: Newsroom) -> None:
    """On PostgreSQL they share the work, on SQLite one skips; no mail goes out twice and none is left."""
    owed(room, *(reader(f"r{n}") for n in range(40)), events=2)
    with PostOffice() as post:
        post.slow = 0.02
        together("deliver", settings(room.url, smtp_url=post.url), T0)
        assert len(post.ids()) == len(set(post.ids())) == 80
        if room.url.startswith("postgresql"):
            assert post.sessions == 2, "both worked"
    assert set(states(room)) == {"sent"}


def test_a_hanging_reader_process_does_not_lock_the_outbox(room: Newsroom) -> None:
    """A claim dies with its process: after a kill the next sender starts at once."""
    owed(room)
    with PostOffice() as post:
        post.slow = 30
        assert kill_when(sender(room, post).go(), lambda: post.attempts) == -9
        post.slow = 0
        assert send(room.url, post.url, 1).done == 1
