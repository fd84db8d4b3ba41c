"""Serve the sample feeds from this machine, with a watch folder that points at them."""

import hashlib
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from pipeline import catalog

FEED_TYPES = {".xml": "application/xml", ".rdf": "application/rdf+xml", ".json": "application/feed+json"}


def sample_dir() -> Path:
    """Find the sample feeds that ship with newswatch."""
    return Path(__file__).resolve().parent.parent / "data" / "sample"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        file = sample_dir() / Path(self.path).name
        if file.suffix not in FEED_TYPES or not file.is_file():
            self.send_error(404)
            return
        body = file.read_bytes()
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
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def last_port(folder: Path) -> int:
    """Give the port that a watch folder written earlier points at, 0 when there is none."""
    try:
        feeds = tomllib.loads((folder / "feeds.toml").read_text(encoding="utf-8"))["feeds"]
        return int(urlsplit(feeds[0]["url"]).port or 0)
    except (OSError, ValueError, KeyError, IndexError):
        return 0


def write_watch(folder: Path, port: int) -> None:
    """Write a watch folder: the default watchlist and seeds, the sample's feeds on `port`, and its subscriptions."""
    if not folder.exists():
        catalog.copy_default(folder)
    for name in ("feeds.toml", "subscriptions.toml"):
        text = (sample_dir() / name).read_text(encoding="utf-8").replace("{port}", str(port))
        (folder / name).write_text(text, encoding="utf-8")
