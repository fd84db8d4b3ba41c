"""Explicit dates of running text, in the orders and inflections of many languages."""

from datetime import date

import pytest

from pipeline.core.facts import days
from pipeline.core.text.phrases import fold

DAY = float((date(2024, 9, 17) - date(1970, 1, 1)).days)


@pytest.mark.parametrize(
    "text",
    [
        "September 17, 2024",
        "Sept. 17, 2024",
        "17th of September 2024",
        "17 septembre 2024",
        "17. September 2024",
        "17 de septiembre de 2024",
        "17 September 2024",
        "17 сентября 2024 года",
        "17 вересня 2024 року",
        "17. září 2024",
        "2024. szeptember 17.",
        "2024 m. rugsėjo 17 d.",
        "2024. gada 17. septembrī",
        "17 Eylül 2024",
        "17 سبتمبر 2024",
        "17 أيلول (سبتمبر) 2024",
        "ב-17 בספטמבר 2024",
        "17 सितंबर 2024",
        "१७ सितंबर २०२४",
        "2024年9月17日",
        "２０２４年９月１７日",
        "2024년 9월 17일",
        "ngày 17 tháng 9 năm 2024",
        "17 กันยายน 2567",
        "17.9.2024",
        "17/09/2024",
        "9/17/2024",
        "2024-09-17",
    ],
)
def test_one_day_in_many_languages(text: str) -> None:
    """The same day, whatever the order, the inflection, the digits or the era."""
    ((_, _, first, last),) = days.find(fold(text)[0])
    assert (first, last) == (DAY, None)


@pytest.mark.parametrize(
    "text",
    [
        "in September 2024",
        "во сентябре 2024",
        "w wrześniu 2024",
        "en septembre 2024",
        "2024年9月",
        "syyskuussa 2024",
        "2024 szeptemberében",
        "2024. szeptemberében",
        "2024 Eylülünde",
    ],
)
def test_a_month_spans_its_days(text: str) -> None:
    """A month comes as its first and last day."""
    ((_, _, first, last),) = days.find(fold(text)[0])
    assert (first, last) == (DAY - 16, DAY + 13)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("2024. május 17-én", date(2024, 5, 17)),
        ("2024. március 5.", date(2024, 3, 5)),
        ("2024 májusában", date(2024, 5, 1)),
        ("2024 Mayıs ayında", date(2024, 5, 1)),
        ("2024 m. gegužės 17 d.", date(2024, 5, 17)),
        ("2024m. kovo 5 d.", date(2024, 3, 5)),
        ("In 2024 May said no", date(2024, 1, 1)),  # a name of four letters and fewer may be another word
    ],
)
def test_a_month_behind_its_year(text: str, first: date) -> None:
    """The m of Lithuanian years is not that of a month."""
    assert [found[2] for found in days.find(fold(text)[0])] == [(first - date(1970, 1, 1)).days]


@pytest.mark.parametrize(
    "text",
    [
        "31 February 2024",
        "3/4/2025",
        "the 1990s",
        "2024 GW",
        "Windows 2024",
        "GTC 2024",
        "$2024",
        "2,024 jobs",
        "12:2024",
        "tahun 1950-an",
    ],
)
def test_no_date(text: str) -> None:
    """Impossible and ambiguous dates, decades, and numbers that look like years are none."""
    assert days.find(fold(text)[0]) == []
