"""Sentences end where a reader of the language would end them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.text import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("xAI buys land. It wants power.", ["xAI buys land.", "It wants power."]),
        ("The U.S. Senate agrees. Mr. Musk does not.", ["The U.S. Senate agrees.", "Mr. Musk does not."]),
        ("J. Doe of Acme Inc. said so! Really?", ["J. Doe of Acme Inc. said so!", "Really?"]),
        ("It rose 1.5 % to $3.2 billion. Then it fell.", ["It rose 1.5 % to $3.2 billion.", "Then it fell."]),
        ("Am 3. Mai beginnt der Bau. Er dauert.", ["Am 3. Mai beginnt der Bau.", "Er dauert."]),
        ("Am 31. Mai beginnt der Bau.", ["Am 31. Mai beginnt der Bau."]),
        ("It began in 2026. They left.", ["It began in 2026.", "They left."]),  # a year and a hundred are no ordinals
        ("They count 100. None left.", ["They count 100.", "None left."]),
        ("They count 10. 20 left.", ["They count 10.", "20 left."]),  # nor is what stands before a number
        ("Sie endet am 7.", ["Sie endet am 7."]),
        ("Il a dit : « Oui. » Puis il est parti.", ["Il a dit : « Oui. »", "Puis il est parti."]),
        ("OpenAI 筹集资金。微软也参与了。", ["OpenAI 筹集资金。", "微软也参与了。"]),
        ("彼は「買う。」と言った。市場は驚いた。", ["彼は「買う。」と言った。", "市場は驚いた。"]),
        ("ओपनएआई ने धन जुटाया। निवेशक खुश हैं।", ["ओपनएआई ने धन जुटाया।", "निवेशक खुश हैं।"]),
        ("هل تشتري الشركة الأرض؟ نعم، تشتريها.", ["هل تشتري الشركة الأرض؟", "نعم، تشتريها."]),
        ("오픈AI가 투자를 받았다. 규모는 크다.", ["오픈AI가 투자를 받았다.", "규모는 크다."]),
        ("Вложат 5 млрд. руб. в стройку. Сроки неясны.", ["Вложат 5 млрд. руб. в стройку.", "Сроки неясны."]),
        ("Eight halls draw 1.2 GW; two follow. Then none.", ["Eight halls draw 1.2 GW; two follow.", "Then none."]),
        ("Τι αγοράζει\u037e Γη.", ["Τι αγοράζει\u037e", "Γη."]),
        ("no end at all", ["no end at all"]),
        ("", []),
    ],
)  # fmt: skip
def test_split(text: str, expected: list[str]) -> None:
    """Rule: points of abbreviations, initials, numbers and days end no sentence; marks of each script do."""
    assert sentences.split(text) == expected


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("xAI buys land. It wants power. And water.", "", "xAI buys land. It wants power."),
        ("xAI buys land! It wants power.", "xAI buys land", "It wants power."),
        ("xAI buys land", "XAI buys land.", ""),
        ("xAI buys land. Read more at the site", "", "xAI buys land."),
        ("xAI achète un terrain. Lire la suite", "", "xAI achète un terrain."),
        ("The post xAI buys land appeared first on The Wire.", "", ""),
        ("OpenAI 筹集资金。微软也参与了。阅读全文", "", "OpenAI 筹集资金。微软也参与了。"),
        ("xAI buys land near Memphis and wants [...]", "", "xAI buys land near Memphis and wants…"),
        ("xAI buys land. It wants power and wat…", "", "xAI buys land."),
    ],
)
def test_opening(text: str, title: str, expected: str) -> None:
    """Rule: the story's own words, whole sentences, nothing that the headline says already or the feed put behind."""
    assert sentences.opening(text, title=title) == expected


def test_a_long_sentence_ends_at_a_word_and_scripts_take_their_room() -> None:
    """Rule: room is measured in Latin letters; a Han text of the same meaning is shorter."""
    long = "word " * 100
    cut = sentences.opening(long, room=52)
    assert cut == " ".join(["word"] * 10) + "…"
    han = sentences.opening("基础设施" * 50, room=50)
    assert len(han) == 21 and han.endswith("…")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_nothing_is_lost_and_nothing_raises(text: str) -> None:
    """Law: the sentences of a text are the text, but for spaces; an opening never takes more than its room."""
    assert "".join("".join(sentences.split(text)).split()) == "".join(text.split())
    assert sentences.width(sentences.opening(text, room=40)) <= 41
