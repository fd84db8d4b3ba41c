"""The docs lead somewhere and name what exists: links, commands, options, settings, queries, tools, the cron line."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from benchmarks import reference
from pipeline.cli.app import app
from pipeline.desk import sample
from pipeline.settings import Settings
from pipeline.store.sql import query
from tests.samples import write_few

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "sql" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMAND: Any = typer.main.get_command(app)
# Variables of compose, of the DAGs and of storylines, which are no settings of the program
OTHERS = {"NEWSWATCH_STORYLINES", "NEWSWATCH_VERSION"}


def slug(heading: str) -> str:
    """Give the anchor that a heading gets, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    """Give the anchors of a page."""
    return {slug(m) for m in re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)}


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    """Rule: every link inside the repository names a file that is there, and a heading that it has."""
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), f"{path.name}: {target}"
        assert not anchor or anchor in anchors(found), f"{path.name}: {target}"


def test_every_page_is_reached_from_the_readme() -> None:
    """A page that the README does not name is read by nobody."""
    named = {t.partition("#")[0] for t in LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))}
    assert {f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")} <= named


def lines(text: str) -> Iterator[str]:
    """Give what a reader may type: lines of code blocks, and code inside a sentence."""
    for block in re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            yield line.strip().removeprefix("$ ")
    without = re.sub(r"^```[a-z]*\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from (m.replace("\n", " ") for m in re.findall(r"`([^`]+)`", without))


def refused(line: str) -> str:
    """Say what of a newswatch line does not exist; empty when its words and options do."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return ""
    while words and re.fullmatch(r"[A-Z_…]+=.*", words[0]):
        words.pop(0)
    if len(words) < 2 or words.pop(0) not in {"newswatch", ".venv/bin/newswatch"}:
        return ""
    command = COMMAND
    while hasattr(command, "commands") and words and not words[0].startswith(("-", "…")):
        for name in words[0].split("|"):
            if name not in command.commands and not name.isupper():
                return name
        command = command.commands.get(words.pop(0).split("|")[0], command)
    known = {name for p in command.params for name in (*p.opts, *p.secondary_opts)} | {"--help"}
    given = {w.strip("[]").partition("=")[0] for w in words if w.startswith(("--", "[--"))}
    return " ".join(sorted(name for g in given for name in g.split("|") if name not in known and name != "--"))


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_and_options_exist(path: Path) -> None:
    """Rule: whoever pastes a line of the docs is not told that there is no such command or option."""
    for line in lines(path.read_text(encoding="utf-8")):
        assert refused(line) == "", line
        for name in re.findall(r"newswatch query ([a-z_]+)", line):
            assert name in {s.name for s in query.shipped("queries")}, line


def test_a_wrong_line_is_noticed() -> None:
    """The test can fail: a command, an option and a group's word that are none."""
    assert refused("newswatch evnts list") == "evnts"
    assert refused("newswatch rematch --from 2026-01-01") == "--from"
    assert refused("X=1 newswatch watchlist check|sugest --watch w") == "sugest"
    assert refused("newswatch run --watch my-watch   # does it") == ""


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_settings_targets_and_tools_exist(path: Path) -> None:
    """Rule: a setting, a make target or a benchmark that a page names is there."""
    text = path.read_text(encoding="utf-8")
    settings = {f"NEWSWATCH_{name.upper()}" for name in Settings.model_fields} | OTHERS
    assert set(re.findall(r"NEWSWATCH_[A-Z_]*[A-Z](?![A-Z_…])", text)) <= settings
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z][a-z0-9-]*)", text)) <= targets
    tools = {t.replace(".", "/") for t in re.findall(r"-m (benchmarks\.\w+)", text)}
    tools |= {t.removesuffix(".py") for t in re.findall(r"benchmarks/\w+\.py", text)}
    assert [t for t in sorted(tools) if not (ROOT / f"{t}.py").exists() and not (ROOT / t).is_dir()] == []


def test_tests_that_are_called_proofs_exist() -> None:
    """Rule: a promise names the test that proves it; a test that was renamed proves nothing."""
    named = {n for p in PAGES for n in re.findall(r"::(test_\w+)", p.read_text(encoding="utf-8"))}
    code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 40
    assert [n for n in sorted(named) if f"def {n}(" not in code] == []


def test_sql_of_the_pages_runs(sqlite_url: str) -> None:
    """Rule: a statement that a page shows names views, columns and functions that there are."""
    shown = [
        line
        for p in PAGES
        for line in lines(p.read_text(encoding="utf-8"))
        if re.match(r"(select|with) .+ from ", line)
    ]
    asked = [line for line in shown if "…" not in line and ".parquet" not in line]
    assert len(asked) >= 3
    for line in asked:
        with query.ask(sqlite_url, query.find(line), 10) as found:
            assert list(found.rows) == [] and found.columns, line


def test_the_reference_is_current() -> None:
    """Rule: settings and commands are written by a tool: python -m benchmarks.reference --write."""
    text = reference.PAGE.read_text(encoding="utf-8")
    assert reference.whole(text) == text
    assert "`NEWSWATCH_DATABASE_URL`" in text and "`events merge`" in text


def test_the_cron_line_works_as_it_is_pasted(tmp_path: Path) -> None:
    """Rule: cron gives a bare environment, /bin/sh, and the home folder; the line of how-to.md runs there."""
    text = (ROOT / "docs" / "how-to.md").read_text(encoding="utf-8")
    line = re.search(r"^```cron\n(.+)\n```", text, re.MULTILINE)
    assert line
    when, command = line[1].rsplit("* ", 1)
    assert when == "*/10 * * * " and "%" not in command  # cron ends a command at a bare %
    home = tmp_path / "newswatch"
    (home / "var").mkdir(parents=True)
    (home / ".venv").symlink_to(Path(sys.executable).parents[1])
    quick = {
        "ALLOW_ADDRESSES": "127.0.0.1",
        "HOST_SPACING": "0",
        "ENRICH": "false",
        "ENCODER": "none",
        "MAIL_DIR": "mail",
    }
    settings = "".join(f"export NEWSWATCH_{name}={value}\n" for name, value in quick.items())
    (home / "settings.sh").write_text(settings, encoding="utf-8")
    with sample.serve() as port:
        write_few(home / "my-watch", port, sample.weeks_to(datetime.now(UTC)))
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=tmp_path, check=False, capture_output=True, text=True,
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"},
        )  # fmt: skip
    said = (home / "var" / "cron.log").read_text(encoding="utf-8")
    assert done.returncode == 0, said[-2000:] + done.stderr
    assert '"event": "cluster"' in said and (home / "var" / "newswatch.db").exists()
