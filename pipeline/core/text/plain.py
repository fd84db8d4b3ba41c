"""Text from feeds made fit to store, compare and mail: no markup, no control characters, no surprises."""

import hashlib
import html
import re
import unicodedata

import nh3

MAX_TITLE = 500
MAX_SUMMARY = 4000
MAX_TEXT = 100_000

_BLOCK = re.compile(
    r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|td|th|table|blockquote|section|article|figure|figcaption)\b[^>]*>", re.I
)
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|<!--", re.I)
# Elements as markup writes them: with an end, with attributes, without content, or around the whole text.
_WRITTEN = re.compile(
    r"<([a-z][a-z0-9]{0,15})\b[^<>]*>.*?</\1\s*>|<[a-z][a-z0-9]{0,15}\s+[a-z-]+\s*=[^<>]*>|<(?:br|img|wbr|hr)\b[^<>]*>"
    r"|^\s*</?(?:p|div|span|b|i|u|em|strong|font|h[1-6]|a|big|small|center|li|td)>|<!--",
    re.IGNORECASE | re.DOTALL,
)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
# Bidi controls reorder what a reader sees (a headline could forge a mail's text); NUL is refused by PostgreSQL; soft
# hyphens and zero-width spaces hide inside names. Joiners (U+200C, U+200D) stay: Persian and Hindi need them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff]"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def safe(text: str) -> str:
    """Drop what no database, mail or terminal should see: control and bidi characters, lone surrogates."""
    return text if text.isprintable() else _SURROGATE.sub("\ufffd", _UNSAFE.sub("", text))


def plain(markup: str, limit: int = MAX_SUMMARY) -> str:
    """Give the readable text of HTML or text in NFC: no tags, entities resolved, single spaces, `limit` characters."""
    # Markup may be much longer than its text, but not without bound; no parser takes half a character.
    text = markup[: limit * 20]
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
    for _ in range(3):  # double-escaped HTML is common in feeds
        if "<" in text and _TAG.search(text):
            text = html.unescape(nh3.clean(_BLOCK.sub(" ", text), tags=set(), clean_content_tags={"script", "style"}))
        elif "&" in text:
            once = html.unescape(text)
            if once == text:
                break
            text = once
        else:
            break
    text = unicodedata.normalize("NFC", safe(text))
    return clip(" ".join(text.split()), limit)


def headline(written: str, kind: str = "text", limit: int = MAX_TITLE) -> str:
    """Give a headline as text: of "html" one level of markup is read, "text" is text.

    Feeds escape headlines once too often, so markup that no headline would write goes in either: elements with an end
    ("<b>…</b>"), with attributes or without content ("<br>"), one that opens the headline, and references. What is left
    is said: "How to use <select>".
    """
    text = written[: limit * 20]
    is_markup = kind == "html"
    for _ in range(4):
        if is_markup or _WRITTEN.search(text):
            text = _REFERENCE.sub(lambda found: html.unescape(found[0]), _stripped(text))
        elif _REFERENCE.search(text):
            text = _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
        else:
            break
        is_markup = False
    text = unicodedata.normalize("NFC", safe(text))
    return clip(" ".join(text.split()), limit)


def _stripped(text: str) -> str:
    """Drop the elements of HTML; a "<" that begins none stays."""
    if "<" not in text:
        return text
    return nh3.clean(_BLOCK.sub(" ", text), tags=set(), clean_content_tags={"script", "style"})


def clip(text: str, limit: int) -> str:
    """Cut a text at a word's end so that it has at most `limit` characters."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit * 0.8 else cut).rstrip() + "…"


def called(title: str, summary: str) -> str:
    """Give what a story is called in a list: its title or, where it has none, the beginning of its text."""
    return title or clip(summary, 140)


def content_hash(*parts: str) -> str:
    """Hash the words of a story, to notice that they changed."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
