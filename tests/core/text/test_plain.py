"""Text made fit to store: the texts are our own, the faults are those of real feeds."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.text import plain

PLAIN = [
    ("text stays", "Grid firm and lab sign", "Grid firm and lab sign"),
    ("tags go", "<b>Grid</b> firm", "Grid firm"),
    ("blocks do not stick together", "<p>One.</p><p>Two.</p>", "One. Two."),
    ("line breaks are spaces", "One<br/>two<br>three", "One two three"),
    ("list items", "<ul><li>a</li><li>b</li></ul>", "a b"),
    ("inline tags do not part a word", "Open<b>AI</b>", "OpenAI"),
    ("entities", "Caf&eacute; &amp; Bar &#8211; &#x20AC;5", "Café & Bar – €5"),
    ("escaped once", "&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One Two"),
    ("escaped twice", "&amp;lt;b&amp;gt;One&amp;lt;/b&amp;gt; &amp;amp; two", "One & two"),
    ("script and style go with their content", "<style>p{}</style>a<script>alert(1)</script>", "a"),
    ("comments go", "a<!-- secret -->b", "ab"),
    ("less than is no tag", "5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
    ("a heart is no tag", "AT&amp;T <3 fibre", "AT&T <3 fibre"),
    ("unclosed tag", "One <a href='x", "One <a href='x"),
    ("attributes with >", '<img alt="a > b" src=x>One', "One"),
    ("no-break spaces", "1&nbsp;000\u202f000", "1 000 000"),
    ("NUL, which PostgreSQL refuses", "a\x00b", "ab"),
    ("bidi override cannot forge", "abc\u202edcba\u2066x\u2069", "abcdcbax"),
    ("direction marks go", "\u200fخبر\u200e", "خبر"),
    ("soft hyphen in a name", "Open\u00adAI", "OpenAI"),
    ("zero-width space in a name", "x\u200bAI", "xAI"),
    ("byte order mark", "\ufeffTitle", "Title"),
    ("Persian keeps its joiner", "می\u200cخواهد", "می\u200cخواهد"),
    ("lone surrogate", "a\ud800b", "a\ufffdb"),
    ("NFD Vietnamese becomes NFC", unicodedata.normalize("NFD", "Việt Nam"), "Việt Nam"),
    ("Hangul jamo become syllables", unicodedata.normalize("NFD", "전력"), "전력"),
    ("Han stays", "电力<br>公司", "电力 公司"),
    ("controls of Windows-1252", "a\x85b", "ab"),
    ("empty", "", ""),
    ("only markup", "<p><br/></p>", ""),
]


@pytest.mark.parametrize(("reason", "markup", "expected"), PLAIN, ids=[row[0] for row in PLAIN])
def test_plain(reason: str, markup: str, expected: str) -> None:
    """Markup becomes the words that a reader would see."""
    assert plain.plain(markup) == expected, reason


def test_plain_is_bounded() -> None:
    """A title of 50 MB costs no more than its limit allows."""
    assert len(plain.plain("word " * 10_000_000, 500)) <= 500
    assert len(plain.plain("<b>" * 1_000_000 + "x", 500)) <= 500


@given(st.text(alphabet=st.characters(), max_size=200), st.integers(1, 60))
@settings(max_examples=300, deadline=None)
def test_plain_is_fit_to_store(markup: str, limit: int) -> None:
    """Whatever comes in, the result is encodable, without NUL and controls, and short enough."""
    made = plain.plain(markup, limit)
    made.encode("utf-8")
    assert len(made) <= limit
    assert not any(unicodedata.category(c) == "Cc" for c in made)
    assert made == plain.safe(made)


@pytest.mark.parametrize(
    ("given_text", "limit", "expected"),
    [
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("one two three four", 16, "one two three…"),
        ("x" * 20, 10, "x" * 9 + "…"),
        ("电力公司与实验室签约", 5, "电力公司…"),
    ],
)
def test_clip(given_text: str, limit: int, expected: str) -> None:
    """A cut falls between words where there are words, and is marked."""
    assert plain.clip(given_text, limit) == expected


def test_content_hash() -> None:
    """Moving a word from title to summary is a change."""
    assert plain.content_hash("a b", "c") != plain.content_hash("a", "b c")
    assert plain.content_hash("a", "b") == plain.content_hash("a", "b")
