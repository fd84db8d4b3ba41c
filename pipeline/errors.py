"""What stops a step: every error says what is wrong, where, and what to do.

A failure inside a batch (one feed, one story, one mail) is a value that is stored and counted, never one of these.
"""


class NewswatchError(Exception):
    """Base of every error that newswatch raises on purpose; its text is one sentence for a person."""


class ConfigError(NewswatchError):
    """A setting or a file is wrong: a retry cannot help, a person must act."""


class CatalogError(ConfigError):
    """A file of the watch folder is wrong; the text names file, line and what was expected."""


class StoreError(NewswatchError):
    """The database cannot be used as it is (missing, older or newer than this program, locked for too long)."""


class SlowError(StoreError):
    """A query took longer than it may; its text names the query and nothing of the database."""


class NotFoundError(NewswatchError):
    """What a person asked for by id, URL or name is not in the store."""


class BusyError(NewswatchError):
    """Another process holds the lock that this step needs; try again when it has ended."""
