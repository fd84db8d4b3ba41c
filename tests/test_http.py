"""The HTTP door against a hostile server: every case ends in an Outcome, in bounded time and memory."""

import asyncio
import time
from dataclasses import dataclass
from itertools import pairwise

import psutil
import pytest

from pipeline import http
from pipeline.errors import ConfigError
from pipeline.http.address import networks, refusal
from pipeline.http.inflate import BrokenEncodingError, Inflater
from pipeline.model import Outcome, Response
from tests.hostile import FEED, HalfTls, Hostile, pack


@dataclass(frozen=True)
class Limits:
    contact: str = "desk@example.test"
    allow_addresses: tuple[str, ...] = ("127.0.0.1",)
    host_concurrency: int = 4
    host_spacing: float = 0.0
    fetch_concurrency: int = 20
    fetch_timeout: float = 1.0
    connect_timeout: float = 0.5
    max_body_bytes: int = 2 * 2**20
    max_redirects: int = 4


def get(url: str, limits: Limits | None = None, **options: object) -> Response:
    return get_all([url], limits, **options)[0]


def get_all(urls: list[str], limits: Limits | None = None, resolve: object = None, **options: object) -> list[Response]:
    async def run() -> list[Response]:
        async with http.Client(limits or Limits(), resolve=resolve) as client:  # type: ignore[arg-type]
            return list(await asyncio.gather(*(client.get(u, **options) for u in urls)))  # type: ignore[arg-type]

    return asyncio.run(run())


CASES = [
    ("/feed", Outcome.NEW, "an honest feed is read"),
    ("/html", Outcome.NEW, "whether a body is a feed is for the parser to say"),
    ("/charset", Outcome.NEW, "a wrong charset is for the parser, the bytes are kept as they came"),
    ("/silent", Outcome.TIMEOUT, "silence ends"),
    ("/drip", Outcome.TIMEOUT, "one byte at a time ends at the total deadline though each read is in time"),
    ("/drip-head", Outcome.TIMEOUT, "headers dripped for ever end as well"),
    ("/continue", Outcome.TIMEOUT, "endless interim responses end"),
    ("/loop", Outcome.TOO_MANY_REDIRECTS, "redirects are counted"),
    ("/bomb/gzip", Outcome.TOO_LARGE, "the cap holds after decompression: gzip members"),
    ("/bomb/br", Outcome.TOO_LARGE, "the cap holds after decompression: one brotli stream"),
    ("/bomb/zstd", Outcome.TOO_LARGE, "the cap holds after decompression: zstd frames"),
    ("/bomb/gzip, gzip", Outcome.TOO_LARGE, "a bomb inside a bomb"),
    ("/flood", Outcome.TOO_LARGE, "a plain body without end"),
    ("/head-flood", Outcome.PROTOCOL, "headers have a size limit"),
    ("/short", Outcome.PROTOCOL, "a body shorter than its Content-Length is not a body"),
    ("/chunked-garbage", Outcome.PROTOCOL, "broken chunks"),
    ("/garbage", Outcome.PROTOCOL, "not HTTP at all"),
    ("/cut/gzip", Outcome.PROTOCOL, "half a gzip stream must not be stored with its validators"),
    ("/cut/br", Outcome.PROTOCOL, "half a brotli stream"),
    ("/cut/zstd", Outcome.PROTOCOL, "half a zstd stream"),
    ("/claims/gzip", Outcome.PROTOCOL, "says gzip, is not"),
    ("/claims/snake", Outcome.PROTOCOL, "an unknown coding"),
    ("/claims/gzip, gzip, gzip, gzip", Outcome.PROTOCOL, "codings without end"),
    ("/reset", Outcome.CONNECT, "a connection reset in the middle"),
    ("/status/204", Outcome.EMPTY, "no content"),
    ("/status/404", Outcome.HTTP_ERROR, "not found"),
    ("/status/500", Outcome.HTTP_ERROR, "server error"),
    ("/status/410", Outcome.GONE, "gone is told apart from not found"),
    ("/status/429", Outcome.RATE_LIMITED, "rate limited without a time"),
    ("/status/503", Outcome.HTTP_ERROR, "503 without Retry-After is an error like others"),
    ("/wait/503/120", Outcome.RATE_LIMITED, "503 with Retry-After asks to wait"),
    ("/wait/429/date", Outcome.RATE_LIMITED, "a date as well as seconds"),
    ("/to/302/http://169.254.169.254/latest/meta-data", Outcome.REFUSED_ADDRESS, "the metadata service"),
    ("/to/301/http://[::ffff:127.0.0.2]/", Outcome.REFUSED_ADDRESS, "IPv4 mapped into IPv6"),
    ("/to/302/http://[64:ff9b::a9fe:a9fe]/", Outcome.REFUSED_ADDRESS, "NAT64 of the metadata service"),
    ("/to/307/http://2130706434/", Outcome.REFUSED_ADDRESS, "127.0.0.2 as one number"),
    ("/to/308/http://0x7f.2/", Outcome.REFUSED_ADDRESS, "127.0.0.2 in hexadecimal"),
    ("/to/302/http://0.0.0.0/", Outcome.REFUSED_ADDRESS, "this host"),
    ("/to/302/file:///etc/passwd", Outcome.BAD_URL, "only http and https, on every hop"),
    ("/to/302/gopher://127.0.0.1/", Outcome.BAD_URL, "no other scheme"),
    ("/to/302/http://e.test:0/", Outcome.BAD_URL, "a port that does not exist"),
    ("/to/302/http://[::1", Outcome.BAD_URL, "a redirect that is no URL"),
]


@pytest.mark.parametrize(("path", "outcome", "rule"), CASES, ids=[c[0] for c in CASES])
def test_every_fault_is_an_outcome(path: str, outcome: Outcome, rule: str) -> None:
    """Each way to go wrong ends in its Outcome, within the deadline, and says why."""
    with Hostile() as server:
        start = time.monotonic()
        response = get(server.url(path).replace(" ", "%20"))
    assert response.outcome is outcome, (rule, response.error)
    assert time.monotonic() - start < 3
    assert (response.error is None) == (outcome in {Outcome.NEW, Outcome.UNCHANGED}), "a failure says why"
    assert (response.body == b"") == (outcome is not Outcome.NEW), "only a success has a body"


def test_the_others_are_unharmed() -> None:
    """All hostile cases at once, 1 MB bodies among them, take no good feed down and no memory that matters."""
    process = psutil.Process()
    with Hostile() as server:
        bad = [server.url(path).replace(" ", "%20") for path, outcome, _ in CASES if outcome is not Outcome.NEW]
        good = [server.url(f"/feed/{i}") for i in range(20)]
        for path in ("gzip", "br", "zstd", "gzip, gzip"):  # their making is the server's memory
            get(server.url(f"/bomb/{path}").replace(" ", "%20"))
        before = process.memory_info().rss
        responses = get_all([*bad, *good], Limits(host_concurrency=60, fetch_concurrency=60, fetch_timeout=3.0))
        grown = process.memory_info().rss - before
    assert all(r.outcome is Outcome.NEW for r in responses[len(bad) :])
    assert not any(r.outcome is Outcome.NEW for r in responses[: len(bad)])
    assert grown < 200 * 2**20


def test_half_a_tls_handshake_ends() -> None:
    """A server that stops in the middle of the handshake costs the connect time-out, no more."""
    with HalfTls() as url:
        start = time.monotonic()
        response = get(url)
    assert response.outcome in {Outcome.TLS, Outcome.TIMEOUT}
    assert time.monotonic() - start < 2


def test_tls_to_a_plain_server_is_a_tls_failure() -> None:
    """A wrong protocol is told apart from a dead host: its weight is another."""
    with Hostile() as server:
        assert get(server.url("/feed").replace("http:", "https:")).outcome is Outcome.TLS


def test_nobody_listens() -> None:
    """A refused connection is an outcome too."""
    with Hostile() as server:
        url = server.url("/feed")
    assert get(url).outcome is Outcome.CONNECT


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "ftp://example.test/", "http://", "http:///x", "http://example.test:99999/", "http://[::1",
     "javascript:alert(1)", "http://exa mple.test/\ud800", "http://e.test/" + "x" * 9000],
)  # fmt: skip
def test_bad_urls_never_raise(url: str) -> None:
    """What is no address to fetch is said without asking anybody."""
    assert get(url).outcome in {Outcome.BAD_URL, Outcome.DNS}


def test_unknown_names_are_dns() -> None:
    """A name without an address is told apart from a host that does not answer."""

    async def nothing(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    assert get_all(["http://nowhere.test/"], resolve=nothing)[0].outcome is Outcome.DNS


# ---------------------------------------------------------------------------------------------------------- addresses

REFUSED = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.251", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "::127.0.0.1",
    "5f00::1", "not an address",
]  # fmt: skip
ALLOWED = [
    "8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "2606:4700::1111",
    "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_inside_addresses_are_refused(address: str) -> None:
    """Nothing that is not public unicast is connected to, however it is written."""
    assert refusal(address) is not None


@pytest.mark.parametrize("address", ALLOWED)
def test_public_addresses_are_not(address: str) -> None:
    """The table refuses no neighbour of a private network."""
    assert refusal(address) is None


def test_the_allow_list_opens_what_it_names_and_no_more() -> None:
    """An operator opens addresses or networks; the mapped form is the same address."""
    allow = networks(("127.0.0.1", "10.0.0.0/8", "fd00::/8"))
    assert [refusal(a, allow) for a in ("127.0.0.1", "::ffff:127.0.0.1", "10.9.9.9", "fd00::5")] == [None] * 4
    assert refusal("127.0.0.2", allow) and refusal("192.168.0.1", allow) and refusal("::1", allow)
    with pytest.raises(ConfigError, match=r"NEWSWATCH_ALLOW_ADDRESSES.*example.test"):
        networks(("example.test",))


def test_rebinding_finds_no_gap() -> None:
    """The address that is checked is the address that is connected to: one lookup a connection, judged each time."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    asked = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with Hostile("0.0.0.0") as server:
        url = server.url("/status/404", "rebind.test")

        async def run() -> list[Outcome]:
            async with http.Client(Limits(), resolve=rebinding) as client:
                first = await client.get(server.url("/short", "rebind.test"))  # ends the connection
                second = await client.get(url)
                return [first.outcome, second.outcome]

        assert asyncio.run(run()) == [Outcome.PROTOCOL, Outcome.REFUSED_ADDRESS]
        assert asked == ["rebind.test", "rebind.test"]
        assert server.hits == {"/short": 1}, "the refused address was never connected to"


def test_a_name_with_good_and_bad_addresses_uses_the_good() -> None:
    """One private address among public ones neither opens it nor kills the feed."""

    async def mixed(host: str, port: int) -> list[str]:
        return ["10.0.0.1", "127.0.0.1"]

    with Hostile() as server:
        assert get_all([server.url("/feed", "mixed.test")], resolve=mixed)[0].outcome is Outcome.NEW


# -------------------------------------------------------------------------------------------------------- what is sent


def test_who_we_are_and_what_we_take() -> None:
    """An honest User-Agent with a contact, conditional headers as given, no cookies ever."""
    with Hostile() as server:
        server.page("/c", lambda head: b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok")
        first = get(server.url("/c"))
        get(server.url("/c"), headers={"if-none-match": '"x"'})
        assert first.outcome is Outcome.NEW
        assert all("newswatch/" in v and "desk@example.test" in v for v in server.header("user-agent"))
        assert server.header("if-none-match") == ['"x"']
        assert server.header("cookie") == []


def test_credentials_go_to_their_origin_only() -> None:
    """A password in a URL is sent to that host, not to where it redirects, and never stands in a response."""
    with Hostile("0.0.0.0") as server:
        url = server.url(f"/to/302/http://127.0.0.2:{server.port}/feed").replace("//", "//ann:s%40cret@", 1)
        response = get(url, Limits(allow_addresses=("127.0.0.0/8",)))
    assert response.outcome is Outcome.NEW
    assert server.header("authorization") == ["Basic YW5uOnNAY3JldA=="], "once, decoded, at the first host"
    assert "cret" not in repr(response)
    assert http.credentials_of(url) == "ann:s@cret"


def test_redirects_are_told_with_their_kind() -> None:
    """A chain is kept as (status, target), so that only permanent hops are ever adopted."""
    with Hostile() as server:
        inner = server.url("/to/302/" + server.url("/feed"))
        response = get(server.url("/to/301/" + inner))
    assert [status for status, _ in response.redirects] == [301, 302]
    assert response.final_url == server.url("/feed")


def test_304_is_unchanged() -> None:
    """The cheap case: one request, no body."""
    with Hostile() as server:
        assert get(server.url("/feed"), headers={"if-none-match": '"1"'}).outcome is Outcome.UNCHANGED


# ---------------------------------------------------------------------------------------------------------- politeness


def test_spacing_and_concurrency_are_per_host() -> None:
    """Starts at one host keep their distance; another host does not wait for it."""
    with Hostile("0.0.0.0") as server:
        urls = [server.url(f"/feed/{i}", "127.0.0.1") for i in range(4)] + [server.url("/feed/other", "127.0.0.2")]
        limits = Limits(allow_addresses=("127.0.0.0/8",), host_spacing=0.2, host_concurrency=1)
        start = time.monotonic()
        get_all(urls, limits)
        times = {path: at - start for at, path in server.server.times}
    first = sorted(times[f"/feed/{i}"] for i in range(4))
    assert all(b - a >= 0.18 for a, b in pairwise(first))
    assert times["/feed/other"] < first[2], "did not queue behind the four"


def test_waiting_for_a_host_is_not_its_fault() -> None:
    """The deadline is the server's; a queue of our own making does not eat it."""
    with Hostile() as server:
        limits = Limits(host_spacing=0.3, fetch_timeout=0.5)
        responses = get_all([server.url(f"/feed/{i}") for i in range(5)], limits)
    assert all(r.outcome is Outcome.NEW for r in responses)


# ------------------------------------------------------------------------------------------------------------- codings


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_codings_are_undone(coding: str) -> None:
    """What we say we accept we can read, one byte at a time as well."""
    with Hostile() as server:
        assert get(server.url(f"/packed/{coding}")).body == FEED * 50
    packed = pack(coding, FEED)
    inflater = Inflater(coding)
    assert b"".join(piece for i in range(len(packed)) for piece in inflater.feed(packed[i : i + 1])) == FEED
    inflater.finish()


def test_odd_streams_that_work_elsewhere_work_here() -> None:
    """Raw deflate, several gzip members, padding behind gzip, identity: servers send all of these."""
    assert b"".join(Inflater("deflate").feed(pack("raw-deflate", FEED))) == FEED
    assert b"".join(Inflater("gzip").feed(pack("gzip", b"a") + pack("gzip", b"b"))) == b"ab"
    assert b"".join(Inflater("x-gzip").feed(pack("gzip", FEED) + b"\0\0\0")) == FEED
    assert b"".join(Inflater("identity").feed(FEED)) == FEED
    with pytest.raises(BrokenEncodingError):
        Inflater("zip")


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("http://ann:pw@e.test/f?x=1#y", "http://e.test/f?x=1#y"),
        ("https://token@e.test:8443/f", "https://e.test:8443/f"),
        ("http://a@b@e.test/f", "http://e.test/f"),
        (" http://e.test/a@b ", "http://e.test/a@b"),
        ("http://ann:pw@[::1/f", "[::1/f"),
    ],
)
def test_credentials_never_reach_a_row(url: str, clean: str) -> None:
    """The form that is logged and stored has no credentials, even of a URL that is none."""
    assert http.clean_url(url) == clean
