"""What the header of a SQL file says: its question, its grain, its columns."""

import re
from dataclasses import dataclass

_KEY = re.compile(r"--\s?(\w+):\s*(.*)")
_COLUMN = re.compile(r"--\s{2,3}(\w+) (integer|real|text|list|json|boolean|time|date): (.+)")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a view, as its header says."""

    name: str
    type: str  # integer, real, text, list (words separated by blanks), json, boolean, time or date
    what: str


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One SQL file with what its header says."""

    name: str
    text: str
    header: dict[str, str]  # question, grain, caveat, chart, …
    columns: tuple[Column, ...] = ()

    @property
    def question(self) -> str:
        """What it answers, in one sentence; empty for a file without a header."""
        return self.header.get("question", "")


def parse(name: str, text: str) -> SqlFile:
    """Read the header of a SQL file: `-- key: value` lines, continued by indented ones, and the list of columns."""
    header: dict[str, str] = {}
    columns: list[Column] = []
    key = ""
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        if key == "columns" and (found := _COLUMN.fullmatch(line)):
            columns.append(Column(found[1], found[2], found[3]))
        elif found := _KEY.fullmatch(line):
            key = found[1]
            header[key] = found[2].strip()
        elif key:
            header[key] = f"{header[key]} {line[2:].strip()}".strip()
    header.pop("columns", None)
    return SqlFile(name, text, header, tuple(columns))
