"""What feedparser reads well-formed documents with, made to do the same for a fifth less.

Its XML parser hands over texts whole and not in pieces of a line or a reference. Its handler does not look up each
character of a text that is not ASCII to find the few of Windows-1252, and copies no four strings deeply.
"""

import re
from typing import Any
from xml.sax.expatreader import ExpatParser

import feedparser.api
from feedparser.util import FeedParserDict

_WINDOWS = re.compile("[\x80-\x9f]")  # the characters that Windows-1252 has others for


class WholeTexts(ExpatParser):
    """Python's expat driver with its buffer for character data switched on: a tenth of the calls, the same texts."""

    _parser: Any

    def reset(self) -> None:
        """Make the expat parser of one document."""
        super().reset()
        self._parser.buffer_text = True
        self._parser.buffer_size = 65_536


def create_parser() -> WholeTexts:
    """Give a parser, as xml.sax asks its drivers."""
    return WholeTexts()


class _Text(str):
    """A text that is only translated where it has what the table is for."""

    __slots__ = ()

    def translate(self, table: Any) -> str:
        """Map the characters of Windows-1252 to their own code points."""
        return str(self) if self.isascii() or not _WINDOWS.search(self) else str.translate(self, table)


class _Params(FeedParserDict):  # type: ignore[misc]  # feedparser has no types
    """What is known of an element's content: type, language, base; none of its keys has a second name."""

    def __getitem__(self, key: str) -> Any:
        return dict.__getitem__(self, key)

    def get(self, key: str, default: Any = None) -> Any:
        return dict.get(self, key, default)

    def __deepcopy__(self, memo: dict[int, Any]) -> FeedParserDict:
        return FeedParserDict(self)  # strings and numbers


class Quick(feedparser.api.StrictFeedParser):  # type: ignore[misc]
    """The handler that feedparser is given instead of its own."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.contentparams = _Params()

    def push_content(self, tag: str, attrs_d: dict[str, str], default_content_type: str, expecting_text: int) -> None:
        """Begin an element with content."""
        super().push_content(tag, attrs_d, default_content_type, expecting_text)
        self.contentparams = _Params(self.contentparams)

    @staticmethod
    def decode_entities(element: str, data: str) -> str:
        """Leave a text as it is, XML's parser has resolved its entities; called just before it is translated."""
        return _Text(data)


def use() -> None:
    """Let feedparser drive this parser, and give its events to this handler."""
    feedparser.api.StrictFeedParser = Quick
    if __name__ not in feedparser.api.PREFERRED_XML_PARSERS:
        feedparser.api.PREFERRED_XML_PARSERS.insert(0, __name__)
