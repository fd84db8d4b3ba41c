"""One rule of letters and one table of scripts for names, facts, pieces of events and pages."""

import pytest

from pipeline.core.events import pieces
from pipeline.core.text import fold, phrases, scripts

WORDS = {  # as written -> as compared: what is a letter of its script stays, what is an accent goes
    "ブラック": "ブラック", "ガス": "ガス", "ก้าว": "ก้าว", "ກ້າວ": "ກ້າວ", "ខ្មែរ": "ខ្មែរ", "မြန်မာ": "မြန်မာ",
    "서울": "서울", "ब्लैकरॉक": "ब्लैकरॉक", "বাংলা": "বাংলা", "త్రీ": "త్రీ", "Zürich": "zurich", "İSTANBUL": "istanbul",
    "Ωμέγα": "ωμεγα", "Ёлка": "елка", "שָׁלוֹם": "שלום", "مُحَمَّد": "محمد", "Łódź": "lodz", "Straße": "strasse",
}  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_every_fold_takes_a_word_for_the_same(word: str) -> None:
    """However it is compared: as a name, as a word of a phrase, as a word that two stories share."""
    assert fold.fold(word) == fold.fold_letters(word) == phrases.fold(word)[0] == WORDS[word]
    assert fold.words(word) == [WORDS[word]]


EVERY = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]


def test_folding_twice_brings_nothing_new() -> None:
    """Of every character: what is folded compares equal to what was folded before."""
    for folded in (fold.fold, fold.fold_letters):
        assert [c for c in EVERY if folded(once := folded(c)) != once] == []


def test_a_letter_of_a_phrase_is_a_letter_of_a_name() -> None:
    """Phrases keep a letter's length, so that offsets stay; where both give one letter, it is the same."""
    pairs = [(c, fold.fold_letters(c), phrases.fold(c)[0]) for c in EVERY if c.isalpha()]
    assert [x for x in pairs if len(x[1]) == len(x[2]) == 1 and x[1] != x[2]] == []


@pytest.mark.parametrize("word", ["ブラックロック", "微软公司", "ไมโครซอฟท์", "ກະຊວງ", "ក្រុមហ៊ុន", "ကုမ္ပဏီ", "서울시"])
def test_what_is_written_without_spaces_is_cut(word: str) -> None:
    """A run of such letters is no word: what two stories share of it are its pairs of letters."""
    folded = fold.fold(word)
    assert pieces.grams(word) == {folded[i : i + 2] for i in range(len(folded) - 1)}
    assert not any(phrases.is_letter(c) for c in word), "a phrase may end anywhere in it"


def test_a_script_is_in_one_table() -> None:
    """What the table calls a script is what its ranges say."""
    names = ("Latn", "Cyrl", "Arab", "Thai", "Laoo", "Khmr", "Mymr", "Kana", "Hani", "Hang", "Deva")
    for name, char in zip(names, "Aяبกກកကカ漢한क", strict=True):
        assert scripts.of(char) == name and fold.within(ord(char), scripts.blocks(name))
        assert not any(fold.within(ord(char), scripts.blocks(other)) for other in names if other != name)
