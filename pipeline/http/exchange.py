"""What one request brings, and what a chain of them means: the Response of a call."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.model import Outcome, Response


@dataclass(slots=True)
class Exchange:
    """What one hop brought."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cookies: list[str] = field(default_factory=list)  # that it sets


@dataclass(slots=True)
class Call:
    """One `get`: what it was asked, its redirects and the time it used."""

    url: str
    left: float
    redirects: list[tuple[int, str]] = field(default_factory=list)
    used: float = 0.0
    _limit: asyncio.Timeout | None = None

    async def timed(self, exchange: Awaitable[Exchange]) -> Exchange:
        """Await one hop within what is left of the deadline; raise TimeoutError."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            async with asyncio.timeout(max(0.0, self.left - self.used)) as self._limit:
                return await exchange
        finally:
            self.used += loop.time() - start

    async def ours(self, waiting: Awaitable[Any]) -> Any:
        """Await something of our own, within `timed`: the deadline is put off by as long as it takes."""
        loop = asyncio.get_running_loop()
        start, limit = loop.time(), self._limit
        until = limit.when() if limit else None
        if limit is None or until is None:
            return await waiting
        limit.reschedule(None)
        try:
            return await waiting
        finally:
            took = loop.time() - start
            self.used -= took
            limit.reschedule(until + took)

    def ended(self, got: Exchange, final: str) -> Response:
        """Give the response of a chain that came to an answer."""
        outcome, error = _outcome(got)
        return Response(
            url=self.url,
            final_url=final,
            outcome=outcome,
            status=got.status,
            headers=got.headers,
            body=got.body if outcome is Outcome.NEW else b"",
            redirects=tuple(self.redirects),
            seconds=self.used,
            error=error,
        )

    def failed(self, outcome: Outcome, error: str) -> Response:
        """Give the response of a chain that came to none; the error becomes one line."""
        return Response(
            url=self.url,
            final_url=self.redirects[-1][1] if self.redirects else self.url,
            outcome=outcome,
            redirects=tuple(self.redirects),
            seconds=self.used,
            error=" ".join(error.replace("\0", "").split())[:300],
        )


def _outcome(got: Exchange) -> tuple[Outcome, str | None]:
    status = got.status
    if status == 304:
        return Outcome.UNCHANGED, None
    if 200 <= status < 300:
        if len(got.body) < 1024 and not got.body.strip():
            return Outcome.EMPTY, f"status {status} with an empty body"
        return Outcome.NEW, None
    if status == 410:
        return Outcome.GONE, "status 410: gone for good"
    if status == 429 or (status == 503 and "retry-after" in got.headers):
        return Outcome.RATE_LIMITED, f"status {status}: asked to wait"
    return Outcome.HTTP_ERROR, f"status {status}"


def read_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Give headers under lower-case names; repeated ones are joined (RFC 9110 §5.3)."""
    found: dict[str, str] = {}
    for name, value in raw:
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def length(headers: Mapping[str, str], unknown: int = 2**62) -> int:
    """Give the declared length of a body in bytes, `unknown` when there is none that can be read."""
    value = headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() else unknown
