"""What stands in the store, at a glance."""

from typing import Any

from pipeline import store
from pipeline.settings import Settings
from pipeline.store import runs
from pipeline.store.rows import overview


def run(settings: Settings, min_level: int = 1, limit: int = 100) -> dict[str, Any]:
    """Give the events, the alerts per subscription, and the row counts."""
    with store.read(settings.database_url) as db:
        return {
            "events": overview.event_list(db, min_level, limit),
            "alerts": overview.alert_counts(db),
            "counts": dict(runs.counts(db)),
        }
