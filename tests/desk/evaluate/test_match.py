"""`newswatch evaluate`: the contract of its result, and its errors."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.desk.evaluate import match
from pipeline.errors import ConfigError
from pipeline.settings import load

LINES: list[dict[str, Any]] = [
    {"id": "a", "lang": "en", "title": "OpenAI plans a data centre with Oracle", "summary": "", "relevance": 1},
    {
        "id": "b",
        "lang": "en",
        "title": "",
        "summary": "OpenAI opens a data centre.",
        "relevance": 0,
    },  # wrong on purpose
    {
        "id": "c",
        "lang": "fr",
        "title": "L'IA explicable (XAI) expliquée aux médecins",
        "relevance": 0,
        "note": "lookalike: explainable AI",
    },
    {"id": "d", "lang": "de", "title": "Regen überflutet Dörfer", "summary": None, "relevance": 0, "date": "2025-03"},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "stories.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in LINES) + "\n\n", encoding="utf-8")
    return path


def test_the_result_keeps_its_contract(file: Path) -> None:
    """Rule: the figures that others read have these meanings."""
    result = match.run(file, load(encoder="none"))
    assert result.n == 4
    assert result.levels["1"] == {"precision": 0.5, "recall": 1.0, "f1": 0.6667}
    assert result.levels["2"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}  # none there, none found
    # a language without a story of ours: the share rightly refused
    assert result.languages == {
        "de": match.LanguageScore(1, 1.0),
        "en": match.LanguageScore(2, 0.6667),
        "fr": match.LanguageScore(1, 1.0),
    }
    assert result.lookalikes == match.Lookalikes(n=1, wrong=0)
    assert [(c.id, c.expected, c.got) for c in result.confusions] == [("b", 0, 1)]
    assert result.confusions[0].evidence["mentions"][0]["entity"] == "openai"
    assert result.below_floor is None


def test_a_floor_names_the_levels_below_it(file: Path) -> None:
    """Rule: the command can fail a build, and says at which level."""
    assert match.run(file, load(encoder="none"), floor=0.9).below_floor == ["1"]
    assert match.run(file, load(encoder="none"), floor=0.5).below_floor == []


def test_a_person_can_read_it(file: Path) -> None:
    """Rule: figures, the worst confusion and its reasons stand in the text."""
    text = match.render(match.run(file, load(encoder="none"), floor=0.9))
    for words in ("4 stories", ">= 1", "0 of 1", "0 taken for 1", "OpenAI opens", "whole", "below the floor"):
        assert words in text


def test_packed_files_are_read(file: Path, tmp_path: Path) -> None:
    """Rule: a .gz is read as its content."""
    packed = tmp_path / "stories.jsonl.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert [label.id for label in match.read(packed)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2: not JSON"),
        ("[1]", "line 2: a JSON object"),
        ('{"lang": "en", "title": "x", "relevance": 4}', "line 2: 'relevance' is 4"),
        ('{"lang": "en", "title": "x", "relevance": true}', "line 2: 'relevance' is True"),
        ('{"lang": "en", "title": "x"}', "line 2: 'relevance' is None"),
        ('{"title": "x", "relevance": 0}', "line 2: 'lang' is missing"),
        ('{"lang": "en", "title": 7, "relevance": 0}', "line 2: 'title'"),
        ('{"lang": "en", "relevance": 0}', "line 2: neither a title nor a summary"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str, told: str) -> None:
    """Rule: an error says which file, which line, and what was expected."""
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(LINES[0]) + "\n" + line, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bad\.jsonl, ") as caught:
        match.read(path)
    assert told in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe", b"\x1f\x8bbroken"])
def test_a_file_of_nothing_is_told(tmp_path: Path, content: bytes) -> None:
    """Rule: no silent 100 % on an empty or broken file."""
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="bad"):
        match.read(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        match.read(tmp_path / "missing.jsonl")
