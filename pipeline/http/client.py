"""One client a run: politeness per host, deadlines, size caps, redirects by hand, and the guarded network beneath.

It drives httpcore2, the engine of httpx2, through its public `network_backend`; URL rules and TLS defaults are
httpx2's. The client object above it would add cookies, its own redirects and an unbounded read, none of which we want,
and CPU time (docs/fetching.md). Environment proxies and .netrc are never looked at.
"""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self
from urllib.parse import unquote, urlsplit, urlunsplit

import httpcore2
import httpx2

import pipeline
from pipeline.http.address import networks
from pipeline.http.guard import DnsError, Guard, RefusedError, Resolver, TlsError
from pipeline.http.inflate import BrokenEncodingError, Inflater
from pipeline.model import Outcome, Response

ACCEPT_FEED = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.7, */*;q=0.5"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_URL = 8192  # characters; longer ones are attacks or accidents
LARGE = 2**20  # bytes from which a body needs one of the few large slots, so that many big ones do not add up
LARGE_SLOTS = 8
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


class NotNowError(Exception):
    """`go` said no when the turn came: nothing was asked."""


class _TooLargeError(Exception):
    pass


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    spacing: float
    next_start: float = 0.0  # loop time


@dataclass(slots=True)
class _Exchange:
    """What one hop brought."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Client:
    """A polite client for one run; use as an async context manager, in one event loop.

    `resolve` and `tls` replace DNS and the TLS context: tests stand in for both.
    """

    def __init__(self, limits: Limits, *, resolve: Resolver | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._limits = limits
        self._guard = Guard(networks(limits.allow_addresses), resolve)
        self._tls = tls
        self._agent = f"newswatch/{pipeline.__version__} (+mailto:{limits.contact})"
        self._hosts: dict[str, _Host] = {}

    async def __aenter__(self) -> Self:
        self._all = asyncio.Semaphore(self._limits.fetch_concurrency)
        self._large = asyncio.Semaphore(LARGE_SLOTS)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=self._tls or httpx2.create_ssl_context(trust_env=False),
            max_connections=self._limits.fetch_concurrency,
            max_keepalive_connections=self._limits.fetch_concurrency // 2,
            keepalive_expiry=5.0,
            network_backend=self._guard,
        )
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._pool.aclose()
        self._guard.close()

    def hold(self, host: str, seconds: float) -> None:
        """Start nothing at a host for that long: another worker has just asked it."""
        state = self._host(host)
        state.next_start = max(state.next_start, asyncio.get_running_loop().time() + seconds)

    def space(self, host: str, seconds: float) -> None:
        """Keep at least that many seconds between two starts at a host: its robots.txt asks for it."""
        state = self._host(host)
        state.spacing = max(state.spacing, seconds)

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        credentials: str | None = None,
        accept: str = ACCEPT_FEED,
        max_bytes: int | None = None,
        go: Callable[[], bool] | None = None,
    ) -> Response:
        """Get a URL, following redirects; never raises for what a server or network does.

        `credentials` ("user:password", or in the URL itself) go to the URL's own origin only. Waiting for politeness
        does not count against the deadline, everything else does. `go` is called when the turn has come; when it says
        no, NotNowError is raised and nothing is asked.
        """
        asked = clean_url(url)
        call = _Call(asked, self._limits.fetch_timeout)
        credentials = credentials or credentials_of(url)
        try:
            target = _parse(asked)
            origin = target.scheme, target.host, target.port
            for _ in range(self._limits.max_redirects + 1):
                sent = {"user-agent": self._agent, "accept": accept, **(headers or {})}
                if credentials and (target.scheme, target.host, target.port) == origin:
                    sent["authorization"] = "Basic " + base64.b64encode(credentials.encode()).decode()
                async with self._turn(target.host, is_hop=bool(call.redirects)):
                    if go and not call.redirects and not go():
                        raise NotNowError
                    got = await call.timed(self._exchange(target, sent, max_bytes or self._limits.max_body_bytes))
                if got.status not in REDIRECTS or not got.headers.get("location"):
                    return call.ended(got, str(target))
                target = _parse(clean_url(str(target.join(_location(got.headers["location"])))))
                call.redirects.append((got.status, str(target)))
            return call.failed(Outcome.TOO_MANY_REDIRECTS, f"more than {self._limits.max_redirects} redirects")
        except (httpx2.InvalidURL, httpcore2.UnsupportedProtocol, UnicodeError, ValueError) as e:
            return call.failed(Outcome.BAD_URL, f"not a URL that can be fetched: {e}")
        except DnsError as e:
            return call.failed(Outcome.DNS, str(e))
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

    def _host(self, host: str) -> _Host:
        found = self._hosts.get(host)
        if found is None:
            found = self._hosts[host] = _Host(
                asyncio.Semaphore(self._limits.host_concurrency), self._limits.host_spacing
            )
        return found

    @contextlib.asynccontextmanager
    async def _turn(self, host: str, is_hop: bool) -> AsyncIterator[None]:
        """Wait for a host's slot and spacing, then for a place among all: waiting for one host delays no other.

        A redirect waits for a slot but not for the spacing: it is the same visit.
        """
        loop = asyncio.get_running_loop()
        state = self._host(host)
        async with state.slots:
            if not is_hop:
                start = max(loop.time(), state.next_start)
                state.next_start = start + state.spacing
                if (wait := start - loop.time()) > 0:
                    await asyncio.sleep(wait)
            async with self._all:
                yield

    async def _exchange(self, url: httpx2.URL, headers: Mapping[str, str], max_bytes: int) -> _Exchange:
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
        response = await self._pool.handle_async_request(request)
        try:
            got = _Exchange(response.status, _headers(response.headers))
            if 200 <= got.status < 300:
                got.body = await self._read(response, got.headers, max_bytes)
            elif got.status in {204, 304} or _length(got.headers) <= DRAIN:
                await _drain(response)
            return got
        finally:
            await response.aclose()

    async def _read(self, response: httpcore2.Response, headers: Mapping[str, str], max_bytes: int) -> bytes:
        too_large = _TooLargeError(f"more than {max_bytes} bytes")
        inflater = Inflater(headers.get("content-encoding", ""))
        if 0 < max_bytes < _length(headers, unknown=0):
            raise too_large
        body = bytearray()
        async with contextlib.AsyncExitStack() as stack:
            has_slot = False
            async for chunk in response.aiter_stream():
                for piece in inflater.feed(chunk):
                    if len(body) + len(piece) > max_bytes:
                        raise too_large
                    body += piece
                    if len(body) > LARGE and not has_slot:
                        await stack.enter_async_context(self._large)
                        has_slot = True
            inflater.finish()
            return bytes(body)


@dataclass(slots=True)
class _Call:
    """One `get`: what it was asked, its redirects and the time it used."""

    url: str
    left: float
    redirects: list[tuple[int, str]] = field(default_factory=list)
    used: float = 0.0

    async def timed(self, exchange: Any) -> _Exchange:
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            async with asyncio.timeout(max(0.0, self.left - self.used)):
                got: _Exchange = await exchange
                return got
        finally:
            self.used += loop.time() - start

    def ended(self, got: _Exchange, final: str) -> Response:
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
        return Response(
            url=self.url,
            final_url=self.redirects[-1][1] if self.redirects else self.url,
            outcome=outcome,
            redirects=tuple(self.redirects),
            seconds=self.used,
            error=" ".join(error.replace("\0", "").split())[:300],
        )


def _outcome(got: _Exchange) -> tuple[Outcome, str | None]:
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


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in raw:
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _length(headers: Mapping[str, str], unknown: int = 2**62) -> int:
    value = headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() else unknown


async def _drain(response: httpcore2.Response) -> None:
    async for _ in response.aiter_stream():
        pass


def _parse(url: str) -> httpx2.URL:
    if len(url) > MAX_URL:
        raise ValueError("longer than 8192 characters")
    parsed = httpx2.URL(url)
    if parsed.scheme not in {"http", "https"}:
        raise ValueError("only http and https are fetched")
    if not parsed.host or not (parsed.port is None or 0 < parsed.port < 65536):
        raise ValueError("no host, or a port that does not exist")
    return parsed.copy_with(fragment=None) if parsed.fragment else parsed


def _location(value: str) -> str:
    """Read a Location header: servers send UTF-8 bytes raw, which header decoding took for Latin-1."""
    with contextlib.suppress(UnicodeError):
        value = value.encode("latin-1").decode("utf-8")
    return value.strip()


def clean_url(url: str) -> str:
    """Remove credentials and blanks from a URL: this form may be logged and stored. Never raises."""
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.split("@")[-1] if "@" in url else url
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def credentials_of(url: str) -> str | None:
    """Give the "user:password" that a URL carries, None without. Never raises."""
    try:
        user, at, _ = urlsplit(url.strip()).netloc.rpartition("@")
    except ValueError:
        return None
    if not at:
        return None
    name, _, password = user.partition(":")
    return f"{unquote(name)}:{unquote(password)}"


def host_of(url: str) -> str:
    """Give the host that politeness counts for, lower case and without port; "" when there is none. Never raises."""
    try:
        return (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return ""
