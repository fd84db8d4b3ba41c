"""evaluate-stream on a small stream of our own: the real steps, a temporary store, a simulated clock."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import settings, steps
from pipeline.core.measure.stream import WAYS, StreamScore
from pipeline.desk.evaluate import stream as evaluate_stream
from pipeline.errors import ConfigError
from tests.told import STORIES, T0


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    return path


def rows() -> list[dict[str, str]]:
    return [
        {
            "lang": t.language,
            "title": t.title,
            "summary": t.summary,
            "url": t.address,
            "date": (T0 + timedelta(hours=t.hours)).isoformat(),
            "event": t.event,
        }
        for t in STORIES
    ]


def run(path: Path) -> StreamScore:
    return evaluate_stream.run(path, settings.load(encoder="none"), steps.perform)


def test_the_contract(tmp_path: Path) -> None:
    """The shares add up, and the reader got mail."""
    found = run(write(tmp_path / "s.jsonl", rows()))
    assert found.all.happenings == len({t.event for t in STORIES}) and found.lines == len(STORIES)
    assert sum(found.all.share(way) for way in WAYS) == pytest.approx(1, abs=1e-3)
    assert found.mails >= 1 and found.all.own > 0
    assert found.all.happenings == sum(row.happenings for row in found.by_size.values())


def test_the_same_stream_gives_the_same_figures(tmp_path: Path) -> None:
    """The clock is simulated and the order of lines says nothing."""
    once = run(write(tmp_path / "a.jsonl", rows()))
    again = run(write(tmp_path / "b.jsonl", rows()[::-1]))
    assert once == again


def test_lines_without_a_date_or_a_label_take_part(tmp_path: Path) -> None:
    """An undated line arrives at the first run; an unlabelled one is no happening but may make a mail."""
    told = rows()
    told[0]["date"], told[1]["event"] = "", ""
    found = run(write(tmp_path / "s.jsonl", told))
    assert found.unlabelled == 1 and found.lines == len(told)
    assert run(write(tmp_path / "none.jsonl", [])).all.happenings == 0


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    """The error names file and line."""
    with pytest.raises(ConfigError, match=r"s\.jsonl, line 2"):
        run(write(tmp_path / "s.jsonl", [*rows()[:1], {"lang": "en"}]))


def test_a_quiet_month_ends(tmp_path: Path) -> None:
    """A gap between stories runs the clock on without making every mail after it a digest."""
    told = [*rows()[:1], rows()[0] | {"date": (T0 + timedelta(days=40)).isoformat(), "url": "https://a.example/2"}]
    found = run(write(tmp_path / "s.jsonl", told))
    assert found.mails == 2 and found.runs > 80
