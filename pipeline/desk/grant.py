"""Make the analysts' read-only role."""

from pipeline.settings import Settings
from pipeline.store.sql import grants


def run(settings: Settings, role: str, timeout_s: int, password: str | None = None) -> str:
    """Make the role or set it right; return what was done."""
    return grants.grant_analyst(settings.database_url, role, timeout_s, password)
