"""The data dictionary, made of table and column comments and of the headers of views, queries and checks."""

import re
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from pipeline.errors import NotFoundError
from pipeline.store.sql.headers import Column, SqlFile
from pipeline.store.sql.query import by_question, near, shipped, wanted
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
_ROW = "| column | type | what it says |\n|---|---|---|"


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of one view or table, and of its columns."""

    name: str
    kind: str  # view or table
    says: str  # of a view its question, of a table what a row is
    grain: str  # of a view what a row is
    mind: str  # what is easily misread; often empty
    columns: tuple[Column, ...]


def described() -> list[Described]:
    """List all views, then all tables, by name."""
    views = [
        Described(s.name, "view", s.question, s.header["grain"], s.header.get("caveat", ""), s.columns)
        for s in shipped("views")
    ]
    return [*views, *(_table(metadata.tables[name]) for name in sorted(metadata.tables))]


def describe(name: str) -> Described:
    """Give what is said of one view or table; NotFoundError names those that were perhaps meant."""
    known = {d.name: d for d in described()}
    if name.lower() not in known:
        raise NotFoundError(f"there is no view or table {name[:80]}; {near(name, list(known), 'views and tables')}")
    return known[name.lower()]


def text() -> str:
    """Give the whole dictionary as Markdown: views, queries, checks, and every table with its columns."""
    said = described()
    parts = ["## Views", *(_section(d) for d in said if d.kind == "view")]
    parts += [*_lists(), _picture(), *(_section(d) for d in said if d.kind == "table")]
    return "\n\n".join(parts) + "\n"


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


def _printed() -> str:
    """Give the generated part of sql/README.md: views by question, names of queries, what is personal."""
    views = [f"| {_cell(s.question)} | [{s.name}](views/{s.name}.sql) |" for s in shipped("views")]
    asked = [
        f"- {about}: {', '.join(f'[{s.name}](queries/{s.name}.sql)' for s in sql_files)}"
        for about, sql_files in groupby(by_question(), lambda s: s.header["about"])
    ]
    personal = ", ".join(f"`{name}`" for name in (*PERSONAL, *SECRET))
    return "\n\n".join(
        [
            "## Views\n\n| question | view |\n|---|---|\n" + "\n".join(views),
            "## Queries\n\n`newswatch query` lists them with what each answers:\n\n" + "\n".join(asked),
            f"## Personal or secret\n\nIn tables, and in no view: {personal}.\n",
        ]
    )


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def _section(said: Described) -> str:
    grain = f" *{said.grain[0].upper()}{said.grain[1:]}.*" if said.grain else ""
    mind = f"\n**Mind:** {said.mind}" if said.mind else ""
    rows = [f"| `{c.name}` | {c.type} | {_cell(c.what)} |" for c in said.columns]
    return "\n".join([f"### {said.kind.capitalize()} {said.name}\n", f"{said.says}{grain}{mind}\n", _ROW, *rows])


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


def _asks(sql_file: SqlFile) -> str:
    """Name a query's parameters with their defaults; an example of one storyline says that it is one."""
    asked = "".join(f" `{name}={default}`" for name, default in wanted(sql_file).items())
    return asked + (" (an example)" if "example" in sql_file.header else "")


def _picture() -> str:
    """Draw tables and references as a Mermaid entity-relationship diagram, columns reduced to keys."""
    lines = ["## Tables", "", "They may change with any release.", "", "```mermaid", "erDiagram"]
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


def _marks(column: "sa.Column[object]") -> str:
    marks = [m for m, has in (("PK", column.primary_key), ("FK", bool(column.foreign_keys))) if has]
    return f" {','.join(marks)}" if marks else ""


def _type(column: "sa.Column[object]") -> str:
    written = str(column.type.compile(dialect=_POSTGRESQL)).lower()
    return {"timestamp with time zone": "timestamptz", "double precision": "float8"}.get(written, written)


def _table(table: sa.Table) -> Described:
    columns = []
    for column in table.columns:
        name = f"{table.name}.{column.name}"
        notes = [
            f"{kind}: {said[name]}." for kind, said in (("Personal", PERSONAL), ("Secret", SECRET)) if name in said
        ]
        refers = "".join(f" → {k.column.table.name}.{k.column.name}" for k in column.foreign_keys)
        null = "" if column.nullable else " not null"
        what = " ".join([f"{column.comment or ''}{refers}", *notes])
        columns.append(Column(column.name, f"{_type(column)}{null}", what))
    return Described(table.name, "table", table.comment or "", "", "", tuple(columns))
