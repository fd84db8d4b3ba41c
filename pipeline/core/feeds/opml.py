"""Read and write OPML 2.0, the format in which feed readers exchange their lists: pure."""

from collections.abc import Iterable
from typing import Any

from lxml import etree

from pipeline.model import FeedSpec


def read(document: bytes) -> list[FeedSpec]:
    """List an OPML document's feeds; the outlines around one become its tags. Raise ValueError when it is no OPML."""
    if b"<!ENTITY" in document:
        raise ValueError("not read: it declares entities, which no list of feeds needs")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as e:
        raise ValueError(f"not XML: {e}") from e
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise ValueError("not an OPML document: its outermost element is not <opml>")
    found: dict[str, FeedSpec] = {}
    for outline in root.iter("outline"):
        given = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
        url = given.get("xmlurl", "")
        if not url or url in found:
            continue
        title = given.get("title") or given.get("text") or url
        found[url] = FeedSpec(url, title, given.get("language") or None, tags=_tags(outline, given))
    return list(found.values())


def _tags(outline: Any, given: dict[str, str]) -> tuple[str, ...]:
    parents = [up for up in outline.iterancestors("outline") if not up.get("xmlUrl")]
    names = [up.get("text") or up.get("title") or "" for up in reversed(parents)]
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
