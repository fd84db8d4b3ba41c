"""Find the feeds that a web page points to: pure, from its HTML."""

import contextlib
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
WEAK_TYPES = ("application/xml", "text/xml", "application/json")  # said of feeds, and of much else
GUESSES = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")  # where feeds often are
MAX_HTML = 2 * 2**20  # characters read of a page: links to feeds stand in its head
MAX_FOUND = 20


# Feeds of what readers say below articles, in names and addresses of many languages: never the first choice.
_COMMENTS = re.compile(
    r"comment|reply|replies|antworten|kommentar|coment[aá]rio|comentario|commenti|reacties|komentar|yorum|коммент|комент|отзыв"
    r"|σχ[οό]λια|تعليقات|نظرات|תגובות|टिप्पण|コメント|评论|評論|留言|댓글|bình luận|ความคิดเห็น|komentarze",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"\b(?:rss|atom|xml[- ]?feed|news ?feed|web ?feed|feed|syndication|fil rss|flux)\b|フィード|订阅|訂閱|구독",
    re.I,
)
_QUERY = re.compile(
    r"(?:^|&)(?:feed|format|type|alt|output|outputtype|view|mode)=(?:rss\d?|rss2|atom|feed|json-?feed|rdf)\b", re.I
)
_ENDS = (
    ".rss",
    ".rdf",
    ".atom",
    "/rss",
    "/feed",
    "/atom",
    "rss.xml",
    "feed.xml",
    "atom.xml",
    "/feeds",
    "feed.json",
    "rss2",
)


class _Links(HTMLParser):
    """Addresses of a page's feeds: declared ones, and links that look or read like one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.strong: list[tuple[str, str]] = []
        self.weak: list[tuple[str, str]] = []
        self._open: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        href, title = given.get("href", "").strip(), given.get("title", "") or given.get("aria-label", "")
        if not href:
            return
        rel = given.get("rel", "").lower().split()
        kind = given.get("type", "").lower().split(";")[0].strip()
        if tag == "base" and not self.base:
            self.base = href
        elif tag in ("link", "a") and ("feed" in rel or ("alternate" in rel and kind in TYPES)):
            self.strong.append((href, title))
        elif tag == "link" and "alternate" in rel and (kind in WEAK_TYPES or (not kind and _looks_like_feed(href))):
            self.weak.append((href, title))
        elif tag == "a":
            if _looks_like_feed(href) or kind in TYPES:
                self.weak.append((href, title))
            self._open = (href, title)

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open = (self._open[0], f"{self._open[1]} {data}"[:200])

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open:
            href, words = self._open
            if len(words) < 60 and _WORDS.search(words):
                self.weak.append((href, words))
            self._open = None


def _looks_like_feed(href: str) -> bool:
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    path = parts.path.lower().rstrip("/")
    if (parts.hostname or "").startswith(("feeds.", "rss.", "feed.")) and path:
        return True
    return path.endswith(_ENDS) or "/feed/" in path or "/rss/" in path or _QUERY.search(parts.query) is not None


def is_of_comments(*said: str) -> bool:
    """Tell whether a feed's name or address says that it carries what readers say, not articles."""
    return any(_COMMENTS.search(one) for one in said)


def links(html: str, url: str) -> list[str]:
    """List the addresses of a page's feeds, the declared first and comments last, at most MAX_FOUND; never raises."""
    parser = _Links()
    with contextlib.suppress(ValueError, AssertionError):  # html.parser on broken markup; what it found before counts
        parser.feed(html[:MAX_HTML])
    found: dict[str, None] = {}
    named = parser.strong + parser.weak
    for href, _ in sorted(named, key=lambda one: is_of_comments(*one)):
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
