"""The network under the client: resolve once, check the address, connect to the address that was checked.

An httpcore2 network backend, which is that library's public way to replace sockets. It stands where every hop of every
redirect must pass, after DNS, so that neither a name, a redirect nor a second DNS answer (rebinding) leads inside.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore2

from pipeline.http.address import Network, refusal

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Give the addresses of a host name for a port; raise OSError when it has none."""

DNS_THREADS = 64  # getaddrinfo blocks; asyncio's own pool has six threads here, and some slow zones would fill it
# What the system says when it is us: no descriptors, no memory, no address of our own, no route, no network.
OURS = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ENOSPC, errno.EADDRNOTAVAIL, errno.ENETDOWN,
     errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM, errno.EAFNOSUPPORT}
)  # fmt: skip
TRIES = 3  # addresses tried in turn


class DnsError(Exception):
    """The name has no address."""


class RefusedError(Exception):
    """The address guard said no; its text says which address and why."""


class LocalError(Exception):
    """This machine could not ask: it is not the server's fault; the text says what is missing."""


class TlsError(Exception):
    """The TLS handshake failed: certificate, protocol, or silence."""


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to public addresses, and to those that `allow` opens."""

    def __init__(self, allow: tuple[Network, ...] = (), resolve: Resolver | None = None) -> None:
        self._allow = allow
        self._resolve = resolve or self._system
        self._threads = ThreadPoolExecutor(DNS_THREADS, thread_name_prefix="dns")

    def close(self) -> None:
        """Let the DNS threads go; a lookup that hangs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _system(self, host: str, port: int) -> list[str]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, check, connect; raise DnsError, RefusedError, httpcore2.ConnectTimeout or ConnectError."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._addresses(host, port)
                return await self._connect(addresses, port, timeout)
        except TimeoutError as e:
            raise httpcore2.ConnectTimeout("no connection in time") from e

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = list(dict.fromkeys(await self._resolve(host, port)))
        except (OSError, UnicodeError) as e:
            if isinstance(e, OSError) and not isinstance(e, socket.gaierror) and e.errno in OURS:
                raise LocalError(f"this machine cannot ask: {e.strerror}") from e
            raise DnsError(f"no address for {host}: {getattr(e, 'strerror', None) or e}") from e
        if not found:
            raise DnsError(f"no address for {host}")
        reasons = {address: refusal(address, self._allow) for address in found}
        allowed = [address for address in found if reasons[address] is None]
        if not allowed:
            raise RefusedError(f"{host} is at {found[0]} ({reasons[found[0]]})")
        return allowed

    async def _connect(self, addresses: list[str], port: int, timeout: float | None) -> httpcore2.AsyncNetworkStream:
        # One family each before a second of the same: a broken IPv6 path costs one try, not all.
        first = addresses[0]
        other = next((a for a in addresses if (":" in a) != (":" in first)), None)
        order = [first, *([other] if other else []), *(a for a in addresses[1:] if a != other)][:TRIES]
        share = timeout / len(order) if timeout else None
        theirs: OSError | TimeoutError | None = None  # what an address that could be tried said
        for place, address in enumerate(order):
            is_last = place == len(order) - 1
            try:
                async with asyncio.timeout(None if is_last else share):
                    reader, writer = await asyncio.open_connection(address, port)
                return Stream(reader, writer)
            except (OSError, TimeoutError) as e:
                is_ours = not isinstance(e, TimeoutError) and e.errno in OURS
                theirs = theirs if is_ours else e
                if not is_last:
                    continue
                if theirs is None:
                    raise LocalError(f"this machine cannot connect to {address}: {e.strerror or e}") from e
                if isinstance(theirs, TimeoutError):
                    raise TimeoutError from theirs
                raise httpcore2.ConnectError(f"cannot connect to {address}: {theirs.strerror or theirs}") from theirs
        raise httpcore2.ConnectError("nothing to connect to")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        """Refuse: no feed lives on a local socket."""
        raise RefusedError("local sockets are never fetched")

    async def sleep(self, seconds: float) -> None:
        """Wait; only retries of the library use it, and we ask for none."""
        await asyncio.sleep(seconds)


class Stream(httpcore2.AsyncNetworkStream):
    """One connection, on asyncio's own streams."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come, b"" at the end."""
        try:
            async with asyncio.timeout(timeout):
                return await self._reader.read(max_bytes)
        except TimeoutError as e:
            raise httpcore2.ReadTimeout("nothing came in time") from e
        except OSError as e:  # ssl.SSLError is one
            raise httpcore2.ReadError(f"connection broke: {e.strerror or e}") from e

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send a request's bytes."""
        if not buffer:
            return
        try:
            self._writer.write(buffer)
            async with asyncio.timeout(timeout):
                await self._writer.drain()
        except TimeoutError as e:
            raise httpcore2.WriteTimeout("the request was not taken in time") from e
        except OSError as e:
            raise httpcore2.WriteError(f"connection broke: {e.strerror or e}") from e

    async def aclose(self) -> None:
        """Drop the connection at once: a polite TLS goodbye would let a silent peer hold us."""
        self._writer.transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        """Put TLS on the connection; raise TlsError."""
        try:
            await self._writer.start_tls(
                ssl_context, server_hostname=server_hostname, ssl_handshake_timeout=timeout or None
            )
        except asyncio.CancelledError:
            self._writer.transport.abort()
            raise
        except (OSError, ValueError, TimeoutError) as e:
            self._writer.transport.abort()
            reason = getattr(e, "verify_message", None) or getattr(e, "reason", None) or str(e) or "handshake broke"
            raise TlsError(f"TLS with {server_hostname}: {reason}") from e
        return self

    def get_extra_info(self, info: str) -> Any:
        """Tell the pool what it asks: the TLS object, and whether an idle connection was closed by the server."""
        if info == "ssl_object":
            return self._writer.get_extra_info("ssl_object")
        if info == "is_readable":
            return self._reader.at_eof() or self._writer.transport.is_closing()
        if info == "server_addr":
            return self._writer.get_extra_info("peername")
        return None
