"""Labels: what a person says of a story is kept once, confirmed, listed, exported, and measured."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import settings as settings_module
from pipeline import store
from pipeline.desk import labels as label
from pipeline.desk.evaluate import match
from pipeline.errors import ConfigError, NotFoundError
from pipeline.settings import Settings
from pipeline.store.tables import labels, stories
from tests.told import STORIES, T0, tell

NOW = T0 + timedelta(days=3)


def settings_for(database_url: str, **more: object) -> Settings:
    return settings_module.load(database_url=database_url, encoder="none", **more)


@pytest.fixture
def told(database_url: str) -> tuple[Settings, list[int]]:
    with store.begin(database_url) as db:
        return settings_for(database_url), tell(db, STORIES)


def count(settings: Settings) -> int:
    with store.read(settings.database_url) as db:
        return int(db.scalar(sa.select(sa.func.count()).select_from(labels)) or 0)


def test_the_same_word_twice_is_one_label(told: tuple[Settings, list[int]]) -> None:
    """Rule: label is idempotent; a changed mind is a new row, and the newest counts."""
    settings, ids = told
    first, is_first = label.run(settings, NOW, str(ids[0]), 2, "ana", "only the subject")
    again, is_again = label.run(settings, NOW + timedelta(hours=1), str(ids[0]), 2, "ana", "only the subject")
    assert (is_first, is_again, count(settings)) == (True, False, 1)
    assert (again, again.at) == (first, NOW)  # the first time it was said
    changed, _ = label.run(settings, NOW + timedelta(hours=2), str(ids[0]), 1, "ben")
    assert (changed.level, changed.by, changed.said_before) == (1, "ben", (2,))
    back, is_new = label.run(settings, NOW + timedelta(hours=3), str(ids[0]), 2, "ana", "only the subject")
    assert (is_new, back.said_before, count(settings)) == (True, (2, 1), 3)


def test_it_confirms_what_was_judged(told: tuple[Settings, list[int]]) -> None:
    """Rule: who labels sees which story it was and what it was judged, by number, address or hash."""
    settings, ids = told
    with store.read(settings.database_url) as db:
        row = db.execute(sa.select(stories).where(stories.c.id == ids[3])).one()
    for what in (str(ids[3]), row.canonical_url + "?utm_source=feed", row.url_hash[:8]):
        found, _ = label.run(settings, NOW, what, 3)
        assert (found.story.id, found.story.title, found.judged) == (ids[3], STORIES[3].title, STORIES[3].level)
    with pytest.raises(NotFoundError, match=r"no story .*/x"):
        label.run(settings, NOW, "https://nowhere.example/x", 1)
    assert count(settings) == 1


def test_list_and_withdraw(told: tuple[Settings, list[int]]) -> None:
    """Rule: the newest label stands first, --wrong keeps disagreements, and a mistake can be taken back."""
    settings, ids = told
    label.run(settings, NOW, str(ids[0]), STORIES[0].level)
    label.run(settings, NOW, str(ids[5]), 0, note="lookalike: another Grok")
    assert [r.story.id for r in label.listed(settings)] == [ids[5], ids[0]]
    assert [r.story.id for r in label.listed(settings, wrong=True)] == [ids[5]]
    assert label.withdraw(settings, str(ids[5])) == (ids[5], 1)
    assert [r.story.id for r in label.listed(settings)] == [ids[0]]


def test_export_is_what_evaluate_reads(told: tuple[Settings, list[int]], tmp_path: Path) -> None:
    """Rule: the exported lines are the evaluate format, keep an event's stories together, and never change order."""
    settings, ids = told
    for number, t in zip(ids, STORIES, strict=True):
        label.run(settings, NOW, str(number), t.level, note="lookalike: x" if t.event == "grok" else "")
    with store.begin(settings.database_url) as db:
        db.execute(sa.update(stories).where(stories.c.id == ids[0]).values(text="An article. " * 1000))
    lines = label.export(settings)
    assert len(lines) == len(STORIES)
    assert lines == label.export(settings)
    wanted = {"id", "lang", "title", "summary", "url", "date", "relevance", "event", "note"}
    assert all(wanted <= set(line) for line in lines)
    long = [line for line in lines if "text" in line]
    assert [len(line["text"]) for line in long] == [label.EXPORTED_TEXT]  # what the matcher may read, no more
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    read = match.read(path)
    assert sorted(item.level for item in read) == sorted(t.level for t in STORIES)
    assert sum(item.note.startswith("lookalike") for item in read) == 2


def test_evaluate_from_store(told: tuple[Settings, list[int]]) -> None:
    """Rule: labelled stored stories are judged anew and scored like a file, beside the judgements that stand."""
    settings, ids = told
    with pytest.raises(NotFoundError, match="newswatch label"):
        match.from_store(settings)
    for number, t in zip(ids, STORIES, strict=True):
        label.run(settings, NOW, str(number), t.level)
    found = match.from_store(settings, floor=0.999)
    assert found.n == len(STORIES)
    every = {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert found.standing == match.Standing(len(STORIES), dict.fromkeys("123", every))
    assert found.levels["1"]["f1"] > 0.8  # the real matcher, on stories of our own
    label.run(settings, NOW, str(ids[0]), 0)
    worse = match.from_store(settings, floor=0.999)
    assert worse.standing.levels["1"]["precision"] < 1
    assert "1" in worse.below_floor
    assert "the judgements that are stored" in match.render(worse)


def test_own_weights(told: tuple[Settings, list[int]], tmp_path: Path) -> None:
    """Rule: weights fitted on labels can judge without touching those shipped, under a version of their own."""
    settings, ids = told
    label.run(settings, NOW, str(ids[0]), 3)
    shipped = Path(match.__file__).parents[2] / "data" / "matcher.json"
    weights = json.loads(shipped.read_text(encoding="utf-8"))
    weights["thresholds"] = {"1": 0.99999, "2": 0.99999, "3": 0.99999}
    fitted = tmp_path / "fitted.json"
    fitted.write_text(json.dumps(weights), encoding="utf-8")
    strict = match.from_store(settings_for(settings.database_url, matcher_file=fitted))
    usual = match.from_store(settings)
    assert strict.matcher != usual.matcher
    assert (usual.levels["3"]["f1"], strict.levels["3"]["f1"]) == (1.0, 0.0)
    for content in ("{}", "not json"):
        fitted.write_text(content, encoding="utf-8")
        with pytest.raises(ConfigError, match="NEWSWATCH_MATCHER_FILE"):
            match.from_store(settings_for(settings.database_url, matcher_file=fitted))
