"""The words of mails, of the pages that they lead to, and of the operator's mail: all of them in every language."""

from typing import get_args

import pytest

from pipeline.settings import Settings
from pipeline.words.texts import LANGUAGES, TEXTS, accepted


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_english(language: str) -> None:
    """Rule: no page of a reader and no mail of the operator says the English sentence (test_mail: none is missing)."""
    for key, text in TEXTS["en"].items():
        if key.startswith(("page_", "heartbeat", "alarm", "outage")):
            assert language == "en" or TEXTS[language][key] != text, key


def test_the_operator_may_choose_any_of_them() -> None:
    """The setting names the languages that there are, and no other."""
    assert get_args(Settings.model_fields["operator_language"].annotation) == LANGUAGES


@pytest.mark.parametrize(
    ("header", "expected"),
    [("", "en"), ("fr-CA,fr;q=0.9,en;q=0.8", "fr"), ("ko, ja;q=0.5", "ja"), ("zh-TW,zh;q=0.9", "zh"), ("xx;;,,", "en")],
)
def test_a_browser_says_its_languages(header: str, expected: str) -> None:
    """Rule: who has no language on record is written to in the first of the browser's that we write."""
    assert accepted(header) == expected
