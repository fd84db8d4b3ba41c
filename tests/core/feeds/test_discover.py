"""Feeds that a page points to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.feeds import discover

PAGE = "http://gazette.test/news/"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss">', ["http://gazette.test/rss"]),
        ('<LINK REL="Alternate" TYPE="application/atom+xml; charset=utf-8" HREF="a.xml">', [PAGE + "a.xml"]),
        ("<link rel=alternate type=application/feed+json href=//cdn.test/f.json>", ["http://cdn.test/f.json"]),
        ('<base href="http://other.test/x/"><link rel="alternate" type="application/rss+xml" href="f">',
         ["http://other.test/x/f"]),
        ('<link rel="alternate" hreflang="fr" href="/fr">', []),
        ('<link rel="stylesheet" type="application/rss+xml" href="/rss">', []),
        ('<a href="/about">x</a><a href="/feed/">feed</a>', ["http://gazette.test/feed/"]),
        ('<a href="b.rss">b</a><link rel="alternate" type="application/rss+xml" href="a">',
         [PAGE + "a", PAGE + "b.rss"]),
        ('<link rel="alternate" type="application/rss+xml" href="feed:https://x.test/f">', ["https://x.test/f"]),
        ('<link rel="alternate" type="application/rss+xml" href="feed://x.test/f">', ["https://x.test/f"]),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">', []),
        ('<link rel="alternate" type="application/rss+xml" href="http://[broken">', []),
        ('<link rel="alternate" type="application/rss+xml" href="">', []),
        ('<link rel="alternate" type="application/rss+xml" href="/r"><link rel="alternate" '
         'type="application/rss+xml" href="/r">', ["http://gazette.test/r"]),
        ('<link rel="feed" href="/f">', ["http://gazette.test/f"]),
        ('<a rel="feed" href="/f">x</a>', ["http://gazette.test/f"]),
        ('<link rel="alternate" type="application/rss+xml" title="Paper: Comments" href="/c"><link rel="alternate" '
         'type="application/rss+xml" title="Paper" href="/p">', ["http://gazette.test/p", "http://gazette.test/c"]),
        ('<link rel="alternate" type="application/rss+xml" title="Kommentare" href="/c"><a href="/n.rss">Neu</a>',
         ["http://gazette.test/n.rss", "http://gazette.test/c"]),
        ('<link rel="alternate" type="application/rss+xml" href="/comments/feed/"><link rel="alternate" '
         'type="application/rss+xml" href="/feed/">', ["http://gazette.test/feed/", "http://gazette.test/comments/feed/"]),
        ('<link rel="alternate" type="application/rss+xml" title="コメント" href="/1"><link rel="alternate" '
         'type="application/rss+xml" title="記事" href="/2">', ["http://gazette.test/2", "http://gazette.test/1"]),
        ('<a href="/syndication.php?id=3">RSS</a>', ["http://gazette.test/syndication.php?id=3"]),
        ('<a href="/?feed=rss2">x</a>', ["http://gazette.test/?feed=rss2"]),
        ('<a href="https://feeds.host.test/paper">x</a>', ["https://feeds.host.test/paper"]),
        ('<a href="/x" title="RSS-лента"><img src="i.png"></a>', ["http://gazette.test/x"]),
        ('<a href="/feedback">Feedback</a><a href="/press">Press</a>', []),
        ('<link rel="alternate" href="/atom.xml">', ["http://gazette.test/atom.xml"]),
    ],
)  # fmt: skip
def test_links(html: str, expected: list[str]) -> None:
    """Declared feeds come first, links that look like feeds after them, nothing that is not http, nothing twice."""
    assert discover.links(html, PAGE) == expected


@given(st.text(max_size=300))
def test_any_text_is_read(html: str) -> None:
    """A page is a stranger's: whatever it holds, reading it ends in a list."""
    assert isinstance(discover.links("<link rel=alternate type=application/rss+xml href=" + html, PAGE), list)


def test_not_without_end() -> None:
    """A page of ten thousand feeds gives the first few."""
    html = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{i}">' for i in range(10_000))
    assert len(discover.links(html, PAGE)) == discover.MAX_FOUND
