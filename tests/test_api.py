"""newswatch as a library: the page about it runs as it is written, and the package tells its types."""

import contextlib
import io
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import pipeline
from pipeline import log
from pipeline.model import Event, Tally

PAGE = Path(__file__).resolve().parent.parent / "docs" / "python.md"


def test_the_page_runs_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: every block of docs/python.md runs, one after the other, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEWSWATCH_ENCODER", "none")
    log.configure("quiet")
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 6
    known: dict[str, object] = {}
    printed = []
    for block in blocks:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(block, str(PAGE), "exec"), known)
        printed.append(out.getvalue())
    tallies, newest = known["tallies"], known["newest"]
    assert isinstance(tallies, list) and all(isinstance(t, Tally) and not t.failed for t in tallies)
    assert (
        isinstance(newest, list)
        and 1 <= len(newest) <= 5
        and all(isinstance(e, Event) and e.level >= 2 for e in newest)
    )
    assert re.search(r"^cluster +seen +\d+ done +[1-9]", printed[1], re.MULTILINE)
    assert printed[3].split()[0] in {"2", "3"}
    assert printed[4].splitlines()[0].startswith("money 6600000000.0 USD")
    assert "power 200000000.0 W" in printed[4]
    assert printed[5] == "There is no event 999999.\n"


def test_the_face_is_what_is_listed() -> None:
    """Rule: `__all__` is all there is to rely on, each with a docstring; nothing else answers."""
    for name in pipeline.__all__:
        assert getattr(pipeline, name), name
        assert name == "__version__" or getattr(pipeline, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'evnets'"):
        _ = pipeline.evnets
    assert files("pipeline").joinpath("py.typed").is_file()


def test_settings_is_a_function_and_a_module_whoever_came_first() -> None:
    """Rule: `pipeline.settings(…)` works before and after somebody imported the module of that name."""
    script = (
        "import pipeline\n"
        "one = pipeline.settings(database_url='sqlite:///a.db')\n"
        "from pipeline.settings import Settings, load\n"
        "two = pipeline.settings(database_url='sqlite:///a.db')\n"
        "assert type(one) is Settings and one == two == load(database_url='sqlite:///a.db')\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_nothing_heavy_is_imported_with_the_package() -> None:
    """Rule: a DAG file imports this package at every parse; the store, the encoder and pydantic wait until asked."""
    script = (
        "import pipeline, sys; print([m for m in ('sqlalchemy', 'pydantic', 'numpy', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
