"""Scripts of a text; samples are our own."""

import itertools
import unicodedata

import pytest

from pipeline.core.text import scripts


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("OpenAI 与 Microsoft 合作", "Hani"),
        ("Le mot chinois « guanxi » (关系) expliqué aux investisseurs", "Latn"),
        ("ChatGPT 발표", "Hang"),
        ("Nvidia ลงทุน", "Thai"),
        ("ニュース", "Hani"),  # kana count with Han: the east-asian rule reads both
        ("Привет", "Cyrl"),
        ("12:30 — 50 %", ""),
        ("", ""),
        ("\ud800", ""),
    ],
)
def test_the_script_that_carries_the_text(text, script):
    # names stand in Latin letters in texts of every script
    assert scripts.dominant(scripts.count(text)) == script


@pytest.mark.parametrize(
    ("chars", "lacking"),
    [
        ("们这国际电发", (5, 0, 6)),  # 国 is written in Japan as well
        ("們這國際電發", (3, 6, 0)),  # 這, 際 and 電 are
        ("円図働込駅", (0, 5, 5)),
        ("中文大学", (0, 0, 1)),  # the same everywhere, but for 学 in traditional Chinese
        ("OpenAI かな 한글", (0, 0, 0)),
    ],
)
def test_known_characters_are_on_their_side(chars, lacking):
    # what Japan's press, simplified and traditional Chinese do not write
    assert scripts.not_written(chars) == lacking


@pytest.mark.parametrize(
    ("edges", "outside"),
    [("㐀䶿", "䷀"), ("一鿿", "\ua000"), ("豈\ufad9", "\ufb00")],  # behind the first Han block stand hexagrams
)
def test_han_ends_where_its_blocks_end(edges: str, outside: str) -> None:
    """A symbol or a letter of another script beside a block is none of it."""
    assert scripts.count(edges) == {"Hani": 2}
    assert "Hani" not in scripts.count(outside)


NAMED = {
    "LATIN": "Latn", "GREEK": "Grek", "CYRILLIC": "Cyrl", "ARMENIAN": "Armn", "HEBREW": "Hebr", "ARABIC": "Arab",
    "DEVANAGARI": "Deva", "BENGALI": "Beng", "GURMUKHI": "Guru", "GUJARATI": "Gujr", "ORIYA": "Orya", "TAMIL": "Taml",
    "TELUGU": "Telu", "KANNADA": "Knda", "MALAYALAM": "Mlym", "SINHALA": "Sinh", "THAI": "Thai", "LAO": "Laoo",
    "TIBETAN": "Tibt", "MYANMAR": "Mymr", "GEORGIAN": "Geor", "ETHIOPIC": "Ethi", "KHMER": "Khmr", "MONGOLIAN": "Mong",
    "HIRAGANA": "Kana", "KATAKANA": "Kana", "HANGUL": "Hang", "CJK": "Hani",
}  # fmt: skip


def test_letters_stand_in_the_script_that_unicode_names() -> None:
    """No block holds a letter of another script, and outside of phonetics and old letters none lacks its script."""
    wrong, lacking = [], []
    for code in range(0x10000):
        char = chr(code)
        named = NAMED.get(unicodedata.name(char, "?").replace("-", " ").split(" ")[0])
        if named is None or not char.isalpha():
            continue
        if scripts.of(char) not in {"", named}:
            wrong.append(hex(code))
        if scripts.of(char) == "" and code >> 8 not in {0x1D, 0x20, 0x21, 0xA9, 0xAB}:
            lacking.append(hex(code))
    assert (wrong, lacking) == ([], [])


def test_blocks_do_not_overlap() -> None:
    """A character has one script."""
    ranges = sorted((first, last) for name in {*NAMED.values()} for first, last in scripts.blocks(name))
    assert [(a, b) for a, b in itertools.pairwise(ranges) if a[1] >= b[0]] == []


@pytest.mark.parametrize(
    ("script", "weight"),
    [("Latn", 1.0), ("Cyrl", 1.0), ("Hani", 3.0), ("Hang", 2.0), ("Deva", 1.5), ("Beng", 1.5), ("Taml", 1.5),
     ("Telu", 1.5), ("Ethi", 1.5), ("Arab", 1.3), ("Hebr", 1.3)],
)  # fmt: skip
def test_a_letter_weighs_what_it_says(script: str, weight: float) -> None:
    """Beside one Latin letter: a Han character says a word, a Hangul one a syllable, an abugida's one and a half."""
    assert scripts.weight({script: 4, "Thai": 9}, script) == pytest.approx(4 * weight)


def test_han_and_kana_are_one_writing() -> None:
    """Whichever is asked for."""
    assert scripts.weight({"Hani": 1, "Kana": 2}, "Kana") == scripts.weight({"Hani": 1, "Kana": 2}, "Hani") == 7.0
