"""Pieces of texts: what two stories may share, in the scripts that hurt."""

import pytest

from pipeline.core.events import pieces


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.580 TWh", {"158"}),  # a point between thousands
        ("1,580 TWh and 1 580 TWh", {"158"}),  # one number, three ways
        ("2,0 Prozent", {"2"}),
        ("$66.8 billion", {"668"}),
        ("668亿美元", {"668"}),
        ("400億ドル and 40 billion", {"4"}),  # the scale is a word
        ("٣٠ مليار", {"3"}),  # Arabic digits
        ("३५ अरब", {"35"}),  # Devanagari
        ("３０億", {"3"}),  # full width
        ("১৩৪ বিলিয়ন", {"134"}),  # Bengali
        ("in 2026 and 1998", set()),  # years
        ("20,26", {"2026"}),
        ("no number", set()),
        ("007", {"7"}),
        ("0", set()),
    ],
)
def test_figures_are_read_alike_in_every_script(text: str, found: set[str]) -> None:
    """A number is a bridge between languages only if every way to write it is one."""
    assert pieces.figures(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "ブラックロックが20日までに発表した", "3月20日", "2025년 3월 20일", "10月8号", "am 18.9.2024",
        "18/09/24", "um 14:30 Uhr", "el 20 de marzo de 2025", "am 8. Dezember 2025", "March 20, 2025",
        "le 1er avril 2026", "20th of March 2025", "Σεπτέμβριος 18, 2024", "۱۴:۳۰",
    ],
)  # fmt: skip
def test_dates_and_hours_are_no_figures(text: str) -> None:
    """They say when, and each story on a happening says it in its own way: they must not part two of them."""
    assert pieces.figures(text) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$30 billion", {"3"}),
        ("US$ 30 billion", {"3"}),
        ("€5 Mrd.", {"5"}),
        ("30億ドル", {"3"}),
        ("12% more", {"12"}),
        ("12 % mehr", {"12"}),
        ("7bn", {"7"}),
        ("1.2 GW", {"12"}),
        ("600 Stellen", {"6"}),
        ("11 000 Stellen", {"11"}),
        ("يوم 18 أيلول عن 100 مليار", {"1"}),
        ("den 18 september", set()),
        ("March 9 (Northern Wire)", set()),
        ("30 milliards", set()),  # without a table of words it looks like a day
        ("GPT-5", set()),
        ("32 turbines", {"32"}),
    ],
)
def test_a_number_that_may_be_a_day_is_no_amount(text: str, found: set[str]) -> None:
    """Only what can be no day of a month says that two stories tell of other amounts."""
    assert pieces.amounts(text) == found


@pytest.mark.parametrize(
    ("text", "watched", "found"),
    [
        ("OpenAI 与芯片公司 Cerebras 签约", ("OpenAI",), {"cerebras"}),
        ("OpenAI signs with chip maker Cerebras", ("OpenAI",), {"cerebras"}),
        ("xAI строит центр в Southaven", ("xAI",), {"southaven"}),
        ("ブロックチェーンの GPT-5.5 Instant", (), {"gpt-5.5", "instant"}),
        ("GPT‑5.5 and Grok-Connectors", ("Grok",), {"gpt-5.5", "grok-connectors", "connectors"}),
        ("the plant was closed", (), set()),  # no capital: a word
        ("모델 codex 공개", (), {"codex"}),  # Latin letters inside another script are a name without a capital, too
        ("Électricité de France", (), {"electricite", "france"}),
        ("AI", (), set()),  # too short
        ("1234 5.5", (), set()),
        ("", (), set()),
    ],
)
def test_names_that_nobody_watches(text: str, watched: tuple[str, ...], found: set[str]) -> None:
    """A name in Latin letters travels between scripts; what the watchlist names is left out."""
    assert pieces.rare(text, watched) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [("İstanbul", "istanbul"), ("NVIDIA", "Nvidia"), ("Ｎｖｉｄｉａ", "nvidia"), ("Électricité", "electricite")],
)
def test_words_fold(one: str, other: str) -> None:
    """Case, width and accents do not make another word."""
    assert pieces.grams(one) == pieces.grams(other)


def test_scripts_without_spaces_have_pieces() -> None:
    """A Han or Thai headline is one word to \\w: it must not be compared as a whole."""
    assert {"微软", "软和"} <= pieces.grams("微软和贝莱德")
    assert len(pieces.grams("ไมโครซอฟท์และแบล็คร็อค")) > 5
