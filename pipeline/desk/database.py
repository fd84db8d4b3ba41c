"""The database itself: its schema, and the roles of analysts and of the page."""

from pipeline import store
from pipeline.settings import Settings
from pipeline.store.sql import grants


def upgrade(settings: Settings) -> tuple[str | None, str]:
    """Migrate and make the views anew; return the schema before (None: empty) and after."""
    return store.upgrade(settings.database_url)


def grant_analyst(settings: Settings, role: str, timeout_s: int, password: str | None = None) -> str:
    """Make the analysts' read-only role or set it right; return what was done."""
    return grants.grant_analyst(settings.database_url, role, timeout_s, password)


def grant_page(settings: Settings, role: str, *, corrections: bool = False, password: str | None = None) -> str:
    """Let a role show the page; return what was done."""
    return grants.grant_page(settings.database_url, role, corrections=corrections, password=password)
