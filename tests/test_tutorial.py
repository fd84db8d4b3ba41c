"""The tutorial, command by command, as a newcomer types it; what a person edits by hand is edited here by hand."""

import http.server
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from tests import commandline
from tests.desk.test_init import SEEDS

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
STORIES = {
    "Norbau and Ponte Sul sign the contract for the Strait Crossing": "The bridge of eleven kilometres opens in 2036.",
    "Strait Crossing: builders Norbau and Ponte Sul begin the bridge": "Norbau leads the group that builds it.",
    "The sailing cup begins on Saturday": "Twenty boats are expected.",
}
HEAD = '<link rel="alternate" type="application/rss+xml" href="/feed">'
UNSAID = 'roles = ["context"]'
ROLES = {"Strait Crossing": '["subject"]', "Norbau": '["party", "watched"]', "Ponte Sul": '["party", "watched"]'}


def commands() -> list[str]:
    """Give the lines that the page tells to type."""
    blocks = re.findall(r"^```console\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


@contextmanager
def outlet() -> Iterator[str]:
    """Serve a page that declares a feed, and the feed."""
    now = datetime.now(UTC)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            items = "".join(
                f"<item><title>{title}</title><link>{base}/{n}</link><description>{summary}</description>"
                f"<pubDate>{format_datetime(now - timedelta(hours=n + 1))}</pubDate></item>"
                for n, (title, summary) in enumerate(STORIES.items())
            )
            feed = f'<rss version="2.0"><channel><title>Strait News</title><link>{base}/</link>{items}</channel></rss>'
            page = (
                '<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head><body></body></html>'
            )
            body = (feed if self.path == "/feed" else page).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml" if self.path == "/feed" else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keep the test's output clean."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield base
    finally:
        server.shutdown()
        server.server_close()


def say_who_is_who(folder: Path) -> None:
    """Do by hand what step 2 says: one subject, two parties, words of the field; and take out the three first feeds."""
    path = folder / "watchlist.toml"
    text = path.read_text(encoding="utf-8")
    for name, roles in ROLES.items():
        at = text.index(UNSAID, text.index(f'name = "{name}"'))
        text = text[:at] + f"roles = {roles}" + text[at + len(UNSAID) :]
    path.write_text(text, encoding="utf-8")
    (folder / "feeds.toml").write_text("", encoding="utf-8")


def said(typed: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Do what a line says: our command in this process, which spares it its imports, all else in a shell."""
    if typed.startswith("newswatch ") and not set(typed) & set("|<>;&$*`"):
        return commandline.newswatch(*shlex.split(typed)[1:], env=env, cwd=folder)
    command = ["/bin/sh", "-c", typed]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_whole_tutorial(tmp_path: Path) -> None:
    """Rule: every command of the tutorial works, in its order, and leads to an event and a mail."""
    for name, text in SEEDS.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    env = {k: v for k, v in os.environ.items() if not k.startswith("NEWSWATCH_")}
    env |= {"PATH": f"{Path(sys.executable).parent}:{env['PATH']}", "NEWSWATCH_ENCODER": "none"}
    env |= {"NEWSWATCH_ALLOW_ADDRESSES": "127.0.0.1", "NEWSWATCH_HOST_SPACING": "0", "NEWSWATCH_ENRICH": "false"}
    told: dict[str, str] = {}
    with outlet() as address:
        for line in commands():
            # what the repository's make does in a folder of its own, and the address that only this machine has
            typed = {"make demo": "newswatch demo", ". .venv/bin/activate": "true"}.get(line, line)
            typed = typed.replace("https://www.example.org/", f"{address}/")
            if line.startswith(("export ", "unset ")):
                name, _, value = line.split(" ", 1)[1].partition("=")
                env = {k: v for k, v in env.items() if k != name} | ({name: value} if value else {})
                continue
            done = said(typed, tmp_path, env)
            assert done.returncode == 0, f"{typed}\n{done.stdout}\n{done.stderr}"
            told[line] = done.stdout
            if line.startswith("newswatch init"):
                say_who_is_who(tmp_path / "my-watch")
    assert "Strait Crossing" in told["newswatch events list"]
    assert ".eml" in told["ls var/mail"]
    check = told["newswatch watchlist check --watch my-watch"]
    assert len(re.findall(r"seed bridge-..: level [23]", check)) == 2, check
    assert "only a sponsor" in told["newswatch labels list"]
