"""Folding keeps the way back, and phrases are found at word boundaries in every script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.text.phrases import Lexicon, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Milliárd", "milliard"),
        ("30\u00a0000", "30 000"),
        ("٣٠ ३० ３０", "30 30 30"),
        ("İstanbul ISPARTA", "istanbul isparta"),
        ("Dreißig", "dreissig"),
        ("مـلـيـار", "مليار"),
        ("करोड़", "करोड"),
        ("tỷ đồng", "ty dong"),
        ("40–50", "40-50"),
        ("\u1112\u1161\u11ab", "한"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    """Case, accents, digits, dashes, tatweel and nukta become plain; vowel signs and Hangul stay."""
    assert fold(text)[0] == folded


@given(st.text(max_size=40))
def test_offsets_lead_back(text: str) -> None:
    """There is an offset for every place of the folded text and its end, in order, up to the end."""
    folded, offsets = fold(text)
    if offsets is None:
        assert len(folded) == len(text)
    else:
        assert len(offsets) == len(folded) + 1
        assert offsets == sorted(offsets)
        assert offsets[-1] == len(text)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("dollar", 6),
        ("dollars", 7),
        ("dollaria", 8),
        ("dollarization", None),
        ("ドルの", 2),
        ("euro", 4),
        ("euros", 5),
        ("european", None),
    ],
)
def test_inflection_is_bounded(text: str, end: int | None) -> None:
    """A stem allows as many letters as it says; scripts without spaces need no boundary."""
    lexicon: Lexicon[str] = Lexicon()
    lexicon.add("dollar*,ドル,euro*2", "x")
    hit = lexicon.at(fold(text)[0], 0)
    assert (hit and hit[0]) == end


def test_before_reads_backwards() -> None:
    """The longest phrase that ends at a place wins, and it begins at a word."""
    lexicon: Lexicon[str] = Lexicon()
    lexicon.add("$", "USD")
    lexicon.add("hk$", "HKD")
    lexicon.add("rp", "IDR")
    assert lexicon.before("hk$5", 3) == (0, "HKD")
    assert lexicon.before("corp5", 4) is None
