"""The door to trafilatura: the article's text of a page. `article` is meant to run in a `child.Child`.

Extraction keeps memory (lxml, caches: about 0.1 to 1 MB a page) and a hostile page can make it slow or huge: the child
has a deadline and a memory limit, and is replaced after RECYCLE pages.
"""

import codecs
import re

METHOD = "page:trafilatura"
FUNCTION = "pipeline.extract:article"  # what the child runs
RECYCLE = 500  # pages a child; a start costs 0.8 s, 500 pages about 14 s
TIMEOUT_S = 20.0  # for one page; the slowest of the measured ones took 0.3 s
MEMORY_MB = 1536  # of address space; the imports alone map 300
MAX_TEXT = 60_000  # characters of text kept: no news story is longer
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
