"""One client a run: politeness per host, deadlines, size caps, redirects by hand, and the guarded network beneath.

It drives httpcore2, the engine of httpx2, through its public `network_backend`; URL rules and TLS defaults are
httpx2's. The client object above it would add a cookie store, its own redirects and an unbounded read, none of which we
want, and CPU time (docs/fetching.md). Environment proxies and .netrc are never looked at.
"""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, Self
from zlib import crc32

import httpcore2
import httpx2

from pipeline.http.address import networks
from pipeline.http.cookies import ChainCookies, set_cookies
from pipeline.http.exchange import Call, Exchange, length, read_headers
from pipeline.http.guard import DnsError, GuardedNetwork, LocalError, RefusedError, Resolver, TlsError
from pipeline.http.inflate import BrokenEncodingError, Inflater
from pipeline.http.turns import Place, Turns
from pipeline.http.url import clean_url, credentials_of, host_of, location, parse
from pipeline.model import Outcome, Response
from pipeline.version import __version__

ACCEPT_FEED = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.7, */*;q=0.5"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LARGE = 2**20  # bytes from which a body needs one of the few large slots, so that many big ones do not add up
LARGE_SLOTS = 8
POOLS = 64  # a pool looks at each of its connections at each request: hundreds that wait would cost those that work
DRAIN = 16 * 2**10  # a body that we do not want is read up to here, so that the connection can be used again


class Limits(Protocol):
    """What the client obeys: these fields of the settings, as plain values."""

    @property
    def contact(self) -> str: ...
    @property
    def allow_addresses(self) -> tuple[str, ...]: ...
    @property
    def host_concurrency(self) -> int: ...
    @property
    def host_spacing(self) -> float: ...
    @property
    def fetch_concurrency(self) -> int: ...
    @property
    def fetch_timeout(self) -> float: ...
    @property
    def connect_timeout(self) -> float: ...
    @property
    def max_body_bytes(self) -> int: ...
    @property
    def max_redirects(self) -> int: ...


@cache
def _tls() -> ssl.SSLContext:
    """Give the TLS context of this process: reading all certificates that we trust takes as long as ten fetches."""
    return httpx2.create_ssl_context(trust_env=False)


class NotNowError(Exception):
    """Raised by `go` when the turn has come and nothing is to be asked."""


class _TooLargeError(Exception):
    pass


class Client:
    """A polite client for one run; use as an async context manager, in one event loop.

    `resolve` and `tls` replace DNS and the TLS context: tests stand in for both.
    """

    def __init__(self, limits: Limits, *, resolve: Resolver | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._limits = limits
        self._guard = GuardedNetwork(networks(limits.allow_addresses), resolve)
        self._tls = tls
        self._agent = f"newswatch/{__version__} (+mailto:{limits.contact})"

    async def __aenter__(self) -> Self:
        limits = self._limits
        self._turns = Turns(limits.host_concurrency, limits.host_spacing, limits.fetch_concurrency)
        self._large = asyncio.Semaphore(LARGE_SLOTS)
        context = self._tls or _tls()
        self._pools = [
            httpcore2.AsyncConnectionPool(
                ssl_context=context,
                max_connections=limits.fetch_concurrency + self._turns.lane,
                max_keepalive_connections=max(1, limits.fetch_concurrency // POOLS),
                keepalive_expiry=5.0,
                network_backend=self._guard,
            )
            for _ in range(POOLS)
        ]
        return self

    async def __aexit__(self, *exc: object) -> None:
        for pool in self._pools:
            await pool.aclose()
        self._guard.close()

    @property
    def idle(self) -> int:
        """How many requests only wait: for politeness, or for a server that says nothing."""
        return self._turns.idle

    def hold(self, host: str, seconds: float) -> None:
        """Start nothing at a host for that long: another worker has just asked it."""
        state = self._turns.host(host)
        state.next_start = max(state.next_start, asyncio.get_running_loop().time() + seconds)

    def space(self, host: str, seconds: float) -> None:
        """Keep at least that many seconds between two starts at a host: its robots.txt asks for it."""
        state = self._turns.host(host)
        state.spacing = max(state.spacing, seconds)

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        accept: str = ACCEPT_FEED,
        max_bytes: int | None = None,
        go: Callable[[], None] | None = None,
    ) -> Response:
        """Get a URL, following redirects; never raises for what a server or network does, only what `go` raises."""
        async with self.fetched(url, headers, accept=accept, max_bytes=max_bytes, go=go) as response:
            return response

    @contextlib.asynccontextmanager
    async def fetched(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        credentials: str | None = None,
        accept: str = ACCEPT_FEED,
        max_bytes: int | None = None,
        go: Callable[[], None] | None = None,
    ) -> AsyncIterator[Response]:
        """Get a URL and keep, while in the context, the slot that a large body needs: work it up inside.

        `credentials` ("user:password", or in the URL itself) go to the URL's own origin only. Waiting for politeness
        does not count against the deadline, everything else does. `go` is called when the turn has come; when it raises
        NotNowError, nothing is asked. Cookies live for one chain of redirects.
        """
        async with contextlib.AsyncExitStack() as slots:
            yield await self._get(url, headers or {}, credentials, accept, max_bytes, go, slots)

    async def _get(
        self,
        url: str,
        headers: Mapping[str, str],
        credentials: str | None,
        accept: str,
        max_bytes: int | None,
        go: Callable[[], None] | None,
        slots: contextlib.AsyncExitStack,
    ) -> Response:
        asked = clean_url(url)
        call = Call(asked, self._limits.fetch_timeout)
        credentials = credentials or credentials_of(url)
        cookies = ChainCookies()
        try:
            target = parse(asked)
            origin = target.scheme, target.host, target.port
            for _ in range(self._limits.max_redirects + 1):
                sent = {"user-agent": self._agent, "accept": accept, **headers}
                if cookie := cookies.header(str(target)):
                    sent["cookie"] = cookie
                if credentials and (target.scheme, target.host, target.port) == origin:
                    sent["authorization"] = "Basic " + base64.b64encode(credentials.encode()).decode()
                is_hop = bool(call.redirects)
                async with self._turns.turn(host_of(str(target)), is_hop, None if is_hop else go) as place:
                    visit = _Visit(call, place, max_bytes or self._limits.max_body_bytes, slots)
                    got = await call.timed(self._exchange(target, sent, visit))
                if got.status not in REDIRECTS or not got.headers.get("location"):
                    return call.ended(got, str(target) if call.redirects else asked)
                cookies.note(str(target), got.cookies)
                target = parse(clean_url(str(target.join(location(got.headers["location"])))))
                call.redirects.append((got.status, str(target)))
            return call.failed(Outcome.TOO_MANY_REDIRECTS, f"more than {self._limits.max_redirects} redirects")
        except (httpx2.InvalidURL, httpcore2.UnsupportedProtocol, UnicodeError, ValueError) as e:
            return call.failed(Outcome.BAD_URL, f"not a URL that can be fetched: {e}")
        except DnsError as e:
            return call.failed(Outcome.DNS, str(e))
        except LocalError as e:
            return call.failed(Outcome.LOCAL, str(e))
        except RefusedError as e:
            return call.failed(Outcome.REFUSED_ADDRESS, f"address refused: {e}")
        except TlsError as e:
            return call.failed(Outcome.TLS, str(e))
        except (TimeoutError, httpcore2.TimeoutException) as e:
            return call.failed(Outcome.TIMEOUT, str(e) or f"not done within {self._limits.fetch_timeout:g} s")
        except _TooLargeError as e:
            return call.failed(Outcome.TOO_LARGE, str(e))
        except (httpcore2.ProtocolError, BrokenEncodingError) as e:
            return call.failed(Outcome.PROTOCOL, str(e) or "broken HTTP")
        except (httpcore2.NetworkError, OSError) as e:
            return call.failed(Outcome.CONNECT, str(e) or "connection broke")

    async def _exchange(self, url: httpx2.URL, headers: Mapping[str, str], visit: "_Visit") -> Exchange:
        limits = self._limits
        request = httpcore2.Request(
            b"GET",
            httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=[
                (b"Host", url.netloc),
                (b"Accept-Encoding", b"gzip, deflate, br, zstd"),
                *((name.encode("ascii"), value.encode("latin-1", "ignore")) for name, value in headers.items()),
            ],
            extensions={
                "timeout": {
                    "connect": limits.connect_timeout,
                    "read": limits.fetch_timeout,
                    "write": limits.connect_timeout,
                    "pool": limits.fetch_timeout,
                }
            },
        )
        response = await visit.patient(self._pools[crc32(url.raw_host) % POOLS].handle_async_request(request))
        try:
            got = Exchange(response.status, read_headers(response.headers), cookies=set_cookies(response.headers))
            if 200 <= got.status < 300:
                got.body = await self._read(response, got.headers, visit)
            elif got.status in {204, 304} or length(got.headers) <= DRAIN:
                await _drain(response)
            return got
        finally:
            await response.aclose()

    async def _read(self, response: httpcore2.Response, headers: Mapping[str, str], visit: "_Visit") -> bytes:
        too_large = _TooLargeError(f"more than {visit.max_bytes} bytes")
        inflater = Inflater(headers.get("content-encoding", ""))
        if 0 < visit.max_bytes < length(headers, unknown=0):
            raise too_large
        body = bytearray()
        has_slot = False
        chunks = aiter(response.aiter_stream())
        while (chunk := await visit.patient(anext(chunks, None))) is not None:
            for piece in inflater.feed(chunk):
                if len(body) + len(piece) > visit.max_bytes:
                    raise too_large
                body += piece
                if len(body) > LARGE and not has_slot:  # a slot of ours: waiting for it is not the server's time
                    await visit.call.ours(visit.slots.enter_async_context(self._large))
                    has_slot = True
        for piece in inflater.rest():
            body += piece
        return bytes(body)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One hop: its call's clock, its place, and what it may take."""

    call: Call
    place: Place
    max_bytes: int
    slots: contextlib.AsyncExitStack

    async def patient(self, silent: Awaitable[Any]) -> Any:
        return await self.place.patient(silent, self.call.ours)


async def _drain(response: httpcore2.Response) -> None:
    async for _ in response.aiter_stream():
        pass
