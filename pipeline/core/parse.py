"""Feed documents to entries: RSS, Atom, RDF and CDF by feedparser, JSON Feed by its own few lines. Never raises."""

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser

from pipeline.core import text, url
from pipeline.model import Document, Entry, Refusal

MAX_ENTRIES = 5000
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web: a broken clock or an empty field
FUTURE = timedelta(days=2)  # time zones and embargoes; later claims are absurd


def document(
    body: bytes, headers: Mapping[str, str], base_url: str, now: datetime, max_entries: int = MAX_ENTRIES
) -> Document:
    """Parse a feed document; `base_url` resolves relative links, `now` quarantines absurd dates.

    Every entry found is in `entries` or counted in `refusals`; a document without entries says why in `error`.
    """
    head = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        return Document("", error="the document is empty")
    if head[:1] in {b"{", b"["}:
        return _json_feed(body, base_url, now, max_entries)
    return _feedparser(body, headers, base_url, now, max_entries)


def _feedparser(body: bytes, headers: Mapping[str, str], base_url: str, now: datetime, max_entries: int) -> Document:
    wanted = {k: v for k, v in headers.items() if k in {"content-type", "content-language"}}
    wanted["content-location"] = base_url
    try:
        parsed = feedparser.parse(
            io.BytesIO(body), response_headers=wanted, sanitize_html=False, resolve_relative_uris=False
        )
    except (
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        IndexError,
        LookupError,
        RecursionError,
        AssertionError,
    ) as e:
        return Document("", error=f"the parser gave up: {type(e).__name__}")
    feed = parsed.get("feed", {})
    declared = _tag(feed.get("language"))
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    for raw in parsed.entries[:max_entries]:
        made = _entry(raw, base_url, declared, now)
        (entries if isinstance(made, Entry) else refusals).append(made)  # type: ignore[arg-type]
    refusals += [Refusal("too-many")] * max(0, len(parsed.entries) - max_entries)
    version = parsed.get("version", "")
    bozo = str(parsed.bozo_exception)[:200] if parsed.get("bozo") else None
    error = None
    if not parsed.entries and not version:
        error = "this is an HTML page, not a feed" if b"<html" in body[:4096].lower() else "this is no feed"
    return Document(
        version,
        text.plain(str(feed.get("title", "")), text.MAX_TITLE),
        declared,
        tuple(entries),
        tuple(refusals),
        _ttl(feed),
        error,
        bozo,
    )


def _entry(raw: Mapping[str, Any], base: str, language: str | None, now: datetime) -> Entry | Refusal:
    contents = [c for c in raw.get("content", []) if c.get("value")]
    full = text.plain(str(contents[0]["value"]), text.MAX_TEXT) if contents else ""
    summary = text.plain(str(raw.get("summary", "")), text.MAX_SUMMARY)
    own = _tag(raw.get("title_detail", {}).get("language") or raw.get("language"))
    links = [raw.get("feedburner_origlink"), raw.get("link")]
    links += [link.get("href") for link in raw.get("links", []) if link.get("rel") in {None, "alternate"}]
    if str(raw.get("id", "")).startswith(("http://", "https://")):
        links.append(raw["id"])
    dates = [raw.get("published_parsed"), raw.get("updated_parsed"), raw.get("created_parsed")]
    when, claimed = _date([d for d in dates if d], raw.get("published") or raw.get("updated"), now)
    return _made(
        base,
        [str(link) for link in links if link],
        str(raw.get("title", "")),
        summary,
        full,
        author=text.plain(str(raw.get("author", "")), 200) or None,
        guid=str(raw.get("id"))[:500] if raw.get("id") else None,
        language=own or language,
        published_at=when,
        published_raw=claimed,
        categories=tuple(text.plain(str(t.get("term") or ""), 100) for t in raw.get("tags", [])[:20] if t.get("term")),
    )


def _made(base: str, links: list[str], title: str, summary: str, full: str, **rest: Any) -> Entry | Refusal:
    """Clean what both formats share; refuse what has no address or no words."""
    if not links:
        return Refusal("no-link", text.plain(title, 100))
    address = next((a for a in (url.resolve(base, text.safe(link)) for link in links) if a), None)
    identity = url.canonical(address) if address else None
    if address is None or identity is None:
        return Refusal("bad-link", text.safe(links[0])[:100])
    headline = text.plain(title, text.MAX_TITLE)
    if not headline:
        headline = text.clip(summary or full, 120)
    if not headline:
        return Refusal("no-text", address)
    if not summary and full:
        summary = text.clip(full, 600)
    return Entry(url.without_credentials(address), identity, headline, summary, full if full != summary else "", **rest)


def _date(parsed: list[Any], raw: Any, now: datetime) -> tuple[datetime | None, str | None]:
    claimed = text.safe(str(raw))[:100] if raw else None
    for when in parsed:
        try:
            made = datetime(*when[:6], tzinfo=UTC)
        except (ValueError, TypeError, OverflowError):
            continue
        if EARLIEST <= made <= now + FUTURE:
            return made, None
    return None, claimed


def _tag(value: Any) -> str | None:
    tag = str(value or "").strip().replace("_", "-")
    return tag[:35] if tag and tag[0].isalpha() and tag.isascii() and tag.replace("-", "").isalnum() else None


def _ttl(feed: Mapping[str, Any]) -> float | None:
    periods = {"hourly": 3600.0, "daily": 86400.0, "weekly": 604800.0, "monthly": 2592000.0, "yearly": 31536000.0}
    try:
        if feed.get("ttl"):
            return max(0.0, float(str(feed["ttl"]))) * 60
        if feed.get("sy_updateperiod"):
            every = max(1.0, float(str(feed.get("sy_updatefrequency") or 1)))
            return periods.get(str(feed["sy_updateperiod"]).strip().lower(), 0.0) / every or None
    except ValueError:
        return None
    return None


def _json_feed(body: bytes, base: str, now: datetime, max_entries: int) -> Document:
    """Read a JSON Feed (jsonfeed.org, versions 1 and 1.1)."""
    try:
        feed = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as e:
        return Document("", error=f"this is no JSON: {str(e)[:100]}")
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version", "")):
        return Document("", error="this JSON is no JSON Feed")
    items = feed.get("items")
    items = items if isinstance(items, list) else []
    language = _tag(feed.get("language"))
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    for item in items[:max_entries]:
        if not isinstance(item, dict):
            refusals.append(Refusal("no-text", "the item is no object"))
            continue
        made = _json_item(item, base, language, now)
        (entries if isinstance(made, Entry) else refusals).append(made)  # type: ignore[arg-type]
    refusals += [Refusal("too-many")] * max(0, len(items) - max_entries)
    title = text.plain(str(feed.get("title", "")), text.MAX_TITLE)
    return Document("json", title, language, tuple(entries), tuple(refusals))


def _json_item(item: Mapping[str, Any], base: str, language: str | None, now: datetime) -> Entry | Refusal:
    def words(name: str) -> str:
        value = item.get(name)
        return value if isinstance(value, str) else ""

    full = text.plain(words("content_html") or words("content_text"), text.MAX_TEXT)
    authors = item.get("authors") or [item.get("author")]
    names = [a.get("name", "") for a in authors if isinstance(a, dict)] if isinstance(authors, list) else []
    links = [v for v in (words("url"), words("external_url")) if v]
    if words("id").startswith(("http://", "https://")):
        links.append(words("id"))
    raw = words("date_published") or words("date_modified")
    parsed = feedparser.datetimes._parse_date(raw) if raw else None
    when, claimed = _date([parsed] if parsed else [], raw or None, now)
    tags = item.get("tags")
    return _made(
        base,
        links,
        words("title"),
        text.plain(words("summary"), text.MAX_SUMMARY),
        full,
        author=text.plain(", ".join(str(n) for n in names), 200) or None,
        guid=str(item["id"])[:500] if item.get("id") is not None else None,
        language=_tag(item.get("language")) or language,
        published_at=when,
        published_raw=claimed,
        categories=tuple(text.plain(str(t), 100) for t in tags[:20]) if isinstance(tags, list) else (),
    )
