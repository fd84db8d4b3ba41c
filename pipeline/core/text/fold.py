"""Fold texts for comparison, with a map back to the original: all ways to write one name look the same."""

import re
import unicodedata
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from pipeline.core.text import scripts

_GLUED = scripts.blocks("Hani", "Kana")  # written without spaces, so that a space beside them means nothing

# Letters that no decomposition opens, and variants that writers mix freely.
_SPECIAL = {
    "ð": "d", "Ð": "D", "ٱ": "ا",
    "ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H",
    "ی": "ي", "ى": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ہ": "ه", "ھ": "ه", "ۀ": "ه", "ة": "ه", "ە": "ه", "ۃ": "ه",
    "ґ": "г", "Ґ": "Г",
    "’": "'", "‘": "'", "ʼ": "'", "＇": "'", "`": "'", "´": "'", "׳": "'", "ʻ": "'",
    "״": '"', "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "‐": " ", "‑": " ", "‒": " ", "–": " ", "—": " ", "-": " ", "−": " ", "­": "",
    "·": " ", "・": " ", "･": " ", "•": " ", "‧": " ", "᛫": " ",
    "ـ": "",  # tatweel
}  # fmt: skip

# Cyrillic and Greek letters that look Latin: read as Latin only inside a word that also has Latin letters.
_LOOKS = str.maketrans("авеікмнорстухјѕԁһԛԝіοανικρυχ", "abeikmhopctyxjsdhqwioavikpux")

# Combining classes of marks that are letters of their script: 0 and 9 Indic vowels and viramas, 8 the voicing of Kana,
# 84 and more the vowels and tones of Telugu, Thai, Lao and Tibetan.
_LETTER_MARKS = frozenset((0, 8, 9, 84, 91, 103, 107, 118, 122, 129, 130, 132))


def within(code: int, ranges: Sequence[tuple[int, int]]) -> bool:
    """Say whether a code point lies in one of the ranges, ends included."""
    return any(low <= code <= high for low, high in ranges)


@lru_cache(maxsize=65536)
def _fold_char(char: str) -> str:
    """Fold one character, letter case kept."""
    if char.isspace():
        return " "
    if char in _SPECIAL:
        return _SPECIAL[char]
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"  # half of a character that was cut: no finder of names takes it
    out = []
    for c in unicodedata.normalize("NFKD", char):
        category = unicodedata.category(c)
        if category == "Cf":  # joiners, direction marks, soft hyphen
            continue
        if category == "Mn" and unicodedata.combining(c) not in _LETTER_MARKS:
            continue
        out.append(_SPECIAL.get(c, c))
    # Recomposed, so that one Hangul syllable stays one letter: 로 must not be found inside 록.
    return unicodedata.normalize("NFC", "".join(out))


@lru_cache(maxsize=65536)
def _fold_lower(char: str) -> str:
    """Fold one character and its case; folding twice brings nothing new (ß gives ss, İ gives i)."""
    return "".join(_fold_char(c) for c in _fold_char(char).casefold())


@lru_cache(maxsize=65536)
def _is_glued(char: str) -> bool:
    return within(ord(char), _GLUED)


def _units(text: str) -> Iterable[tuple[str, int, int]]:
    """Split a text into composed characters with their offsets; only text that is not NFC needs it."""
    i = 0
    while i < len(text):
        j = i + 1
        while j < len(text) and (unicodedata.combining(text[j]) or "\u1160" <= text[j] <= "\u11ff"):
            j += 1
        composed = unicodedata.normalize("NFC", text[i:j])
        for k, char in enumerate(composed):
            yield char, i if k == 0 else min(i + k, j - 1), j if k == len(composed) - 1 else i + k + 1
        i = j


class _FoldedOf(dict[int, str]):
    """Code point → what it folds to, for str.translate; learns a character when it first meets it."""

    def __init__(self, fold_char: Callable[[str], str]) -> None:
        super().__init__()
        self._fold_char = fold_char
        self.whole: set[str] = set()  # characters met that fold to one

    def __missing__(self, code: int) -> str:
        self[code] = self._fold_char(chr(code))
        if len(self[code]) == 1:
            self.whole.add(chr(code))
        return self[code]


def _fold_letter(char: str) -> str:
    if is_word(char):
        return _fold_lower(char)
    opened = unicodedata.normalize("NFKD", char)  # ™ is TM: letters after all
    kept = (_fold_lower(c) if is_word(c) else c for c in opened if unicodedata.category(c) not in {"Mn", "Cf"})
    return unicodedata.normalize("NFC", "".join(kept))


_GLUED_SET = scripts.letters("Hani", "Kana")
_BESIDE_GLUED = re.compile(f"(?<=[{_GLUED_SET}]) | (?=[{_GLUED_SET}])")
_SPACES = re.compile(" {2,}")


_BLOCK = 64  # characters whose offsets are made at once


class Folded:
    """A folded text that knows where its characters came from; `span` says it, made when somebody asks.

    In most texts nothing is found, and in a long one little: offsets are made for blocks, cut where nothing folds
    across.
    """

    __slots__ = ("_blocks", "_edges", "_is_same", "_lower", "_original", "text")

    def __init__(self, original: str, lower: bool) -> None:
        """Fold a text; without `lower`, letter case stays."""
        self._original, self._lower = original, lower
        self._edges: list[tuple[int, int]] = []  # where each block begins: in the folded text, in the original
        self._blocks: dict[int, tuple[Sequence[int], Sequence[int]]] = {}
        self._is_same = False
        if original.isascii() or unicodedata.is_normalized("NFC", original):
            self.text = self._fold(original)
            self._is_same = original.isascii() and len(self.text) == len(original)  # one for one, and none is gone
        else:
            self.text, *offsets = mapped(original, lower)
            self._edges, self._blocks = [(0, 0)], {0: (offsets[0], offsets[1])}

    def _fold(self, text: str) -> str:
        text = _SPACES.sub(" ", text.translate(_LOWER if self._lower else _CASED).lstrip(" "))
        # One space for many, and none beside Han or Kana: "AI 基础设施" is written both ways.
        return text if text.isascii() else _BESIDE_GLUED.sub("", text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give where characters start to end (not counted) of the folded text stand in the original."""
        if self._is_same:
            return start, end
        return self._offset(start, 0), self._offset(end - 1, 1)

    def _offset(self, at: int, which: int) -> int:
        if not self._edges:
            table = _LOWER if self._lower else _CASED
            if len(self.text) == len(self._original) and table.whole.issuperset(self._original):
                self._is_same = True  # one for one, and no space is gone
                return at + which
            self._edges = list(self._cut())
        number = bisect(self._edges, at, key=lambda edge: edge[0]) - 1
        first, begin = self._edges[number]
        if number not in self._blocks:
            after = self._edges[number + 1][1] if number + 1 < len(self._edges) else len(self._original)
            self._blocks[number] = mapped(self._original[begin:after], self._lower)[1:]
        return begin + self._blocks[number][which][at - first]

    def _cut(self) -> Iterable[tuple[int, int]]:
        """Cut the original between two characters of which neither folds to a space or to nothing."""
        table = _LOWER if self._lower else _CASED
        begin = first = 0
        size = len(self._original)
        yield 0, 0
        for end in range(_BLOCK, size, _BLOCK):
            while end < size:
                a, c = table[ord(self._original[end - 1])], table[ord(self._original[end])]
                if a and c and a[-1] != " " and c[0] != " ":
                    break
                end += 1
            if end <= begin or end >= size:
                continue
            first += len(self._fold(self._original[begin:end]))
            begin = end
            yield first, begin


def mapped(text: str, lower: bool) -> tuple[str, Sequence[int], Sequence[int]]:
    """Fold a text character by character, and keep where each came from."""
    fold_char = _fold_lower if lower else _fold_char
    units: Iterable[tuple[str, int, int]]
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        units = zip(text, range(len(text)), range(1, len(text) + 1), strict=True)
    else:
        units = _units(text)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for char, start, end in units:
        for c in fold_char(char):
            if c == " ":
                if not out or out[-1] == " " or _is_glued(out[-1]):
                    continue
            elif out and out[-1] == " " and _is_glued(c):
                out.pop(), starts.pop(), ends.pop()
            out.append(c)
            starts.append(start)
            ends.append(end)
    return "".join(out), starts, ends


def folded(text: str, lower: bool) -> Folded:
    """Fold a text and keep where each character came from; without `lower`, letter case stays."""
    return Folded(text, lower)


def fold(text: str) -> str:
    """Fold a text for comparison: NFKD without marks, case folded, tatweel and joiners gone, spaces and dashes alike.

    Idempotent. Marks that are letters of their script (Indic vowels, Thai tones, Kana voicing) stay.
    """
    return folded(text, lower=True).text.strip()


def fold_cased(text: str) -> str:
    """Fold a text but for its letter case."""
    return folded(text, lower=False).text.strip()


def fold_letters(text: str) -> str:
    """Fold letters, their marks and digits as `fold` does, and leave signs and spaces where they stand."""
    return unicodedata.normalize("NFC", text).translate(_LETTERS)


def words(text: str) -> list[str]:
    """Give the folded words of a text: runs of letters, their marks and digits."""
    return unicodedata.normalize("NFC", text).translate(_WORDS).split()


def is_word(char: str) -> bool:
    """Say whether a character is part of words: letters, digits, and the marks of Indic and Thai."""
    return char.isalnum() or unicodedata.category(char)[0] == "M"


@lru_cache(maxsize=65536)
def script(char: str) -> str:
    """Name the script of a character as Unicode names it ("LATIN", "CYRILLIC"); "digit" for digits."""
    if char.isdigit():
        return "digit"
    return unicodedata.name(char, "?").split(" ", 1)[0].split("-", 1)[0]


_LOWER, _CASED, _LETTERS = _FoldedOf(_fold_lower), _FoldedOf(_fold_char), _FoldedOf(_fold_letter)
_WORDS = _FoldedOf(lambda char: _fold_lower(char) if is_word(char) or unicodedata.category(char) == "Cf" else " ")

# Where letters that Unicode calls Cyrillic or Greek stand: without one no word can be mixed.
LOOKALIKES = re.compile(
    "[\u0370-\u052f\u1c80-\u1c8f\u1d26-\u1d6a\u1f00-\u1fff\u2de0-\u2dff\ua640-\ua69f\uab65\U0001e030-\U0001e08f]"
)


def latinised(text: str) -> str:
    """Read Cyrillic and Greek look-alikes as Latin in words that have Latin letters too ("ОpenAI", its О Cyrillic)."""
    if text.isascii() or not LOOKALIKES.search(text):
        return text
    return " ".join(word if word.isascii() else _latinised(word) for word in text.split(" "))


@lru_cache(maxsize=16_384)
def _latinised(word: str) -> str:
    scripts = {script(c) for c in word if c.isalpha()}
    if not ("LATIN" in scripts and scripts & {"CYRILLIC", "GREEK"}):
        return word
    return "".join(  # the capitals of a case-checked slice as well
        c if c.isascii() else (t.upper() if c.isupper() else t)
        for c in word
        for t in (c.lower().translate(_LOOKS) if len(c.lower()) == 1 else c,)
    )
