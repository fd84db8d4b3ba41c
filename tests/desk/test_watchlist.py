"""Looking after the watchlist: what is wrong with its aliases is found, and the names that it lacks are proposed."""

import dataclasses
import gzip
import json
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import settings as settings_module
from pipeline import store
from pipeline.desk import labels, watchlist
from pipeline.errors import ConfigError
from pipeline.settings import Settings
from pipeline.steps import cluster
from pipeline.store.tables import matches
from tests.told import BHOJPURI, STORIES, T0, Told, tell

NOW = T0 + timedelta(days=3)

WATCHLIST = """
name = "test"

[[entities]]
key = "blackrock"
name = "BlackRock"
kind = "company"
roles = ["party"]
[entities.aliases]
any = ["BlackRock"]

[[entities]]
key = "microsoft"
name = "Microsoft"
kind = "company"
roles = ["party"]
[entities.aliases]
any = ["Microsoft"]

[[entities]]
key = "xai"
name = "xAI"
kind = "company"
roles = ["watched"]
[entities.aliases]
any = ["xAI"]
de = ["xAI Holding"]

[[entities]]
key = "nvidia"
name = "Nvidia"
kind = "company"
roles = ["party"]
[entities.aliases]
any = ["Nvidia"]
"""
SEED = "key: one\nlanguage: en\ntitle: xAI joins\n\nxAI joins BlackRock and Microsoft, and so does Nvidia.\n"
MORE = """
[[fields]]
key = "power"
[fields.words]
en = ["power plant", "Gridstar"]

[[lookalikes]]
key = "novel"
of = ["kronberg"]
[lookalikes.words]
de = ["Schloss Kronberg", "Der Kronberg"]

[[entities]]
key = "kronberg"
name = "Kronberg"
kind = "company"
roles = ["watched"]
[entities.aliases]
any = [
    "Gridstar",
    "Kronberg",
    "Der Kronberg",
    "Schloss",
    { text = "KBG", case = true, needs = ["rosental"] },
    { text = "Kronberg power plant", needs = ["field:power"] },
    { text = "Kraftwerk", needs = ["field:power"] },
    { text = "Netz", needs = ["field:power"] },
]
de = ["Netz"]

[[entities]]
key = "rosental"
name = "Rosental"
kind = "company"
roles = ["watched"]
[entities.aliases]
any = ["Schloß", { text = "KBG", case = true, needs = ["kronberg"] }, { text = "RT", case = true }]
en = [{ text = "rt", case = true, needs = ["field:power"] }]
"""


def make(tmp_path: Path, content: str, database_url: str = "sqlite:////nowhere/none.db") -> Settings:
    folder = tmp_path / "watch"
    folder.mkdir(exist_ok=True)
    (folder / "watchlist.toml").write_text(content, encoding="utf-8")
    (folder / "feeds.toml").write_text("", encoding="utf-8")
    (folder / "subscriptions.toml").write_text("", encoding="utf-8")
    (folder / "seeds").mkdir(exist_ok=True)
    (folder / "seeds" / "one-en.txt").write_text(SEED, encoding="utf-8")
    return settings_module.load(watch_dir=folder, database_url=database_url, encoder="none")


def wrong(found: watchlist.Checked) -> int:
    """Count the aliases that are wrong; what the small watchlist of these tests lacks is another question."""
    return sum(f.wrong for f in found.faults)


def test_collisions(tmp_path: Path) -> None:
    """Rule: every alias that another, a field or a lookalike takes, or whose companions ask nothing, is named."""
    found = watchlist.check(make(tmp_path, WATCHLIST + MORE))
    said = {(f.kind, f.entity, f.alias, f.wrong) for f in found.faults}
    assert said == {
        ("field", "kronberg", "Gridstar", False),
        ("lookalike", "kronberg", "Der Kronberg", True),
        ("collides", "rosental", "Schloß", True),  # folds to the other's "Schloss"
        ("collides", "rosental", "KBG", False),  # told apart by companions
        ("self", "kronberg", "Kronberg power plant", True),
        ("void", "kronberg", "Netz", True),
    }
    assert wrong(found) == 4
    assert (found.stories, found.texts) == (None, 0)


def test_the_shipped_watchlist_is_clean(tmp_path: Path) -> None:
    """Rule: what we ship passes its own check."""
    settings = settings_module.load(database_url=f"sqlite:///{tmp_path / 'none.db'}")
    found = watchlist.check(settings)
    assert [f for f in found.faults if f.wrong] == []
    assert not (tmp_path / "none.db").exists()  # a check makes no database


def test_too_common_in_texts(tmp_path: Path) -> None:
    """Rule: a name that makes stories ours must not be a common word; a party decides nothing alone and is noted."""
    lines = [{"lang": "en", "title": f"Text {i}", "summary": "Nothing of ours."} for i in range(400)]
    lines += [{"lang": "en", "title": "The xAI method explained", "relevance": 0}] * 5
    lines += [{"lang": "en", "title": "Microsoft Office has a new font", "relevance": 0}] * 5
    lines += [{"lang": "en", "title": "BlackRock", "relevance": 2}] * 5  # ours: no fault
    (tmp_path / "texts.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    found = watchlist.check(make(tmp_path, WATCHLIST), [tmp_path / "texts.jsonl.gz"])
    assert [(f.kind, f.alias, f.wrong) for f in found.faults] == [
        ("common", "Microsoft", False),
        ("common", "xAI", True),
    ]
    assert wrong(found) == 1
    assert wrong(watchlist.check(make(tmp_path, WATCHLIST), [tmp_path / "texts.jsonl.gz"], share=0.1)) == 0


def test_too_common_in_one_language(tmp_path: Path) -> None:
    """Rule: a common word of one language is found though it is rare in all; lines are LANGUAGE tab TEXT."""
    lines = [f"en\tSentence number {i}.\tmore" for i in range(2000)] + [f"fi\tLause numero {i}." for i in range(100)]
    lines += ["fi\txai on sana."] * 4
    path = tmp_path / "texts.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = watchlist.check(make(tmp_path, WATCHLIST), [path])
    assert [f.alias for f in found.faults if f.kind == "common"] == ["xAI"]
    assert "in fi in 4 of 104" in found.faults[0].text
    with pytest.raises(ConfigError, match="cannot be read"):
        watchlist.check(make(tmp_path, WATCHLIST), [tmp_path / "missing.tsv"])


def test_stored_stories(tmp_path: Path, database_url: str) -> None:
    """Rule: stored stories that are not ours are texts too, labels count before judgements, and silence is noted."""
    settings = make(tmp_path, WATCHLIST, database_url)
    away = [Told("away", i, "en", f"xAI number {i} is a method", "", (), None, 0) for i in range(8)]
    with store.begin(database_url) as db:
        ids = tell(db, [*STORIES, *away])
    found = watchlist.check(settings)
    assert found.stories == len(STORIES) + 8
    by_kind = {(f.kind, f.entity, f.alias): f for f in found.faults}
    assert by_kind["common", "xai", "xAI"].wrong
    assert ("unseen", "xai", "xAI Holding") in by_kind  # one German story names xAI: too few to wonder
    assert not any(alias == "BlackRock" for _, _, alias in by_kind)
    for number in ids[-8:]:
        labels.run(settings, NOW, str(number), 1)
    assert wrong(watchlist.check(settings)) == 0


def test_unused(tmp_path: Path, sqlite_url: str) -> None:
    """Rule: an alias that never fired though its language names the entity often is told apart from one never met."""
    settings = make(tmp_path, WATCHLIST, sqlite_url)
    with store.begin(sqlite_url) as db:
        tell(db, [Told("de", i, "de", f"xAI baut Rechner Nummer {i}", "", ("xai",)) for i in range(12)])
    kinds = {f.alias: f.kind for f in watchlist.check(settings).faults}
    assert kinds == {"xAI Holding": "unused", "BlackRock": "unseen", "Microsoft": "unseen", "Nvidia": "unseen"}


def test_suggest(tmp_path: Path, database_url: str) -> None:
    """Rule: names in another script are proposed from stored events, as TOML that finds them once accepted."""
    settings = make(tmp_path, WATCHLIST, database_url)
    with store.begin(database_url) as db:
        tell(db, [*STORIES, BHOJPURI])
    cluster.run(settings, NOW)
    found = watchlist.find(settings)
    said = {(p.name.entity, p.name.language, p.name.text): p for p in found}
    assert {("blackrock", "hi", "ब्लैकरॉक"), ("microsoft", "hi", "माइक्रोसॉफ्ट"), ("nvidia", "hi", "एनवीडिया")} <= set(said)
    one = said["blackrock", "hi", "ब्लैकरॉक"]
    assert (len(one.name.stories), one.name.sounds_like, one.name.elsewhere) == (2, "BlackRock", 0)
    assert len(one.titles) == 2
    assert [p.name.entity for p in watchlist.find(settings, entity="nvidia")] == ["nvidia"] * sum(
        p.name.entity == "nvidia" for p in found
    )
    with pytest.raises(ConfigError, match="nobody"):
        watchlist.find(settings, entity="nobody")
    accepted = WATCHLIST.replace('any = ["BlackRock"]', f'any = ["BlackRock"]\nhi = [{one.toml}]')
    assert tomllib.loads(accepted)
    again = watchlist.find(make(tmp_path, accepted, database_url))
    assert "blackrock" not in {p.name.entity for p in again}
    assert wrong(watchlist.check(make(tmp_path, accepted, database_url))) == 0


def test_suggest_writes_nothing_and_counts_copies_once(tmp_path: Path, sqlite_url: str) -> None:
    """Rule: a name that only copies of one story write is one story's word."""
    settings = make(tmp_path, WATCHLIST, sqlite_url)
    copy = dataclasses.replace(STORIES[3], hours=13)
    copies = [dataclasses.replace(copy, title=copy.title + "।")]
    with store.begin(sqlite_url) as db:
        tell(db, [*STORIES, *copies])
    cluster.run(settings, NOW)
    with store.read(sqlite_url) as db:
        before = db.scalar(sa.select(sa.func.count()).select_from(matches))
    assert [p for p in watchlist.find(settings) if p.name.language == "hi"] == []
    with store.read(sqlite_url) as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(matches)) == before
