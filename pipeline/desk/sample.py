"""Serve the sample feeds from this machine, with a watch folder that points at them.

They were written in November 2026. A watch folder may ask for them so many weeks later (`/w5/NAME`): then the demo is
of this week whenever it is run, and questions such as "in the last seven days" have answers.
"""

import calendar
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from pipeline import catalog

FEED_TYPES = {".xml": "application/xml", ".rdf": "application/rdf+xml", ".json": "application/feed+json"}
NEWS_DAYS = 30.0  # of a store that reads the samples: they are of up to three weeks ago, and all news
NEWEST = datetime(2026, 11, 21, tzinfo=UTC)  # no entry is younger

_TIMES = re.compile(rb'(?:<(?:pubDate|lastBuildDate|dc:date|updated|published)>|"date_\w+": *")[^<"]+')
_ISO = re.compile(rb"\d{4}-\d\d-\d\d")
_RFC822 = re.compile(rb"(\d\d?) ([A-Z][a-z]{2}) (\d{4})")
_PLACE = re.compile(r"http://127\.0\.0\.1:(\d+)/(?:w(\d+)/)?")
_MONTHS = list(calendar.month_abbr)


def sample_dir() -> Path:
    """Find the sample feeds that ship with newswatch."""
    return Path(__file__).resolve().parent.parent / "data" / "sample"


def weeks_to(now: datetime) -> int:
    """Say by how many weeks the sample is to be later so that its newest day is in the seven days before `now`."""
    return max(0, (now - NEWEST) // timedelta(weeks=1))


def later(body: bytes, weeks: int) -> bytes:
    """Give a sample document as it would be so many weeks later: the times of its entries move, weekdays stay."""

    def moved(day: date) -> date:
        return day + timedelta(weeks=weeks)

    def iso(found: re.Match[bytes]) -> bytes:
        return moved(date.fromisoformat(found[0].decode())).isoformat().encode()

    def rfc822(found: re.Match[bytes]) -> bytes:
        day = moved(date(int(found[3]), _MONTHS.index(found[2].decode()), int(found[1])))
        return f"{day.day:02} {_MONTHS[day.month]} {day.year}".encode()

    return _TIMES.sub(lambda time: _ISO.sub(iso, _RFC822.sub(rfc822, time[0])), body) if weeks else body


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        file = sample_dir() / Path(self.path).name
        weeks = re.match(r"/w(\d{1,4})/", self.path)
        if file.suffix not in FEED_TYPES or not file.is_file():
            self.send_error(404)
            return
        body = later(file.read_bytes(), int(weeks[1]) if weeks else 0)
        etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        unchanged = self.headers.get("If-None-Match") == etag
        self.send_response(304 if unchanged else 200)
        self.send_header("ETag", etag)
        self.send_header("Content-Type", FEED_TYPES[file.suffix])  # no charset: each document declares its own
        self.send_header("Content-Length", "0" if unchanged else str(len(body)))
        self.end_headers()
        if not unchanged:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: fetches are logged by the fetch step."""


@contextmanager
def serve(port: int = 0) -> Iterator[int]:
    """Serve the sample feeds on 127.0.0.1; give the port, another one when the wanted one is taken."""
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    except OSError:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)  # soon told to end
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def last(folder: Path) -> tuple[int, int] | None:
    """Give the port and the weeks that a watch folder written earlier points at, None when it points at none.

    Read as text: a mistake that somebody made in the file says nothing about it.
    """
    path = folder / "feeds.toml"
    found = _PLACE.search(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else None
    return (int(found[1]), int(found[2] or 0)) if found else None


def write_watch(folder: Path, port: int, weeks: int = 0) -> None:
    """Write a watch folder: the default watchlist and seeds, the sample's feeds on `port`, and its subscriptions.

    With `weeks` the feeds are asked for as they would be so many weeks later.
    """
    if not folder.exists():
        catalog.copy_default(folder)
    place = f"{port}/w{weeks}" if weeks else str(port)
    for name in ("feeds.toml", "subscriptions.toml"):
        text = (sample_dir() / name).read_text(encoding="utf-8").replace("{port}", place)
        (folder / name).write_text(text, encoding="utf-8")


@contextmanager
def watched(folder: Path, now: datetime) -> Iterator[None]:
    """Serve the sample feeds of this week, and write a watch folder for them, or go on with one: edits of it stay."""
    known, path = last(folder), folder / "feeds.toml"
    with serve(known[0] if known else 0) as port:
        if not path.exists():
            write_watch(folder, port, weeks_to(now))
        elif known and port != known[0]:  # the old one is taken
            text = path.read_text(encoding="utf-8").replace(
                f"http://127.0.0.1:{known[0]}/", f"http://127.0.0.1:{port}/"
            )
            path.write_text(text, encoding="utf-8")
        yield
