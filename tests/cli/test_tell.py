"""The commands about what is told, as a person types them."""

import json
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipeline import store
from pipeline.store.subscriptions import signing_secret
from tests import commandline
from tests.newsroom import Newsroom, reader


def newswatch(url: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("NEWSWATCH_")} | environment
    return commandline.newswatch(*words, "--database", url, env=env)


@pytest.fixture
def room(sqlite_url: str) -> Newsroom:
    room = Newsroom(sqlite_url)
    room.subscribe(reader("desk"), reader("other"))
    room.event([room.story(), room.story("fr")])
    return room


def test_from_the_event_to_the_file(room: Newsroom, tmp_path: Path) -> None:
    """alert, deliver, list: each says what it did."""
    assert json.loads(newswatch(room.url, "alert", "--json").stdout)["done"] == 2
    waiting = newswatch(room.url, "deliver", "--json")
    assert waiting.returncode == 0
    assert json.loads(waiting.stdout)["detail"]["why"] == "no NEWSWATCH_SMTP_URL or NEWSWATCH_MAIL_DIR"
    sent = newswatch(room.url, "deliver", "--json", NEWSWATCH_MAIL_DIR=str(tmp_path / "mail"))
    assert json.loads(sent.stdout)["done"] == 2
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2
    listed = json.loads(newswatch(room.url, "alerts", "list", "--json").stdout)
    assert {a["state"] for a in listed} == {"sent"}
    assert "2 dead" not in newswatch(room.url, "alerts", "requeue").stdout
    assert newswatch(room.url, "outcomes").returncode == 0


def test_an_alarm_is_an_exit_status(room: Newsroom) -> None:
    """A scheduler or a cron job sees it without reading."""
    assert newswatch(room.url, "outcomes").returncode == 4


def test_people_leave(room: Newsroom) -> None:
    """By the link or by the operator's hand; a wrong token is one sentence."""
    from pipeline import mail

    with store.begin(room.url) as db:
        token = mail.sign_token(signing_secret(db), "desk")
    assert "desk gets no more mail" in newswatch(room.url, "subscriptions", "unsubscribe", token).stdout
    wrong = newswatch(room.url, "subscriptions", "unsubscribe", "nonsense")
    assert wrong.returncode == 3
    assert "nothing was changed" in wrong.stderr
    assert "Erased from other" in newswatch(room.url, "subscriptions", "forget", "other@reader.example").stdout
    listed = json.loads(newswatch(room.url, "subscriptions", "list", "--json").stdout)
    assert [(s["key"], s["enabled"], s["address"]) for s in listed] == [
        ("desk", False, "d…@reader.example"),
        ("other", False, ""),
    ]


def test_the_feed_is_a_file(room: Newsroom, tmp_path: Path) -> None:
    """Whole or not there."""
    out = tmp_path / "events.atom"
    assert newswatch(room.url, "feed-out", "--out", str(out), "--language", "fr").returncode == 0
    titles = ElementTree.parse(out).findall(".//{*}entry/{*}title")
    assert [t.text for t in titles] == ["Le consortium Harbour Grid rachète les centres de données Northfield"]
