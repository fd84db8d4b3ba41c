"""No text breaks a pure function that reads texts, and none costs more than its length: no story stops a step."""

import html
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import catalog
from pipeline.core import facts
from pipeline.core.events import pieces
from pipeline.core.facts import cues, days
from pipeline.core.facts.scales import Habits
from pipeline.core.feeds import dates, discover, entry, headers, jsonfeed, outlets, parse, sitemap
from pipeline.core.language import sisters, writing
from pipeline.core.match.names import Index
from pipeline.core.text import fold, mailaddress, phrases, plain, scripts, tags, telling, url
from pipeline.core.watchlist import suggest
from pipeline.mail import replies

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SITE = "https://a.example/"
SIZE = 1200  # characters: a summary; the square of four times shows at any size
READ: dict[str, Callable[[str], Any]] = {
    "facts": facts.read,
    "days": lambda t: days.find(phrases.fold(t)[0]),
    "cues": lambda t: cues.find(f := phrases.fold(t)[0], Habits(f, ""), lambda a, b: f[a:b]),
    "pieces.grams": pieces.grams,
    "pieces.figures": pieces.figures,
    "pieces.rare": pieces.rare,
    "writing.clean": writing.clean,
    "writing.read": lambda t: writing.read(t, t, (t,)),
    "writing.carrier": writing.carrier,
    "sisters.votes": sisters.votes,
    "sisters.strangers": lambda t: [sisters.strangers(s, t) for s in ("Arab", "Cyrl", "Deva", "Latn")],
    "fold": fold.fold,
    "fold_cased": fold.fold_cased,
    "latinised": fold.latinised,
    "phrases.fold": phrases.fold,
    "scripts.count": scripts.count,
    "not_written": scripts.not_written,
    "candidates": lambda t: list(suggest.candidates(t)),
}
# What comes from outside as it is: lone surrogates and control characters too.
RAW: dict[str, Callable[[str], Any]] = {
    "dates": dates.parse,
    "when": lambda t: entry.when([t], None, NOW),
    "discover": lambda t: discover.links(t, SITE),
    "guesses": discover.guesses,
    "entry": lambda t: entry.make(SITE, [t], t, t, t),
    "entry.link": lambda t: entry.make(SITE, [f"https://b.example/{t}"], t, t, t),
    "retry_after": lambda t: headers.retry_after(t, NOW),
    "server_wish": lambda t: headers.server_wish({"cache-control": t, "expires": t}, NOW),
    "jsonfeed": lambda t: jsonfeed.parse(t.encode("utf-8", "replace"), SITE, NOW, 10),
    "sitemap": lambda t: sitemap.parse(t.encode("utf-8", "replace"), SITE, NOW, 10),
    "document": lambda t: parse.document(t.encode("utf-8", "replace"), {}, SITE, NOW),
    "document.item": lambda t: parse.document(_feed(t), {}, SITE, NOW),
    "carrier": outlets.carrier,
    "linked": lambda t: outlets.linked("https://news.google.com/rss/articles/x", t),
    "told": lambda t: outlets.told("https://news.google.com/x", t, outlets.Origin(name=t, markup=t)),
    "bare": mailaddress.bare,
    "to_ascii": lambda t: _refused(mailaddress.to_ascii, t),
    "host_of": mailaddress.host_of,
    "header_text": mailaddress.header_text,
    "redact": mailaddress.redact,
    "safe": plain.safe,
    "plain": plain.plain,
    "headline": plain.headline,
    "plain.whole": lambda t: plain.plain(f"<p>{t}&amp;", SIZE),
    "normalise": tags.normalise,
    "accepts": lambda t: tags.accepts(t, t),
    "resolve": lambda t: url.resolve(SITE, t),
    "mended": url.mended,
    "canonical": url.canonical,
    "canonical.path": lambda t: url.canonical(SITE + t),
    "canonical.query": lambda t: url.canonical(f"{SITE}?{t}"),
    "host": url.host,
    "outlet": url.outlet,
    "without_credentials": url.without_credentials,
    "telling": lambda t: (telling.told(t), telling.told(f"https://{t}"), telling.value(t), telling.without(t, t)),
    "replies": lambda t: (replies.said(t), replies.outcome("recipient", 550, t)),
}
TOKENS = (
    # one or two a script, as they stand in news; then what has broken things
    "one million ", "1 billion ", "1 milliard ", "3 bin 500 ", "млрд ", "1 млн ", "εκατ. ", "հազար ", "ათასი ", "אלף ",
    "مليار ", "١٢٣ ", "۱۲۳ میلیارد ", "ارب ", "करोड़ ", "१२३ ", "কোটি ", "ਕਰੋੜ ", "કરોડ ", "କୋଟି ", "கோடி ", "కోట్లు ",
    "ಕೋಟಿ ", "കോടി ", "කෝටි ", "พันล้าน", "ລ້ານ", "သန်း", "ប៊ីលាន", "ቢሊዮን ", "ܐܠܦ ", "ދިހަ ", "ᠮᠢᠩᠭᠠᠨ ", "བཅུ་", "ߞߋߡߍ ",
    "ⴰⴳⵉⵎ ", "ᏣᎳᎩ ", "ᓄᓇᕗᑦ ", "億", "3兆5000億", "百", "一", "カナ", "ひら", "만", "천억 ", "ㄅㄆ", "ꆈꌠ", "𐎀", "𝟙 ",
    "\ud800", "\udfff$1 billion ", "\x00",
    "a", "|", ".", "1.", "1,", "1'1", "1٬1", "111 111 ", "12:", "-1", "$1 ", "€", "%", "\u0301", "e\u0301", "\u200f",
    "\u3000", "\n", "<", "<p>", "&amp;", "&lt;", "(", "[x]", "{", '"', "@", "a@", "a@b ", "=?utf-8?q?a?=", "//", "/",
    "http://a.b/ ", "?a=b&", "2026-11-28 ", "28 Nov 2026 ", "Mon, ", "2026年11月28日", "up to ", "between 1 and ", "1–",
    "from 1 billion to ", "\U0001f600", "OpenAI ", "100 MW to ",
)  # fmt: skip


def _feed(text: str) -> bytes:
    told = html.escape(text)
    return (
        f"<rss><channel><title>x</title><item><title>{told}</title><link>{SITE}1</link>"
        f"<description>{told}</description><pubDate>{told}</pubDate></item></channel></rss>"
    ).encode("utf-8", "replace")


def _refused(work: Callable[[str], Any], text: str) -> None:
    with suppress(ValueError):
        work(text)


@pytest.fixture(scope="module", autouse=True)
def watched() -> None:
    """Names are found by the watchlist that ships."""
    names = Index(catalog.load(catalog.default_dir()).watchlist)
    READ["names"] = lambda t: names.find(t, "", t)


ANY = st.text(max_size=200)  # half characters and control characters too
MIXED = st.lists(st.sampled_from(TOKENS) | st.integers(0, 10**30).map(str) | ANY, max_size=12).map("".join)
HOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", [*READ, "names"])
@HOW
@given(text=ANY | MIXED)
def test_no_text_breaks(name: str, text: str) -> None:
    """Whatever stands in a story, its reading ends with a result."""
    READ[name](text)


@pytest.mark.parametrize("name", RAW)
@HOW
@given(text=ANY | MIXED)
def test_nothing_from_outside_breaks(name: str, text: str) -> None:
    """Whatever a feed or a server says, its reading ends with a result."""
    RAW[name](text)


def calls(read: Callable[[str], Any], text: str) -> int:
    """Count the calls that reading a text makes, of our functions and of Python's own: the same on any machine."""
    count = 0

    def note(*_: Any) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        read(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", [*READ, *RAW, "names"])
def test_four_times_a_text_costs_four_times_the_work(name: str) -> None:
    """No exception on one token over and over, in any script, and no work that grows with the square of its length."""
    read = READ.get(name) or RAW[name]
    for token in TOKENS:
        short, whole = (token * (size // len(token)) for size in (SIZE // 4, SIZE))
        read(short), read(whole)  # what is learnt at the first meeting is learnt
        few, many = calls(read, short), calls(read, whole)
        assert many <= 5 * few + 100, f"{token!r}: {few} calls, and {many} for four times the text"
