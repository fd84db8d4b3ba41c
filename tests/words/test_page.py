"""How the page writes amounts, times and languages."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from pipeline.core.alerts.content import StoryLine
from pipeline.core.events import pairs, threads
from pipeline.core.match.vocabulary import SAYS
from pipeline.model import Fact
from pipeline.words import mail_charts, page

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def row(kind: str, value: float, unit: str, upper: float | None = None, vague: bool = False) -> dict[str, Any]:
    return {"kind": kind, "value": value, "unit": unit, "upper_value": upper, "is_approximate": vague}


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (row("money", 30e9, "USD"), "$30 billion"),
        (row("money", 1.25e12, "EUR"), "€1.25 trillion"),
        (row("money", 999.0, "IDR"), "IDR 999"),
        (row("money", 123_456.0, "USD"), "$123,456"),
        (row("money", 30e9, "USD", 100e9, True), "$30 billion to $100 billion"),
        (row("energy", 1.58e15, "Wh"), "1,580 TWh"),
        (row("power", 1.2e9, "W"), "1.2 GW"),
        (row("power", 0, "W"), "0 W"),
        (row("count", 15, "turbines"), "15 turbines"),
        (row("date", 20819, "day"), "1 Jan 2027"),
        (row("date", 1e12, "day"), "day 1,000,000,000,000"),
        (Fact("money", 40e9, "USD", "price", 0, 4, "$40", approximate=True), "about $40 billion"),
    ],
)
def test_amount(fact: Any, expected: str) -> None:
    """Rule: the trade's units, at most four digits, and what is about is said so; rows and nouns alike."""
    assert page.amount(fact) == expected


@pytest.mark.parametrize("name", sorted({*SAYS, *pairs.FEATURES, *threads.FEATURES}))
def test_every_feature_is_said_in_words(name: str) -> None:
    """Rule: matcher, clusterer and linker speak by one writer; no reader meets the name of a column."""
    assert "_" not in page.feature(name)
    assert page.feature(name) != name


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("zh-Hant", "Chinese (Traditional)"),
        ("id", "Indonesian"),
        ("und", "language unclear"),
        (None, "language unclear"),
        ("xx-bad-tag-for-sure", "xx-bad-tag-for-sure"),
        ("<b>", "<b>"),
    ],
)
def test_language(tag: str | None, expected: str) -> None:
    """Rule: a tag that nobody knows is shown as it is."""
    assert page.language(tag) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (None, "never"),
        (NOW - timedelta(seconds=20), "under a minute ago"),
        (NOW - timedelta(minutes=5), "5 min ago"),
        (NOW - timedelta(hours=30), "30 h ago"),
        (NOW - timedelta(days=9), "9 d ago"),
        (NOW + timedelta(hours=1), "in 1 h"),
    ],
)
def test_ago(at: datetime | None, expected: str) -> None:
    """Rule: one unit is enough to see whether a feed is alive."""
    assert page.ago(at, NOW) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("similarity", "likeness to the seeds"),
        ("hosts_2", "names two partners"),
        ("field:power", "words of the field (power)"),
        ("something_new", "something new"),
        ("e5", "meaning (broad encoder)"),
        ("", "start"),
    ],
)
def test_feature(key: str, expected: str) -> None:
    """Rule: what decided is told in words, and a feature that the page does not know yet by its own name."""
    assert page.feature(key) == expected


def test_the_times_of_a_mails_picture_stand_inside_it() -> None:
    """Rule: nothing is drawn at the very edge, where a label of the axis would be cut off."""
    told = [StoryLine(n, "Title", "", "outlet", "en", NOW + timedelta(hours=9 * n)) for n in range(4)]
    drawn = Image.open(io.BytesIO(mail_charts.timeline(told, lambda at, _: f"{at:%d %b %H:%M}")))
    width, height = drawn.size
    edges = [
        drawn.crop(box).getchannel("A").getextrema()[1] for box in ((0, 0, 4, height), (width - 4, 0, width, height))
    ]
    assert edges == [0, 0]
