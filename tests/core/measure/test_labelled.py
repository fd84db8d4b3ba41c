"""Labelled lines: both shapes, dates as exact as they are, faults named with file and line."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.core.measure import labelled
from pipeline.errors import ConfigError

LINE = {"lang": "en", "title": "T", "summary": "S", "url": "https://x.example/1", "date": "2025-03-19", "event": "e"}


def parse(**more: Any) -> labelled.LabelledStory:
    return labelled.parse(json.dumps({**LINE, **more}), "f.jsonl")[0]


@pytest.mark.parametrize(
    ("written", "moment", "until"),
    [
        ("2025-03-19", "2025-03-19T00:00", "2025-03-19T23:59"),
        ("2025-03", "2025-03-01T00:00", "2025-03-31T23:59"),  # any day of the month
        ("2024", "2024-01-01T00:00", "2024-12-31T23:59"),
        ("2018-09/10", "2018-09-10T00:00", "2018-09-10T23:59"),
        ("2025-03-19T14:05:00Z", "2025-03-19T14:05", None),
        ("2024-11-26 13:27:18+02:00", "2024-11-26T11:27:18", None),
        ("Wed, 22 Jul 2026 15:50:17 GMT", "2026-07-22T15:50:17", None),
        ("", "1970-01-01T00:00", "2200-01-01T00:00"),  # unknown: no distance to anything
    ],
)
def test_dates(written: str, moment: str, until: str | None) -> None:
    """A month must not be taken for its first day: it would put stories of one day two weeks apart."""
    line = parse(date=written)
    assert line.story.published_at == datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert (line.span and line.span[1]) == (until and datetime.fromisoformat(until).replace(tzinfo=UTC))


def test_translations_are_read_by_their_first_sentence() -> None:
    """NTREX lines carry text and cluster; a text that repeats its headline begins after it."""
    row = {"lang": "fr", "title": "Titre", "text": "Titre\nPremière phrase.\nAutre.", "date": "2018", "cluster": "doc"}
    line = labelled.parse(json.dumps(row), "f")[0]
    assert (line.story.summary, line.event) == ("Première phrase.", "doc")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"lang": "en"', "line 1: not JSON"),
        ("\n[1]", "line 2: a JSON object"),
        (json.dumps({**LINE, "title": None}), "line 1: 'title'"),
        (json.dumps({k: v for k, v in LINE.items() if k != "lang"}), "'lang'"),
        (json.dumps({**LINE, "date": "last week"}), "date 'last week'"),
        (json.dumps({**LINE, "date": "2025-13"}), "date '2025-13'"),
    ],
)
def test_a_malformed_line_is_named(content: str, said: str) -> None:
    """The one sentence names file and line, so that it can be corrected."""
    with pytest.raises(ConfigError, match=r"f\.jsonl, line") as e:
        labelled.parse(content, "f.jsonl")
    assert said in str(e.value)


def test_equal_addresses_are_two_lines() -> None:
    """Lines without an address, or with one that is none, stay apart."""
    lines = labelled.parse("\n".join(json.dumps({**LINE, "url": ""}) for _ in range(2)), "f")
    assert len({line.story.canonical_url for line in lines}) == 2


def test_pairs() -> None:
    """Pairs are judged without dates."""
    row = {"lang1": "en", "title1": "A", "text1": "a", "lang2": "fr", "title2": "B", "text2": "b", "same": 1}
    sides, same = next(labelled.parse_pairs(json.dumps(row), "f"))
    assert [s.story.language for s in sides] == ["en", "fr"] and same
