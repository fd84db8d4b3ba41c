"""The operator is told by what one has: the mail, and a notifier of Airflow's that newswatch_operator names."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.errors import ConfigError

TOLD: list[dict[str, Any]] = []


def notifier_class() -> Any:
    """Make a notifier as a team would have one: it renders its fields and keeps them."""
    from airflow.sdk import BaseNotifier

    class Chat(BaseNotifier):
        template_fields = ("room", "text")

        def __init__(self, room: str = "", text: str = "", fails: bool = False) -> None:
            super().__init__()
            self.room, self.text, self.fails = room, text, fails

        def notify(self, context: Any) -> None:
            if self.fails:
                raise ConnectionError("the chat is away")
            TOLD.append({"room": self.room, "text": self.text})

    return Chat


@pytest.fixture
def chat(airflow_home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the connection newswatch_operator."""
    import newswatch

    monkeypatch.setattr(newswatch, "Chat", notifier_class(), raising=False)
    TOLD.clear()

    def use(conn_type: str = "generic", **notifier: Any) -> None:
        found = {"conn_type": conn_type, "extra": {"notifier": notifier}}
        monkeypatch.setenv("AIRFLOW_CONN_NEWSWATCH_OPERATOR", json.dumps(found))

    return use


def dag() -> Any:
    """Give the DAG, whose templates notifiers use."""
    from newswatch import ingest

    return ingest.dag


def failed(**why: Any) -> dict[str, Any]:
    """Make the context of a failed run of ingest, of which `sync` failed."""
    ti = SimpleNamespace(
        get_task_states=lambda dag_id, run_ids: {run_ids[0]: {"sync": "failed", "watcher": "failed"}},
        xcom_pull=lambda task_ids, key: why,
    )
    return {"dag": dag(), "run_id": "r1", "ti": ti}


def test_a_chat_hears_what_the_mail_says(chat: Callable[..., None], environment: Callable[..., Path]) -> None:
    """Rule: once when it begins, once when it is over; subject and text are what the mail has."""
    from newswatch.told import on_failure, on_success

    folder = environment("chat", operator="Night Desk <night@desk.example>")
    chat(**{"class": "newswatch.Chat", "room": "#night", "text": "{{ newswatch.subject }}|{{ newswatch.text }}"})
    for _ in range(3):
        on_failure("newswatch", failed(why="feeds.toml:3: no such key"))
    assert [t["room"] for t in TOLD] == ["#night"]
    assert TOLD[0]["text"].startswith("newswatch: newswatch_ingest fails|")
    assert "sync: feeds.toml:3: no such key" in TOLD[0]["text"]
    on_success("newswatch", {"dag": dag(), "run_id": "r2"})
    assert len(TOLD) == 2
    assert "works again" in TOLD[1]["text"]
    assert len(list(folder.glob("*.eml"))) == 2


def test_a_chat_is_enough(chat: Callable[..., None], environment: Callable[..., Path]) -> None:
    """Rule: with the mail server down, or nobody's address set, what the chat took has told the outage."""
    from newswatch.told import on_failure

    environment("away", operator="night@desk.example", mail_dir="", smtp_url="smtp://127.0.0.1:1?starttls=0")
    chat(**{"class": "newswatch.Chat", "text": "{{ newswatch.text }}"})
    on_failure("newswatch", failed(why="no answer"))
    on_failure("newswatch", failed(why="no answer"))
    assert len(TOLD) == 1


def test_a_chat_that_is_away_keeps_no_mail(chat: Callable[..., None], environment: Callable[..., Path]) -> None:
    """Rule: one way that fails does not stop the other, and the callback ends well."""
    from newswatch.told import on_failure

    folder = environment("both", operator="night@desk.example")
    chat(**{"class": "newswatch.Chat", "fails": True})
    on_failure("newswatch", failed(why="no answer"))
    assert len(list(folder.glob("*.eml"))) == 1
    assert TOLD == []


def test_a_mistake_of_a_run_by_hand_is_no_outage(chat: Callable[..., None], environment: Callable[..., Path]) -> None:
    """Rule: who started it sees it; the operator sleeps on."""
    from newswatch.told import on_failure

    folder = environment("typed", operator="night@desk.example")
    chat(**{"class": "newswatch.Chat"})
    on_failure("newswatch", failed(why="unknown parameter: siez", mistake=True))
    assert TOLD == []
    assert list(folder.glob("*.eml")) == []


def test_a_connection_of_smtp_needs_no_more_than_an_address(airflow_home: Path) -> None:
    """Rule: the type of the connection says which notifier it is, and its own words come from its extra."""
    from airflow.sdk import Connection
    from newswatch.told import notifier_of

    extra = json.dumps({"notifier": {"to": "night@desk.example"}})
    made = notifier_of(Connection(conn_id="newswatch_operator", conn_type="smtp", host="mail.example", extra=extra))
    assert (made.smtp_conn_id, made.to) == ("newswatch_operator", "night@desk.example")
    made.render_template_fields({"newswatch": {"subject": "ingest fails", "text": "a < b"}})
    assert (made.subject, made.html_content) == ("ingest fails", "<pre>a &lt; b</pre>")


@pytest.mark.parametrize(
    ("conn_type", "notifier", "said"),
    [
        ("http", {}, "is of type http; make it one of slackwebhook"),
        ("generic", {"class": "newswatch.Nothing"}, "newswatch.Nothing can not be used"),
        ("generic", {"class": "no.such.module.Chat"}, "no.such.module.Chat can not be used"),
        ("generic", {"class": "Chat"}, "Chat can not be used"),
        ("generic", {"class": "newswatch.Chat", "colour": "red"}, "newswatch.Chat can not be used"),
        ("discord", {}, "DiscordNotifier can not be used"),  # its provider is not installed here
    ],
)
def test_what_is_no_notifier_is_said(
    chat: Callable[..., None], conn_type: str, notifier: dict[str, Any], said: str
) -> None:
    """Rule: a slip in the connection is one sentence that names it."""
    from airflow.sdk import Connection
    from newswatch.told import notifier_of

    found = Connection(conn_id="newswatch_operator", conn_type=conn_type, extra=json.dumps({"notifier": notifier}))
    with pytest.raises(ConfigError, match=said) as raised:
        notifier_of(found)
    assert "newswatch_operator" in str(raised.value)
