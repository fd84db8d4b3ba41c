"""Why a story matched, and why it joined its event: read from the evidence that was stored when it was decided."""

from pipeline import store
from pipeline.errors import NotFoundError
from pipeline.settings import Settings
from pipeline.store.rows import stories
from pipeline.store.rows.stories import Explanation, FactRecord, MatchRecord, StoryRecord

__all__ = ["Explanation", "FactRecord", "MatchRecord", "StoryRecord", "run"]


def run(settings: Settings, what: str) -> Explanation:
    """Give everything stored about one story, found by number, address or the start of its hash."""
    with store.read(settings.database_url) as db:
        found = stories.story(db, what)
    if found is None:
        raise NotFoundError(f"no story {what!r} is stored; give its number, its address, or six digits of its hash")
    return found
