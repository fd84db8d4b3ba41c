"""Files of words: what no list may have is refused with file, place and word; what ships passes."""

import pytest

from pipeline.core.facts import words as fact_words
from pipeline.core.text import words

KEYS = {"role": frozenset({"raised"}), "number": None}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('[role]\nraised = ["lever", "Léver"]', "stands there already"),
        ('[role]\nraised = ["lev*", "lever"]', "covered by 'lev\\*'"),
        ('[role]\nraised = ["привлек", "привлeк"]', "CYRILLIC and LATIN"),
        ('[role]\nraised = ["κεφάλαιο", "kεφάλαιο"]', "GREEK and LATIN"),
        ('[role]\nraised = ["*"]', "says nothing"),
        ('[role]\nraised = "lever"', "write a list"),
        ('[role]\nrised = ["lever"]', "no such key"),
        ('[rolls]\nraised = ["lever"]', "no table 'rolls'"),
        ("[role\n", "Expected"),
    ],
)
def test_what_no_list_may_have_is_refused(body: str, said: str) -> None:
    """A speaker who mends a file learns which word is wrong, and why."""
    with pytest.raises(ValueError, match=said) as e:
        words.read("facts.xx.toml", f'language = "Test"\n{body}', KEYS)
    assert str(e.value).startswith("facts.xx.toml")


def test_a_file_says_its_language() -> None:
    """A reader of the folder sees whose words these are."""
    with pytest.raises(ValueError, match="which language"):
        words.read("facts.xx.toml", '[role]\nraised = ["lever"]', KEYS)


def test_letters_of_two_scripts_may_meet_where_they_do() -> None:
    """GPU stands in Japanese words, and a stem may cover another key's word."""
    text = 'language = "Test"\n[number]\n"1" = ["gpuを", "ab*"]\n"2" = ["abc"]'
    assert words.read("facts.xx.toml", text, KEYS) == {"number": {"1": ("gpuを", "ab*"), "2": ("abc",)}}


def test_the_words_that_ship_are_sound() -> None:
    """Every file is read, every section known; sixty languages and more have words of their own."""
    found = fact_words.all_languages()
    assert len(found) >= 60
    assert all(sections for sections in found.values())


def test_no_word_says_two_things() -> None:
    """A word that two languages use for different values would be read by chance."""
    for section in ("scale", "short_scale", "currency_before", "power", "energy", "thing"):
        said: dict[str, set[str]] = {}
        for _, key, listed in fact_words.entries(section):
            for word in listed:
                said.setdefault(words.fold(word.rstrip("*0123456789"))[0].strip(), set()).add(key)
        assert {w: keys for w, keys in said.items() if len(keys) > 1} == {}
