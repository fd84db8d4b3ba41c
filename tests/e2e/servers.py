"""What the outside is to a cluster on one machine: feeds that count what they are asked, and a StatsD that listens."""

import contextlib
import json
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pipeline.desk import sample


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def until(what: Callable[[], Any], seconds: float, why: str, moves: Callable[[], object] = lambda: None) -> Any:
    """Wait until something is true; say what it was when it never is.

    The seconds are those of an idle machine; beside busy loops it takes three times as long, and a test must not care.
    While what `moves` gives changes (asked now and then), work goes on: then the wait begins anew, up to twelve times.
    """
    begun = last = asked = time.monotonic()
    seen = None
    while time.monotonic() < min(last + 3 * seconds, begun + 36 * seconds):
        found = what()
        if found:
            return found
        time.sleep(0.2)
        if time.monotonic() > asked + 10:
            asked, now = time.monotonic(), moves()
            if now != seen:
                seen, last = now, asked
    raise AssertionError(f"not within {time.monotonic() - begun:.0f} s: {why}")


@contextlib.contextmanager
def serve_feeds(folder: Path, port: int = 0) -> Iterator["Feeds"]:
    """Serve a folder of feed documents, as slowly as the test asks."""
    feeds = Feeds(folder, port)
    thread = threading.Thread(target=feeds.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield feeds
    finally:
        feeds.server.shutdown()
        feeds.server.server_close()
        thread.join()


class Feeds:
    """A feed server that counts what it is asked for."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.delay = 0.0
        self.asked: list[str] = []
        types = {".xml": "application/xml", ".rdf": "application/rdf+xml", ".json": "application/feed+json"}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(handler) -> None:  # noqa: N805 - `self` is the server's owner
                self.asked.append(handler.path)
                time.sleep(self.delay)
                file = folder / Path(handler.path).name
                found = file.is_file() and file.suffix in types
                weeks = re.match(r"/w(\d+)/", handler.path)
                body = sample.later(file.read_bytes(), int(weeks[1]) if weeks else 0) if found else b""
                with contextlib.suppress(OSError):
                    handler.send_response(200 if found else 404)
                    handler.send_header("Content-Type", types.get(file.suffix, "text/plain"))
                    handler.send_header("Content-Length", str(len(body)))
                    handler.end_headers()
                    handler.wfile.write(body)

            def log_message(handler, format: str, *args: object) -> None:  # noqa: N805
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])


class Metrics:
    """A StatsD server: keeps the sum of each counter, and the names of all that was measured. A context manager."""

    def __enter__(self) -> "Metrics":
        self.counters: Counter[str] = Counter()
        self.names: set[str] = set()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while packet := self._socket.recv(65536):
            for line in packet.decode().splitlines():
                name, _, rest = line.removeprefix("airflow.").partition(":")  # Airflow's default prefix
                value, _, kind = rest.partition("|")
                self.names.add(name)
                if kind.startswith("c"):
                    self.counters[name] += int(float(value))


class Hook:
    """A web hook: keeps title and message of what is posted to it under a title that begins so. A context manager."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix

    def __enter__(self) -> "Hook":
        self.got: list[tuple[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805 - `self` is the server's owner
                told = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
                if told["title"].startswith(self.prefix):
                    self.got.append((told["title"], told["message"]))
                handler.send_response(200)
                handler.end_headers()

            def log_message(handler, format: str, *args: object) -> None:  # noqa: N805
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
