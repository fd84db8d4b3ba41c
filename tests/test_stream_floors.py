"""The floors of the gold stream: what one reader gets of dense news never gets worse than this unnoticed.

The weights were fitted on the part of the stream that may be fitted on, so these are guards, not estimates;
docs/events.md says what was measured. One window is run: by words and names alone, and with the sentence encoder.
"""

from pathlib import Path

import pytest

from pipeline import steps
from pipeline.core.measure.stream import StreamScore
from pipeline.desk.evaluate import events, stream
from pipeline.settings import load

GOLD = Path(__file__).parent / "gold"
STREAM = GOLD / "stream.jsonl"


def told(folder: Path, encoder: str) -> StreamScore:
    """Run the window of August 2025, 110 stories of 49 happenings, as shipped."""
    lines = STREAM.read_text(encoding="utf-8").splitlines(keepends=True)
    path = folder / "window.jsonl"
    path.write_text("".join(line for line in lines if '"id": "s2508-' in line), encoding="utf-8")
    return stream.run(path, load(encoder=encoder), steps.perform)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> StreamScore:
    """By words and names alone."""
    return told(tmp_path_factory.mktemp("bare"), "none")


@pytest.fixture(scope="module")
def dear(tmp_path_factory: pytest.TempPathFactory) -> StreamScore:
    """With the sentence encoder."""
    return told(tmp_path_factory.mktemp("dear"), "auto")


@pytest.mark.parametrize("which", ["bare", "dear"])
def test_a_happening_reaches_its_reader_as_news_of_its_own(which: str, request: pytest.FixtureRequest) -> None:
    """Rule: four in five come under a headline of their own (three in four without an encoder), hardly one never."""
    found = request.getfixturevalue(which)
    assert found.all.happenings == 49
    assert found.all.own >= (0.8 if which == "dear" else 0.75), stream.render(found)
    assert found.all.never <= 0.05, stream.render(found)


@pytest.mark.parametrize("which", ["bare", "dear"])
def test_nobody_is_told_twice_or_corrected_often(which: str, request: pytest.FixtureRequest) -> None:
    """Rule: what is told is told once, and hardly ever taken back."""
    found = request.getfixturevalue(which)
    assert found.twice <= found.all.happenings * (0.07 if which == "dear" else 0.16), stream.render(found)
    assert found.corrections <= found.mails * 0.06, stream.render(found)
    assert found.mails_per_happening <= (1.2 if which == "dear" else 1.35), stream.render(found)


STORYLINES = (
    ("terminals", "auto", 0.93, 0.95),
    ("chocolate", "auto", 0.93, 0.93),
    ("terminals", "none", 0.62, 0.52),
    ("chocolate", "none", 0.68, 0.55),
)


@pytest.mark.parametrize(("name", "encoder", "b3", "pairwise"), STORYLINES)
def test_events_of_another_storyline_stand(name: str, encoder: str, b3: float, pairwise: float) -> None:
    """Rule: what clustering learned of the shipped storyline does no harm to one that it never saw."""
    folder = GOLD / "storylines" / name
    found = events.run(folder / "stories.jsonl", load(encoder=encoder, watch_dir=folder))
    assert found.b3["f1"] >= b3, found
    assert found.pairwise["f1"] >= pairwise, found
