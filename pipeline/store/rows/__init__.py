"""What people are shown, read from the store in frozen rows (not `read`: that is the read transaction of the store).

A row is a dataclass whose fields bear the names of the columns they come from, so that a renamed column is a type error
or a failing read, never an empty place on a page.
"""

from dataclasses import fields
from typing import Any, TypeVar

import sqlalchemy as sa

R = TypeVar("R")


def columns(kind: type[Any], *tables: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    """Give the columns that the fields of a row name, each from the first of the tables that has it."""
    found = ((f.name, next((t for t in tables if f.name in t.c), None)) for f in fields(kind))
    return [table.c[name] for name, table in found if table is not None]


def row(kind: type[R], found: Any, **more: Any) -> R:
    """Make a row of what was read (a Row of SQLAlchemy); fields that are no columns come in `more`."""
    read = found._mapping
    return kind(**{f.name: read[f.name] for f in fields(kind) if f.name in read}, **more)  # type: ignore[arg-type]


__all__ = ["columns", "row"]
