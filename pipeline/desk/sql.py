"""Ask the store in SQL: the questions that ship with newswatch, or a file of one's own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pipeline.settings import Settings
from pipeline.store.sql import own as own_sql
from pipeline.store.sql import query
from pipeline.store.sql.headers import SqlFile, parse
from pipeline.store.sql.query import QueryRows


def listed() -> list[SqlFile]:
    """List the shipped queries by what they are about, then by their question."""
    return query.by_question()


def views() -> list[SqlFile]:
    """List the views with their questions, grains and columns."""
    return query.shipped("views")


def find(what: str) -> SqlFile:
    """Give a shipped query by name, or a file."""
    return query.find(what)


@contextmanager
def ask(settings: Settings, sql_file: SqlFile, params: Mapping[str, str] | None = None) -> Iterator[QueryRows]:
    """Run it read-only and stream its rows; it is stopped after `query_timeout` seconds. `params` fill its `:names`."""
    with query.ask(settings.database_url, sql_file, settings.query_timeout, params) as answer:
        yield answer


def wanted(sql_file: SqlFile) -> dict[str, str | None]:
    """Name the parameters of a query, in order, with their defaults (None where one must be given)."""
    return query.wanted(sql_file)


def own(text: str) -> SqlFile:
    """Read a statement of somebody's own, for its parameters and their defaults."""
    return parse("your query", text)


@contextmanager
def ask_own(settings: Settings, text: str, timeout_s: float, params: Mapping[str, str]) -> Iterator[QueryRows]:
    """Run a statement of somebody's own: it sees what the views see, and nothing of persons."""
    with own_sql.ask(settings.database_url, settings.analyst_url, text, timeout_s, params) as answer:
        yield answer


__all__ = ["QueryRows", "SqlFile", "ask", "ask_own", "find", "listed", "own", "views", "wanted"]
