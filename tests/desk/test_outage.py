"""The operator hears once that a job fails and once that it works again, whatever it is that fails."""

import email
import json
import socket
import tempfile
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from pipeline import alarm, store
from pipeline.desk import outage
from pipeline.settings import Settings, load
from pipeline.store import runs
from tests.postoffice import PostOffice

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def notes_in_a_folder_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no note behind for a later run of the tests."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def settings(url: str, tmp_path: Path) -> Settings:
    """Mail into a folder, to an operator."""
    return load(
        database_url=url, mail_dir=tmp_path / "mail", operator="Night Desk <night@desk.example>", log_format="quiet"
    )


def letters(tmp_path: Path) -> list[EmailMessage]:
    """Give the mails, in the order of their times."""
    found = sorted((tmp_path / "mail").glob("*.eml"))
    return [email.message_from_bytes(p.read_bytes(), policy=policy.default) for p in found]  # type: ignore[misc]


def subjects(tmp_path: Path) -> list[str]:
    """Give the subjects of the mails, in the order of their times."""
    return [str(m["Subject"]) for m in letters(tmp_path)]


def test_once_an_outage(database_url: str, tmp_path: Path) -> None:
    """Rule: an outage of a hundred runs is two mails; the next outage is told again; jobs are told apart."""
    s = settings(database_url, tmp_path)
    assert outage.ended(s, NOW, "ingest") is False, "what never failed does not work again"
    assert outage.began(s, NOW, "ingest", "a feed file is wrong") is True
    assert [outage.began(s, NOW + timedelta(minutes=i), "ingest", "still") for i in (10, 20)] == [False, False]
    assert outage.began(s, NOW + timedelta(minutes=25), "events", "another job") is True
    assert outage.ended(s, NOW + timedelta(minutes=30), "ingest") is True
    assert outage.ended(s, NOW + timedelta(minutes=40), "ingest") is False
    assert outage.began(s, NOW + timedelta(minutes=50), "ingest", "again") is True
    assert subjects(tmp_path) == [
        "newswatch: ingest fails",
        "newswatch: events fails",
        "newswatch: ingest works again",
        "newswatch: ingest fails",
    ]


def test_the_database_itself_is_out(tmp_path: Path) -> None:
    """Rule: the note must not need what failed."""
    path = tmp_path / "store"
    path.mkdir()
    broken = settings(f"sqlite:///{path}", tmp_path)  # a folder is no database
    assert outage.began(broken, NOW, "ingest", "the database does not answer") is True
    assert outage.began(broken, NOW + timedelta(minutes=10), "ingest", "still") is False
    assert outage.ended(broken, NOW + timedelta(minutes=11), "ingest") is True, "a job that needs no database works"
    assert outage.ended(broken, NOW + timedelta(minutes=12), "ingest") is False
    assert outage.began(broken, NOW + timedelta(minutes=13), "ingest", "again") is True
    path.rmdir()
    store.upgrade(broken.database_url)
    assert outage.ended(broken, NOW + timedelta(minutes=20), "ingest") is True
    assert outage.ended(broken, NOW + timedelta(minutes=30), "ingest") is False


OPERATOR = "night@desk.example"


def by_smtp(url: str, smtp: str) -> Settings:
    """Mail through a server, to an operator."""
    return load(database_url=url, smtp_url=smtp, operator=f"Night Desk <{OPERATOR}>", log_format="quiet")


def texts(post: PostOffice) -> list[tuple[str, str]]:
    """Give subject and text of the mails, in order."""
    return [(str(m["Subject"]), m.get_content()) for m in post.to(OPERATOR)]


def test_a_mail_that_did_not_get_out_is_tried_again(database_url: str) -> None:
    """Rule: told is what the server accepted; a mail server that is down when the job breaks hides no outage."""
    with PostOffice() as post:
        s = by_smtp(database_url, post.url)
        post.refuse[OPERATOR] = "451 4.3.0 not now"
        assert outage.began(s, NOW, "ingest", "first", causes={"sync"}) is False
        assert outage.began(s, NOW + timedelta(minutes=10), "ingest", "second", causes={"fetch"}) is False
        post.refuse.clear()
        assert outage.began(s, NOW + timedelta(minutes=20), "ingest", "third") is True, "whatever fails this time"
        assert outage.began(s, NOW + timedelta(minutes=30), "ingest", "fourth", causes={"sync", "fetch"}) is False
        assert outage.ended(s, NOW + timedelta(minutes=40), "ingest") is True
        (subject, text), (over, _) = texts(post)
    assert (subject, over) == ("newswatch: ingest fails", "newswatch: ingest works again")
    assert "fails since 2026-11-22 06:00 UTC, at 2026-11-22 06:20 UTC still" in text
    assert "What failed: fetch, sync" in text, "nothing of the mails that did not get out is lost"


def test_an_outage_that_nobody_heard_of_is_told_at_its_end(database_url: str) -> None:
    """Rule: when no mail could get out while it lasted, the operator hears afterwards what it was, and since when."""
    with PostOffice() as post:
        s = by_smtp(database_url, post.url)
        post.refuse[OPERATOR] = "451 4.3.0 not now"
        assert outage.began(s, NOW, "ingest", "it broke", causes={"parse"}) is False
        assert outage.ended(s, NOW + timedelta(minutes=10), "ingest") is False, "this mail does not get out either"
        post.refuse.clear()
        assert outage.ended(s, NOW + timedelta(minutes=20), "ingest") is True, "the next success tells it"
        assert outage.ended(s, NOW + timedelta(minutes=30), "ingest") is False
        assert outage.began(s, NOW + timedelta(hours=9), "ingest", "it broke") is True, "the next outage is a new one"
        (over, text), (_, again) = texts(post)
    assert over == "newswatch: ingest works again"
    assert "it had failed since 2026-11-22 06:00 UTC" in text and "What failed: parse" in text
    assert "ingest failed at 2026-11-22 15:00 UTC" in again


def test_with_nobody_to_tell_nothing_is_kept(database_url: str) -> None:
    """Rule: without an operator an outage ends with the first success; one named later hears of new ones only."""
    s = load(database_url=database_url, log_format="quiet")
    assert outage.began(s, NOW, "ingest", "it broke") is False
    assert outage.ended(s, NOW + timedelta(minutes=10), "ingest") is False
    with PostOffice() as post:
        told = by_smtp(database_url, post.url)
        assert outage.ended(told, NOW + timedelta(minutes=20), "ingest") is False
        assert texts(post) == []


def test_a_retry_is_the_same_mail(database_url: str) -> None:
    """Rule: a mail that may have arrived keeps its Message-ID while it names the same causes."""
    with PostOffice() as post:
        s = by_smtp(database_url, post.url)
        post.drop_after_data = 1
        assert outage.began(s, NOW, "ingest", "it broke", causes=["b", "a"]) is False
        assert outage.began(s, NOW + timedelta(minutes=10), "ingest", "it broke", causes=["a"]) is True
        assert outage.began(s, NOW + timedelta(minutes=20), "ingest", "it broke", causes=["c"]) is True
    first, second, third = post.ids()
    assert first == second != third


@pytest.mark.parametrize("is_up", [True, False])
def test_a_standing_outage_hides_no_other(is_up: bool, database_url: str, tmp_path: Path) -> None:
    """Rule: each cause is told once an outage, wherever the note stands; the same ones again are silence."""
    path = tmp_path / "store"
    path.mkdir()
    s = settings(database_url if is_up else f"sqlite:///{path}", tmp_path)
    runs_of_a_day: list[tuple[Collection[str], bool]] = [
        ((), True), (["sync"], True), ({"sync"}, False), ((), False), (["sync", "fetch"], True), (["fetch"], False),
    ]  # fmt: skip
    told = [outage.began(s, NOW + timedelta(minutes=i), "ingest", "it broke", "", causes)
            for i, (causes, _) in enumerate(runs_of_a_day)]  # fmt: skip
    assert told == [expected for _, expected in runs_of_a_day]
    mails = [m.get_content() for m in letters(tmp_path)]
    assert subjects(tmp_path) == ["newswatch: ingest fails"] * 3
    assert "What failed" not in mails[0]
    assert "What failed: sync\r\n" in mails[1] and "ingest fails since 2026-11-22 06:00 UTC" in mails[1]
    assert "What failed: fetch\r\n" in mails[2] and "at 2026-11-22 06:04 UTC" in mails[2]


def test_a_file_note_moves_to_the_database(sqlite_url: str, tmp_path: Path) -> None:
    """Rule: an outage that began with the database stays one outage when only something else still fails."""
    home = Path(sqlite_url.removeprefix("sqlite:///"))
    away = home.with_suffix(".away")
    s = settings(sqlite_url, tmp_path)
    home.rename(away)
    home.mkdir()
    assert outage.began(s, NOW, "ingest", "no database", causes=["sync"]) is True
    home.rmdir()
    away.rename(home)
    assert outage.began(s, NOW + timedelta(minutes=10), "ingest", "still", causes=["sync"]) is False
    with store.read(sqlite_url) as db:
        note = json.loads(runs.get_meta(db, "outage ingest") or "")
    assert note == {"since": NOW.isoformat(), "told": True, "causes": ["sync"], "owed": []}
    assert outage.ended(s, NOW + timedelta(minutes=20), "ingest") is True
    assert outage.ended(s, NOW + timedelta(minutes=30), "ingest") is False


def test_notes_of_the_version_before_are_read(database_url: str, tmp_path: Path) -> None:
    """Rule: an upgrade in the middle of an outage tells it no second time, and its end once."""
    s = settings(database_url, tmp_path)
    with store.begin(database_url) as db:
        runs.set_meta(db, "outage ingest", NOW.isoformat())
        runs.set_meta(db, "outage events", "nonsense")
    assert outage.began(s, NOW + timedelta(minutes=10), "ingest", "still") is False
    assert outage.began(s, NOW + timedelta(minutes=20), "ingest", "more", causes=["sync"]) is True
    assert outage.ended(s, NOW + timedelta(minutes=30), "ingest") is True
    assert outage.ended(s, NOW + timedelta(minutes=30), "events") is False, "what cannot be read is no outage"
    mails = [m.get_content() for m in letters(tmp_path)]
    assert len(mails) == 2 and all("2026-11-22 06:00 UTC" in m for m in mails), "since when it really fails"


def test_a_silent_mail_server_does_not_hold_the_callback(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: whoever waits for this is killed after 50 seconds; a server that says nothing has less."""
    assert alarm.SECONDS <= 20
    monkeypatch.setattr(alarm, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        s = by_smtp(sqlite_url, f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        start = time.monotonic()
        assert outage.began(s, NOW, "ingest", "it broke") is False
        assert time.monotonic() - start < 5
    with PostOffice() as post:
        assert outage.began(by_smtp(sqlite_url, post.url), NOW, "ingest", "it broke") is True


def test_the_operator_is_told_in_the_chosen_language(sqlite_url: str) -> None:
    """Rule: what fails is told as the weekly mail is, in NEWSWATCH_OPERATOR_LANGUAGE; commands and causes stay."""
    with PostOffice() as post:
        s = by_smtp(sqlite_url, post.url).model_copy(update={"operator_language": "ja"})
        made = outage.words(s).say("outage_slow", n=30)
        assert outage.began(s, NOW, "ingest", made, "http://airflow.example/dags", causes={"fetch"})
        assert outage.ended(s, NOW + timedelta(minutes=20), "ingest")
        (first, text), (over, _) = texts(post)
    assert (first, over) == ("newswatch：ingestに障害", "newswatch：ingestが復旧")
    assert "失敗したもの：fetch" in text and "確認先：http://airflow.example/dags" in text and "30分以上" in text
    assert not [line for line in text.splitlines() if "needs a look" in line or "Nothing more" in line]
