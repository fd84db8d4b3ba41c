"""What a person sees of the command line: examples under --help, lists that fit, empty ones that say what to do."""

import os
import pty
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pipeline import log, store
from pipeline.cli.app import app
from pipeline.cli.examples import EXAMPLES
from tests.commandline import newswatch
from tests.sql.seed import fill

COMMAND: Any = typer.main.get_command(app)


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Give every command that does something, by its words."""
    for name, sub in command.commands.items():
        if hasattr(sub, "commands"):
            yield from leaves(sub, (*path, name))
        else:
            yield " ".join((*path, name)), sub


LEAVES = dict(leaves(COMMAND))


def parsed(line: str) -> str:
    """Parse a line as a shell and the command line would, without doing it; give the command's words."""
    words = shlex.split(line.split(" > ")[0])
    while "=" in words[0]:
        words.pop(0)
    assert words.pop(0) == "newswatch", line
    command, path = COMMAND, []
    while hasattr(command, "commands"):
        path.append(words.pop(0))
        command = command.commands[path[-1]]
    command.make_context(path[-1], words)  # raises UsageError for an option that is none
    return " ".join(path)


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_each_help_ends_with_an_example_that_parses(name: str) -> None:
    """Rule: --help of every command has an example of that very command, with options that exist."""
    assert parsed(EXAMPLES[name]) == name
    said = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "200"}).output
    assert "Example:" in said and EXAMPLES[name].split()[-1].strip('"') in said


def test_no_example_is_of_a_command_that_is_gone() -> None:
    """The table and the command line name the same commands."""
    assert sorted(EXAMPLES) == sorted(LEAVES)


def run(*words: str, database: str) -> str:
    done = newswatch(*words, "--database", database, env={**os.environ, "COLUMNS": ""})
    assert done.returncode == 0, done.stderr
    return done.stdout


LISTS = (
    "events list",
    "alerts list",
    "subscriptions list",
    "labels list",
    "feeds list",
    "faults",
    "query newest_events",
)


def test_every_list_fits_a_hundred_columns(sqlite_url: str, tmp_path: Path) -> None:
    """Rule: a list is read in a window of a hundred columns; long titles take more lines, not wider ones."""
    with store.begin(sqlite_url) as db:
        fill(db, datetime.now(UTC))
    for name in (*LISTS, "events show 1", "query story_matches.sql"):
        if name.endswith(".sql"):
            (tmp_path / "story_matches.sql").write_text("select story_id, title, url, evidence from story_matches")
            name = f"query {tmp_path / 'story_matches.sql'}"
        said = run(*name.split(), database=sqlite_url)
        assert max(map(len, said.splitlines())) <= 100, name
    questions = newswatch("query", env={**os.environ, "COLUMNS": ""})
    assert max(map(len, questions.stdout.splitlines())) <= 100


def test_an_empty_list_says_what_to_do(sqlite_url: str) -> None:
    """Rule: nothing to show is an answer with a next step, not a table without rows."""
    for name in LISTS:
        said = run(*name.split(), database=sqlite_url)
        assert "━" not in said and len(said.split()) >= 3, name
    assert "newswatch run" in run("events", "list", database=sqlite_url)
    assert "--param" in run("query", "changed_headlines", database=sqlite_url)


@pytest.mark.parametrize(
    ("words", "format", "logged"),
    [
        (("parse",), "auto", False),
        (("-v", "parse"), "auto", True),
        (("parse", "-v"), "auto", True),
        (("parse",), "json", True),
    ],
)
def test_results_are_not_buried_on_a_terminal(
    sqlite_url: str, words: tuple[str, ...], format: str, logged: bool
) -> None:
    """Rule: on a terminal a step prints its table; log lines come with -v, or where they are asked for."""
    near, far = pty.openpty()
    env = {**os.environ, "NEWSWATCH_DATABASE_URL": sqlite_url, "NEWSWATCH_LOG_FORMAT": format}
    done = newswatch(*words, env=env, terminal=far)
    done.check_returncode()
    os.write(far, b"end")
    said = os.read(near, 100_000).decode()
    assert ("seen" in said) == logged
    assert "seen" in done.stdout and "{" not in done.stdout


def test_machines_get_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no terminal is, under cron and Airflow, each step leaves its line of JSON."""
    log.configure("auto")
    log.get().info("parse", seen=1)
    assert '"seen": 1' in capsys.readouterr().err
