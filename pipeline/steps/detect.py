"""Give every new story a language, or `und` when unsure."""

from collections.abc import Sequence
from datetime import datetime

from pipeline import detector, log, store
from pipeline.guard import Guard
from pipeline.model import Language, Story, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import stories

BATCH = 500  # stories a transaction: a second's work, so that a kill costs little and writers wait little


def run(settings: Settings, now: datetime, *, limit: int = 100_000, progress: Progress = silent) -> Tally:
    """Detect the language of stories that have none; the feed's own hint is evidence, not truth."""
    detect = None
    seen = sure = 0
    guard = Guard(settings, "detect", now)

    def find(part: Sequence[Story]) -> list[tuple[int, Language]]:
        texts = [(s.title, s.summary, (s.declared_language,) if s.declared_language else ()) for s in part]
        return list(zip((s.id for s in part), (detect or detector.Detector()).detect_many(texts), strict=True))

    def keep(part: Sequence[tuple[int, Language]]) -> list[str]:
        with store.begin(settings.database_url) as db:
            stories.set_languages(db, dict(part))
            guard.worked(db, [i for i, _ in part])
        return [found.tag for _, found in part]

    while seen < limit:
        with store.read(settings.database_url) as db:  # gather
            todo = stories.undetected(db, min(BATCH, limit - seen), guard.held)
        if not todo:
            break
        detect = detect or detector.Detector()  # its profiles take a second to load: not for a run without news
        found = guard.each(todo, find, key=lambda s: s.id)  # decide
        sure += sum(tag != "und" for tag in guard.each(found, keep, key=lambda pair: pair[0]))  # apply
        guard.flush()
        seen += len(todo)
        progress("detect", seen, None)
    return log.tally(Tally("detect", seen, sure, seen - sure - guard.failed, guard.failed))
