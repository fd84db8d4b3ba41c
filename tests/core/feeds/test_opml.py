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


@pytest.mark.parametrize(
    ("outline", "address", "title"),
    [
        ('text="Q & A" xmlUrl="https://a.test/?lang=en&copy=1&reg=2"', "https://a.test/?lang=en&copy=1&reg=2", "Q & A"),
        ('text="A" xmlUrl="http://a.test/x.aspx?tab=8&moduleid=7&maxcount=2"', "http://a.test/x.aspx?tab=8&moduleid=7&maxcount=2",
         "A"),
        ('text="Caf&eacute; &amp; B" xmlUrl="https://a.test/?a=1&amp;b=2"', "https://a.test/?a=1&b=2", "Café & B"),
        ('text="a < b" xmlUrl="https://a.test/"', "https://a.test/", "a < b"),
        ('text="A" xmlUrl="feed:https://a.test/x"', "https://a.test/x", "A"),
        ('text="A" xmlUrl="www.a.test/x"', "https://www.a.test/x", "A"),
        ('text="A" xmlUrl="/feed" htmlUrl="https://a.test/home"', "https://a.test/feed", "A"),
        ('text="A" XMLURL="https://a.test/"', "https://a.test/", "A"),
        ('text="A" type="rss" url="https://a.test/"', "https://a.test/", "A"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("space", ["", ' xmlns="http://opml.org/spec2"', ' xmlns:x="urn:x" x:y="1"'])
def test_lists_as_other_readers_write_them(outline: str, address: str, title: str, space: str) -> None:
    """Bare ampersands, namespaces, old schemes: no address is changed without a word."""
    found = opml.read(f"<opml version='2.0'{space}><body><outline {outline}/></body></opml>".encode())
    assert [(f.url, f.title) for f in found] == [(address, title)]


@pytest.mark.parametrize(
    "broken",
    [
        '<outline text="a" xmlUrl="https://a.test/x"',
        '<outline text="a" text="b" xmlUrl="https://a.test/"/>',
        '<outline text="a" xmlUrl=https://a.test//>',
        '<outline text="a" xmlUrl="https://a.test/"></outline></outline>',
        '<outline text="a&#x0;" xmlUrl="https://a.test/"/>',
    ],
)
def test_what_would_lose_something_is_refused_with_its_line(broken: str) -> None:
    """A parser that recovers drops what it does not understand: such a list is refused whole, and the line named."""
    with pytest.raises(ValueError, match=r"line [23]"):
        opml.read(f"<opml><body>\n{broken}\n</body></opml>".encode())
