"""JSON Feed (jsonfeed.org, versions 1 and 1.1) to entries."""

import itertools
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pipeline.core.feeds import entry, outlets
from pipeline.core.text import plain
from pipeline.model import Document, Entry, Refusal


def parse(body: bytes, base: str, now: datetime, max_entries: int) -> Document:
    """Read a JSON Feed; `base` resolves relative addresses."""
    try:
        feed = json.loads(_decode(body))
    except (ValueError, RecursionError) as e:
        return Document("", error=f"this is no JSON: {plain.safe(str(e))[:100]}")
    if not isinstance(feed, dict) or "jsonfeed.org/version/1" not in str(feed.get("version", "")):
        return Document("", error="this JSON is no JSON Feed")
    items = feed.get("items")
    if not isinstance(items, list):
        return Document("json", error="this JSON Feed has no list of items")
    language = entry.tag(feed.get("language"))
    site = _words(feed, "home_page_url")
    left_out = itertools.repeat(Refusal("too-many"), max(0, len(items) - max_entries))
    made: Iterator[Entry | Refusal] = (_item(item, base, language, now, site) for item in items[:max_entries])
    entries, refusals = entry.unique(itertools.chain(made, left_out))
    return Document("json", plain.plain(_words(feed, "title"), plain.MAX_TITLE), language, entries, refusals)


def _decode(body: bytes) -> str:
    """JSON is UTF-8 by its standard; UTF-16 and single bad bytes occur all the same."""
    encoding = json.detect_encoding(body)
    return body.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")


def _words(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""


def _date(value: Any) -> str:
    """Give a date as written; some feeds give seconds or milliseconds since 1970 as a number."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e17:
        return str(int(value))
    return value if isinstance(value, str) else ""


def _linked(item: Mapping[str, Any]) -> str:
    """Give an item's markup; what a link blog links to stands before it."""
    return f'<a href="{_words(item, "external_url")}">' + _words(item, "content_html")


def _item(item: Any, base: str, language: str | None, now: datetime, site: str) -> Entry | Refusal:
    if not isinstance(item, dict):
        return Refusal("no-text", "the item is no object")
    full = plain.plain(_words(item, "content_html"), plain.MAX_TEXT) or plain.plain(
        _words(item, "content_text"), plain.MAX_TEXT
    )
    own = entry.tag(item.get("language")) or language
    given = item.get("authors") or [item.get("author")]  # 1.1 has a list, 1 had one
    names = [_words(a, "name") for a in given if isinstance(a, dict)] if isinstance(given, list) else []
    links = [v for v in (_words(item, "url"), _words(item, "external_url")) if v.strip()]
    if _words(item, "id").startswith(("http://", "https://")):
        links.append(_words(item, "id"))
    dates = [_date(item.get(name)) for name in ("date_published", "date_modified")]
    published, raw = entry.when(dates, own, now)
    updated = entry.when(dates[1:], own, now)[0] if dates[0] else None
    tags = item.get("tags")
    guid = item.get("id")
    return entry.make(
        base,
        links,
        plain.headline(_words(item, "title"), "text", plain.MAX_TITLE),
        plain.plain(_words(item, "summary"), plain.MAX_SUMMARY),
        full,
        outlets.Origin(author=", ".join(names), markup=_linked(item), site=site),
        author=plain.plain(", ".join(n for n in names if n), 200) or None,
        guid=plain.safe(str(guid))[:500] if isinstance(guid, str | int | float) else None,
        language=own,
        published_at=published,
        published_raw=raw,
        updated_at=updated,
        categories=entry.categories(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
    )
