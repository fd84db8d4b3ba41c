"""Say where the work stands, for those who schedule it and for metrics; changes nothing."""

from collections.abc import Mapping
from datetime import datetime

from pipeline import guard, store
from pipeline.settings import Settings
from pipeline.store.rows import progress


def waiting(settings: Settings, now: datetime) -> Mapping[str, int]:
    """Count what waits for each step of the main job at a time."""
    with store.read(settings.database_url) as db:
        found = dict(progress.waiting(db, now, guard.version(settings)))
    if not settings.enrich:
        found["enrich"] = 0
    return found


def brought(settings: Settings, since: datetime) -> list[dict[str, int]]:
    """Count what each feed brought since a time: {feed, stories, matches}."""
    with store.read(settings.database_url) as db:
        return progress.brought(db, since)


def lags(settings: Settings, since: datetime, until: datetime) -> list[progress.Lag]:
    """Give how long the news took to its mail, for each mail sent in that time."""
    with store.read(settings.database_url) as db:
        return progress.lags(db, since, until)
