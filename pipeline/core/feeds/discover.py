"""Find the feeds that a web page points to: pure, from its HTML."""

import contextlib
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
WEAK_TYPES = ("application/xml", "text/xml", "application/json")  # said of feeds, and of much else
GUESSES = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")  # where feeds often are
MAX_HTML = 2 * 2**20  # characters read of a page: links to feeds stand in its head
MAX_FOUND = 20


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.strong: list[str] = []
        self.weak: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        href = given.get("href", "").strip()
        if not href:
            return
        if tag == "base" and not self.base:
            self.base = href
        elif tag == "link" and "alternate" in given.get("rel", "").lower().split():
            kind = given.get("type", "").lower().split(";")[0].strip()
            if kind in TYPES:
                self.strong.append(href)
            elif kind in WEAK_TYPES:
                self.weak.append(href)
        elif tag == "a" and _looks_like_feed(href):
            self.weak.append(href)


def _looks_like_feed(href: str) -> bool:
    try:
        path = urlsplit(href).path.lower().rstrip("/")
    except ValueError:
        return False
    return path.endswith((".rss", ".rdf", ".atom", "/rss", "/feed", "/atom", "rss.xml", "feed.xml", "atom.xml"))


def links(html: str, url: str) -> list[str]:
    """List the addresses of a page's feeds, the declared ones first, at most MAX_FOUND; never raises."""
    parser = _Links()
    with contextlib.suppress(ValueError, AssertionError):  # html.parser on broken markup; what it found before counts
        parser.feed(html[:MAX_HTML])
    found: dict[str, None] = {}
    for href in parser.strong + parser.weak:
        try:
            absolute = urljoin(urljoin(url, parser.base), href)
        except ValueError:
            continue
        if absolute.startswith("feed:"):
            rest = absolute.removeprefix("feed:")  # feed://host/path and feed:https://host/path are both seen
            absolute = "https:" + rest if rest.startswith("//") else rest
        if absolute.startswith(("http://", "https://")) and absolute != url:
            found.setdefault(absolute)
    return list(found)[:MAX_FOUND]


def guesses(url: str) -> list[str]:
    """List where a site's feed often is, for a page that declares none."""
    return [urljoin(url, path) for path in GUESSES]
