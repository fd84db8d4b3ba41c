"""Teaching: weights refitted on one's own labels, drawn to those in use, written beside, never over."""

import json
from pathlib import Path

import pytest

from pipeline.core.match.judge import MatchWeights
from pipeline.desk import fit
from pipeline.errors import ConfigError
from pipeline.settings import Settings, load

GOLD = Path(__file__).parents[1] / "gold"
TERMINALS = GOLD / "storylines" / "terminals"


def settings(folder: Path) -> Settings:
    """Give settings of a storyline without an encoder, whose new weights go into `folder`."""
    return load(watch_dir=TERMINALS, database_url=f"sqlite:///{folder / 'x.db'}", encoder="none")


def lines(folder: Path, number: int, **change: object) -> Path:
    """Write every fourth labelled line, at most `number`."""
    rows = [json.loads(t) for t in (TERMINALS / "stories.jsonl").read_text(encoding="utf-8").splitlines()][::4]
    path = folder / "labels.jsonl"
    path.write_text("".join(json.dumps(r | change) + "\n" for r in rows[:number]), encoding="utf-8")
    return path


def test_it_writes_weights_that_the_matcher_reads_and_tells_what_changes(tmp_path: Path) -> None:
    """Rule: figures are of models that saw nothing of the story; the file knows its source and what it is drawn to."""
    out = tmp_path / "new.json"
    found = fit.run(settings(tmp_path), [fit.LabelFile(lines(tmp_path, 40))], out=out)
    written = json.loads(out.read_text(encoding="utf-8"))
    assert found.version == MatchWeights.from_json(out.read_text(encoding="utf-8")).version
    assert found.n == 40 and written["fitted_on"] == {"labels.jsonl": 40}
    assert written["drawn_to"] != "nothing"
    assert len(found.sets["labels.jsonl"].after) == 3
    assert all(m.wrong != m.level for m in found.better + found.worse)


def test_the_same_labels_give_the_same_weights(tmp_path: Path) -> None:
    """Rule: nothing in a fit is random."""
    source = [fit.LabelFile(lines(tmp_path, 40))]
    versions = {fit.run(settings(tmp_path), source, out=tmp_path / f"{n}.json").version for n in range(2)}
    assert len(versions) == 1


def test_few_labels_or_of_one_level_are_refused(tmp_path: Path) -> None:
    """Rule: what cannot teach is said, and no file is written."""
    for path in (lines(tmp_path, fit.FEWEST - 1), lines(tmp_path, 40, relevance=1)):
        with pytest.raises(ConfigError, match="too few to learn from"):
            fit.run(settings(tmp_path), [fit.LabelFile(path)], out=tmp_path / "none.json")
        lines(tmp_path, 40, relevance=1)
    assert not (tmp_path / "none.json").exists()


def test_blind_lines_are_left_out(tmp_path: Path) -> None:
    """Rule: part = "blind" is never learnt from."""
    with pytest.raises(ConfigError, match=r"^0 labelled stories"):
        fit.run(settings(tmp_path), [fit.LabelFile(lines(tmp_path, 40, part="blind"))], out=tmp_path / "none.json")


def test_a_standing_file_is_never_written_over(tmp_path: Path) -> None:
    """Rule: matcher-1.json, matcher-2.json …"""
    assert fit._next(tmp_path).name == "matcher-1.json"
    (tmp_path / "matcher-7.json").touch()
    assert fit._next(tmp_path).name == "matcher-8.json"


def test_a_source_says_its_weight() -> None:
    """FILE@WEIGHT; an address with @ is a file."""
    assert fit.source("a.jsonl@0.5") == fit.LabelFile(Path("a.jsonl"), None, 0.5)
    assert fit.source("me@home.jsonl").path == Path("me@home.jsonl")
