"""A hostile HTTP server, a real one on loopback: each path is one way in which servers go wrong or do harm.

Raw sockets and threads, so that it can say what no HTTP library would. `with Hostile() as server: server.url("/drip")`.
"""

import gzip
import re
import socket
import socketserver
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from types import TracebackType
from urllib.parse import unquote

import brotli
from backports import zstd

FEED = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>The Harbour Gazette</title>
<item><title>Ferry timetable changes</title><link>http://gazette.test/ferry</link></item></channel></rss>"""
MOVED_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HTML = "Content-Type: text/html\r\n"
BOMB = 200 * 2**20  # bytes after decompression


def reply(body: bytes, status: str = "200 OK", headers: str = "", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{headers}\r\n".encode() + body


class _Handler(socketserver.BaseRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self.request.settimeout(30)
        try:
            while (head := self._head()) is not None:
                path = unquote(head.split(" ")[1])
                with self.server.lock:
                    self.server.hits[path] += 1
                    self.server.heads.append(head)
                    self.server.times.append((time.monotonic(), path))
                if not self._answer(path, head):
                    return
        except OSError:
            return

    def _head(self) -> str | None:
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = self.request.recv(65536)
            if not chunk:
                return None
            data += chunk
        return data.decode("latin-1")

    def _answer(self, path: str, head: str) -> bool:
        """Answer one request; False closes the connection."""
        if path in self.server.pages:
            page = self.server.pages[path]
            self._send(page(head) if callable(page) else page)
            return True
        name, _, rest = path.lstrip("/").partition("/")
        made = getattr(self, "_" + name.replace("-", "_"), None)
        if made is None:
            self._send(reply(b"", "404 Not Found"))
            return True
        return bool(made(rest, head))

    def _send(self, data: bytes) -> None:
        self.request.sendall(data)

    # ------------------------------------------------------------------------------------------------------ honest

    def _feed(self, rest: str, head: str) -> bool:
        tag = f'"{self.server.version}"'
        if f"if-none-match: {tag}" in head.lower():
            self._send(f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode())
        else:
            body = FEED.replace(b"Ferry", f"Ferry {self.server.version}".encode())
            self._send(reply(body, headers=f"ETag: {tag}\r\nContent-Type: application/rss+xml\r\n"))
        return True

    def _charset(self, rest: str, head: str) -> bool:
        """Cyrillic in windows-1251 that its header calls UTF-8."""
        body = FEED.replace(b"Ferry", "Пором".encode("windows-1251"))
        self._send(reply(body, headers="Content-Type: application/rss+xml; charset=utf-8\r\n"))
        return True

    def _html(self, rest: str, head: str) -> bool:
        self._send(
            reply(b"<!doctype html><html><title>Not a feed</title></html>", headers="Content-Type: text/html\r\n")
        )
        return True

    # ------------------------------------------------------------------------------------------------ slow and endless

    def _silent(self, rest: str, head: str) -> bool:
        self.server.stop.wait(20)
        return False

    def _drip(self, rest: str, head: str) -> bool:
        self._send(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
        return self._dripped(iter(lambda: b" ", None))

    def _drip_head(self, rest: str, head: str) -> bool:
        return self._dripped(bytes([c]) for c in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000)

    def _dripped(self, pieces: Iterator[bytes]) -> bool:
        for piece in pieces:
            if self.server.stop.wait(0.05):
                break
            self._send(piece)
        return False

    def _continue(self, rest: str, head: str) -> bool:
        while not self.server.stop.wait(0.01):
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return False

    def _loop(self, rest: str, head: str) -> bool:
        self._send(reply(b"", "302 Found", f"Location: /loop/{int(rest or 0) + 1}\r\n"))
        return True

    # ----------------------------------------------------------------------------------------------------- redirects

    def _to(self, rest: str, head: str) -> bool:
        status, _, target = rest.partition("/")
        self._send(reply(b"moved", f"{status} Moved", f"Location: {target}\r\n"))
        return True

    # --------------------------------------------------------------------------------------------------------- bombs

    def _bomb(self, rest: str, head: str) -> bool:
        self._send(f"HTTP/1.1 200 OK\r\nContent-Encoding: {rest}\r\n\r\n".encode() + bomb(rest))
        return False

    def _flood(self, rest: str, head: str) -> bool:
        self._send(b"HTTP/1.1 200 OK\r\n\r\n")
        while not self.server.stop.is_set():
            self._send(b"x" * 65536)
        return False

    def _head_flood(self, rest: str, head: str) -> bool:
        self._send(b"HTTP/1.1 200 OK\r\n")
        for i in range(20_000):
            self._send(b"X-%d: %s\r\n" % (i, b"y" * 100))
        return False

    # -------------------------------------------------------------------------------------------------------- broken

    def _short(self, rest: str, head: str) -> bool:
        self._send(reply(FEED, length=len(FEED) + 100))
        return False

    def _chunked_garbage(self, rest: str, head: str) -> bool:
        self._send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZZ\r\nno\r\n")
        return False

    def _garbage(self, rest: str, head: str) -> bool:
        self._send(b"\x00\x01\x02 this is not HTTP\r\n\r\n")
        return False

    def _cut(self, rest: str, head: str) -> bool:
        packed = pack(rest, FEED * 50)
        self._send(reply(packed[: len(packed) // 2], headers=f"Content-Encoding: {rest}\r\n"))
        return True

    def _packed(self, rest: str, head: str) -> bool:
        self._send(reply(pack(rest, FEED * 50), headers=f"Content-Encoding: {rest}\r\n"))
        return True

    def _claims(self, rest: str, head: str) -> bool:
        self._send(reply(FEED, headers=f"Content-Encoding: {rest}\r\n"))
        return True

    def _reset(self, rest: str, head: str) -> bool:
        self._send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.request.close()
        return False

    # ------------------------------------------------------------------------------------------------------ statuses

    def _status(self, rest: str, head: str) -> bool:
        self._send(reply(b"no", f"{rest} Whatever"))
        return True

    def _wait(self, rest: str, head: str) -> bool:
        status, _, when = rest.partition("/")
        value = format_datetime(MOVED_AT, usegmt=True) if when == "date" else when
        self._send(reply(b"later", f"{status} Later", f"Retry-After: {value}\r\n"))
        return True

    def _lying(self, rest: str, head: str) -> bool:
        """The ETag never changes, the body always does."""
        if 'if-none-match: "same"' in head.lower():
            self._send(b'HTTP/1.1 304 Not Modified\r\nETag: "same"\r\n\r\n')
        else:
            count = self.server.hits["/lying"]
            self._send(reply(FEED + b"<!-- %d -->" % count, headers='ETag: "same"\r\n'))
        return True


def pack(coding: str, body: bytes) -> bytes:
    return {
        "gzip": lambda b: gzip.compress(b, mtime=0),
        "deflate": zlib.compress,
        "raw-deflate": lambda b: zlib.compress(b)[2:-4],
        "br": brotli.compress,
        "zstd": zstd.compress,
    }[coding](body)


_bombs: dict[str, bytes] = {}


def bomb(coding: str) -> bytes:
    """A small document that unpacks to BOMB bytes."""
    if coding not in _bombs:
        if coding == "gzip, gzip":
            inner = gzip.compress(bytes(2**20))
            _bombs[coding] = gzip.compress(inner * (BOMB // 2**20))
        elif coding == "br":
            made = brotli.Compressor(quality=5)
            _bombs[coding] = b"".join(made.process(bytes(2**20)) for _ in range(BOMB // 2**20)) + made.finish()
        else:
            one = pack(coding, bytes(2**20))
            _bombs[coding] = one * (BOMB // 2**20)  # members and frames may follow one another
    return _bombs[coding]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 200

    def __init__(self, host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.hits: Counter[str] = Counter()
        self.heads: list[str] = []
        self.times: list[tuple[float, str]] = []
        self.pages: dict[str, bytes | Callable[[str], bytes]] = {}
        self.version = 1
        self.stop = threading.Event()
        self.lock = threading.Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: clients that hang up on us are what is tested."""


class Hostile:
    """The server; `host` may be any loopback address, or 0.0.0.0 for all of 127.0.0.0/8."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.server = _Server(host)
        self.host = "127.0.0.1" if host == "0.0.0.0" else host
        self.port = self.server.server_address[1]
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "Hostile":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.stop.set()
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(5)

    def url(self, path: str, host: str | None = None) -> str:
        return f"http://{host or self.host}:{self.port}{path}"

    def page(
        self, path: str, body: bytes | Callable[[str], bytes], headers: str = "Content-Type: text/html\r\n"
    ) -> str:
        """Serve a page at a path; a function gets the request head and returns the whole response."""
        self.server.pages[path] = body if callable(body) else reply(body, headers=headers)
        return self.url(path)

    @property
    def hits(self) -> Counter[str]:
        return self.server.hits

    def header(self, name: str) -> list[str]:
        """Every value of a request header that was sent, in order."""
        found = (re.search(rf"^{name}: (.*?)\r?$", head, re.IGNORECASE | re.MULTILINE) for head in self.server.heads)
        return [m[1] for m in found if m]


class HalfTls:
    """Takes connections and answers half a TLS handshake: a record that announces more than ever comes."""

    def __enter__(self) -> str:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._run, daemon=True).start()
        return f"https://127.0.0.1:{self._socket.getsockname()[1]}/feed"

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.sendall(b"\x16\x03\x03\x40\x00\x02\x00")
            self._open.append(connection)

    def __exit__(self, *exc: object) -> None:
        self._socket.close()
        for connection in self._open:
            connection.close()
