"""The alarm does not hang on what it watches: the operator is told by every way, and one that works is enough."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline import alarm
from pipeline.core.watchlist import weekly
from pipeline.desk import outage
from pipeline.settings import Settings, load
from pipeline.steps import heartbeat, perform
from tests.newsroom import T0, Newsroom, reader
from tests.postoffice import PostOffice


@contextmanager
def hook(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A web hook on loopback that keeps what it was told."""
    told: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/s3cr3t", told
    finally:
        server.shutdown()


def settings(url: str, operator: str, **more: Any) -> Settings:
    return load(database_url=url, operator=operator, log_format="quiet", mail_from="desk@desk.example", **more)


@pytest.mark.parametrize(
    ("written", "addresses", "targets"),
    [
        ("a@b.example", ["a@b.example"], []),
        ('"Doe, Jane" <j@d.example>, Night <n@d.example>', ['"Doe, Jane" <j@d.example>', "Night <n@d.example>"], []),
        (
            "a@b.example,https://hooks.example/x, ntfys://t/y",
            ["a@b.example"],
            ["https://hooks.example/x", "ntfys://t/y"],
        ),
        ("mailto://u:p@post.example", [], ["mailto://u:p@post.example"]),
        (" , ", [], []),
    ],
)
def test_the_ways_to_an_operator(tmp_path: Path, written: str, addresses: list[str], targets: list[str]) -> None:
    """A list with commas; a comma in quotes is part of a name."""
    assert alarm.ways(settings("sqlite:///x", written, mail_dir=tmp_path)) == (addresses, targets)


def test_without_a_way_for_mail_the_targets_are_left(tmp_path: Path) -> None:
    """An address is no way where nobody said how to send."""
    assert not alarm.is_reachable(settings("sqlite:///x", "a@b.example"))
    assert alarm.is_reachable(settings("sqlite:///x", "a@b.example, https://h.example"))


def test_a_mail_server_that_is_down_is_told_by_the_hook_and_green_again(sqlite_url: str) -> None:
    """Once when it begins, with the server's own words; once when it is well; no reader's address."""
    room = Newsroom(sqlite_url)
    room.subscribe(reader("a"), reader("b"))
    room.event([room.story(), room.story("fr")])
    with PostOffice() as post, hook() as (address, told):
        made = settings(sqlite_url, f"ops@desk.example, {address}", smtp_url=post.url)
        perform("alert", made, T0)
        post.refuse = dict.fromkeys(
            ("a@reader.example", "b@reader.example", "ops@desk.example"), "550 5.4.5 daily limit"
        )
        for hours in (0, 1, 2):
            now = T0 + timedelta(hours=hours)
            outage.watch(made, now, [perform("deliver", made, now)])
        assert len(told) == 1 and "5.4.5 daily limit" in told[0]["message"], told
        assert "reader.example" not in json.dumps(told)
        post.refuse.clear()
        for hours in (3, 4):
            now = T0 + timedelta(hours=hours)
            outage.watch(made, now, [perform("deliver", made, now)])
        assert len(told) == 2 and "works again" in told[1]["title"]
        assert [m["Subject"] for m in post.to("ops@desk.example")] == ["newswatch: sending mails works again"]


def test_every_address_is_told_and_one_that_works_is_enough(tmp_path: Path) -> None:
    """Two mails with Message-IDs of their own; a wrong address and a refusing hook take nothing from the others."""
    with hook(500) as (address, told):
        made = settings("sqlite:///x", f"a@desk.example, no address, b@desk.example, {address}", mail_dir=tmp_path)
        result = alarm.tell(made, T0, "newswatch: subject", "text", "one")
    assert result and sorted(result.by) == ["mail", "mail"] and len(told) >= 1
    assert len(result.reasons) == 2 and "s3cr3t" not in str(result.reasons)
    assert len({p.read_text().partition("Message-ID:")[2][:60] for p in tmp_path.glob("*.eml")}) == 2


def test_a_heartbeat_reaches_a_hook_alone(sqlite_url: str) -> None:
    """Whoever has no mail server can still be told every week that it lives."""
    with hook() as (address, told):
        tally = perform("heartbeat", settings(sqlite_url, address, operator_language="ja"), T0)
    assert tally.done == 1 and len(told) == 1 and "すべてのフィードは正常です。" in str(told)


def test_the_heartbeat_tells_what_the_watchlist_may_lack(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms that never match and entities gone silent stand in the weekly words."""
    lacks = weekly.Lacks(unmatched=(("xai", "Iksai"),), silent=("gip",))
    monkeypatch.setattr(heartbeat, "_lacks", lambda _: lacks)
    with hook() as (address, told):
        perform("heartbeat", settings(sqlite_url, address), T0)
    assert "xai: Iksai" in str(told) and "named by no recent story: gip" in str(told)


def test_nobody_is_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chat that never answers costs its share of the time, and the mail counts."""
    never = threading.Event()
    monkeypatch.setattr(alarm.notify, "send", lambda *_: never.wait())
    made = settings("sqlite:///x", "a@desk.example, https://hooks.example/x", mail_dir=tmp_path)
    assert alarm.tell(made, T0, "s", "t", "x", seconds=2.0).by == ("mail",)
    never.set()
