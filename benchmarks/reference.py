"""Write the generated parts of docs/reference.md, settings and commands: python -m benchmarks.reference --write.

Without --write it exits 1 when the page is not current; a test asks the same.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic_core import PydanticUndefined

from pipeline.cli.app import app
from pipeline.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "reference.md"


def settings() -> str:
    """Give the table of all settings with their defaults."""
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, info in Settings.model_fields.items():
        default = info.default
        unset = default is None or default is PydanticUndefined or default == ()
        written = "–" if unset else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        rows.append(f"| `NEWSWATCH_{name.upper()}` | {written} | {str(info.description).replace('|', ', ')} |")
    return "\n".join(rows)


def commands() -> str:
    """Give the table of all commands; examples are in --help."""
    rows = ["| command | what it does |", "|---|---|"]
    for name, command in _leaves(typer.main.get_command(app)):
        said = (command.help or "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|").strip()
        rows.append(f"| `{name}` | {said} |")
    return "\n".join(rows)


def _leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, sub in command.commands.items():
        if hasattr(sub, "commands"):
            yield from _leaves(sub, (*path, name))
        else:
            yield " ".join((*path, name)), sub


def whole(text: str) -> str:
    """Give the page with its generated parts made anew."""
    for part, made in (("settings", settings()), ("commands", commands())):
        marks = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
        pattern = re.compile(re.escape(marks[0]) + ".*?" + re.escape(marks[1]), re.DOTALL)
        text = pattern.sub(lambda _, made=made, marks=marks: f"{marks[0]}\n{made}\n{marks[1]}", text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    old = PAGE.read_text(encoding="utf-8")
    if "--write" in sys.argv:
        PAGE.write_text(whole(old), encoding="utf-8")
    elif whole(old) != old:
        sys.exit("docs/reference.md is not current: python -m benchmarks.reference --write")
