"""The commands for analysts' SQL: query, tables, export, checks, prune, the dictionary and roles of the database."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.desk.sql import SqlFile

SHOWN = 1000  # rows of a table on a terminal; CSV and JSON give all


def register(app: typer.Typer, db: typer.Typer) -> None:
    """Add these commands to the command line, and to its `db` group."""
    app.command()(query)
    app.command()(tables)
    app.command()(export)
    app.command()(checks)
    app.command()(prune)
    db.command("grant-analyst")(grant_analyst)
    db.command("grant-page")(grant_page)
    db.command("dictionary")(dictionary)


def query(
    what: Annotated[
        str | None,
        typer.Argument(metavar="[NAME|FILE|SELECT]", help="A shipped query, a .sql file, or a statement in quotes."),
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="Fill :NAME in the statement; repeat it.")
    ] = None,
    database: DatabaseOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask a question in SQL, read-only; without a name, list the questions that ship with newswatch."""
    from pipeline.desk import sql as step

    if what is None:
        sql_files = step.listed()
        if as_json:
            common.print_json([{"name": s.name, **s.header} for s in sql_files])
            return
        asked = [(s.header.get("about", ""), _titled(s.question, s.header), s.name) for s in sql_files]
        common.print_table(("about", "question", "query"), asked)
        where = f" --database {database}" if database else ""
        for example in ("newest_events", "thread_of_event --param event=1"):
            common.out.print(f"Ask one: newswatch query {example}{where}", highlight=False, soft_wrap=True)
        return
    settings = common.load(database=database)
    sql_file = step.find(what)
    with step.ask(settings, sql_file, _params(param or ())) as answer:
        if as_json:
            _print_json(answer.columns, answer.rows)
        elif as_csv:
            _print_csv(answer.columns, answer.rows)
        else:
            rows = [[common.moment(v) for v in row] for row, _ in zip(answer.rows, range(SHOWN + 1), strict=False)]
            common.print_table(answer.columns, rows[:SHOWN], sql_file.question or None, empty=_none(sql_file))
            if len(rows) > SHOWN:
                common.out.print(f"… the first {SHOWN} rows; --csv or --json gives all", highlight=False)


def _none(sql_file: "SqlFile") -> str:
    from pipeline.desk import sql as step

    asked = " ".join(f"--param {name}=…" for name in step.wanted(sql_file))
    again = f" Ask otherwise: newswatch query {sql_file.name} {asked}" if asked and sql_file.question else ""
    return f"{sql_file.question}\nNo rows.{again}".strip()


def _titled(question: str, header: Mapping[str, str]) -> str:
    return f"{question} (example)" if "example" in header else question


def _params(given: Iterable[str]) -> dict[str, str]:
    """Read NAME=VALUE options."""
    found = {}
    for one in given:
        name, mark, value = one.partition("=")
        if not mark or not name.strip().isidentifier():
            raise ConfigError("--param: write NAME=VALUE, as in --param language=de")
        found[name.strip()] = value
    return found


def _print_csv(columns, rows) -> None:  # type: ignore[no-untyped-def]
    from pipeline.desk.export import cell

    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(columns)
    lines.writerows([cell(v) for v in row] for row in rows)


def _print_json(columns, rows) -> None:  # type: ignore[no-untyped-def]
    from pipeline.desk.export import plain

    sys.stdout.write("[")
    for i, row in enumerate(rows):
        made = {k: plain(v) for k, v in zip(columns, row, strict=True)}
        sys.stdout.write((",\n " if i else "\n ") + json.dumps(made, ensure_ascii=False, default=str))
    sys.stdout.write("\n]\n")


def tables(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A view or a table.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what each column of a view or table holds; without a name, list the views and tables."""
    from dataclasses import asdict

    from pipeline.desk import dictionary as step

    if name is None:
        found = step.described()
        if as_json:
            common.print_json([asdict(d) for d in found])
            return
        common.print_table(("", "name", "what it answers, or what a row is"), [(d.kind, d.name, d.says) for d in found])
        common.out.print("Build on the views: tables may change with any release.", soft_wrap=True, highlight=False)
        return
    said = step.describe(name)
    if as_json:
        common.print_json(asdict(said))
        return
    told = (said.says, f"{said.grain}." if said.grain else "", said.mind)
    told_well = " ".join(words[0].upper() + words[1:] for words in told if words)
    common.out.print(f"{said.kind} {said.name}: {told_well}", soft_wrap=True, highlight=False, markup=False)
    common.print_table(("column", "type", "what it says"), [(c.name, c.type, c.what) for c in said.columns])


def export(
    view: Annotated[str | None, typer.Argument(metavar="[VIEW]", help="A view, e.g. event_overview.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="From that time on (UTC)."),
    ] = None,
    format: Annotated[str, typer.Option("--format", help="parquet, csv or jsonl.")] = "parquet",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File; - for standard output (default: VIEW.FORMAT here).")
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Write a view to a file, with its types; without a view, list the views."""
    from pipeline.desk import export as step
    from pipeline.desk import sql as asked

    if view is None:
        rows = [(s.name, s.header.get("grain", ""), s.question) for s in asked.views()]
        common.print_table(("view", "grain", "question"), rows)
        return
    settings = common.load(database=database)
    start = since.replace(tzinfo=UTC) if since else None
    if output is not None and str(output) == "-":
        if format == "parquet" and sys.stdout.isatty():
            raise ConfigError("--output -: Parquet is not for a terminal; write --format csv, or name a file")
        step.run(settings, view, format, start, sys.stdout.buffer)
        return
    path = output or Path(f"{view}.{format}")
    count = step.run(settings, view, format, start, path)
    common.out.print(f"{count} rows of {view}: {path}", soft_wrap=True, highlight=False)


def checks(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Look for rows that are wrong; exit 1 when there are any."""
    from dataclasses import asdict

    from pipeline.steps import checks as step

    found = step.look(common.load(database=database))
    if as_json:
        common.print_json([asdict(f) for f in found])
    for f in () if as_json else found:
        common.out.print(f"\n[red]{f.check}[/]: {f.count} rows. {f.wrong}", soft_wrap=True, highlight=False)
        common.print_table(f.columns, [[common.moment(v) for v in row] for row in f.rows])
        common.out.print(f"  What to do: {f.do}", soft_wrap=True, highlight=False, markup=False)
    if found:
        raise typer.Exit(1)
    if not as_json:
        common.out.print("Nothing is wrong.")


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only, erase nothing.")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase what is older than its retention (NEWSWATCH_KEEP_…_DAYS); events and their evidence stay."""
    from pipeline import steps

    settings = common.load(database=database)
    tally = steps.perform("prune", settings, common.now(), dry_run=dry_run)
    if as_json:
        common.print_tallies([tally], True)
        return
    word = "would erase" if dry_run else "erased"
    common.print_table(("of", word), sorted(tally.detail.items()))


def grant_analyst(
    role: Annotated[str, typer.Option("--role", help="Name of the role.")] = "analyst",
    timeout: Annotated[
        int, typer.Option("--timeout", min=1, help="Seconds after which its statements are stopped.")
    ] = 60,
    ask_password: Annotated[bool, typer.Option("--ask-password", help="Ask for a password and set it.")] = False,
    database: DatabaseOption = None,
) -> None:
    """Make a PostgreSQL role that reads the views and nothing else: no tables, no addresses."""
    from pipeline.desk import database as kept

    settings = common.load(database=database)
    password = typer.prompt("Password of the role", hide_input=True, confirmation_prompt=True) if ask_password else None
    common.out.print(kept.grant_analyst(settings, role, timeout, password), soft_wrap=True, highlight=False)


def grant_page(
    role: Annotated[str, typer.Option("--role", help="Name of the role.")] = "newswatch_page",
    password: Annotated[
        str | None,
        typer.Option(envvar="PAGE_DB_PASSWORD", help="Its password; with one the role is made where it is missing."),
    ] = None,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="It may unite and split events too (NEWSWATCH_WEB_TOKEN).")
    ] = False,
    database: DatabaseOption = None,
) -> None:
    """Let a PostgreSQL role show the page: it reads, and writes unsubscriptions and labels."""
    from pipeline.desk import database as kept

    settings = common.load(database=database)
    done = kept.grant_page(settings, role, corrections=corrections, password=password or None)
    common.out.print(done, soft_wrap=True, highlight=False)


def dictionary(
    write: Annotated[bool, typer.Option("--write", help="Write the generated part of sql/README.md.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 when sql/README.md is not current.")] = False,
) -> None:
    """Print the data dictionary; --write puts it into sql/README.md, --check says whether it is current."""
    from pipeline.desk import dictionary as step

    if write:
        common.out.print("written" if step.write() else "was current")
    elif check:
        if not step.is_current():
            raise ConfigError("sql/README.md is not current: run `newswatch db dictionary --write`")
        common.out.print("current")
    else:
        sys.stdout.write(step.text())
