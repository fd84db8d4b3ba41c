"""The command: newswatch serve, as a process, asked over a real socket."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.web.conftest import Site

NEWSWATCH = Path(sys.executable).parent / "newswatch"


def ask(url: str, **headers: str) -> tuple[int, str, str]:
    """Give status, body and server header."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode(), answer.headers.get("server", "")
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode(), e.headers.get("server", "")


def test_serve(lite: Site) -> None:
    """Rule: it says where it is, listens on this machine only, answers to its own names, and ends when asked."""
    environment = os.environ | {"NEWSWATCH_LOG_FORMAT": "quiet", "PYTHONUNBUFFERED": "1"}
    command = [NEWSWATCH, "serve", "--port", "0", "--database", lite.url]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as served:
        try:
            assert served.stdout is not None
            line = served.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
            assert found, line
            status, body, server = ask(found[0] + "events")
            assert (status, server) == (200, "")
            assert "xAI joins" in body
            assert ask(found[0] + "events", Host="evil.example")[0] == 400
            assert ask(found[0] + "health")[0] == 200
        finally:
            served.send_signal(signal.SIGINT)
        served.wait(30)


def test_a_taken_port_is_one_sentence(lite: Site) -> None:
    """Rule: an error of ours is one sentence with what to do, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [NEWSWATCH, "serve", "--port", port, "--database", lite.url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert "choose another --port" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_database_is_made(tmp_path: Path) -> None:
    """Rule: who starts with the page sees a page that says what to do next."""
    from pipeline.desk import pages
    from pipeline.settings import load

    url = f"sqlite:///{tmp_path / 'new' / 'newswatch.db'}"
    pages.ready(load(database_url=url))
    assert "newswatch run" in Site(url).get("/events")


@pytest.mark.parametrize(
    ("host", "base", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8321", ("127.0.0.1", "localhost")),
        ("localhost", "https://desk.example/news", ("localhost", "desk.example")),
        ("::1", "http://127.0.0.1:8321", ("::1", "localhost", "127.0.0.1")),
        ("0.0.0.0", "https://desk.example", ("0.0.0.0", "localhost", "desk.example")),
    ],
)
def test_names(host: str, base: str, expected: tuple[str, ...]) -> None:
    """Rule: a server on this machine answers to this machine's names and that of the links in mails."""
    import socket

    from pipeline.cli.serve import _names

    assert _names(host, base) == (*expected, socket.gethostname())
