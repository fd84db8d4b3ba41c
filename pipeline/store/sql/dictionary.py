"""The data dictionary, made of table and column comments and of the headers of views, queries and checks."""

import re
from collections import Counter

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from pipeline.store.sql.headers import Column, SqlFile
from pipeline.store.sql.query import by_question, shipped, wanted
from pipeline.store.sql.schema import sql_dir
from pipeline.store.tables import metadata

BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"
_POSTGRESQL: sa.Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
_PART = re.compile(re.escape(BEGIN) + r".*" + re.escape(END), re.DOTALL)
# A column that tells something of a person; the views leave it out (tests/sql/test_views.py).
PERSONAL = {
    "subscriptions.name": "name of a reader",
    "subscriptions.address": "e-mail address of a reader",
    "subscriptions.content": "a reader's wishes, with addresses of chats",
    "alerts.detail": "subjects of mails to a reader",
    "alerts.last_error": "what a mail server said: may quote the address",
    "deliveries.error": "what a mail server said: may quote the address",
    "labels.labelled_by": "name of an analyst",
    "corrections.corrected_by": "name of an analyst",
    "stories.author": "name of a journalist",
}
SECRET = {"meta.value": "holds the secret that signs unsubscribe links"}
_SHARED = 3  # views in which a column means the same before it is told once for all
_SHOWN = {"integer": "integer", "real": "number", "list": "list", "json": "JSON"}


def text() -> str:
    """Give the whole dictionary as Markdown: views, queries, checks, and every table with its columns."""
    return "\n\n".join([*_views(), *_lists(), _picture(), *_tables()]) + "\n"


def _printed() -> str:
    """Give the generated part of sql/README.md: of tables their names, since people build on the views."""
    return "\n\n".join([*_views(), *_lists(), *_table_names()]) + "\n"


def is_current() -> bool:
    """Whether sql/README.md holds what would be generated now."""
    path = sql_dir() / "README.md"
    return path.is_file() and path.read_text(encoding="utf-8") == _whole(path.read_text(encoding="utf-8"))


def write() -> bool:
    """Bring sql/README.md up to date; return whether anything changed."""
    path = sql_dir() / "README.md"
    old = path.read_text(encoding="utf-8")
    new = _whole(old)
    if new != old:
        path.write_text(new, encoding="utf-8")
    return new != old


def _whole(old: str) -> str:
    return _PART.sub(lambda _: f"{BEGIN}\n\n{_printed()}\n{END}", old)


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def _views() -> list[str]:
    sheets = shipped("views")
    common = _common(sheets)
    parts = ["## Views"]
    parts.append("These columns mean the same wherever they stand; below they are only named, behind *and*.")
    parts.append("\n".join(["| column | what it says |", "|---|---|", *map(_row, common)]))
    for sheet in sheets:
        grain = sheet.header["grain"]
        said = f"{sheet.question} *{grain[0].upper()}{grain[1:]}.*"
        if "caveat" in sheet.header:
            said += f"\n**Mind:** {sheet.header['caveat']}"
        own = [c for c in sheet.columns if c not in common]
        rest = ", ".join(f"`{c.name}`" for c in sheet.columns if c in common)
        parts += [f"### {sheet.name}", said, "\n".join(["| column | what it says |", "|---|---|", *map(_row, own)])]
        parts += [f"*and* {rest}"] if rest else []
    return parts


def _common(sheets: list[SqlFile]) -> list[Column]:
    """List the columns that three views or more have with the same type and meaning, the most frequent first."""
    count = Counter(column for sheet in sheets for column in sheet.columns)
    return [column for column, views in count.most_common() if views >= _SHARED]


def _row(column: Column) -> str:
    return f"| `{column.name}`{_kind(column)} | {_cell(column.what)} |"


def _kind(column: Column) -> str:
    """Say the type where the name does not: `…_at`, `day`, `is_…`, `…_count`, `…_id` do; what is left is text."""
    told = column.name.endswith(("_count", "_id"))
    return f" {_SHOWN[column.type]}" if column.type in _SHOWN and not told else ""


def _lists() -> list[str]:
    queries = [f"| {s.header['about']} | {_cell(s.question)} | `{s.name}`{_asks(s)} |" for s in by_question()]
    checks = [f"| `{s.name}` | {_cell(s.header['wrong'])} | {_cell(s.header['do'])} |" for s in shipped("checks")]
    return [
        "## Queries",
        "Run one with `newswatch query NAME [--param NAME=VALUE]`, or open the file; all of them use views only.",
        "\n".join(["| about | question | query |", "|---|---|---|", *queries]),
        "## Checks",
        "Each gives the rows that are wrong, so none when all is well. `newswatch checks` runs them all.",
        "\n".join(["| check | a row means | what to do |", "|---|---|---|", *checks]),
    ]


def _asks(sheet: SqlFile) -> str:
    """Name a query's parameters with their defaults; an example of one storyline says that it is one."""
    asked = "".join(f" `{name}={default}`" for name, default in wanted(sheet).items())
    return asked + (" (an example)" if "example" in sheet.header else "")


def _picture() -> str:
    """Draw tables and references as a Mermaid entity-relationship diagram, columns reduced to keys."""
    lines = ["## Tables", "", "```mermaid", "erDiagram"]
    for table in sorted(metadata.tables.values(), key=lambda t: t.name):
        for column in table.columns:
            for key in column.foreign_keys:
                other = key.column.table.name
                one = "|o" if column.nullable else "||"
                many = "o|" if [c.name for c in table.primary_key] == [column.name] else "o{"
                lines.append(f'    {other} {one}--{many} {table.name} : "{column.name}"')
    for table in sorted(metadata.tables.values(), key=lambda t: t.name):
        keys = [c for c in table.columns if c.primary_key or c.foreign_keys]
        lines.append(f"    {table.name} {{")
        lines += [f"        {_type(c).split('(')[0]} {c.name}{_marks(c)}" for c in keys]
        lines.append("    }")
    return "\n".join([*lines, "```"])


def _table_names() -> list[str]:
    rows = [
        f"| `{t.name}` | {_cell(t.comment or '')} |" for t in sorted(metadata.tables.values(), key=lambda t: t.name)
    ]
    personal = ", ".join(f"`{name}`" for name in (*PERSONAL, *SECRET))
    return [
        "## Tables",
        "They may change with any release. `newswatch db dictionary` prints every column, and how they hang together.\n"
        f"**Personal or secret, and in no view:** {personal}.",
        "\n".join(["| table | a row is |", "|---|---|", *rows]),
    ]


def _marks(column: "sa.Column[object]") -> str:
    marks = [m for m, has in (("PK", column.primary_key), ("FK", bool(column.foreign_keys))) if has]
    return f" {','.join(marks)}" if marks else ""


def _type(column: "sa.Column[object]") -> str:
    written = str(column.type.compile(dialect=_POSTGRESQL)).lower()
    return {"timestamp with time zone": "timestamptz", "double precision": "float8"}.get(written, written)


def _tables() -> list[str]:
    parts = []
    for table in sorted(metadata.tables.values(), key=lambda t: t.name):
        parts.append(f"### Table {table.name}\n\n{table.comment}")
        rows = []
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            note = "".join(
                f" **{kind}:** {said[name]}."
                for kind, said in (("Personal", PERSONAL), ("Secret", SECRET))
                if name in said
            )
            refers = "".join(f" → `{k.column.table.name}.{k.column.name}`" for k in column.foreign_keys)
            null = "" if column.nullable else "not null"
            rows.append(f"| `{column.name}` | {_type(column)} | {null} | {_cell(column.comment or '')}{refers}{note} |")
        parts.append("\n".join(["| column | type | | what it says |", "|---|---|---|---|", *rows]))
    return parts
