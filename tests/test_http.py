"""The HTTP door against a hostile server: every case ends in an Outcome, in bounded time and memory."""

import asyncio
import errno
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import psutil
import pytest

from pipeline import http
from pipeline.core.text import url as urls
from pipeline.errors import ConfigError
from pipeline.http.address import networks, refusal
from pipeline.http.exchange import Call, Exchange
from pipeline.http.inflate import Inflater
from pipeline.model import Outcome, Response
from tests.hostile import FEED, HalfTls, Hostile, bomb, pack, reply


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


PATIENT = Limits(fetch_timeout=60.0, connect_timeout=30.0)


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
    ("/claims/snake", Outcome.NEW, "a coding that nobody knows means nothing: the bytes are read as they are"),
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
    """Each way to go wrong ends in its Outcome, and says why; what has no end of its own ends at the deadline."""
    if path.startswith("/bomb/"):
        bomb(path.removeprefix("/bomb/"))  # making it takes seconds, which are not the client's
    is_timed = (
        outcome is Outcome.TIMEOUT
    )  # what would never end; the others have all the time that a busy machine needs
    with Hostile() as server:
        response = get(server.url(path).replace(" ", "%20"), Limits() if is_timed else PATIENT)
    assert response.outcome is outcome, (rule, response.error)
    assert (response.error is None) == (outcome in {Outcome.NEW, Outcome.UNCHANGED}), "a failure says why"
    assert (response.body == b"") == (outcome is not Outcome.NEW), "only a success has a body"


def test_the_others_are_unharmed() -> None:
    """All hostile cases at once, 1 MB bodies among them, take no good feed down and no memory that matters."""
    process = psutil.Process()
    with Hostile() as server:
        bad = [server.url(path).replace(" ", "%20") for path, outcome, _ in CASES if outcome is not Outcome.NEW]
        good = [server.url(f"/feed/{i}") for i in range(20)]
        for coding in ("gzip", "br", "zstd", "gzip, gzip"):  # their making is the server's memory
            bomb(coding)
        before = process.memory_info().rss
        limits = Limits(host_concurrency=60, fetch_concurrency=60, fetch_timeout=15.0, connect_timeout=15.0)
        responses = get_all([*bad, *good], limits)
        grown = process.memory_info().rss - before
    assert all(r.outcome is Outcome.NEW for r in responses[len(bad) :])
    assert not any(r.outcome is Outcome.NEW for r in responses[: len(bad)])
    assert grown < 200 * 2**20


def test_half_a_tls_handshake_ends() -> None:
    """A server that stops in the middle of the handshake costs the connect time-out: it would hold us for ever."""
    with HalfTls() as url:
        response = get(url)
    assert response.outcome in {Outcome.TLS, Outcome.TIMEOUT}


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


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://münchen.example/feed", "xn--mnchen-3ya.example"),
        ("https://xn--mnchen-3ya.example/", "xn--mnchen-3ya.example"),
        ("HTTPS://u:p@Example.ORG.:8080/x", "example.org"),
        ("http://[::1]:80/", "[::1]"),
        ("https://long.example/" + "長" * 9000, "long.example"),
        ("https://[/", ""),
    ],
)
def test_a_host_has_one_spelling(address: str, host: str) -> None:
    """Rule: what a feed's row, a page's host and politeness are counted by is one name, however it was written."""
    assert http.host_of(address) == http.site_of(address).removesuffix(":8080") == host
    if len(address) < 2048:
        assert urls.host(address) == host


def test_a_hosts_wish_counts_however_its_name_is_written() -> None:
    """The spacing that robots.txt asks for is kept between two requests to a name with an umlaut, too."""

    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def run(url: str) -> float:
        async with http.Client(Limits(), resolve=here) as client:
            client.space("xn--mnchen-3ya.test", 0.4)
            start = asyncio.get_running_loop().time()
            for _ in range(2):
                assert (await client.get(url)).outcome is Outcome.NEW
            return asyncio.get_running_loop().time() - start

    with Hostile() as server:
        assert asyncio.run(run(server.url("/feed", "münchen.test"))) >= 0.4


def test_a_name_with_good_and_bad_addresses_uses_the_good() -> None:
    """One private address among public ones neither opens it nor kills the feed."""

    async def mixed(host: str, port: int) -> list[str]:
        return ["10.0.0.1", "127.0.0.1"]

    with Hostile() as server:
        assert get_all([server.url("/feed", "mixed.test")], resolve=mixed)[0].outcome is Outcome.NEW


# -------------------------------------------------------------------------------------------------------- what is sent


def test_who_we_are_and_what_we_take() -> None:
    """An honest User-Agent with a contact, conditional headers as given, no cookies from one call to the next."""
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
        limits = replace(PATIENT, allow_addresses=("127.0.0.0/8",), host_spacing=0.5, host_concurrency=1)
        start = time.monotonic()
        get_all(urls, limits)
        times = {path: at - start for at, path in server.server.times}
    first = sorted(times[f"/feed/{i}"] for i in range(4))
    assert all(b - a >= 0.4 for a, b in pairwise(first))
    assert times["/feed/other"] < first[-1], "did not queue behind the four"


def test_waiting_for_a_host_is_not_its_fault() -> None:
    """The deadline is the server's; a queue of our own making does not eat it."""
    with Hostile() as server:
        limits = replace(PATIENT, host_spacing=1.5, fetch_timeout=4.0)
        responses = get_all([server.url(f"/feed/{i}") for i in range(5)], limits)  # the last starts after 6 s
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


@pytest.mark.parametrize("name", ["utf-8", "UTF-8", "none", "binary", "8bit", "text/xml", "zip", "gzip-not", "*", ",,"])
def test_a_coding_that_is_none_means_nothing(name: str) -> None:
    """Browsers read on; so do we, and what the bytes are is for the parser to say."""
    with Hostile() as server:
        server.page("/odd", lambda head: reply(FEED, headers=f"Content-Encoding: {name}\r\n"))
        response = get(server.url("/odd"), PATIENT)
    assert (response.outcome, response.body) == (Outcome.NEW, FEED)


@pytest.mark.parametrize("name", ['"gzip"', " GZIP ", "x-gzip;q=1", "utf-8, gzip", "identity, gzip", "gzip, none"])
def test_a_coding_among_nonsense_is_undone(name: str) -> None:
    """Quotes, parameters and names that are none beside it do not hide it."""
    with Hostile() as server:
        server.page("/odd", lambda head: reply(pack("gzip", FEED), headers=f"Content-Encoding: {name}\r\n"))
        assert get(server.url("/odd"), PATIENT).body == FEED


@pytest.mark.parametrize("header", ["", "gzip", "br", "zstd", "utf-8"])
@pytest.mark.parametrize("layers", [1, 2])
def test_gzip_that_no_header_tells_of(header: str, layers: int) -> None:
    """A file news.xml.gz is served as it lies there, also with a coding around it: first bytes tell, in any pieces."""
    plain = body = FEED * 50
    for _ in range(layers):
        body = pack("gzip", body)
    sent = pack(header, body) if header in {"gzip", "br", "zstd"} else body
    with Hostile() as server:
        head = f"Content-Encoding: {header}\r\n" if header else "Content-Type: application/x-gzip\r\n"
        server.page("/news.xml.gz", lambda _: reply(sent, headers=head))
        assert get(server.url("/news.xml.gz"), PATIENT).body == plain
    inflater = Inflater(header)
    pieces = [piece for i in range(len(sent)) for piece in inflater.feed(sent[i : i + 1])]
    assert b"".join([*pieces, *inflater.rest()]) == plain


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (pack("gzip", FEED * 50)[:-20], Outcome.PROTOCOL),
        (pack("gzip", FEED * 50)[:15] + b"\0" * 99, Outcome.PROTOCOL),
        (pack("gzip", bytes(20 * 2**20)), Outcome.TOO_LARGE),
        (pack("gzip", pack("gzip", bytes(20 * 2**20))), Outcome.TOO_LARGE),
        (pack("gzip", b""), Outcome.EMPTY),
        (b"\x1f", Outcome.NEW), (b"\x1f\x8b", Outcome.NEW), (b"\x1f\x8b\x07 no gzip", Outcome.NEW),
        (b" ", Outcome.EMPTY),
    ],
)  # fmt: skip
def test_untold_gzip_is_bounded_like_told(body: bytes, outcome: Outcome) -> None:
    """Half a stream is no document, a bomb is one, and what only begins alike is left as it is."""
    with Hostile() as server:
        server.page("/x.gz", lambda head: reply(body))
        response = get(server.url("/x.gz"), PATIENT)
    assert response.outcome is outcome, response.error
    assert response.body == (body if outcome is Outcome.NEW else b"")


# ------------------------------------------------------------------------------------------------------------- cookies


def gate(cookie: str) -> Callable[[str], bytes]:
    """A page that sends whoever comes without a cookie back to itself with one."""

    def page(head: str) -> bytes:
        if "seen=1" in head:
            return reply(FEED)
        return reply(b"", "302 Found", f"Location: /gate\r\nSet-Cookie: {cookie}\r\nSet-Cookie: other=2; Path=/x\r\n")

    return page


@pytest.mark.parametrize(
    "cookie", ["seen=1", "seen=1; Path=/; HttpOnly; SameSite=Lax", "seen=1; Max-Age=60", 'seen=1; x="y']
)
def test_a_cookie_lives_for_one_chain(cookie: str) -> None:
    """The next hop has the cookie that the last one set; the next call has none."""
    with Hostile() as server:
        server.page("/gate", gate(cookie))
        assert get(server.url("/gate"), PATIENT).outcome is Outcome.NEW
        assert server.header("cookie") == ["seen=1"]
        assert get(server.url("/gate"), PATIENT).outcome is Outcome.NEW
        assert "seen" not in server.server.heads[2], "kept nowhere"


@pytest.mark.parametrize(
    "cookie",
    ["seen=1; Secure", "seen=1; Domain=other.test", "seen=1; Path=/elsewhere", "seen=1; Max-Age=0", "a" * 5000 + "=1",
     "seen=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
)  # fmt: skip
def test_a_cookie_that_is_not_for_us_is_not_sent(cookie: str) -> None:
    """Whom a cookie is for is the setter's word: https only, another domain or path, or gone already."""
    with Hostile() as server:
        server.page("/gate", gate(cookie))
        assert get(server.url("/gate"), PATIENT).outcome is Outcome.TOO_MANY_REDIRECTS
        assert server.header("cookie") == []


def test_a_cookie_stays_with_its_host() -> None:
    """What one host sets is not told to the host that it redirects to."""
    with Hostile("0.0.0.0") as server:
        there = server.url("/feed", "127.0.0.2")
        server.page("/away", lambda head: reply(b"", "302 Found", f"Location: {there}\r\nSet-Cookie: seen=1\r\n"))
        response = get(server.url("/away"), replace(PATIENT, allow_addresses=("127.0.0.0/8",)))
    assert response.outcome is Outcome.NEW and server.header("cookie") == []


# ------------------------------------------------------------------------------------------------------- silent hosts


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n<rss>"])
def test_silent_servers_hold_no_place(start: bytes) -> None:
    """Twelve that say nothing (or begin and fall silent) and four places: the good ones are answered meanwhile.

    The silent ones wait for the good ones to be done, so this ends only if they do not wait for each other.
    """
    with Hostile() as server:
        left = threading.Semaphore(0)

        def silent(head: str) -> bytes:
            return start + (b"x" * 45 if left.acquire(timeout=60) and start else reply(FEED) if not start else b"")

        def good(head: str) -> bytes:
            return reply(FEED)

        for i in range(12):
            server.page(f"/silent/{i}", silent)
        urls = [server.url(f"/silent/{i}") for i in range(12)]
        limits = replace(PATIENT, host_concurrency=50, fetch_concurrency=4)

        async def run() -> list[Response]:
            async with http.Client(limits) as client:
                waiting = [asyncio.create_task(client.get(u)) for u in urls]
                while sum(server.hits.values()) < 4:
                    await asyncio.sleep(0.01)
                found = await asyncio.gather(*(client.get(server.url(f"/feed/{i}")) for i in range(20)))
                for _ in urls:
                    left.release()
                return [*found, *await asyncio.gather(*waiting)]

        responses = asyncio.run(run())
    assert [r.outcome for r in responses] == [Outcome.NEW] * 32


def test_our_own_waiting_is_not_the_servers_time() -> None:
    """The deadline is put off by what we wait for a place or a slot of our own."""

    async def exchange(call: Call) -> Exchange:
        await call.ours(asyncio.sleep(2.5))
        return Exchange(200, body=b"x")

    async def run() -> Call:
        call = Call("http://e.test/", 2.0)
        await call.timed(exchange(call))
        with pytest.raises(TimeoutError):
            await call.timed(asyncio.sleep(60))  # type: ignore[arg-type]
        return call

    assert asyncio.run(run()).used < 4.0


@pytest.mark.parametrize(
    "code", [errno.EMFILE, errno.ENFILE, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL]
)
def test_what_is_ours_is_told_apart(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No descriptors or no route is no fault of the server's; whoever can be tried says more than who cannot."""
    addresses = ["127.0.0.2", "127.0.0.1"]

    async def found(host: str, port: int) -> list[str]:
        return addresses

    real = asyncio.open_connection

    async def open_connection(host: str, *args: object, **more: object) -> object:
        if host == "127.0.0.2":
            raise OSError(code, os.strerror(code))
        return await real(host, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "open_connection", open_connection)
    limits = replace(PATIENT, allow_addresses=("127.0.0.0/8",))
    with Hostile() as server:
        url = server.url("/feed", "two.test")
        assert get_all([url], limits, resolve=found)[0].outcome is Outcome.NEW
        addresses[:] = ["127.0.0.2"]
        ours = get_all([url], limits, resolve=found)[0]
    addresses[:] = ["127.0.0.1", "127.0.0.2"]
    assert get_all([url], limits, resolve=found)[0].outcome is Outcome.CONNECT, "nobody listens there any more"
    assert ours.outcome is Outcome.LOCAL and "this machine" in (ours.error or "")


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
