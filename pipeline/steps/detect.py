"""Give every new story a language, or `und` when unsure."""

from datetime import datetime

from pipeline import detector, log, store
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import stories

BATCH = 500  # stories a transaction: a second's work, so that a kill costs little and writers wait little


def run(settings: Settings, now: datetime, *, limit: int = 100_000, progress: Progress = silent) -> Tally:
    """Detect the language of stories that have none; the feed's own hint is evidence, not truth."""
    detect = None
    seen = unsure = 0
    while seen < limit:
        with store.read(settings.database_url) as db:  # gather
            todo = stories.undetected(db, min(BATCH, limit - seen))
        if not todo:
            break
        detect = detect or detector.Detector()  # its profiles take a second to load: not for a run without news
        texts = [(s.title, s.summary, (s.declared_language,) if s.declared_language else ()) for s in todo]
        found = dict(zip((s.id for s in todo), detect.detect_many(texts), strict=True))  # decide
        with store.begin(settings.database_url) as db:  # apply
            stories.set_languages(db, found)
        seen += len(todo)
        unsure += sum(f.tag == "und" for f in found.values())
        progress("detect", seen, None)
    return log.tally(Tally("detect", seen=seen, done=seen - unsure, skipped=unsure))
