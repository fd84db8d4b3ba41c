"""What broke our code, item by item, and trying it again at once."""

from pipeline import store
from pipeline.settings import Settings
from pipeline.store import faults


def listed(settings: Settings) -> list[faults.BrokenItem]:
    """Give the items that stand as broken, the first one first."""
    with store.read(settings.database_url) as db:
        return faults.listed(db)


def again(settings: Settings, step: str | None = None) -> int:
    """Let the next run of a step, or of all, try its broken items again; return how many."""
    with store.begin(settings.database_url) as db:
        return faults.again(db, step)
