"""Asking, exporting, checking and pruning by hand, on what the sample feeds give, on both databases."""

import csv
import functools
import io
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.desk import sample
from pipeline.desk import sql as step
from pipeline.settings import Settings
from tests import commandline
from tests.databases import new_postgres
from tests.samples import write_few

Run = Callable[..., subprocess.CompletedProcess[str]]
# ten questions that a stranger asks the demo's database; each has an answer there
TEN = (
    "newest_events widest_events seed_happening stories_of_widest_event growth_of_widest_event who_is_first "
    "named_together entity_by_language languages_read best_feeds"
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def newswatch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The command in an environment whose database holds the sample feeds' stories."""
    folder = tmp_path_factory.mktemp("sql")
    url = f"sqlite:///{folder / 'newswatch.db'}"
    if request.param == "postgresql":
        url = new_postgres(request.getfixturevalue("postgres_url"), "sample")
    env = {
        **os.environ,
        "NEWSWATCH_WATCH_DIR": str(folder / "watch"),
        "NEWSWATCH_MAIL_DIR": str(folder / "mail"),
        "NEWSWATCH_ALLOW_ADDRESSES": "127.0.0.1",
        "NEWSWATCH_HOST_SPACING": "0",
        "NEWSWATCH_ENRICH": "false",
        "NEWSWATCH_ENCODER": "none",
        "NEWSWATCH_LOG_FORMAT": "quiet",
    }

    def run(*words: str, status: int = 0, url: str = url) -> subprocess.CompletedProcess[str]:
        done = commandline.newswatch(*words, env={**env, "NEWSWATCH_DATABASE_URL": url}, cwd=folder)
        assert done.returncode == status, done.stderr[-3000:]
        assert "Traceback" not in done.stderr
        return done

    with sample.serve() as port:
        write_few(folder / "watch", port, sample.weeks_to(datetime.now(UTC)))
        run("run", "--all-feeds")
    yield functools.partial(run, url=url)


def test_a_stranger_gets_ten_answers(newswatch: Run) -> None:
    """The demo's database answers ten shipped questions as they are."""
    settings = Settings(database_url=newswatch.keywords["url"])  # type: ignore[attr-defined,call-arg]
    for name in TEN.split():
        with step.ask(settings, step.find(name)) as answer:
            assert next(answer.rows, None), name
    rows = json.loads(newswatch("query", "newest_events", "--json").stdout)
    assert all(row["first_seen_at"].endswith("Z") for row in rows) and rows


def test_the_questions_are_listed_and_answered_in_three_forms(newswatch: Run, tmp_path: Path) -> None:
    """A table for people, CSV and JSON for programs, a file of one's own."""
    assert "Which outlets tell events first" in newswatch("query").stdout
    assert "first_count" in newswatch("query", "who_is_first").stdout
    lines = list(csv.DictReader(io.StringIO(newswatch("query", "who_is_first", "--csv").stdout)))
    objects = json.loads(newswatch("query", "who_is_first", "--json").stdout)
    assert [x["outlet"] for x in lines] == [x["outlet"] for x in objects] != []
    own = tmp_path / "own.sql"
    own.write_text("select count(*) as story_count from story_matches where level >= 1 and 1 < 2;\n", encoding="utf-8")
    assert json.loads(newswatch("query", str(own), "--json").stdout)[0]["story_count"] > 20
    assert "no query and no file" in newswatch("query", "nonsense", status=3).stderr
    own.write_text("drop view event_overview", encoding="utf-8")
    newswatch("query", str(own), status=3)


def test_a_view_is_exported(newswatch: Run, tmp_path: Path) -> None:
    """To a file with types, to standard output for a pipe."""
    path = tmp_path / "events.parquet"
    assert str(path) in newswatch("export", "event_overview", "--output", str(path)).stdout.replace("\n", "")
    events = pq.read_table(path).to_pylist()
    assert all(isinstance(e["languages"], list) and len(e["languages"]) == e["language_count"] for e in events)
    piped = newswatch("export", "event_overview", "--format", "jsonl", "--output", "-").stdout.splitlines()
    assert sorted(e["event_id"] for e in events) == sorted(json.loads(x)["event_id"] for x in piped)
    judged = newswatch("export", "story_matches", "--format", "jsonl", "--output", "-").stdout.splitlines()
    assert all(isinstance(json.loads(line)["evidence"], dict) for line in judged) and judged
    assert (
        newswatch("export", "alert_log", "--format", "csv", "--since", "2100-01-01", "-o", "-").stdout.count("\n") == 1
    )
    assert "event_timeline" in newswatch("export").stdout


def test_checks_and_pruning(newswatch: Run) -> None:
    """A sound store is green; a dry run says what would go."""
    assert "Nothing is wrong" in newswatch("checks").stdout
    assert json.loads(newswatch("checks", "--json").stdout) == []
    assert "would erase" in newswatch("prune", "--dry-run").stdout


def test_a_view_and_a_table_are_described(newswatch: Run) -> None:
    """The list, one of them for people and for programs, and what a slip of the pen meant."""
    assert "event_overview" in newswatch("tables").stdout
    assert "grows with every change" in newswatch("tables", "event_overview").stdout
    said = json.loads(newswatch("tables", "stories", "--json").stdout)
    assert said["kind"] == "table" and "url_hash" in {c["name"] for c in said["columns"]}
    assert {d["kind"] for d in json.loads(newswatch("tables", "--json").stdout)} == {"view", "table"}
    assert "did you mean event_facts" in newswatch("tables", "event_fact", status=3).stderr


def test_the_dictionary_is_checked(newswatch: Run) -> None:
    """What CI runs."""
    assert "current" in newswatch("db", "dictionary", "--check").stdout
