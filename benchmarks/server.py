"""A fast loopback feed server in a process of its own: raw asyncio, so that the measured client is the cost.

python benchmarks/server.py PORT LATENCY_MS: every path is a feed of 20 entries with an ETag; If-None-Match gives 304.
"""

import asyncio
import sys
from typing import ClassVar

ITEM = (
    "<item><title>Story {n} of feed {f}</title><link>http://feeds.test/{f}/{n}</link>"
    "<guid>{f}-{n}</guid><description>Twenty words of plain text stand here so that an entry has the size that entries "
    "of news feeds have on most days.</description><pubDate>Mon, 01 Jun 2026 08:00:00 GMT</pubDate></item>"
)


def document(feed: str) -> bytes:
    items = "".join(ITEM.format(n=n, f=feed) for n in range(20))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{feed}</title>{items}</channel></rss>'.encode()


class Server(asyncio.Protocol):
    latency = 0.03
    asked: ClassVar[dict[str, int]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            asyncio.get_running_loop().call_later(self.latency, self.answer, head)

    def answer(self, head: bytes) -> None:
        path = head.split(b" ", 2)[1].decode()
        if path == "/__asked":
            body = repr(self.asked).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            return
        self.asked[path] = self.asked.get(path, 0) + 1
        etag = f'"{path}"'.encode()
        if b"if-none-match: " + etag in head or b"If-None-Match: " + etag in head:
            self.transport.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n")
            return
        body = document(path.strip("/"))
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
            % (etag, len(body))
            + body
        )


async def main(port: int, latency_ms: float) -> None:
    Server.latency = latency_ms / 1000
    server = await asyncio.get_running_loop().create_server(Server, "0.0.0.0", port, backlog=1000)
    async with server:
        print("ready", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
