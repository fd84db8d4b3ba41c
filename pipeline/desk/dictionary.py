"""The data dictionary: the generated part of sql/README.md."""

from pipeline.store.sql import dictionary


def text() -> str:
    """Give the generated part as Markdown."""
    return dictionary.text()


def is_current() -> bool:
    """Whether sql/README.md says what tables and views say."""
    return dictionary.is_current()


def write() -> bool:
    """Bring sql/README.md up to date; return whether anything changed."""
    return dictionary.write()
