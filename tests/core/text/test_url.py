"""Canonical addresses: one row a rule, each with its reason; addresses are made up, their forms are real."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.text import url

# (reason, address, its canonical form)
SAME = [
    ("scheme: one article behind both", "http://paper.example/a", "https://paper.example/a"),
    ("www is a device of the host", "https://www.paper.example/a", "https://paper.example/a"),
    ("www2 too", "https://www2.paper.example/a", "https://paper.example/a"),
    ("mobile twin", "https://m.paper.example/a", "https://paper.example/a"),
    ("mobile twin, long", "https://mobile.paper.example/a", "https://paper.example/a"),
    ("wap twin", "https://wap.paper.example/a", "https://paper.example/a"),
    ("amp twin host", "https://amp.paper.example/a", "https://paper.example/a"),
    ("two device labels", "https://www.m.paper.example/a", "https://paper.example/a"),
    ("m.co.kr is a registered name", "https://m.co.kr/a", "https://m.co.kr/a"),
    ("amp.dev is a registered name", "https://amp.dev/a", "https://amp.dev/a"),
    ("www below a public suffix is the name", "https://www.gov.uk/a", "https://www.gov.uk/a"),
    ("news is a real host", "https://news.paper.example/a", "https://news.paper.example/a"),
    ("mobile Wikipedia", "https://id.m.wikipedia.org/wiki/X", "https://id.wikipedia.org/wiki/X"),
    ("an edition serves the same paths", "https://edition.cnn.com/2026/01/05/x", "https://cnn.com/2026/01/05/x"),
    ("two countries' names of one site", "https://www.bbc.co.uk/news/a1", "https://bbc.com/news/a1"),
    ("host in capitals", "https://WWW.Paper.Example/a", "https://paper.example/a"),
    ("path keeps its case", "https://paper.example/News/A", "https://paper.example/News/A"),
    ("trailing dot of the host", "https://paper.example./a", "https://paper.example/a"),
    ("default port", "https://paper.example:443/a", "https://paper.example/a"),
    ("default port of http", "http://paper.example:80/a", "https://paper.example/a"),
    ("another port is another server", "https://paper.example:8443/a", "https://paper.example:8443/a"),
    ("credentials are nobody's business", "https://user:pw@paper.example/a", "https://paper.example/a"),
    ("trailing slash", "https://paper.example/a/", "https://paper.example/a"),
    ("the root keeps its slash", "https://paper.example", "https://paper.example/"),
    ("doubled slashes", "https://paper.example//a///b", "https://paper.example/a/b"),
    ("dot segments", "https://paper.example/x/../a/./b", "https://paper.example/a/b"),
    ("fragment is a place in the page", "https://paper.example/a#comments", "https://paper.example/a"),
    ("a route of script is the page", "https://paper.example/#!/a/1", "https://paper.example/#!/a/1"),
    ("a route without the mark", "https://paper.example/#/a/1", "https://paper.example/#/a/1"),
    ("text fragment", "https://paper.example/a#:~:text=x", "https://paper.example/a"),
    ("index page", "https://paper.example/a/index.html", "https://paper.example/a"),
    ("index page of PHP with its number", "https://paper.example/index.php?id=7", "https://paper.example/?id=7"),
    ("default page of ASP", "https://paper.example/a/default.aspx", "https://paper.example/a"),
    ("an article may be called index-fund", "https://paper.example/index-fund", "https://paper.example/index-fund"),
    ("needless percent-encoding", "https://paper.example/%7Ejoe/%61", "https://paper.example/~joe/a"),
    ("hexadecimal in capitals", "https://paper.example/%e4%b8%ad", "https://paper.example/%E4%B8%AD"),
    ("letters as they are written", "https://paper.example/中", "https://paper.example/%E4%B8%AD"),
    ("Arabic path", "https://paper.example/خبر", "https://paper.example/%D8%AE%D8%A8%D8%B1"),
    ("an encoded slash is no slash", "https://paper.example/a%2Fb", "https://paper.example/a%2Fb"),
    ("IDN in letters", "https://пример.рф/a", "https://xn--e1afmkfd.xn--p1ai/a"),
    ("IDN in Punycode", "https://xn--e1afmkfd.xn--p1ai/a", "https://xn--e1afmkfd.xn--p1ai/a"),
    ("space around, as feeds have it", "  https://paper.example/a\n", "https://paper.example/a"),
    ("line break inside", "https://paper.example/a\n/b", "https://paper.example/a/b"),
    ("session in the path", "https://paper.example/a;jsessionid=1A2B?x=1", "https://paper.example/a?x=1"),
    ("session of ASP.NET", "https://paper.example/(S(lit3py55t21z5v55))/a", "https://paper.example/a"),
    ("session by name", "https://paper.example/a?PHPSESSID=abc", "https://paper.example/a"),
    ("sid with a session", "https://paper.example/a?sid=0123456789abcdef0123456789abcdef", "https://paper.example/a"),
    ("sid with a number is the article", "https://paper.example/a?sid=4711", "https://paper.example/a?sid=4711"),
    ("s with words is a search", "https://paper.example/?s=grid", "https://paper.example/?s=grid"),
    ("idxno is the article (Korea)", "https://paper.example/v?idxno=12&x=1", "https://paper.example/v?idxno=12&x=1"),
    ("no is the article", "https://paper.example/v?no=12", "https://paper.example/v?no=12"),
    ("aid and oid are the article", "https://paper.example/r?oid=1&aid=2", "https://paper.example/r?aid=2&oid=1"),
    ("article_id is the article", "https://paper.example/r?article_id=2", "https://paper.example/r?article_id=2"),
    ("p is the article (WordPress)", "https://paper.example/?p=123", "https://paper.example/?p=123"),
    ("newsid is the article", "https://paper.example/n?newsid=9", "https://paper.example/n?newsid=9"),
    ("language makes another text", "https://paper.example/a?lang=de", "https://paper.example/a?lang=de"),
    ("campaign", "https://paper.example/a?utm_source=x&utm_medium=rss", "https://paper.example/a"),
    ("campaign in capitals", "https://paper.example/a?UTM_Source=x", "https://paper.example/a"),
    ("campaign beside the article", "https://paper.example/a?id=7&utm_id=1", "https://paper.example/a?id=7"),
    ("campaign escaped twice", "https://paper.example/a?id=7&amp;utm_source=x", "https://paper.example/a?id=7"),
    ("parameter escaped twice", "https://paper.example/a?b=2&amp;a=1", "https://paper.example/a?a=1&b=2"),
    ("campaign whose ? was lost", "https://paper.example/a&utm_source=rss", "https://paper.example/a"),
    ("click id of Facebook", "https://paper.example/a?fbclid=IwAR0", "https://paper.example/a"),
    ("click id of Google", "https://paper.example/a?gclid=1&wbraid=2", "https://paper.example/a"),
    ("mailing system", "https://paper.example/a?mc_cid=1&mc_eid=2", "https://paper.example/a"),
    ("BBC campaign", "https://paper.example/a?at_medium=RSS&at_campaign=rss", "https://paper.example/a"),
    ("at alone is no campaign", "https://paper.example/a?at=paris", "https://paper.example/a?at=paris"),
    ("French campaign", "https://paper.example/a?xtor=RSS-1", "https://paper.example/a"),
    ("from=rss is a channel", "https://paper.example/a?from=rss", "https://paper.example/a"),
    ("from elsewhere may be a place", "https://paper.example/a?from=paris", "https://paper.example/a?from=paris"),
    ("source elsewhere stays", "https://paper.example/a?source=wire", "https://paper.example/a?source=wire"),
    ("source on Medium is the sender", "https://medium.com/p/a?source=wire", "https://medium.com/p/a"),
    ("per host holds for its subdomains", "https://joe.substack.com/p/a?r=1x", "https://joe.substack.com/p/a"),
    ("a host that ends alike is another", "https://xmedium.com/p?source=w", "https://xmedium.com/p?source=w"),
    ("ref on the Guardian", "https://www.theguardian.com/a?ref=x", "https://theguardian.com/a"),
    ("cid elsewhere is the article", "https://paper.example/a?cid=12", "https://paper.example/a?cid=12"),
    ("share button of WordPress", "https://paper.example/a?share=twitter", "https://paper.example/a"),
    ("comment form of WordPress", "https://paper.example/a?replytocom=5", "https://paper.example/a"),
    ("whole article on one page", "https://paper.example/a?page=all", "https://paper.example/a"),
    ("page two has another text", "https://paper.example/a?page=2", "https://paper.example/a?page=2"),
    ("printed page", "https://paper.example/a?print=1", "https://paper.example/a"),
    ("query order", "https://paper.example/a?b=2&a=1", "https://paper.example/a?a=1&b=2"),
    ("empty query", "https://paper.example/a?", "https://paper.example/a"),
    ("empty value stays", "https://paper.example/a?7531", "https://paper.example/a?7531="),
    ("plus and %20 are one", "https://paper.example/a?q=x%20y", "https://paper.example/a?q=x+y"),
    ("bytes that are no UTF-8 stay", "https://paper.example/a?q=%c7%d1", "https://paper.example/a?q=%C7%D1"),
    ("AMP path behind", "https://paper.example/a/amp/", "https://paper.example/a"),
    ("AMP path in front", "https://paper.example/amp/a", "https://paper.example/a"),
    ("AMP page", "https://paper.example/a/amp.html", "https://paper.example/a"),
    ("AMP in the name", "https://paper.example/a.amp.html", "https://paper.example/a.html"),
    ("AMP with a tilde", "https://paper.example/a-100~amp.html", "https://paper.example/a-100.html"),
    ("AMP behind an id", "https://paper.example/a-0a1b2c3d-amp", "https://paper.example/a-0a1b2c3d"),
    ("a guitar amp is no AMP", "https://paper.example/best-guitar-amp", "https://paper.example/best-guitar-amp"),
    ("AMP parameter", "https://paper.example/a?amp=1", "https://paper.example/a"),
    ("AMP parameter without value", "https://paper.example/a?amp", "https://paper.example/a"),
    ("AMP output", "https://paper.example/a?outputType=amp", "https://paper.example/a"),
    ("AMP cache", "https://paper-example.cdn.ampproject.org/c/s/paper.example/a/amp", "https://paper.example/a"),
    ("AMP viewer", "https://www.google.com/amp/s/paper.example/a", "https://paper.example/a"),
    (
        "AMP in AMP in AMP",
        "https://x.cdn.ampproject.org/c/s/www.google.com/amp/s/amp.paper.example/a/amp",
        "https://paper.example/a",
    ),
    (
        "an aggregator's redirect is an identity of its own",
        "https://news.google.com/rss/articles/CBMiAB?oc=5&hl=en&gl=US",
        "https://news.google.com/rss/articles/CBMiAB",
    ),
    (
        "an alert's redirect keeps its target only",
        "https://www.google.com/url?rct=j&sa=t&url=https://paper.example/a&ct=ga&cd=X&usg=Y",
        "https://google.com/url?url=https%3A%2F%2Fpaper.example%2Fa",
    ),
    (
        "a news search's redirect likewise",
        "https://www.bing.com/news/apiclick.aspx?ref=F&aid=&tid=6&url=https://paper.example/a&c=9&mkt=en-us",
        "https://bing.com/news/apiclick.aspx?url=https%3A%2F%2Fpaper.example%2Fa",
    ),
    (
        "an archive's copy is the archive's",
        "https://web.archive.org/web/2026/https://paper.example/a",
        "https://web.archive.org/web/2026/https:/paper.example/a",
    ),
    ("a video by its id", "https://m.youtube.com/watch?v=AbC&feature=share&t=5", "https://youtube.com/watch?v=AbC"),
    ("IPv4", "http://127.0.0.1:8080/a", "https://127.0.0.1:8080/a"),
    ("IPv6", "http://[::1]/a", "https://[::1]/a"),
    ("a single label", "http://localhost/a", "https://localhost/a"),
]

# Pairs that must never be one: an article lost is worse than one counted twice.
APART = [
    ("https://paper.example/a", "https://paper.example/b"),
    ("https://paper.example/a", "https://other.example/a"),
    ("https://paper.example/?id=1", "https://paper.example/?id=2"),
    ("https://paper.example/v?sid=100", "https://paper.example/v?sid=101"),
    ("https://paper.example/v?idxno=1", "https://paper.example/v?idxno=2"),
    ("https://paper.example/v?no=1", "https://paper.example/v?no=2"),
    ("https://paper.example/a?page=2", "https://paper.example/a"),
    ("https://paper.example/de/a", "https://paper.example/fr/a"),
    ("https://paper.example/a?lang=de", "https://paper.example/a?lang=fr"),
    ("https://news.google.com/rss/articles/A", "https://news.google.com/rss/articles/B"),
    ("https://www.google.com/url?url=https://a.example/", "https://www.google.com/url?url=https://b.example/"),
    ("https://feedproxy.google.com/~r/p/~3/A/", "https://feedproxy.google.com/~r/p/~3/B/"),
    ("https://m.co.kr/a", "https://co.kr/a"),
]

NONE = [
        "", " ", "mailto:a@b.example", "javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "/a", "http://",
        "https://[", "http://a.example:99999/", "tag:a.example,2026:1", "https://a.example/" + "x" * 3000, "urn:x:y",
        "file:///etc/passwd", "https:\0//", "http://a b.example/", "//paper.example/a", "https://%00.example/",
]  # fmt: skip


@pytest.mark.parametrize(("reason", "address", "expected"), SAME, ids=[row[0] for row in SAME])
def test_canonical(reason: str, address: str, expected: str) -> None:
    """One article has one address; a second pass changes nothing."""
    assert url.canonical(address) == expected, reason
    assert url.canonical(expected) == expected, reason


def test_table_is_large_enough() -> None:
    """The rules are judged by a table of at least 80 cases."""
    assert len(SAME) + len(APART) >= 80


@pytest.mark.parametrize(("one", "other"), APART)
def test_apart(one: str, other: str) -> None:
    """Two articles never share an identity."""
    assert url.canonical(one) != url.canonical(other)


@pytest.mark.parametrize("address", NONE)
def test_no_address(address: str) -> None:
    """What no browser could open as an article is no address."""
    assert url.canonical(address) is None


_PIECE = st.sampled_from(
    [
        "www.", "m.", "amp.", "paper.example", "co.kr", "news.google.com", "www.google.com/amp/s/",
        "x.cdn.ampproject.org/c/s/", "/", "//", "/amp", "/amp/", "/amp.html", ".amp", "-amp", "~amp", "/index.html",
        "/index.php", "/a", "/.", "/..", "%2e", "%25", "%32%35", "%", "%%32%35", "?", "&", "amp;", "utm_source=x",
        "&utm_a=1", "sid=1", "a=b", "#", "#!/x", "#/x", ";sid=1", ";jsessionid=1", "/(S(a1))", ":80", ":443",
        ":8080", "user@", "é", "ж", "中", "+", " ", "\t", "url?q=", "https://", "http://", "deadbeef", "page=all",
        "=", "\ud800",
    ]
)  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(_PIECE, max_size=14).map(lambda parts: "https://" + "".join(parts))))
@settings(max_examples=600, deadline=None)
def test_canonical_is_idempotent(address: str) -> None:
    """The canonical form is a fixed point: else one story would be stored under two identities."""
    made = url.canonical(address)
    assert made is None or url.canonical(made) == made


@pytest.mark.parametrize(
    ("base", "link", "expected"),
    [
        ("https://paper.example/feed/", "a", "https://paper.example/feed/a"),
        ("https://paper.example/feed/", "/a", "https://paper.example/a"),
        ("https://paper.example/feed/", "//cdn.example/a", "https://cdn.example/a"),
        ("https://paper.example/feed/", "?id=7", "https://paper.example/feed/?id=7"),
        ("https://paper.example/feed/", "https://other.example/a", "https://other.example/a"),
        ("https://paper.example/feed/", "mailto:a@b.example", None),
        ("https://paper.example/feed/", "", None),
        ("", "/a", None),
        ("no address", "/a", None),
    ],
)
def test_resolve(base: str, link: str, expected: str | None) -> None:
    """Relative links belong to the document's address; anything but http(s) is refused."""
    assert url.resolve(base, link) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://news.paper.co.kr/a", "paper.co.kr"),
        ("https://www.lemonde.example/a", "lemonde.example"),
        ("http://127.0.0.1/a", "127.0.0.1"),
        ("http://localhost:80/a", "localhost"),
        ("nothing", ""),
    ],
)
def test_outlet(address: str, expected: str) -> None:
    """The publisher is the registrable host, also below a public suffix of two labels."""
    assert url.outlet(address) == expected


def test_without_credentials() -> None:
    """Passwords in an address reach no row and no log, an @ in a path is none."""
    assert url.without_credentials("https://u:p@paper.example/a") == "https://paper.example/a"
    assert url.without_credentials("https://paper.example/@joe") == "https://paper.example/@joe"
    assert url.without_credentials("https://paper.example?x=a@b") == "https://paper.example?x=a@b"


def test_key() -> None:
    """An identity is 32 hex digits and differs by address."""
    assert len(url.key("https://paper.example/a")) == 32
    assert url.key("https://paper.example/a") != url.key("https://paper.example/b")
