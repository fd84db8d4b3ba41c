"""OPML: what other readers write is read, and what we write comes back."""

import pytest

from pipeline.core.feeds import opml
from pipeline.model import FeedSpec

LIST = """<?xml version="1.0"?><opml version="1.1"><head><title>Mine</title></head><body>
<outline text="Energy">
<outline text="Grid" title="Grid &amp; Power" type="rss" xmlUrl="http://grid.test/rss" language="en"/>
<outline text="Asia"><outline text="北の新聞" xmlUrl="http://kita.test/rss" category="/Press,/Japan"/></outline>
</outline>
<outline xmlUrl="http://bare.test/feed"/><outline text="again" xmlUrl="http://grid.test/rss"/><outline text="no feed"/>
</body></opml>"""


def test_read() -> None:
    """Folders and categories become tags, titles fall back to text and URL, a feed listed twice counts once."""
    assert opml.read(LIST.encode()) == [
        FeedSpec("http://grid.test/rss", "Grid & Power", "en", tags=("Energy",)),
        FeedSpec("http://kita.test/rss", "北の新聞", tags=("Energy", "Asia", "Press", "Japan")),
        FeedSpec("http://bare.test/feed", "http://bare.test/feed"),
    ]


def test_round_trip() -> None:
    """What is exported can be imported without loss."""
    feeds = [
        FeedSpec("http://a.test/?a=1&b=2", 'Größe "1" <x>', "de", tags=("énergie", "b")),
        FeedSpec("http://b.test/", "صحيفة"),
    ]
    assert opml.read(opml.write(feeds, "Liste")) == feeds


@pytest.mark.parametrize("document", [b"", b"hello", b"<html></html>", b"<rss/>", b"\xff\xfe"])
def test_what_is_no_opml_is_refused(document: bytes) -> None:
    """A wrong file is named as such, never an empty list."""
    with pytest.raises(ValueError, match="not"):
        opml.read(document)


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/passwd"', '"ha"'])
def test_entities_are_refused(entity: str) -> None:
    """Neither bombs nor files of this machine come in by an entity."""
    outline = '<opml><body><outline text="&a;" xmlUrl="http://a.test/"/></body></opml>'
    with pytest.raises(ValueError, match="entities"):
        opml.read(f"<!DOCTYPE opml [<!ENTITY a {entity}>]>{outline}".encode())
