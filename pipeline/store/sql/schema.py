"""Bring a database to this program's schema: migrations, then the views made anew, in one transaction."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from pipeline.errors import StoreError
from pipeline.store.engine import begin, parse_url, read
from pipeline.store.sql import headers
from pipeline.store.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

# What a computed column is cast to on SQLite, by the type that the view's header says
_CAST = {"integer": "integer", "boolean": "integer", "real": "real"}
_UNTYPED = {"", "NUM", "BLOB"}
_NAMED = re.compile(r'^((?:down_)?revision) = "(\w+)"$', re.MULTILINE)


def sql_dir() -> Path:
    """Find the `sql` folder: in the wheel inside the package, in a checkout beside it."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "sql"
    return inside if inside.is_dir() else package.parent / "sql"


def _config(db: sa.Connection) -> "Config":
    from alembic.config import Config  # a third of what loading the store takes, for what most processes never do

    config = Config()
    config.set_main_option("script_location", str(sql_dir() / "migrations").replace("%", "%%"))
    config.attributes["connection"] = db
    return config


@cache
def _revisions() -> dict[str, str]:
    """Give the migrations that this program knows, each with the one before it ("" = none), without running them."""
    found = {}
    for path in (sql_dir() / "migrations" / "versions").glob("*.py"):
        named = dict(_NAMED.findall(path.read_text(encoding="utf-8")))
        found[named["revision"]] = named.get("down_revision", "")
    return found


@cache
def head() -> str:
    """Give the newest migration that this program knows."""
    (newest,) = set(_revisions()) - set(_revisions().values())
    return newest


def current(db: sa.Connection) -> str | None:
    """Give the migration that a database is at, None when it is empty."""
    if not sa.inspect(db).has_table("alembic_version"):
        return None
    at: str | None = db.scalar(sa.text("select version_num from alembic_version"))
    return at


def upgrade(url: str) -> tuple[str | None, str]:
    """Migrate to the newest schema and make the views anew; return (before, after). Safe to run twice or at once."""
    from alembic import command

    with begin(url, lock="schema") as db:
        if db.dialect.name == "postgresql":
            for schema in ("newswatch", "analysis"):
                db.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
        before = current(db)
        if before is not None and before not in _revisions():
            raise StoreError(_newer(before))
        if before is None and (others := _foreign(db)):
            raise StoreError(
                f"this database is another program's (it has a table {others[0]}): give newswatch one of its own"
            )
        drop_views(db)
        command.upgrade(_config(db), "head")
        create_views(db)
        return before, head()


def ensure(url: str) -> None:
    """Make the schema in an empty database; raise StoreError when an older one waits for `newswatch db upgrade`."""
    parsed = parse_url(url)
    at = None
    if parsed.drivername != "sqlite" or Path(str(parsed.database)).exists():
        with read(url) as db:  # waits for no writer
            at = current(db)
    if at == head():
        return
    if at is None:
        upgrade(url)
        return
    if at not in _revisions():
        raise StoreError(_newer(at))
    raise StoreError(f"the database is at schema {at}, this newswatch needs {head()}: run `newswatch db upgrade`")


def _newer(at: str) -> str:
    return f"the database is at {at}, which this newswatch does not know: install a newer newswatch"


def _foreign(db: sa.Connection) -> list[str]:
    """List tables where ours would stand, in a database that we did not make."""
    if db.dialect.name == "postgresql":
        query = "select tablename from pg_tables where schemaname = 'newswatch' order by 1"
    else:
        query = (
            "select name from sqlite_master where type = 'table' and name not like 'sqlite!_%' escape '!' order by 1"
        )
    return [name for name in db.scalars(sa.text(query)) if name != "alembic_version"]


def view_files() -> list[Path]:
    """List the view files in the order in which they are made: numbered by dependency where one needs another."""
    return sorted((sql_dir() / "views").glob("*.sql"))


def drop_views(db: sa.Connection) -> None:
    """Drop every view of newswatch; columns may change type because nothing hangs on them."""
    if db.dialect.name == "postgresql":
        names = db.scalars(sa.text("select viewname from pg_views where schemaname = 'analysis'")).all()
        for name in names:
            db.exec_driver_sql(f'drop view if exists analysis."{name}" cascade')
        return
    for name in db.scalars(sa.text("select name from sqlite_master where type = 'view'")).all():
        db.exec_driver_sql(f'drop view if exists "{name}"')


def create_views(db: sa.Connection) -> None:
    """Make the views from `sql/views`, each file one `create view NAME as …`."""
    if db.dialect.name == "postgresql":
        # one spelling on both databases: the functions of SQLite that the views use
        db.exec_driver_sql((sql_dir() / "postgresql.sql").read_text(encoding="utf-8").replace("%", "%%"))
        db.exec_driver_sql("set local search_path to analysis, newswatch, public")
    waiting = {path.stem: path.read_text(encoding="utf-8") for path in view_files()}
    while waiting:
        ready = [n for n, text in waiting.items() if not any(_uses(text, o) for o in waiting if o != n)]
        if not ready:
            raise StoreError(f"views that need one another in a circle: {', '.join(sorted(waiting))}")
        for name in ready:
            text = waiting.pop(name)
            sql_file = headers.parse(name, text)
            if db.dialect.name == "sqlite":
                _create_on_sqlite(db, sql_file)
                continue
            db.execute(_statement(text))
            _comment(db, sql_file)
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("set local search_path to newswatch, analysis, public")


def _statement(text: str) -> sa.TextClause:
    return sa.text(text.replace(":", "\\:"))


def _create_on_sqlite(db: sa.Connection, sql_file: headers.SqlFile) -> None:
    """Make a view whose own words hold its header, and whose computed columns are cast.

    SQLite knows no comments, but keeps a statement as written; from 3.41 on it gives a cast column its type.
    """
    header, made, body = sql_file.text.partition(f"create view {sql_file.name} as\n")
    db.execute(_statement(f"{made}{header}{body}"))
    declared = {row.name: row.type for row in db.execute(sa.text(f"pragma table_xinfo({sql_file.name})"))}
    columns = [
        f"cast({c.name} as {_CAST.get(c.type, 'text')}) as {c.name}" if declared[c.name] in _UNTYPED else c.name
        for c in sql_file.columns
    ]
    if any(column.startswith("cast(") for column in columns):
        inner = body.rstrip().removesuffix(";")
        db.exec_driver_sql(f"drop view {sql_file.name}")
        db.execute(_statement("".join([made, header, "select ", ", ".join(columns), " from (\n", inner, "\n)"])))


def _comment(db: sa.Connection, sql_file: headers.SqlFile) -> None:
    """Let psql, inspectors and BI tools show what the header says of a view and its columns."""
    said = [sql_file.question, f"Grain: {sql_file.header.get('grain', '')}.", sql_file.header.get("caveat", "")]
    told = {f"view {sql_file.name}": " ".join(filter(None, said))}
    told |= {f"column {sql_file.name}.{c.name}": c.what for c in sql_file.columns}
    for what, text in told.items():
        db.exec_driver_sql(f"comment on {what} is {_quoted(text)}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def _uses(text: str, name: str) -> bool:
    code = re.sub(r"--.*", "", text)
    return re.search(rf"\b{name}\b", code) is not None


__all__ = ["create_views", "current", "drop_views", "ensure", "head", "metadata", "sql_dir", "upgrade", "view_files"]
