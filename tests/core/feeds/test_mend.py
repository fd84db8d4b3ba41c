"""Repairs of a document before it is parsed: what is escaped, renamed and left out, and what stays as it is."""

import pytest

from pipeline.core.feeds import mend


@pytest.mark.parametrize(
    ("body", "mended"),
    [
        (b"AT&T", b"AT&amp;T"),
        (b"?id=7&copy=2", b"?id=7&amp;copy=2"),
        (b"R&D;", b"R&amp;D;"),  # no entity of that name
        (b"&amp; &lt; &#38; &#x26; &eacute; &apos;", b"&amp; &lt; &#38; &#x26; &eacute; &apos;"),
        (b"<![CDATA[a & b]]> & c", b"<![CDATA[a & b]]> &amp; c"),
        (b"<!-- a & b --> & c", b"<!-- a & b --> &amp; c"),
        (b"<![CDATA[a & b", b"<![CDATA[a & b"),  # which never ends
        (b'<!ENTITY desk "Desk"> &desk; &other;', b'<!ENTITY desk "Desk"> &desk; &amp;other;'),
        (b"none at all", b"none at all"),
    ],
)
def test_an_ampersand_that_begins_nothing_is_escaped(body: bytes, mended: bytes) -> None:
    """References, a document's own entities, CDATA and comments stay."""
    assert mend.ampersands(body) == mended


@pytest.mark.parametrize(
    ("body", "mended"),
    [
        (
            b"<item><author><name>A</name><description>Born in 1970.</description></author></item>",
            b"<item><author><name>A</name></author></item>",
        ),
        (
            b"<item><CONTRIBUTOR><DESCRIPTION>Born.</DESCRIPTION></CONTRIBUTOR></item>",
            b"<item><CONTRIBUTOR></CONTRIBUTOR></item>",
        ),
        (
            b"<item><author>A</author><description>News.</description></item>",
            b"<item><author>A</author><description>News.</description></item>",
        ),
        (b"<item><image><title>Dam</title></image><title>News</title></item>", b"<item><title>News</title></item>"),
        (b"<textInput><title>Search</title></textInput><item/>", b"<item/>"),
        (b"<image><item><image></image></item>", b"<image><item></item>"),  # the first one never ends
        (
            b"<item><media:description>Dam</media:description><media:title>x</media:title></item>",
            b"<item><media:asidedescription>Dam</media:asidedescription><media:asidetitle>x</media:asidetitle></item>",
        ),
        (
            b'<rss xmlns:pic="http://search.yahoo.com/mrss/"><pic:title>Dam</pic:title></rss>',
            b'<rss xmlns:pic="http://search.yahoo.com/mrss/"><pic:asidetitle>Dam</pic:asidetitle></rss>',
        ),
        (b'<rss xmlns:dc="x"><dc:title>Dam</dc:title></rss>', b'<rss xmlns:dc="x"><dc:title>Dam</dc:title></rss>'),
        (b"<item><media:titles>x</media:titles></item>", b"<item><media:titles>x</media:titles></item>"),
    ],
)
def test_what_pictures_and_persons_say_is_not_the_entrys(body: bytes, mended: bytes) -> None:
    """Captions get names of their own; an author's life and a picture's title go."""
    assert mend.captions(body) == mended
