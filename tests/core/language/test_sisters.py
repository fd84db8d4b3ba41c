"""Words and letters of sister languages; samples are our own."""

import pytest

from pipeline.core.language import sisters


@pytest.mark.parametrize(
    ("script", "text", "writers"),
    [
        ("Cyrl", "ђак", "sr"),
        ("Cyrl", "ўлада", "be uz"),
        ("Cyrl", "її", "uk"),
        ("Arab", "ٹیم", "ur"),
        ("Arab", "گروه", "fa ur ps ckb ug"),
        ("Deva", "शाळा", "mr gom sa ne"),
    ],
)
def test_letters_exclude_those_who_do_not_write_them(script, text, writers):
    # Persian in Arabic spelling was Arabic with certainty until its own letters spoke
    assert writers in sisters.strangers(script, text)


def test_letters_of_another_script_are_not_asked():
    # Latin names with foreign letters (Erdoğan, Malmö) stand in every language
    assert sisters.strangers("Latn", "Erdoğan in Malmö") == {}


def test_lists_are_lower_case_and_of_one_word():
    # votes are counted over lower-case words; anything else would never be heard
    for words in sisters._WORDS.values():
        for word in words.split():
            assert word == word.lower()


def test_a_repeated_word_votes_once():
    # a slogan must not outvote a sentence
    assert sisters.votes("karena karena karena") == sisters.votes("karena")
