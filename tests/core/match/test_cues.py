"""Which languages' cues are looked for: a text's own, its sisters', English beside Latin letters; all when lost."""

import pytest

from pipeline.core.match import cues

ALL = cues.readable("und", latin=True)


@pytest.mark.parametrize(
    ("language", "latin", "read"),
    [
        ("de", True, {"de", "en"}),
        ("de-AT", True, {"de", "en"}),
        ("en", True, {"en"}),
        ("da", True, {"da", "no", "sv", "en"}),
        ("ru", False, {"ru", "uk", "bg", "kk", "uz"}),  # no English in Cyrillic
        ("hi", False, {"hi", "mr", "ne"}),
        ("sr", False, {"sr", "hr", "sl", "bg"}),  # a family of two scripts
        ("sr", True, {"sr", "hr", "sl", "bg", "en"}),
        ("zh", False, {"zh-Hans", "zh-Hant"}),
        ("zh-Hant", False, {"zh-Hans", "zh-Hant"}),
        ("zh-TW", False, {"zh-Hans", "zh-Hant"}),
        ("nn", True, {"da", "no", "sv", "en"}),  # no words of its own, but sisters
    ],
)
def test_a_text_is_read_in_its_language_and_its_sisters(language: str, latin: bool, read: set[str]) -> None:
    """Rule: "court" is a judge's in English, and short in French."""
    assert cues.readable(language, latin) == read


@pytest.mark.parametrize(
    ("language", "latin"),
    [("und", False), ("xx", True), ("ru", True), ("hi", True), ("de", False), ("zh", True), ("sw", True)],
)
def test_a_text_whose_label_is_unknown_or_wrong_is_read_in_all(language: str, latin: bool) -> None:
    """Rule: without a language, or in letters that it is not written in, the label says nothing."""
    assert cues.readable(language, latin) == ALL
    assert len(ALL) > 50


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("OpenAI", True),
        ("Ørsted ẽ Ư", True),
        ("Открытый ИИ", False),
        ("AB ИИ", True),  # half
        ("A ИИ", False),
        ("2025: 30", True),  # no letters at all
        ("a" * 100 + "и" * 300, True),  # the first 200 characters decide: half
        ("a" * 99 + "и" * 300, False),
    ],
)
def test_most_letters_say_what_a_text_is_written_in(text: str, latin: bool) -> None:
    """Rule: names in Latin letters do not make a Russian headline English."""
    assert cues._is_latin(text) == latin
