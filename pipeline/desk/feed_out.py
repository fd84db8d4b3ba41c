"""Give the events as an Atom feed."""

from datetime import datetime

from pipeline import store
from pipeline.core.alerts import atom
from pipeline.settings import Settings
from pipeline.store.rows import mails


def run(settings: Settings, now: datetime, *, limit: int = 50, min_level: int = 1, language: str = "en") -> bytes:
    """Write the events that changed last, as many as `limit`, titles in `language` where a story has one."""
    with store.read(settings.database_url) as db:
        found = mails.newest(db, limit, min_level)
    return atom.feed(found, settings.base_url, language, now)
