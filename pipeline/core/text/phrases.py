"""Phrases of all languages, found at a place in a folded text; folding keeps the way back to the original offsets."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from pipeline.core.text import scripts
from pipeline.core.text.fold import fold_letters

V = TypeVar("V")

_SPACES = (
    "\t\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200c\u202f\u205f\u3000"
)
# Marks and controls that may stand inside a word without changing it: accents of decomposed text, Arabic vowels and
# tatweel, Hebrew points, Indic nukta, joiners, directions, soft hyphen. Indic vowel signs stay: they are the word.
_DROPPED = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u093c\u09bc\u0a3c\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad"
)
_DROP = re.compile(f"[{_DROPPED}]")
_LONGER = {"ß": "ss", "㎾": "kw", "㎿": "mw", "㎇": "gb", "㏖": "pm", "№": "no"}
_UNEVEN = re.compile(f"[{_DROPPED}{''.join(_LONGER)}]")
_SINGLE = {
    "،": ",", "’": "'", "‘": "'", "ʼ": "'", "′": "'", "´": "'", "`": "'", "＇": "'", "״": '"', "׳": "'", "“": '"',
    "”": '"', "≈": "~", "〜": "~", "～": "~", "∼": "~", "⋅": "·", "•": "·", "∙": "·", "・": "·",
    "−": "-", "﹣": "-", "－": "-", "‐": "-",
    "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "־": "-", "ः": ":",
}  # fmt: skip
_UNSPACED = re.compile(f"[{scripts.letters(*scripts.UNSPACED, 'Hang')}]")
_CLUSTER = re.compile("[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|.?[\u3099\u309a]")
_STEM = re.compile(r"\*(\d?)$")


class _Table(dict[int, str]):
    """A translation table that learns a character when it first meets it."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        out = _fold_char(char)
        self[code] = out
        return out


def _fold_char(char: str) -> str:
    if char in _LONGER:
        return _LONGER[char]
    if char in _SINGLE:
        return _SINGLE[char]
    if char in _SPACES:
        return " "
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"  # half of a character that was cut: nothing can encode it
    if _DROP.match(char):
        return ""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if char.isalpha():
        letter = fold_letters(char)
        return letter if len(letter) == 1 else char.lower() if len(char.lower()) == 1 else char
    base = unicodedata.normalize("NFKD", char)
    if len(base) > 1 and not _UNSPACED.match(char):
        base = _DROP.sub("", base)
    if len(base) != 1:
        base = char
    base = _SINGLE.get(base, base)
    lower = base.lower()
    return lower if len(lower) == 1 else base


_TABLE = _Table()


def fold(text: str) -> tuple[str, list[int] | None]:
    """Fold a text for comparison: case, accents, digits of every script, spaces, hyphens and quotes become plain.

    Returns the folded text and, for every place in it and its end, the offset in `text`; None when they are the same.
    """
    if _CLUSTER.search(text):
        composed, starts = _compose(text)
        folded, inner = fold(composed)
        places = range(len(composed) + 1) if inner is None else inner
        return folded, [starts[i] for i in places]
    folded = text.translate(_TABLE)
    if not _UNEVEN.search(text):
        return folded, None
    offsets: list[int] = []
    for i, char in enumerate(text):
        offsets.extend([i] * len(_TABLE[ord(char)]))
    offsets.append(len(text))
    return folded, offsets


def _compose(text: str) -> tuple[str, list[int]]:
    """Put decomposed Hangul and Kana together; returns the text and where each of its characters began."""
    out: list[str] = []
    starts: list[int] = []
    at = 0
    for m in _CLUSTER.finditer(text):
        out.append(text[at : m.start()])
        starts.extend(range(at, m.start()))
        composed = unicodedata.normalize("NFC", m[0]).replace("\u3099", "").replace("\u309a", "")
        out.append(composed)
        starts.extend([m.start()] * len(composed))
        at = m.end()
    out.append(text[at:])
    starts.extend(range(at, len(text) + 1))
    return "".join(out), starts


def pattern(source: str) -> re.Pattern[str]:
    """Compile a pattern for folded texts: its words of other scripts are folded, its ASCII syntax is left alone."""
    return re.compile(re.sub(r"[^\x00-\x7f]+", lambda m: fold(m[0])[0], source))


def any_of(source: str) -> re.Pattern[str]:
    """Compile as `pattern` does, for a long list of alternatives: those that begin words are tried at words only."""
    found, depth, start = [], 0, 0
    for m in re.finditer(r"\\.|\[(?:\\.|[^\]])*\]|[()|]", source):
        depth += (m[0] == "(") - (m[0] == ")")
        if m[0] == "|" and not depth:
            found.append(source[start : m.start()])
            start = m.end()
    found.append(source[start:])
    at_words = [f[2:] for f in found if f.startswith(r"\b")]
    others = [f for f in found if not f.startswith(r"\b")]
    return pattern("|".join([rf"\b(?:{'|'.join(at_words)})", *others] if at_words else others))


class _Letters(dict[str, bool]):
    """Which characters are letters; learns a character when it first meets it."""

    def __missing__(self, char: str) -> bool:
        is_one = (char.isalpha() or unicodedata.category(char)[0] == "M") and not _UNSPACED.match(char)
        self[char] = is_one
        return is_one


_LETTERS = _Letters()


def is_letter(char: str) -> bool:
    """Whether a character is a letter of a script that puts spaces between words (vowel signs included)."""
    return _LETTERS[char]


_SHORT = (2, 1)


class Lexicon(Generic[V]):
    """Phrases with values, looked up at a place of a folded text; the longest wins.

    A phrase that ends in "*" may go on for up to six letters (inflection), in "*2" for up to two.
    """

    def __init__(self) -> None:
        self._phrases: dict[str, tuple[V, int]] = {}
        # The lengths of the phrases that begin or end with three letters; those of one and two are tried anywhere.
        self._at: dict[str, tuple[int, ...]] = {}
        self._before: dict[str, tuple[int, ...]] = {}
        self._short_first: set[str] = set()  # the first and the last letters of those of one and two
        self._short_last: set[str] = set()

    def add(self, phrases: str | Iterable[str], value: V) -> None:
        """Add phrases (a string is cut at commas) under one value; the first value of a phrase stays."""
        for phrase in phrases.split(",") if isinstance(phrases, str) else phrases:
            word = phrase.strip()
            m = _STEM.search(word)
            key = fold(word[: m.start()] if m else word)[0]
            extra = int(m[1] or 6) if m else 0
            known = self._phrases.get(key)
            if not key or (known and (known[0] != value or known[1] >= extra)):
                continue
            self._phrases[key] = (value, extra)
            if len(key) <= _SHORT[0]:
                self._short_first.add(key[0])
                self._short_last.add(key[-1])
            for table, edge in ((self._at, key[:3]), (self._before, key[-3:])):
                lengths = table.get(edge, _SHORT)
                if len(key) not in lengths:
                    table[edge] = tuple(sorted((*lengths, len(key)), reverse=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self._phrases)

    def at(self, text: str, start: int) -> tuple[int, V] | None:
        """Find the longest phrase that begins at `start`; returns its end and value."""
        if start >= len(text):
            return None
        lengths = self._at.get(text[start : start + 3])
        if lengths is None:
            if text[start] not in self._short_first:
                return None  # as nearly always
            lengths = _SHORT
        size = len(text)
        for length in lengths:
            end = start + length
            if end > size:
                continue
            hit = self._phrases.get(text[start:end])
            if hit is None:
                continue
            value, extra = hit
            if is_letter(text[end - 1]):
                limit = end + extra
                while end < size and end <= limit and is_letter(text[end]):
                    end += 1
                if end > limit:
                    continue
            return end, value
        return None

    def before(self, text: str, end: int) -> tuple[int, V] | None:
        """Find the longest phrase that ends at `end`; returns its start and value."""
        if end <= 0:
            return None
        lengths = self._before.get(text[end - 3 : end]) if end > 2 else None
        if lengths is None:
            if text[end - 1] not in self._short_last:
                return None
            lengths = _SHORT
        for length in lengths:
            start = end - length
            if start < 0:
                continue
            hit = self._phrases.get(text[start:end])
            if hit is None or (start and is_letter(text[start]) and is_letter(text[start - 1])):
                continue
            return start, hit[0]
        return None
