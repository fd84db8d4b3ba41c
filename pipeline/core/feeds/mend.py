"""Repairs of XML before it is parsed: ampersands that nobody escaped, captions that pose as summaries."""

import html.entities
import re

# Markup that is left alone, or an ampersand that begins no reference ("AT&T", "?id=7&copy=2", "R&D;").
_AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?!#[0-9]+;|#[xX][0-9a-fA-F]+;|[a-zA-Z][a-zA-Z0-9._-]{0,31};)"
    rb"|&(?!(?:lt|gt|amp|quot|apos);)([a-zA-Z][a-zA-Z0-9._-]{0,31});",  # XML's own five need no look
    re.DOTALL,
)
_DECLARES = re.compile(rb"<!ENTITY\s+([\w.-]+)")
# Vocabularies whose descriptions and titles are those of a picture or a recording, by their namespaces.
_ASIDE = re.compile(
    rb"xmlns:([\w.-]+)\s*=\s*[\"'](?:https?://(?:search\.yahoo\.com/mrss|www\.rssboard\.org/media-rss)/?"
    rb"|https?://www\.itunes\.com/dtds/podcast-1\.0\.dtd|https?://www\.google\.com/schemas/play-podcasts/1\.0)[\"']",
    re.IGNORECASE,
)
_ASIDE_NAMES = (b"/mrss", b"/media-rss", b"/podcast-1.0.dtd", b"/play-podcasts/1.0")
_USUAL = (b"media", b"itunes", b"googleplay")
# Inside an item feedparser takes a picture's description for the item's; nobody needs either element.
_PICTURE = re.compile(rb"<(image|textInput)>(?:(?!<\1>|<item[\s>]).){0,4000}?</\1>", re.DOTALL | re.IGNORECASE)
_KNOWN = frozenset(name.rstrip(";").encode() for name in html.entities.html5) | {b"apos"}
# What an author says of himself is not what the item says.
_PERSON = re.compile(
    rb"(<(author|contributor|creator)>(?:(?!</\2>|<item[\s>]).){0,4000}?)<description>(?:(?!</\2>).){0,4000}?</description>",
    re.DOTALL | re.IGNORECASE,
)
SUMMARIES = ("media_asidedescription", "itunes_asidesummary", "itunes_asidedescription", "googleplay_asidedescription")
TITLES = ("media_asidetitle", "itunes_asidetitle", "googleplay_asidetitle")  # as feedparser calls what is renamed


def ampersands(body: bytes) -> bytes:
    """Escape the ampersands that begin no character reference; CDATA, comments and a document's own entities stay."""
    if b"&" not in body:
        return body
    own = frozenset(_DECLARES.findall(body[:65_536]))

    def escape(found: re.Match[bytes]) -> bytes:
        if found[0] == b"&":
            return b"&amp;"
        if found[1] and found[1] not in _KNOWN and found[1] not in own:
            return b"&amp;" + found[0][1:]
        return found[0]

    return _AMPERSAND.sub(escape, body)


def captions(body: bytes) -> bytes:
    """Rename descriptions and titles of pictures and recordings, which feedparser takes for their entry's."""
    lower = body.lower()  # what stands nowhere is not looked for at each place
    prefixes = {name for name in _USUAL if b"<" + name + b":" in body}
    if any(name in lower for name in _ASIDE_NAMES):
        prefixes.update(_ASIDE.findall(body))
    for prefix in sorted(prefixes):
        named = rb"(</?" + re.escape(prefix) + rb":)(description|summary|title)(?=[\s>/])"
        body = re.sub(named, rb"\1aside\2", body)
    if any(name in lower for name in (b"<image>", b"<textinput>")):
        body = _PICTURE.sub(b"", body)
    return _PERSON.sub(rb"\1", body) if b"<description>" in lower else body
