"""Feed documents to entries: one document in, entries or counted reasons out. Never raises.

body | decoded | root element -> feedparser (RSS, Atom, RDF, CDF), jsonfeed or sitemap -> entry.make | entry.unique
"""

import io
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import feedparser

from pipeline.core.feeds import entry, expat, jsonfeed, mend, outlets, sitemap, titles
from pipeline.core.text import plain, url
from pipeline.model import Document, Entry, Refusal

MAX_ENTRIES = 5000
HEAD = 4096  # bytes in which a document says what it is
_CONTROL = bytes(c for c in range(32) if c not in b"\t\n\r\x1b")  # XML forbids them; ESC switches sets in ISO-2022
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*\bencoding\s*=\s*[\"']([\w.-]+)", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.-]+)", re.IGNORECASE)
_CHARREF = re.compile(rb"&#(x[0-9a-f]+|[0-9]+);", re.IGNORECASE)
_UTF8 = {"utf-8", "utf8", "us-ascii", "ascii"}
# What feedparser itself raises on documents of its own suites and of ours; anything else is a bug that must be seen.
_GIVES_UP = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_FIGURE = re.compile(
    r"<figcaption\b.{0,2000}?</figcaption\s*>", re.IGNORECASE | re.DOTALL
)  # a photo's words, not the story's
_PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 604800.0, "monthly": 2592000.0, "yearly": 31536000.0}


def document(
    body: bytes, headers: Mapping[str, str], base_url: str, now: datetime, max_entries: int = MAX_ENTRIES
) -> Document:
    """Parse a feed document; `base_url` resolves relative links, `now` quarantines absurd dates.

    Every entry found is in `entries` or counted in `refusals`; a document without entries says why in `error`. Titles
    are as a person would print them, `raw_title` as the feed does.
    """
    made = _read(body, headers, base_url, now, max_entries)
    return replace(made, entries=titles.printed(made.entries, made.title)) if made.entries else made


def _read(body: bytes, headers: Mapping[str, str], base_url: str, now: datetime, max_entries: int) -> Document:
    head = body[:HEAD].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")
    if not head:
        return Document("", error="the document is empty")
    if head[:1] in {b"{", b"["}:
        return jsonfeed.parse(body, base_url, now, max_entries)
    body, encoding = decoded(body, headers.get("content-type", ""))
    root = sitemap.root(body[:HEAD])
    if root in {"urlset", "sitemapindex"}:
        return sitemap.parse(body, base_url, now, max_entries)
    if root == "html" and not re.search(rb"<(?:item|entry)[\s>/]", body, re.IGNORECASE):
        return Document("", error="this is an HTML page, not a feed")
    return _feed(body, root, headers, encoding, base_url, now, max_entries)


def decoded(body: bytes, content_type: str) -> tuple[bytes, str]:
    """Give the body without forbidden control characters, and the charset that it is known to be in ("" = not known).

    Text that is valid UTF-8 is UTF-8 whatever header or declaration say, and text that claims UTF-8 stays so when some
    bytes are broken: they become U+FFFD, where feedparser would read the whole document as Windows-1252.
    """
    if body[:4].count(0) or body[:2] in {b"\xfe\xff", b"\xff\xfe"}:
        return body, ""  # UTF-16 and UTF-32 by their marks: feedparser knows them
    body = body.translate(None, _CONTROL)
    try:
        is_ascii = body.isascii()
        body.decode("utf-8")
    except UnicodeDecodeError:
        declared = _DECLARED.match(body[:HEAD].removeprefix(b"\xef\xbb\xbf"))
        charset = _CHARSET.search(content_type)
        claims = {declared[1].decode().lower()} if declared else set()
        claims |= {charset[1].lower()} if charset else set()
        if claims <= _UTF8 and _mostly_utf8(body):
            return body.decode("utf-8", "replace").encode(), "utf-8"
        return body, ""
    return body, "" if is_ascii else "utf-8"  # ASCII may be ISO-2022 or UTF-7, and needs no help


def _mostly_utf8(body: bytes) -> bool:
    """Whether broken bytes are rare among the non-ASCII ones: a cut title, not another charset."""
    whole = body.decode("utf-8", "replace")
    return whole.count("\ufffd") * 10 <= sum(not c.isascii() for c in whole)


def _feed(
    body: bytes, root: str, headers: Mapping[str, str], charset: str, base: str, now: datetime, max_entries: int
) -> Document:
    kind = headers.get("content-type") or "application/xml"  # without one feedparser would assume ISO-8859-1
    if charset:
        kind = f"application/xml; charset={charset}"
    wanted = {"content-type": kind}  # no content-location: links are resolved here, after what is broken is mended
    if headers.get("content-language"):
        wanted["content-language"] = headers["content-language"]
    if b"\x00" not in body[:HEAD]:  # not UTF-16, where these repairs would find nothing
        body = mend.captions(mend.ampersands(body))
    try:
        parsed = _parse(body, wanted)
    except _GIVES_UP:
        try:  # its loose parser stumbles over impossible character references: without them it goes on
            parsed = _parse(_CHARREF.sub(_possible, body), wanted)
        except _GIVES_UP as e:
            return Document("", error=f"the parser gave up: {type(e).__name__}")
    feed = parsed.get("feed", {})
    declared = entry.tag(dict.get(feed, "language"))
    site = str(dict.get(feed, "link") or "")
    version = str(parsed.get("version") or "") or ("cdf" if root == "channel" and parsed.entries else "")
    left_out = itertools.repeat(Refusal("too-many"), max(0, len(parsed.entries) - max_entries))
    made: Iterator[Entry | Refusal] = (
        _entry(raw, base, declared, now, site, version) for raw in parsed.entries[:max_entries]
    )
    entries, refusals = entry.unique(itertools.chain(made, left_out))
    trouble = parsed.get("bozo_exception") if parsed.get("bozo") else None
    if isinstance(trouble, feedparser.NonXMLContentType | feedparser.CharacterEncodingOverride):
        trouble = None  # a wrong header is not a malformed document
    return Document(
        version,
        plain.plain(str(dict.get(feed, "title") or ""), plain.MAX_TITLE),
        declared,
        entries,
        refusals,
        _ttl(feed),
        None if parsed.entries or version else "this is no feed",
        plain.safe(str(trouble))[:200] if trouble else None,
    )


def _parse(body: bytes, headers: Mapping[str, str]) -> Any:
    """Without its own sanitiser and link rewriting, which cost half the time: `text.plain` keeps no markup at all."""
    expat.use()
    return feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def _possible(found: re.Match[bytes]) -> bytes:
    digits = found[1].lower()
    if len(digits) > 8:
        return b""
    code = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
    return found[0] if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else b""


def _entry(
    raw: dict[str, Any], base: str, language: str | None, now: datetime, site: str, version: str
) -> Entry | Refusal:
    get: Callable[..., Any] = partial(dict.get, raw)  # feedparser's own `get` guesses at other keys and is slow
    contents = get("content", ())
    full = plain.plain(next((str(c["value"]) for c in contents if c.get("value")), ""), plain.MAX_TEXT)
    own = entry.tag(get("title_detail", {}).get("language") or get("language")) or language
    guid = str(get("id") or "")
    others = [link for link in get("links", ()) if link.get("href")]
    links = [get("feedburner_origlink"), get("link")]
    links += [link["href"] for link in others if link.get("rel", "alternate") == "alternate"]
    links += [url.resolve(url.resolve(base, c.get("base") or base) or base, c["src"]) for c in contents if c.get("src")]
    links += [guid] if guid.startswith(("http://", "https://")) else []
    published, claimed = entry.when((get("published"), get("updated"), get("created")), own, now)
    updated = entry.when((get("updated"),), own, now)[0] if get("published") and get("updated") else None
    return entry.make(
        base,
        [str(link) for link in links if link],
        _title(raw, version.startswith("atom")),
        plain.plain(_FIGURE.sub(" ", _first(raw, "summary", *mend.SUMMARIES)), plain.MAX_SUMMARY),
        full,
        _source(raw, site),
        author=plain.plain(str(get("author") or ""), 200) or None,
        guid=plain.safe(guid)[:500] or None,
        language=own,
        published_at=published,
        published_raw=claimed,
        updated_at=updated,
        categories=entry.categories(t.get("term") for t in get("tags", ())),
    )


def _first(raw: dict[str, Any], *names: str) -> str:
    return next((str(value) for name in names if (value := dict.get(raw, name))), "")


def _title(raw: dict[str, Any], is_atom: bool) -> str:
    """Give the headline as text: Atom says what its titles are, RSS titles are text in which markup occurs."""
    written = _first(raw, "title", *mend.TITLES)
    kind = str((dict.get(raw, "title_detail") or {}).get("type") or "")
    return plain.headline(written, "html" if "html" in kind and is_atom else "text", plain.MAX_TITLE)


def _source(raw: dict[str, Any], site: str) -> outlets.Origin:
    """Gather what an entry says of its origin: RSS's and Atom's source, Bing's News:Source, Dublin Core."""
    get: Callable[..., Any] = partial(dict.get, raw)
    given = get("source")
    given = given if isinstance(given, dict) else {}
    address = dict.get(given, "href") or dict.get(given, "link") or dict.get(given, "url") or ""
    name = dict.get(given, "title") or dict.get(given, "value") or get("news_source") or get("dc_source") or ""
    markup = "".join([str(c.get("value") or "") for c in get("content", ())] + [str(get("summary") or "")])
    publisher = str(get("publisher") or "")
    return outlets.Origin(str(name or publisher), str(address), str(get("author") or ""), markup, site)


def _ttl(feed: dict[str, Any]) -> float | None:
    """Give the seconds that a feed wishes between fetches; None for none, nonsense and infinity."""
    try:
        if dict.get(feed, "ttl"):
            seconds = float(str(feed["ttl"])) * 60
        else:
            every = max(1.0, float(str(feed.get("sy_updatefrequency") or 1)))
            seconds = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower(), 0.0) / every
    except ValueError:
        return None
    return seconds if 0 < seconds < 366 * 86400 else None
