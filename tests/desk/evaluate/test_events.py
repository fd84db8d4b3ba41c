"""evaluate-events on a small file of our own: the real steps, in memory."""

import gzip
import json
from pathlib import Path

import pytest

from pipeline import settings
from pipeline.desk.evaluate import events
from pipeline.errors import ConfigError
from tests.told import STORIES, T0

GOLD = Path(__file__).resolve().parents[2] / "gold" / "stories.jsonl"


def write(path: Path) -> Path:
    rows = [
        {
            "lang": t.language,
            "title": t.title,
            "summary": t.summary,
            "url": t.address,
            "date": T0.isoformat(),
            "event": t.event,
        }
        for t in STORIES
    ]
    rows.append(
        {"lang": "en", "title": "Rain expected in the north", "summary": "", "url": "", "date": "2025", "event": ""}
    )
    path.write_bytes(gzip.compress("\n".join(json.dumps(r) for r in rows).encode()))
    return path


def test_report(tmp_path: Path) -> None:
    """Only labelled lines count, refused ones stand alone, and the contract's keys are there."""
    report = events.run(write(tmp_path / "f.jsonl.gz"), settings.load())
    assert report.n == len(STORIES) and report.lines == len(STORIES) + 1
    assert report.refused >= 1
    for ratios in (report.b3, report.pairwise, report.cross_lingual):
        assert set(ratios) >= {"precision", "recall", "f1"}
        assert ratios["f1"] >= 0.9, report
    assert report.worst_joins == []


def test_pairs_are_measured_besides(tmp_path: Path) -> None:
    """--pairs judges texts two by two."""
    a, b, c = STORIES[0], STORIES[1], STORIES[7]
    rows = [
        {
            "lang1": x.language,
            "title1": x.title,
            "text1": x.summary,
            "lang2": y.language,
            "title2": y.title,
            "text2": y.summary,
            "same": int(x.event == y.event),
        }
        for x, y in ((a, b), (a, c), (b, c))
    ]
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text("\n".join(json.dumps(r) for r in rows))
    report = events.run(write(tmp_path / "f.jsonl.gz"), settings.load(), pairs_path=pairs)
    assert (report.pairs["tp"], report.pairs["tn"], report.pairs["f1"]) == (1, 2, 1.0)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """One sentence, no stack trace."""
    with pytest.raises(ConfigError, match="cannot be read"):
        events.run(tmp_path / "missing.jsonl", settings.load())
    (tmp_path / "broken.jsonl.gz").write_bytes(b"\x1f\x8b\x08broken")
    with pytest.raises(ConfigError, match="cannot be read"):
        events.run(tmp_path / "broken.jsonl.gz", settings.load())


def test_gold_stays_above_its_floor(tmp_path: Path) -> None:
    """Sequels, rivals and same-day news of the same firms: at most four stories of each of our gold events."""
    kept: dict[str, int] = {}
    chosen = []
    for written in GOLD.read_text("utf-8").splitlines():
        event = json.loads(written)["event"]
        kept[event] = kept.get(event, 0) + 1
        if event and kept[event] <= 4:
            chosen.append(written)
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(chosen), "utf-8")
    report = events.run(path, settings.load(), all_lines=True)
    for ratios in (report.b3, report.pairwise, report.cross_lingual):
        assert ratios["f1"] >= 0.93, report
