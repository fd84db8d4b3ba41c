"""Read and write OPML 2.0, the format in which feed readers exchange their lists: pure."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pipeline.core.feeds import mend
from pipeline.core.text import plain, url
from pipeline.model import FeedSpec

_TYPES = ("rss", "atom", "feed")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NAMED = re.compile(rb"&(?!amp;|lt;|gt;|quot;|apos;)[a-zA-Z][a-zA-Z0-9]{1,31};(?<!&amp;)")
_LESS = re.compile(rb"=\s*\"[^\"<>]*<[^\"]*\"")  # a "<" inside an attribute


@dataclass(frozen=True, slots=True)
class Outline:
    """One outline that bears an address: the feed that it is, or why it is none."""

    number: int
    text: str  # title and address, for people
    feed: FeedSpec | None = None
    why: str = ""


def read(document: bytes) -> list[FeedSpec]:
    """List an OPML document's feeds; the outlines around one become its tags. Raise ValueError when it is no OPML."""
    return [line.feed for line in lines(document) if line.feed]


def lines(document: bytes) -> list[Outline]:
    """Read every outline with an address, good and bad; raise ValueError, naming the line, when it is no OPML.

    Ampersands and signs that nobody escaped are mended, since nothing is lost by it. What is broken otherwise is
    refused: a parser that recovers drops what it does not understand, and an address without its end is another one.
    """
    if b"<!ENTITY" in document:
        raise ValueError("not read: it declares entities, which no list of feeds needs")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(_mended(document), parser)
    except etree.XMLSyntaxError as e:
        raise ValueError(f"not XML, line {e.lineno or 1}: {plain.safe(e.msg or '')[:200]}") from e
    if _local(root.tag) != "opml":
        raise ValueError("not an OPML document: its outermost element is not <opml>")
    found: list[Outline] = []
    seen: set[str] = set()
    for outline in root.iter(etree.Element):
        if _local(outline.tag) != "outline":
            continue
        given = {_local(name): str(value).strip() for name, value in outline.attrib.items()}
        if "xmlurl" not in given and not (given.get("type", "").lower() in _TYPES and "url" in given):
            continue
        one = _line(outline, given)
        if one.feed is None or one.feed.url not in seen:
            found.append(one)
            seen |= {one.feed.url} if one.feed else set()
    return found


def _line(outline: Any, given: dict[str, str]) -> Outline:
    written = given.get("xmlurl") or given.get("url", "")
    title = given.get("title") or given.get("text") or written
    number, text = int(outline.sourceline or 0), plain.safe(f"{title}: {url.without_credentials(written)}")[:200]
    if not written:
        return Outline(number, text, why="it has no address")
    mended = url.mended(written)
    if mended.startswith("/") and not mended.startswith("//"):
        mended = url.resolve(url.mended(given.get("htmlurl", "")), mended) or mended
    if url.resolve("", mended) is None:
        return Outline(number, text, why="its address is no http or https address")
    return Outline(number, text, FeedSpec(mended, title, given.get("language") or None, tags=_tags(outline, given)))


def _mended(document: bytes) -> bytes:
    if b"\x00" in document[:64]:
        return document  # UTF-16 by its mark
    document = _CONTROL.sub(b"", mend.ampersands(document))
    document = _NAMED.sub(lambda found: f"&#{ord(html.unescape(found[0].decode()))};".encode(), document)
    return _LESS.sub(lambda found: found[0].replace(b"<", b"&lt;"), document)


def _local(name: Any) -> str:
    return str(name).rpartition("}")[2].rpartition(":")[2].lower() if isinstance(name, str) else ""


def _tags(outline: Any, given: dict[str, str]) -> tuple[str, ...]:
    around = [
        {_local(k): str(v) for k, v in up.attrib.items()}
        for up in outline.iterancestors()
        if _local(up.tag) == "outline"
    ]
    names = [up.get("text") or up.get("title") or "" for up in reversed(around) if not up.get("xmlurl")]
    names += [part.strip().strip("/") for part in given.get("category", "").split(",")]
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def write(feeds: Iterable[FeedSpec], title: str) -> bytes:
    """Write feeds as an OPML document; a feed's tags become its category."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for feed in feeds:
        outline = etree.SubElement(body, "outline", type="rss", text=feed.title, title=feed.title, xmlUrl=feed.url)
        if feed.language:
            outline.set("language", feed.language)
        if feed.tags:
            outline.set("category", ",".join(feed.tags))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))
