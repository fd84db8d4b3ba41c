"""Fold texts for comparison, with a map back to the original: all ways to write one name look the same."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Han and Kana: words are written without spaces, so that a space beside them means nothing.
_GLUED = ((0x3005, 0x3007), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))  # Han and Kana

# Letters that no decomposition opens, and variants that writers mix freely.
_SPECIAL = {
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


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `starts[i]`, `ends[i]` are the original offsets that folded character i came from."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def folded(text: str, lower: bool) -> Folded:
    """Fold a text and keep where each character came from; without `lower`, letter case stays."""
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
                # One space for many, and none beside Han or Kana: "AI 基础设施" is written both ways.
                if not out or out[-1] == " " or _is_glued(out[-1]):
                    continue
            elif out and out[-1] == " " and _is_glued(c):
                out.pop(), starts.pop(), ends.pop()
            out.append(c)
            starts.append(start)
            ends.append(end)
    return Folded("".join(out), starts, ends)


def fold(text: str) -> str:
    """Fold a text for comparison: NFKD without marks, case folded, tatweel and joiners gone, spaces and dashes alike.

    Idempotent. Marks that are letters of their script (Indic vowels, Thai tones, Kana voicing) stay.
    """
    return folded(text, lower=True).text.strip()


def fold_cased(text: str) -> str:
    """Fold a text but for its letter case."""
    return folded(text, lower=False).text.strip()


def is_word(char: str) -> bool:
    """Say whether a character is part of words: letters, digits, and the marks of Indic and Thai."""
    return char.isalnum() or unicodedata.category(char)[0] == "M"


@lru_cache(maxsize=65536)
def script(char: str) -> str:
    """Name the script of a character as Unicode names it ("LATIN", "CYRILLIC"); "digit" for digits."""
    if char.isdigit():
        return "digit"
    return unicodedata.name(char, "?").split(" ", 1)[0].split("-", 1)[0]


def latinised(text: str) -> str:
    """Read Cyrillic and Greek look-alikes as Latin in words that have Latin letters too ("ОpenAI", its О Cyrillic)."""
    if text.isascii():
        return text
    out: list[str] = []
    changed = False
    for word in text.split(" "):
        if not word.isascii():
            scripts = {script(c) for c in word if c.isalpha()}
            if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK"}:
                # The capitals of a case-checked slice as well.
                word = "".join(
                    c if c.isascii() else (t.upper() if c.isupper() else t)
                    for c in word
                    for t in (c.lower().translate(_LOOKS) if len(c.lower()) == 1 else c,)
                )
                changed = True
        out.append(word)
    return " ".join(out) if changed else text
