"""The door to trafilatura: the article's text of a page, in a child process that is replaced before it grows.

Extraction keeps memory (lxml, caches: about 0.1 to 1 MB a page) and a hostile page can make it slow or huge, so it runs
in a child with a memory limit and a deadline, fed over pipes, replaced after RECYCLE pages. Run as a module, this file
is that child. A plain child, not multiprocessing: it works the same under Celery's daemonic workers.
"""

import codecs
import contextlib
import re
import selectors
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import IO, Any

METHOD = "page:trafilatura"
RECYCLE = 500  # pages a child; a start costs 0.8 s, 500 pages about 10 s
TIMEOUT_S = 20.0  # for one page; the slowest of the measured ones took 0.3 s
MEMORY = 1536 * 2**20  # bytes of address space a child may have; import alone maps 300 MB
MAX_TEXT = 60_000  # characters of text kept: no news story is longer
MAX_HTML = 8 * 2**20  # bytes read of a page
# What lxml and trafilatura raise on pages made to break them; anything else ends the child, which counts as well.
BROKEN = (ValueError, TypeError, LookupError, AttributeError, RecursionError, MemoryError, AssertionError)
_HEADER = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Extract:
    """What a page gave: text, or the reason why there is none."""

    text: str = ""
    error: str | None = None


class Extractor:
    """Extracts article texts one after the other; not for several threads at once. Use as a context manager."""

    def __init__(self, recycle: int = RECYCLE, timeout_s: float = TIMEOUT_S) -> None:
        self._recycle = recycle
        self._timeout_s = timeout_s
        self._child: subprocess.Popen[bytes] | None = None
        self._pages = 0

    def __enter__(self) -> "Extractor":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            child.wait()

    def text(self, html: bytes, url: str, content_type: str = "") -> Extract:
        """Extract the article's text; every failure is an Extract with an error, and ends the child."""
        if self._child is None or self._pages >= self._recycle:
            self.close()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "pipeline.extract"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._pages = 0
            if not self._exchange(b""):  # its import is not the first page's fault
                self.close()
                return Extract(error="the extracting process does not start")
        self._pages += 1
        address = url.encode("utf-8", "replace")
        answer = self._exchange(_HEADER.pack(len(address)) + address + _decoded(html[:MAX_HTML], content_type))
        if not answer:
            self.close()
            return Extract(error=f"extraction broke or took longer than {self._timeout_s:g} s")
        text = answer[1:].decode("utf-8", "replace")
        return Extract(text=text) if answer[:1] == b"+" else Extract(error=text)

    def _exchange(self, message: bytes) -> bytes:
        """Send one message and read one; b"" when the child is dead or late."""
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            return b""
        deadline = time.monotonic() + self._timeout_s
        try:
            child.stdin.write(_HEADER.pack(len(message)) + message)  # the child reads whole messages before it works
            child.stdin.flush()
            head = _read(child.stdout, _HEADER.size, deadline)
            return _read(child.stdout, _HEADER.unpack(head)[0], deadline) if head else b""
        except OSError:
            return b""


def _read(pipe: IO[bytes], size: int, deadline: float) -> bytes:
    """Read exactly `size` bytes before the deadline, else b""."""
    found = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while len(found) < size:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                return b""
            chunk = pipe.raw.read(size - len(found)) if hasattr(pipe, "raw") else b""
            if not chunk:
                return b""
            found += chunk
    return bytes(found)


def _decoded(html: bytes, content_type: str) -> bytes:
    """Turn a page into UTF-8 when the server names its charset: HTTP outranks what the page says of itself."""
    found = re.search(r"charset\s*=\s*\"?([\w.:-]+)", content_type, re.IGNORECASE)
    if found is None:
        return html
    try:
        codec = codecs.lookup(found[1])
        text, _ = codec.decode(html, "strict")
    except (LookupError, UnicodeError, ValueError):
        return html  # a wrong name: the page's own declaration decides
    return b"\xef\xbb\xbf" + text.encode("utf-8", "replace") if isinstance(text, str) else html


def article(html: bytes, url: str) -> str:
    """Extract the main text in this process; "" when there is none.

    `favor_precision` leaves out what is doubtful: for judging a story, a teaser of another story in the text costs more
    than a missing paragraph. Not `fast`: F1 .940 against .917 at 28 ms a page instead of 16 (docs/fetching.md).
    """
    import trafilatura

    text = html[3:].decode("utf-8", "replace") if html.startswith(b"\xef\xbb\xbf") else html
    found: Any = trafilatura.extract(
        text, url=url or None, favor_precision=True, include_comments=False, include_tables=False
    )
    return str(found)[:MAX_TEXT] if found else ""


def _serve() -> None:
    """Answer messages on standard input until it ends: the child's whole life."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(_HEADER.size)) == _HEADER.size:
        message = source.read(_HEADER.unpack(head)[0])
        answer = b"+"
        if not message:
            import trafilatura  # noqa: F401  # the first message only asks for this
        else:
            (size,) = _HEADER.unpack(message[: _HEADER.size])
            start = _HEADER.size + size
            try:
                text = article(message[start:], message[_HEADER.size : start].decode())
                answer = b"+" + text.encode("utf-8", "replace") if text else b"-no article text found"
            except BROKEN as e:
                answer = b"-" + type(e).__name__.encode()
        sink.write(_HEADER.pack(len(answer)) + answer)
        sink.flush()


if __name__ == "__main__":
    _serve()
