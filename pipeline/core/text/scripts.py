"""Which writing systems a text uses, and which Han characters belong to one side of the strait or to Japan.

A script is named by its ISO 15924 code. Letters only: digits, punctuation and symbols say nothing about a language.
"""

import string
from collections import Counter

# (first, last, script): the blocks that news is written in; order does not matter, gaps are scripts we never met.
_BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "Latn"), (0x0250, 0x02AF, "Latn"), (0x1E00, 0x1EFF, "Latn"), (0x2C60, 0x2C7F, "Latn"),
    (0xA720, 0xA7FF, "Latn"), (0xFB00, 0xFB06, "Latn"), (0xFF21, 0xFF5A, "Latn"),
    (0x0370, 0x03FF, "Grek"), (0x1F00, 0x1FFF, "Grek"),
    (0x0400, 0x052F, "Cyrl"), (0x1C80, 0x1C8F, "Cyrl"), (0x2DE0, 0x2DFF, "Cyrl"), (0xA640, 0xA69F, "Cyrl"),
    (0x0531, 0x058F, "Armn"), (0xFB13, 0xFB17, "Armn"),
    (0x0591, 0x05F4, "Hebr"), (0xFB1D, 0xFB4F, "Hebr"),
    (0x0600, 0x06FF, "Arab"), (0x0750, 0x077F, "Arab"), (0x0870, 0x08FF, "Arab"), (0xFB50, 0xFDFF, "Arab"),
    (0xFE70, 0xFEFC, "Arab"),
    (0x0700, 0x074F, "Syrc"), (0x0780, 0x07BF, "Thaa"), (0x07C0, 0x07FF, "Nkoo"),
    (0x0900, 0x097F, "Deva"), (0xA8E0, 0xA8FF, "Deva"), (0x0980, 0x09FF, "Beng"), (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"), (0x0B00, 0x0B7F, "Orya"), (0x0B80, 0x0BFF, "Taml"), (0x0C00, 0x0C7F, "Telu"),
    (0x0C80, 0x0CFF, "Knda"), (0x0D00, 0x0D7F, "Mlym"), (0x0D80, 0x0DFF, "Sinh"), (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Laoo"), (0x0F00, 0x0FFF, "Tibt"), (0x1000, 0x109F, "Mymr"), (0xA9E0, 0xA9FF, "Mymr"),
    (0xAA60, 0xAA7F, "Mymr"), (0x10A0, 0x10FF, "Geor"), (0x1C90, 0x1CBF, "Geor"), (0x2D00, 0x2D2F, "Geor"),
    (0x1200, 0x139F, "Ethi"), (0x2D80, 0x2DDF, "Ethi"), (0xAB00, 0xAB2F, "Ethi"), (0x13A0, 0x13FF, "Cher"),
    (0x1400, 0x167F, "Cans"), (0x1780, 0x17FF, "Khmr"), (0x1800, 0x18AF, "Mong"), (0x1C50, 0x1C7F, "Olck"),
    (0x2D30, 0x2D7F, "Tfng"),
    (0x1100, 0x11FF, "Hang"), (0x3131, 0x318E, "Hang"), (0xAC00, 0xD7FB, "Hang"),
    (0x3041, 0x309F, "Kana"), (0x30A1, 0x30FA, "Kana"), (0x30FC, 0x30FF, "Kana"), (0x31F0, 0x31FF, "Kana"),
    (0xFF66, 0xFF9D, "Kana"),  # without U+30FB: the middle dot also parts the names of traditional Chinese
    (0x3105, 0x312F, "Bopo"),
    (0x3400, 0x4DBF, "Hani"), (0x4E00, 0x9FFF, "Hani"), (0xF900, 0xFAFF, "Hani"), (0x20000, 0x323AF, "Hani"),
)  # fmt: skip

# One Han character carries about a word's third, one Hangul syllable two or three letters: without these weights a
# Chinese headline about "OpenAI" and "Microsoft" would count as Latin.
_WEIGHT = {
    "Hani": 3.0,
    "Hang": 2.0,
    "Kana": 2.0,
    "Ethi": 1.5,
    "Deva": 1.5,
    "Beng": 1.5,
    "Taml": 1.5,
    "Telu": 1.5,
    "Arab": 1.3,
    "Hebr": 1.3,
}

# Scripts that write no spaces between words; Hangul has spaces, but its particles stick to the word before them.
UNSPACED = ("Thai", "Laoo", "Mymr", "Khmr", "Hani", "Kana")
_SIGNS = ((0x3005, 0x3007, "Hani"),)  # 々 〆 〇 stand among Han and say nothing about a language


def blocks(*names: str) -> tuple[tuple[int, int], ...]:
    """Give the code points that some scripts are written with, as ranges, ends included."""
    return tuple((first, last) for first, last, name in sorted((*_BLOCKS, *_SIGNS)) if name in names)


def letters(*names: str) -> str:
    """Give the same as what stands between the brackets of a regular expression."""
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in blocks(*names))


class _ScriptOf(dict[str, str]):
    """Character → script, filled as characters are met; "" for everything that is not a letter of a known block."""

    def __missing__(self, char: str) -> str:
        code, script = ord(char), ""
        if char.isalpha() or (code > 0x900 and not char.isnumeric()):  # Indic vowel signs are marks, not alpha
            script = next((name for first, last, name in _BLOCKS if first <= code <= last), "")
        self[char] = script
        return script


_SCRIPT_OF = _ScriptOf()
_ASCII_LETTERS = string.ascii_letters.encode()


def of(char: str) -> str:
    """Name the script of a letter or vowel sign; "" for every other character."""
    return _SCRIPT_OF[char]


def count(text: str) -> dict[str, int]:
    """Count the letters of each script in `text`."""
    if text.isascii():
        latin = len(text) - len(text.encode().translate(None, _ASCII_LETTERS))
        return {"Latn": latin} if latin else {}
    found: dict[str, int] = {}
    for char, times in Counter(text).items():
        script = _SCRIPT_OF[char]
        if script:
            found[script] = found.get(script, 0) + times
    return found


def dominant(counts: dict[str, int]) -> str:
    """Name the script that carries the text, "" when there is none.

    Latin must outweigh every other script two to one: names, tickers and products stand in Latin letters inside
    texts of all scripts, while an English text seldom quotes more than a word of another. Which of Chinese
    and Japanese a text in Han and kana is, `core.language.han` says.
    """
    weights = {script: times * _WEIGHT.get(script, 1.0) for script, times in counts.items()}
    latin = weights.pop("Latn", 0.0)
    if weights:
        east = weights.pop("Kana", 0.0) + weights.get("Hani", 0.0)
        if east:
            weights["Hani"] = east
        script = max(weights, key=lambda name: (weights[name], name))
        if weights[script] * 2 >= latin:
            return script
    return "Latn" if latin else ""


def weight(counts: dict[str, int], script: str) -> float:
    """Give how much a script's letters weigh; kana and Han together are one writing."""
    names = ("Hani", "Kana") if script in ("Hani", "Kana") else (script,)
    return sum(counts.get(name, 0) * _WEIGHT.get(name, 1.0) for name in names)


def _repertoire(codec: str, rows: range, cells: tuple[range, ...]) -> frozenset[str]:
    """Every Han character that a national character set can write."""
    pairs = (bytes((row, cell)) for row in rows for part in cells for cell in part)
    decoded = "".join(pair.decode(codec, "ignore") for pair in pairs)
    return frozenset(char for char in decoded if "\u4e00" <= char <= "\u9fff")


# The national standards drew the line themselves: GB 2312 holds the simplified forms and no traditional one that has a
# simplified form, Big5 the traditional ones, JIS X 0208 Japan's own. What one can write and the others cannot, tells.
_GB = _repertoire("gb2312", range(0xB0, 0xF8), (range(0xA1, 0xFF),))
_BIG5 = _repertoire("big5", range(0xA4, 0xFA), (range(0x40, 0x7F), range(0xA1, 0xFF)))
_JIS_LEVEL_1 = _repertoire("shift_jis", range(0x88, 0x98), (range(0x40, 0x7F), range(0x80, 0xFD))) | _repertoire(
    "shift_jis", range(0x98, 0x99), (range(0x40, 0x73),)
)


def not_written(text: str) -> tuple[int, int, int]:
    """Count the Han characters of `text` that Japan's press, simplified and traditional Chinese do not write.

    Japan's press writes the first level of its standard; the second keeps the old forms (國, 會, 發) that it replaced.
    """
    han = [char for char in text if _SCRIPT_OF[char] == "Hani"]
    return (
        sum(char not in _JIS_LEVEL_1 for char in han),
        sum(char not in _GB for char in han),
        sum(char not in _BIG5 for char in han),
    )
