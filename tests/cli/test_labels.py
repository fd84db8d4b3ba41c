"""The commands of those who correct, as people type them: label, labels, watchlist, evaluate --from-store."""

import json
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline import log, settings, store
from pipeline.cli.app import app
from pipeline.errors import ConfigError
from pipeline.steps import cluster
from tests.told import STORIES, T0, tell


@pytest.fixture(autouse=True)
def _log_to_standard_error() -> Iterator[None]:
    """The runner closes the stream that a command's log was sent to."""
    log.configure("quiet")
    yield
    log.configure()


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with nine stories in three events, and no encoder, for speed."""
    monkeypatch.setenv("NEWSWATCH_ENCODER", "none")
    monkeypatch.setenv("NEWSWATCH_LOG_FORMAT", "quiet")
    with store.begin(database_url) as db:
        tell(db, STORIES)
    cluster.run(settings.load(database_url=database_url), T0 + timedelta(days=3))
    return database_url


def call(*words: str, status: int = 0) -> Result:
    found = CliRunner().invoke(app, list(words))
    assert found.exit_code == status, found.output
    return found


def test_from_a_label_to_an_evaluation(database: str, tmp_path: Path) -> None:
    """Rule: label, list, export, evaluate: each command speaks to the next, and to a person."""
    here = ("--database", database)
    said = call("label", "1", "3", "--by", "ana", "--note", "joins", *here).output
    assert STORIES[0].title in said
    assert "judged level 3" in said
    assert "as it was judged" in said
    assert "was there already" in call("label", "1", "3", "--by", "ana", "--note", "joins", *here).output
    assert "not as it was judged" in call("label", "6", "0", "--note", "lookalike: x", *here).output
    assert json.loads(call("label", "6", "1", "--json", *here).output)["said_before"] == [0]
    assert "2 labelled stories, 0 of them judged otherwise" in call("labels", "list", *here).output
    lines = [json.loads(line) for line in call("labels", "export", *here).output.splitlines()]
    assert sorted(line["relevance"] for line in lines) == [1, 3]
    file = tmp_path / "labels.jsonl"
    assert "2 labelled stories" in call("labels", "export", str(file), *here).output
    by_file = json.loads(call("evaluate", str(file), "--json").output)
    stored = json.loads(call("evaluate", "--from-store", "--json", *here).output)
    assert by_file["levels"] == stored["levels"]
    assert stored["standing"]["n"] == 2
    call("evaluate", "--from-store", "--floor", "1.01", *here, status=1)
    assert "1 labels withdrawn" in call("labels", "withdraw", "1", *here).output


@pytest.mark.parametrize(
    "words",
    [("label", "1", "4"), ("label", "1", "x"), ("label", "1"), ("evaluate",), ("evaluate", "f", "--from-store")],
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...], sqlite_url: str) -> None:
    """Rule: a wrong command line is status 2 and changes nothing."""
    call(*words, "--database", sqlite_url, status=2)


def test_watchlist_check_and_suggest(database: str) -> None:
    """Rule: the shipped watchlist is clean, and where every event names its entities there is nothing to propose."""
    here = ("--database", database)
    said = call("watchlist", "check", *here).output
    assert "9 stored stories" in said
    assert "Nothing is wrong." in said
    found = json.loads(call("watchlist", "check", "--json", *here).output)
    assert (found["wrong"], found["stories"]) == (0, 9)
    printed = call("watchlist", "suggest", *here).output
    assert tomllib.loads(printed) == {}
    assert printed.startswith("#")
    assert json.loads(call("watchlist", "suggest", "--json", *here).output) == []


def test_check_fails_when_something_is_wrong(tmp_path: Path, sqlite_url: str) -> None:
    """Rule: exit status 1 is for programs: a common word among the watched names."""
    texts = tmp_path / "texts.tsv"
    texts.write_text("en\tOpenAI is everywhere.\n" * 5 + "en\tNothing.\n" * 100, encoding="utf-8")
    said = call("watchlist", "check", "--data", str(texts), "--database", sqlite_url, status=1).output
    assert "openai" in said
    call("watchlist", "check", "--data", str(texts), "--common", "0.5", "--database", sqlite_url, status=1)
    with pytest.raises(ConfigError):
        CliRunner().invoke(
            app, ["watchlist", "suggest", "--entity", "nobody", "--database", sqlite_url], catch_exceptions=False
        )
