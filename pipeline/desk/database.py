"""Bring the database to this program's schema."""

from pipeline import store
from pipeline.settings import Settings


def run(settings: Settings) -> tuple[str | None, str]:
    """Migrate and make the views anew; return the schema before (None: empty) and after."""
    return store.upgrade(settings.database_url)
