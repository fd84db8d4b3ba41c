"""Read the facts of matched stories anew, by the rules and words of today; levels and events stay as they are."""

from collections.abc import Sequence
from datetime import datetime

from pipeline import log, store
from pipeline.core import facts
from pipeline.guard import Guard
from pipeline.model import Fact, Story, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import facts as fact_store
from pipeline.store import stories

BATCH = 200  # stories a transaction, as in match


def run(
    settings: Settings,
    now: datetime,
    *,
    since: datetime | None = None,
    limit: int = 10_000_000,
    progress: Progress = silent,
) -> Tally:
    """Read what another version of the reader read, of stories seen `since` a time; the next clustering states events.

    `detail`: how many are stale still. A story that breaks the reader keeps the facts that it has.
    """
    version = facts.version()
    seen = done = last = 0
    guard = Guard(settings, "reread", now)

    def read(part: Sequence[Story]) -> list[tuple[int, tuple[Fact, ...]]]:
        return [(s.id, facts.of_story(s.title, s.summary, s.text, s.language)) for s in part]

    def keep(part: Sequence[tuple[int, tuple[Fact, ...]]]) -> list[int]:
        with store.begin(settings.database_url) as db:
            fact_store.reread(db, part, version)
            guard.worked(db, [story_id for story_id, _ in part])
        return [story_id for story_id, _ in part]

    while seen < limit:
        with store.read(settings.database_url) as db:  # gather
            ids = fact_store.waiting(db, version, since, last, min(BATCH, limit - seen))
            todo = stories.get_many(db, ids)
        if not ids:
            break
        found = guard.each(todo, read, key=lambda s: s.id)  # decide
        done += len(guard.each(found, keep, key=lambda pair: pair[0]))  # apply
        guard.flush()
        seen, last = seen + len(ids), ids[-1]
        progress("reread", seen, None)
    with store.read(settings.database_url) as db:
        stale = fact_store.stale(db, version)
    skipped = max(0, seen - done - guard.failed)
    return log.tally(Tally("reread", seen, done, skipped, guard.failed, detail={"stale": stale}))
