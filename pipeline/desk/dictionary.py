"""The data dictionary: what is said of every view, table and column."""

from pipeline.store.sql import dictionary
from pipeline.store.sql.dictionary import Described


def text() -> str:
    """Give the whole of it as Markdown."""
    return dictionary.text()


def described() -> list[Described]:
    """List all views, then all tables, by name."""
    return dictionary.described()


def describe(name: str) -> Described:
    """Give what is said of one view or table; NotFoundError names those that were perhaps meant."""
    return dictionary.describe(name)


def is_current() -> bool:
    """Whether sql/README.md says what views and queries say."""
    return dictionary.is_current()


def write() -> bool:
    """Bring sql/README.md up to date; return whether anything changed."""
    return dictionary.write()


__all__ = ["Described", "describe", "described", "is_current", "text", "write"]
