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


@pytest.mark.parametrize(
    "text",
    [
        "Grad je dobio novo mjesto za rijetke ptice",
        "Vlada smjenjuje direktora elektrane",
        "Radnici zahtijevaju veće plate",
        "Požar je stigao na sjever zemlje",
        "Cijene struje rastu u nedjelju",
        "Gdje će biti nova brana",
    ],
)
def test_what_bosnia_spells_and_serbia_does_not(text):
    # Bosnian was left undecided beside Serbian although its vowels say that it is not
    assert sisters.is_ijekavian(text)


@pytest.mark.parametrize(
    "text",
    [
        "Grad je dobio novo mesto za retke ptice",
        "Vlada smenjuje direktora elektrane",
        "Ujedinjene nacije i klijenti iz Rusije",
        "Nijedan pacijent nije u Srbiji",
        "Cene struje rastu u nedelju",
        "Orijentacija premijera Medvedeva",
    ],
)
def test_what_serbia_spells_so_too(text):
    # Serbian in Latin letters is no Bosnian for the je of its genitives and foreign words
    assert not sisters.is_ijekavian(text)
