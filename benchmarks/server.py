"""A fast loopback feed server in a process of its own: raw asyncio, so that the measured client is the cost.

python benchmarks/server.py PORT LATENCY_MS HOSTS [ENTRIES [OURS]]: every path is a feed of 20 (or so many) entries with
an ETag, OURS of a thousand of them such as the shipped storyline wants; If-None-Match gives 304; what begins with /slow
is answered after SLOW_S seconds, with /silent never. It listens at HOSTS addresses of loopback: 127.1.0.1, 127.1.0.2, …
"""

import asyncio
import contextlib
import resource
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from typing import ClassVar

ITEM = (
    "<item><title>{title}</title><link>http://feeds.test/{f}/{n}</link>"
    "<guid>{f}-{n}</guid><description>Twenty words of plain text stand here so that an entry has the size that entries "
    "of news feeds have on most days.</description><pubDate>Mon, 01 Jun 2026 08:00:00 GMT</pubDate></item>"
)
OURS = (
    "xAI buys turbines of {n} MW for its data centre in town {f}",
    "OpenAI opens a data centre of {n} MW in town {f}",
    "NextEra restarts a reactor near town {f} for data centre {n}",
    "GE Vernova raises prices of turbines for data centres, says paper {f}, page {n}",
)
SLOW_S = 8.0


def hosts(count: int) -> list[str]:
    """Give so many loopback addresses: to newswatch each is a host of its own."""
    return [f"127.{1 + i // 50_000}.{i // 200 % 250}.{i % 200 + 1}" for i in range(count)]


def title(feed: str, n: int, ours: int) -> str:
    """Give the headline of an entry; of a thousand so many are ours."""
    draw = zlib.crc32(f"{feed} {n}".encode())
    return (OURS[draw // 1000 % len(OURS)] if draw % 1000 < ours else "Story {n} of feed {f}").format(n=n, f=feed)


def document(feed: str, entries: int, ours: int = 0) -> bytes:
    items = "".join(ITEM.format(n=n, f=feed, title=title(feed, n, ours)) for n in range(entries))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{feed}</title>{items}</channel></rss>'.encode()


@contextlib.contextmanager
def serve(latency_ms: float, count: int, entries: int = 20, ours: int = 0) -> Iterator[int]:
    """Run the server in a process of its own; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = (str(port), str(latency_ms), str(count), str(entries), str(ours))
    child = subprocess.Popen([sys.executable, __file__, *words], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    try:
        yield port
    finally:
        child.kill()
        child.wait()


class Server(asyncio.Protocol):
    latency = 0.03
    entries = 20
    ours = 0
    asked: ClassVar[dict[str, int]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            latency = SLOW_S if b" /slow" in head[:20] else self.latency
            asyncio.get_running_loop().call_later(latency, self.answer, head)

    def answer(self, head: bytes) -> None:
        path = head.split(b" ", 2)[1].decode()
        if path.startswith("/silent"):
            return
        if path == "/__asked":
            body = repr(self.asked).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            return
        self.asked[path] = self.asked.get(path, 0) + 1
        etag = f'"{path}"'.encode()
        if b"if-none-match: " + etag in head or b"If-None-Match: " + etag in head:
            self.transport.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n")
            return
        body = document(path.strip("/"), self.entries, self.ours)
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
            % (etag, len(body))
            + body
        )


async def main(port: int, latency_ms: float, count: int, entries: int = 20, ours: int = 0) -> None:
    Server.latency, Server.entries, Server.ours = latency_ms / 1000, entries, ours
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server = await asyncio.get_running_loop().create_server(Server, ["127.0.0.1", *hosts(count)], port, backlog=1000)
    async with server:
        print("ready", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), *map(int, sys.argv[3:])))
