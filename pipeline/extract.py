"""The door to trafilatura: the article's text of a page. `article` is meant to run in a `child.Child`.

Extraction keeps memory (lxml, caches: about 0.1 to 1 MB a page) and a hostile page can make it slow or huge: the child
has a deadline and a memory limit, and is replaced after RECYCLE pages.
"""

import codecs
import re
from collections.abc import Callable
from typing import Any

from lxml import etree

from pipeline.core.feeds.page import ArticlePage

METHOD = "page:trafilatura"
MAKER = "pipeline.extract:reader"  # of what the child runs
RECYCLE = 500  # pages a child, about 14 s
TIMEOUT_S = 20.0  # for one page; the slowest of the measured ones took 0.3 s
MEMORY_MB = 1280  # of address space, beside the imports, which map 300
MAX_TEXT = 60_000  # characters of text kept: no news story is longer
MAX_LINKS = 400  # of a page, whose words are looked for in its text
MAX_HTML = 8 * 2**20  # bytes read of a page
# What lxml and trafilatura raise on pages made to break them: such a page has no text.
BROKEN = (ValueError, TypeError, LookupError, AttributeError, RecursionError, AssertionError)


def article(html: bytes, url: str = "", content_type: str = "") -> str:
    """Extract the main text of a page; "" when there is none.

    `favor_precision` leaves out what is doubtful: for judging a story, a teaser of another story in the text costs more
    than a missing paragraph. Not `fast`: F1 .940 against .917 at 28 ms a page instead of 16 (docs/fetching.md).
    """
    import trafilatura

    try:
        found = trafilatura.extract(
            _decoded(html[:MAX_HTML], content_type),
            url=url or None,
            favor_precision=True,
            include_comments=False,
            include_tables=False,
        )
    except BROKEN:
        return ""
    return str(found)[:MAX_TEXT] if found else ""


def reader() -> Callable[..., ArticlePage]:
    """Load what `page` needs, and give it."""
    import trafilatura  # noqa: F401 - its children have it

    return page


def page(html: bytes, url: str = "", content_type: str = "") -> ArticlePage:
    """Extract a page's main text and what the page says of itself: titles, canonical address, words of links."""
    import trafilatura

    text = article(html, url, content_type)
    try:
        tree = trafilatura.load_html(_decoded(html[:MAX_HTML], content_type))
        if tree is None:
            return ArticlePage(text)
        titles = [
            *_values(tree, "//meta[@property='og:title']/@content"),
            *_values(tree, "//h1"),
            *_values(tree, "//title"),
        ]
        canonical = _values(tree, "//link[@rel='canonical']/@href") + _values(
            tree, "//meta[@property='og:url']/@content"
        )
        links = _values(tree, "//a", MAX_LINKS)
    except (*BROKEN, etree.LxmlError):
        return ArticlePage(text)
    return ArticlePage(text, tuple(dict.fromkeys(titles)), canonical[0] if canonical else "", tuple(links))


def _values(tree: Any, path: str, most: int = 3) -> list[str]:
    found = tree.xpath(path)[:most]
    words = (" ".join(str(one if isinstance(one, str) else one.text_content()).split()) for one in found)
    return [word[:500] for word in words if word]


def _decoded(html: bytes, content_type: str) -> bytes | str:
    """Decode a page when the server names its charset: HTTP outranks what the page says of itself."""
    found = re.search(r"charset\s*=\s*\"?([\w.:-]+)", content_type, re.IGNORECASE)
    if found is None:
        return html
    try:
        text, _ = codecs.lookup(found[1]).decode(html, "strict")
    except (LookupError, UnicodeError, ValueError):
        return html  # a wrong name: the page's own declaration decides
    return text if isinstance(text, str) else html
