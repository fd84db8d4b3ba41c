"""Parsing feed documents: fixture pairs, and a table of everything that must not hurt. All texts are fictional."""

import io
import json
import runpy
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.feeds import expat, parse
from pipeline.model import Document

FEEDS = Path(__file__).parents[2] / "data" / "feeds"
NOW = datetime(2026, 1, 7, tzinfo=UTC)
BASE = "https://paper.example/feeds/all.xml"
PAIRS = sorted(p for p in FEEDS.iterdir() if p.suffix not in {".py", ".md"})


def read(body: bytes, **headers: str) -> Document:
    return parse.document(body, {k.replace("_", "-"): v for k, v in headers.items()}, BASE, NOW)


def rss(*items: str, head: str = "", channel: str = "") -> bytes:
    inner = "".join(f"<item>{i}</item>" for i in items)
    return f'{head}<rss version="2.0"><channel><title>Paper</title>{channel}{inner}</channel></rss>'.encode()


@pytest.mark.parametrize("path", PAIRS, ids=[p.name for p in PAIRS])
def test_pairs(path: Path) -> None:
    """Each document gives exactly the typed value that stands beside it."""
    expected = runpy.run_path(f"{path}.py")["EXPECTED"]
    assert parse.document(path.read_bytes(), {}, f"https://base.example/feeds/{path.name}", NOW) == expected


@pytest.mark.parametrize(
    "words",
    [
        "a &lt;b&gt;bold&lt;/b&gt; word &amp;amp; more&#10;lines\n\tand &#x1F600;",
        "<![CDATA[a <b>bold</b>]]> word <![CDATA[]]> <!-- no --> end",
        "long " * 30_000,
        "Windows \x96 as Latin 1, \u0440\u0443\u0441\u0441\u043a\u0438\u0439 \x93text\x94, "
        "and \u201cthis\u201d &amp;lt;i&amp;gt;too&amp;lt;/i&amp;gt;",
    ],
)
def test_documents_are_read_as_by_what_we_replaced(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our XML parser and handler read what Python's and feedparser's own do, in less time."""
    xhtml = f"<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>\n <p>{words}</p>\n </div></content>"
    entry = f"<entry><title>{words}</title><link href='/1'/>{xhtml}</entry>"
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>"
    for body in (rss(f"<title>t</title><link>/1</link><description>{words}</description>"), atom.encode()):
        whole = read(body)
        with monkeypatch.context() as plainly:
            plainly.setattr("pipeline.core.feeds.expat.use", lambda: None)
            plainly.setattr("feedparser.api.PREFERRED_XML_PARSERS", [])
            plainly.setattr("feedparser.api.StrictFeedParser", expat.Quick.__base__)
            assert read(body) == whole
        assert whole.entries
        assert not whole.refusals


BOMB = (
    '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "'
    + "&a;" * 10
    + '">'
    + "".join(f'<!ENTITY {chr(99 + i)} "{("&" + chr(98 + i) + ";") * 10}">' for i in range(9))
    + "]>"
)
FILE = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
LINK = "<link>https://paper.example/1</link>"

# (what, body, title of the first entry or None, entries + refusals)
HOSTILE = [
    ("nothing", b"", None, 0),
    ("white space", b" \n\t", None, 0),
    ("NULs only", b"\x00" * 5000, None, 0),
    ("random bytes", bytes((i * 2654435761 >> 13) & 255 for i in range(20_000)), None, 0),
    ("HTML page", b"<!doctype html><html><body><p>Not here</p></body></html>", None, 0),
    ("plain text", b"Service unavailable", None, 0),
    ("PNG", b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 500, None, 0),
    ("gzip that nobody opened", b"\x1f\x8b\x08\x00" + b"\x55" * 500, None, 0),
    ("XML bomb", BOMB.encode() + rss(f"<title>A &k; B</title>{LINK}"), "A &k; B", 1),
    ("external entity", FILE.encode() + rss(f"<title>A &x; B</title>{LINK}"), "A &x; B", 1),
    ("a byte of Windows-1252", rss(f"<title>Gr~id</title>{LINK}").replace(b"~", b"\xff"), "Grÿid", 1),
    ("a broken byte in UTF-8", rss(f"<title>Электричество~</title>{LINK}").replace(b"~", b"\xd0"),
     "Электричество\ufffd", 1),
    ("NUL in a title", rss(f"<title>Gr\x00id</title>{LINK}"), "Grid", 1),
    ("control characters", rss(f"<title>Gr\x0bi\x01d</title>{LINK}"), "Grid", 1),
    ("lone surrogate reference", rss(f"<title>A &#xD800; B</title>{LINK}"), "A B", 1),
    ("impossible reference", rss(f"<title>A &#99999999999; B</title>{LINK}"), "A B", 1),
    ("NUL reference", rss(f"<title>A &#0; B</title>{LINK}"), "A B", 1),
    ("bidi override", rss(f"<title>A \u202eB\u202c</title>{LINK}"), "A B", 1),
    ("undeclared entity", rss(f"<title>Caf&eacute; &nbsp; bar</title>{LINK}"), "Café bar", 1),
    ("bare ampersand", rss(f"<title>A & B</title>{LINK}"), "A & B", 1),
    ("CDATA markup", rss(f"<title><![CDATA[<b>A</b> &amp; B]]></title>{LINK}"), "A & B", 1),
    ("escaped twice", rss(f"<title>&amp;lt;b&amp;gt;A&amp;lt;/b&amp;gt;</title>{LINK}"), "A", 1),
    ("CDATA never closed", rss(f"{LINK}<title><![CDATA[A</title>"), None, 1),
    ("document cut in the middle", rss(f"<title>A</title>{LINK}", f"<title>B</title>{LINK}2")[:-60], "A", 2),
    ("no title, only a summary", rss(f"<description>Words here</description>{LINK}"), "Words here", 1),
    ("no link", rss("<title>A</title>"), None, 1),
    ("a link to nowhere", rss("<title>A</title><link>javascript:alert(1)</link>"), None, 1),
    ("no words", rss(LINK), None, 1),
    ("relative link", rss("<title>A</title><link>../1</link>"), "A", 1),
    ("identical GUIDs", rss(*(f"<title>A{i}</title><guid isPermaLink='false'>1</guid><link>https://p.example/{i}</link>"
                              for i in range(5))), "A0", 5),
    ("permalink GUID only", rss("<title>A</title><guid>https://paper.example/9</guid>"), "A", 1),
    ("an empty feed is no fault", rss(), None, 0),
    ("deep nesting", b"<rss version='2.0'><channel>" + b"<b>" * 20_000, None, 0),
    ("unknown encoding", b"<?xml version='1.0' encoding='klingon-8'?>" + rss(f"<title>Grid</title>{LINK}"), "Grid", 1),
    ("JSON that is no feed", b'{"status": "error"}', None, 0),
    ("JSON cut short", b'{"version": "https://jsonfeed.org/version/1", "items": [', None, 0),
    ("JSON nested deeply", b"[" * 100_000, None, 0),
    ("JSON with a huge number", b'{"a": ' + b"9" * 10_000 + b"}", None, 0),
    ("JSON with items of no use", b'{"version": "https://jsonfeed.org/version/1", "items": [1, null, [], "x", {}]}',
     None, 5),
    ("JSON without items", b'{"version": "https://jsonfeed.org/version/1"}', None, 0),
    ("sitemap bomb", BOMB.replace("rss", "urlset").encode() + b"<urlset><url><loc>&k;</loc></url></urlset>", None, 1),
    ("sitemap cut short", b"<urlset><url><loc>https://p.example/1</loc>", None, 1),
]  # fmt: skip


@pytest.mark.parametrize(("what", "body", "title", "found"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_hostile(what: str, body: bytes, title: str | None, found: int) -> None:
    """No document raises or hides an entry: each is an entry, a counted refusal, or a document with a reason."""
    made = read(body)
    assert len(made.entries) + len(made.refusals) == found, what
    assert (made.entries[0].title if made.entries else None) == title, what
    if not found and "empty feed" not in what and "nesting" not in what:
        assert made.error, what


def test_large_title_and_many_entries() -> None:
    """A title of 50 MB is cut; entries beyond the cap are counted, not kept."""
    large = read(rss("<title>" + "word " * 10_000_000 + f"</title>{LINK}"))
    assert len(large.entries[0].title) <= 500
    many = read(rss(*(f"<title>A</title><link>https://p.example/{i}</link>" for i in range(6_000))))
    assert len(many.entries) == 5_000
    assert [r.reason for r in many.refusals] == ["too-many"] * 1_000


@pytest.mark.parametrize(
    ("charset", "content_type", "declared"),
    [
        ("utf-8", None, None),
        ("utf-8", "text/xml", None),
        ("utf-8", "text/xml; charset=iso-8859-1", "utf-8"),  # the header lies
        ("utf-8", "application/rss+xml; charset=utf-8", "iso-8859-1"),  # the declaration lies
        ("windows-1251", None, "windows-1251"),
        ("windows-1251", "text/xml; charset=windows-1251", None),
        ("koi8-r", "application/xml; charset=koi8-r", "koi8-r"),
        ("utf-16", None, "utf-16"),
        ("utf-8-sig", None, None),
    ],
)
def test_charsets(charset: str, content_type: str | None, declared: str | None) -> None:
    """Letters survive wrong headers and wrong declarations."""
    head = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    body = rss(f"<title>Электричество для лаборатории</title>{LINK}", head=head).decode().encode(charset)
    made = read(body, **({"content_type": content_type} if content_type else {}))
    assert made.entries[0].title == "Электричество для лаборатории"


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        ("Mon, 05 Jan 2026 10:00:00 GMT", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("Mon, 05 Jan 0000 10:00:00 GMT", None),
        ("Mon, 05 Jan 2203 10:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("0000-00-00T00:00:00Z", None),
        ("yesterday", None),
        ((NOW + timedelta(days=1)).isoformat(), NOW + timedelta(days=1)),  # time zones and embargoes
        ((NOW + timedelta(days=3)).isoformat(), None),
    ],
)
def test_dates(claimed: str, expected: datetime | None) -> None:
    """An absurd date is quarantined as written, never believed and never lost."""
    made = read(rss(f"<title>A</title>{LINK}<pubDate>{claimed}</pubDate>")).entries[0]
    assert made.published_at == expected
    assert made.published_raw == (None if expected else claimed)


def test_second_date_counts_when_the_first_is_absurd() -> None:
    """Atom has two dates: a broken one does not hide the other."""
    body = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><link href='https://p.example/1'/>"
        "<published>0001-01-01T00:00:00Z</published><updated>2026-01-05T10:00:00Z</updated></entry></feed>"
    )
    assert read(body.encode()).entries[0].published_at == datetime(2026, 1, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("<ttl>30</ttl>", 1800.0),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>nan</ttl>", None),
        ("<ttl>1e300</ttl>", None),
        ("", None),
    ],
)
def test_ttl(channel: str, expected: float | None) -> None:
    """A feed's wish counts when it is a sane one."""
    assert read(rss(channel=channel)).ttl_s == expected


def test_json_feed_in_utf16_and_with_bad_bytes() -> None:
    """JSON in another encoding is read, a broken byte costs one character."""
    feed = {"version": "https://jsonfeed.org/version/1", "items": [{"url": "https://p.example/1", "title": "Câble"}]}
    for charset in ("utf-16-le", "utf-16", "utf-8-sig", "utf-32"):
        assert read(json.dumps(feed, ensure_ascii=False).encode(charset)).entries[0].title == "Câble"
    assert read(json.dumps(feed).encode().replace(b"C", b"C\xff")).entries[0].title == "C\ufffdâble"


def counts(body: bytes) -> int | None:
    """Entries by feedparser itself; None where it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return len(feedparser.parse(io.BytesIO(body), response_headers={"content-type": "application/xml"}).entries)
        except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, AssertionError):
            return None


_TOKEN = st.sampled_from(
    [
        "<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "</link>",
        "</channel>", "https://p.example/1", "/1", "<guid>", "</guid>", "<description>", "</description>",
        "<![CDATA[", "]]>", "<!--", "-->", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "</entry>",
        "<link href='/2'/>", "<content type='xhtml'>", "</content>", "<content type='text/html' src='x'/>",
        "<content mode='base64'>", "<source>", "<image>", "<textinput>", "<category term='x'/>", "<author><name>",
        "&amp;", "&", "&#xD800;", "&#99999999999;", "&#x;", "&bogus;", "<b>", "</b>", "<", ">", "\x00", "\x1b", "é",
        "中", "\ud800", "<pubDate>Mon, 05 Jan 2026", "</pubDate>", "<updated>", "2026-01-05", "</updated>",
        "<media:content url='x'>", "<itunes:image href='x'/>", "<enclosure url='x' length='y'/>", "xml:base='::'",
        "<x xml:base='http://[' >", "<title xml:lang='q'>", "<rdf:RDF>", "<!DOCTYPE x [<!ENTITY a 'b'>]>",
        "<?xml encoding='x'?>", "<ttl>", "9", "</ttl>", "<dc:date>", "</dc:date>", "<geo:lat>",
        "<georss:point>1</georss:point>", "<where>", "<psc:chapter/>",
    ]
)  # fmt: skip


_MARKUP = st.lists(_TOKEN, max_size=25).map(lambda tokens: "".join(tokens).encode("utf-8", "surrogatepass"))


@given(st.one_of(st.binary(max_size=300), _MARKUP))
@settings(max_examples=400, deadline=None)
def test_never_raises_and_loses_nothing(body: bytes) -> None:
    """Any bytes give a document that can be encoded, with as many entries and refusals as feedparser finds."""
    made = read(body)
    repr(made).encode("utf-8")
    expected = counts(body)
    if expected is not None and made.format not in {"json", "sitemap"} and b"\x00" not in body:
        assert len(made.entries) + len(made.refusals) == expected


_NAMES = ["url", "id", "title", "summary", "content_html", "tags", "authors", "author", "name", "date_published"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6),
    max_leaves=20,
)


@given(_JSON)
@settings(max_examples=300, deadline=None)
def test_json_never_raises(items: object) -> None:
    """A JSON Feed may hold anything anywhere."""
    made = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode())
    repr(made).encode("utf-8")
    if isinstance(items, list):
        assert len(made.entries) + len(made.refusals) == len(items)


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        (1767607200, datetime(2026, 1, 5, 10, tzinfo=UTC)),
        (1767607200000, datetime(2026, 1, 5, 10, tzinfo=UTC)),
        (1767607200.25, datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("1767607200", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        (True, None),
        (-5, None),
        (1e300, None),
        ({"iso": "2026-01-05"}, None),
    ],
)
def test_dates_of_json_feeds(claimed: object, expected: datetime | None) -> None:
    """Some JSON Feeds give seconds or milliseconds as a number."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [
        {"id": "1", "url": "https://p.example/1", "title": "A", "date_published": claimed}]}  # fmt: skip
    (found,) = read(json.dumps(feed).encode()).entries
    assert found.published_at == expected


# (what, inside of an item, title, address): ampersands that nobody escaped
AMPERSANDS = [
    ("names", "<title>AT&T, S&P and R&D; Q&A</title><link>https://p.example/1</link>", "AT&T, S&P and R&D; Q&A",
     "https://p.example/1"),
    ("names of characters in an address", "<title>A</title><link>https://p.example/?id=7&copy=2&reg=3&lang=en&sect=4</link>",
     "A", "https://p.example/?id=7&copy=2&reg=3&lang=en&sect=4"),
    ("one escaped, one not", "<title>A</title><link>https://p.example/?a=1&amp;b=2&para=3</link>", "A",
     "https://p.example/?a=1&b=2&para=3"),
    ("in an attribute", "<title>A</title><guid isPermaLink='true'>https://p.example/?a=1&times=2</guid>", "A",
     "https://p.example/?a=1&times=2"),
    ("in CDATA, where it is right", "<title><![CDATA[M&A; B&B]]></title><link><![CDATA[https://p.example/?a=1&not=2]]></link>",
     "M&A; B&B", "https://p.example/?a=1&not=2"),
    ("references stay", "<title>Caf&eacute; &#8211; R&D &amp; M&#x26;A</title><link>https://p.example/2</link>",
     "Café – R&D & M&A", "https://p.example/2"),
    ("at the end of a word", "<title>Rock & roll &</title><link>https://p.example/3</link>", "Rock & roll &",
     "https://p.example/3"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "item", "title", "address"), AMPERSANDS, ids=[row[0] for row in AMPERSANDS])
def test_bare_ampersands(what: str, item: str, title: str, address: str) -> None:
    """An ampersand that begins no reference is one; it changes no word and no address."""
    (found,) = read(rss(item)).entries
    assert (found.title, found.url) == (title, address), what


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("http://https://p.example/a", "https://p.example/a"),
        ("https://http//p.example/a", "http://p.example/a"),
        ("https:https://p.example/a", "https://p.example/a"),
        ("http:///p.example/a", "http://p.example/a"),
        ("https//www.p.example/a", "https://www.p.example/a"),
        ("https://p.example/https://p.example/a", "https://p.example/a"),
        ("www.p.example/a", "https://www.p.example/a"),
        ("news.press.co.uk/a", "https://news.press.co.uk/a"),
        ("//p.example/a", "https://p.example/a"),
        ("feed://p.example/a", "https://p.example/a"),
        ("story.html", "https://paper.example/feeds/story.html"),
        ("comments.pl?sid=3", "https://paper.example/feeds/comments.pl?sid=3"),
        ("https://archive.example/2020/http://p.example/a", "https://archive.example/2020/http://p.example/a"),
        ("https://https/a", None),
    ],
)
def test_broken_links(link: str, address: str | None) -> None:
    """What leaves no doubt is mended; a host named "https" is refused."""
    made = read(rss(f"<title>A</title><link>{link}</link>"))
    assert [e.url for e in made.entries] == ([address] if address else [])
    assert [r.reason for r in made.refusals] == ([] if address else ["bad-link"])


CAPTION = "The plant at dusk. Agency/File Photo"
M = "xmlns:media='http://search.yahoo.com/mrss/'"


@pytest.mark.parametrize(
    "before",
    [
        f"<media:content {M} url='x'><media:description type='plain'>{CAPTION}</media:description></media:content>",
        f"<media:group {M}><media:title>{CAPTION}</media:title>"
        f"<media:description>{CAPTION}</media:description></media:group>",
        f"<m:player xmlns:m='http://search.yahoo.com/mrss'><m:description>{CAPTION}</m:description></m:player>",
        f"<image><url>x</url><title>{CAPTION}</title><description>{CAPTION}</description></image>",
        f"<i:summary xmlns:i='http://www.itunes.com/dtds/podcast-1.0.dtd'>{CAPTION}</i:summary>",
        f"<g:description xmlns:g='http://www.google.com/schemas/play-podcasts/1.0'>{CAPTION}</g:description>",
        f"<author><name>Ann</name><title>Director</title><description>{CAPTION}</description></author>",
        f"<enclosure url='x' type='image/jpeg'/><media:text {M}>{CAPTION}</media:text>",
    ],
)
def test_a_caption_is_no_summary(before: str) -> None:
    """The description is the summary, whatever a picture or a recording says of itself, before it or behind."""
    words = f"<description>A city rents a dam.</description>{LINK}"
    for item in (
        f"<title>Dam</title>{before}{words}",
        f"{before}<title>Dam</title>{words}",
        f"<title>Dam</title>{words}{before}",
    ):
        (found,) = read(rss(item)).entries
        assert (found.title, found.summary, found.text) == ("Dam", "A city rents a dam.", ""), item


def test_a_caption_in_the_markup_is_no_summary_and_a_lonely_one_is() -> None:
    """Figure captions inside a description go; a video whose only words are its own keeps them."""
    figure = f"&lt;figure&gt;&lt;img src='x'&gt;&lt;figcaption&gt;{CAPTION}&lt;/figcaption&gt;&lt;/figure&gt;"
    figure += "A city rents a dam."
    (one,) = read(rss(f"<title>Dam</title>{LINK}<description>{figure}</description>")).entries
    assert one.summary == "A city rents a dam."
    group = f"<media:group {M}><media:description>Seen from above.</media:description></media:group>"
    (video,) = read(rss(f"<title>Dam</title>{LINK}{group}")).entries
    assert video.summary == "Seen from above."


@pytest.mark.parametrize(
    ("kind", "written", "title"),
    [
        ("text", "Why &lt;select&gt; and &lt;b&gt; matter", "Why <select> and <b> matter"),
        ("text", "if a &lt; b &amp;&amp; c &gt; d", "if a < b && c > d"),
        ("text", "Dam &amp;amp; mast", "Dam & mast"),  # escaped once too often: no headline says &amp;
        ("text", "&lt;b&gt;Dam&lt;/b&gt; rented", "Dam rented"),
        ("html", "Dam &lt;em&gt;rented&lt;/em&gt; &amp;amp; sold", "Dam rented & sold"),
        ("html", "How should &amp;lt;selectedoption&amp;gt; work?", "How should <selectedoption> work?"),
        ("html", "The &amp;lt;dialog&amp;gt; element", "The <dialog> element"),
        ("html", "A&lt;br/&gt;B &lt;a href='x'&gt;C&lt;/a&gt;", "A B C"),
        ("html", "&lt;p&gt;Dam rented", "Dam rented"),
    ],
)
def test_titles_of_atom(kind: str, written: str, title: str) -> None:
    """Atom says what a title is: text is text, html is one level of markup."""
    body = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><title type="{kind}">{written}</title>'
        '<id>urn:1</id><link href="https://p.example/1"/></entry></feed>'
    )
    (found,) = read(body.encode()).entries
    assert found.title == title
