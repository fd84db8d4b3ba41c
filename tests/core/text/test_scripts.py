"""Scripts of a text; samples are our own."""

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


def test_the_sides_of_the_strait_share_no_character():
    # a character that both standards hold tells nothing and must be in neither set
    assert not scripts.SIMPLIFIED & scripts.TRADITIONAL
    assert not scripts.JAPANESE & (scripts.SIMPLIFIED | scripts.TRADITIONAL)


@pytest.mark.parametrize(
    ("chars", "side"),
    [("们这国际电发", 0), ("們這國際電發", 1), ("円図働込駅", 2)],
)
def test_known_characters_are_on_their_side(chars, side):
    # 国 and 発 are written in Japan as well; what counts is that the right side has the most
    counts = scripts.han_sides(chars)
    assert counts[side] >= len(chars) - 1
    assert counts.index(max(counts)) == side
