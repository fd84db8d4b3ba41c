"""Judging history again: what changes, what does not, and that old news is mailed to nobody."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.desk import sample
from pipeline.errors import ConfigError, NotFoundError
from pipeline.settings import Settings, load
from pipeline.steps import perform, rematch, run_all
from pipeline.store import begin
from tests.databases import copy_of, new_postgres
from tests.meaning import meaning
from tests.samples import write_few

NOW = datetime.now(UTC) + timedelta(minutes=5)


def made(folder: Path, url: str) -> Settings:
    return load(
        database_url=url, watch_dir=folder / "watch", mail_dir=folder / "mail", encoder="none", enrich=False,
        allow_addresses=("127.0.0.1",), host_spacing=0.0, host_concurrency=8, log_format="quiet",
    )  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A store after one run on the sample feeds, made once on each kind of database."""
    folder = tmp_path_factory.mktemp("ran")
    url = f"sqlite:///{folder / 'newswatch.db'}"
    if request.param == "postgresql":
        url = new_postgres(request.getfixturevalue("postgres_url"), "template_ran")
    with sample.serve() as port:
        write_few(folder / "watch", port)
        run_all(made(folder, url), datetime.now(UTC))
    return made(folder, url)


@pytest.fixture
def settings(ran: Settings, tmp_path: Path) -> Settings:
    """A copy of that store, its watch folder and its mails."""
    assert ran.watch_dir
    shutil.copytree(ran.watch_dir.parent, tmp_path, dirs_exist_ok=True)
    return made(tmp_path, copy_of(ran.database_url, tmp_path))


def without(settings: Settings, entity: str) -> None:
    """Give an entity a name that no story has, in place of all its own, as an analyst may by mistake."""
    assert settings.watch_dir
    path = settings.watch_dir / "watchlist.toml"
    blocks = path.read_text(encoding="utf-8").split("[[entities]]")
    at = next(i for i, b in enumerate(blocks) if b.lstrip().startswith(f'key = "{entity}"'))
    blocks[at] = blocks[at].partition("[entities.aliases]")[0] + '[entities.aliases]\nany = ["Quillory Systems"]\n\n'
    path.write_text("[[entities]]".join(blocks), encoding="utf-8")


def test_again_with_the_same_changes_nothing(settings: Settings) -> None:
    """Rule: judging is a function of words and watchlist: a replay of the same is the same."""
    before = meaning(settings.database_url)
    tally = perform("rematch", settings, NOW, since="2020-01-01")
    assert tally.seen == len(before["stories"])
    assert tally.detail["up"] == tally.detail["down"] == 0
    assert perform("cluster", settings, NOW).seen == 0
    assert meaning(settings.database_url) == before


def test_chunks_cover_all_and_nothing_twice(settings: Settings) -> None:
    """Rule: the chunks together are the whole, whatever their size; a chunk can be done again alone."""
    chunks = rematch.plan(settings, "2020-01-01", 50)
    seen = [perform("rematch", settings, NOW, between=chunk).seen for chunk in chunks]
    assert seen[:-1] == [50] * (len(chunks) - 1)
    assert sum(seen) == perform("rematch", settings, NOW, since="2020-01-01").seen
    assert rematch.plan(settings, "2999-01-01", 50) == []


def test_a_changed_watchlist_is_shown_then_applied_without_a_flood(settings: Settings, tmp_path: Path) -> None:
    """Rule: backtest says what rematch then does; stories that are ours only now are no news."""
    mails = len(list((tmp_path / "mail").glob("*.eml")))
    path = tmp_path / "watch" / "watchlist.toml"
    whole = path.read_text(encoding="utf-8")
    without(settings, "openai")
    before = meaning(settings.database_url)
    found = rematch.backtest(settings, "2020-01-01")
    assert meaning(settings.database_url) == before, "a backtest writes nothing"
    lost = sum(n for change, n in found.levels.items() if change.endswith(">0"))
    assert lost > 0, found.levels
    perform("sync", settings, NOW)
    tally = perform("rematch", settings, NOW, since="2020-01-01")
    assert tally.detail["up"] + tally.detail["down"] == sum(found.levels.values())
    for step in ("cluster", "alert", "deliver"):
        perform(step, settings, NOW)

    # back again: what returns from level 0 stood before; nobody hears of it a second time
    path.write_text(whole, encoding="utf-8")
    later = NOW + timedelta(minutes=10)
    for step in ("sync", "rematch", "cluster", "alert", "deliver"):
        perform(step, settings, later, **({"since": "2020-01-01"} if step == "rematch" else {}))
    assert [r[:2] for r in meaning(settings.database_url)["matches"]] == [r[:2] for r in before["matches"]]
    new = [p for p in (tmp_path / "mail").glob("*.eml") if "Subject: Re:" not in p.read_text("utf-8", "replace")]
    assert len(new) <= mails


def test_a_stored_version_can_be_asked_for(settings: Settings) -> None:
    """Rule: a version is named by its number; an unknown one or a wrong date is said at once, before any work."""
    from pipeline.store import watchlists

    with begin(settings.database_url) as db:
        version = watchlists.current(db).version
    assert perform("rematch", settings, NOW, since="2020-01-01", watchlist=version[:10]).seen > 0
    with pytest.raises(NotFoundError, match="no watchlist version"):
        rematch.plan(settings, "2020-01-01", 50, "ffffffffffff")
    with pytest.raises(ConfigError, match="since is no date"):
        rematch.plan(settings, "yesterday", 50)
