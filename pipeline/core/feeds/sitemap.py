"""News sitemaps (sitemaps.org with the news extension of search engines) to entries."""

import itertools
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lxml import etree

from pipeline.core.feeds import entry, outlets
from pipeline.core.text import plain
from pipeline.model import Document, Entry, Refusal

# The first element of the document says what it is; sitemaps bear any prefix and any of several namespaces.
_ROOT = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex|rss|rdf|feed|channel|html)[\s>/]", re.IGNORECASE)


def root(head: bytes) -> str:
    """Give the lower-case name of the first known root element in a document's head, "" when there is none."""
    found = _ROOT.search(head)
    return found[1].decode("ascii").lower() if found else ""


def parse(body: bytes, base: str, now: datetime, max_entries: int) -> Document:
    """Read a news sitemap; a sitemap index is refused with the reason, since it holds addresses of files, not news."""
    # No entities, no network, no external files: the text of a sitemap needs none of them.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True)
    try:
        top = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as e:
        return Document("", error=f"this sitemap cannot be read: {plain.safe(str(e))[:100]}")
    if top is None:
        return Document("", error="this sitemap cannot be read")
    if _name(top) == "sitemapindex":
        first = next((v for v in (_text(one, "loc") for one in top) if v), "")
        hint = f", for example {plain.safe(first)[:200]}" if first else ""
        return Document("sitemapindex", error=f"this is a sitemap index: watch one of the sitemaps it lists{hint}")
    urls = [one for one in top if _name(one) == "url"]
    left_out = itertools.repeat(Refusal("too-many"), max(0, len(urls) - max_entries))
    made: Iterator[Entry | Refusal] = (_entry(one, base, now) for one in urls[:max_entries])
    entries, refusals = entry.unique(itertools.chain(made, left_out))
    languages = {e.language for e in entries}
    return Document("sitemap", "", languages.pop() if len(languages) == 1 else None, entries, refusals)


def _entry(one: Any, base: str, now: datetime) -> Entry | Refusal:
    news = next((child for child in one if _name(child) == "news"), None)
    publication = next((child for child in news if _name(child) == "publication"), None) if news is not None else None
    language = entry.tag(_text(publication, "language"))
    published, raw = entry.when((_text(news, "publication_date"), _text(one, "lastmod")), language, now)
    address = _text(one, "loc")
    return entry.make(
        base,
        [address] if address else [],
        plain.headline(_text(news, "title"), "text", plain.MAX_TITLE),
        "",
        "",
        outlets.Origin(_text(publication, "name")),
        language=language,
        published_at=published,
        published_raw=raw,
        categories=entry.categories(_text(news, "keywords").split(",")),
    )


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _text(parent: Any, name: str) -> str:
    if parent is None:
        return ""
    return next(("".join(child.itertext()).strip() for child in parent if _name(child) == name), "")
