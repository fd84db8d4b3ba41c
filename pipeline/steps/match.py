"""Judge every new story against the watchlist, and keep what decided it."""

from datetime import datetime

from pipeline import log, steps, store
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import matches, stories, watchlists

BATCH = 200  # stories a transaction: some seconds when many need the dear encoder


def run(settings: Settings, now: datetime, *, limit: int = 100_000, progress: Progress = silent) -> Tally:
    """Judge stories that wait, with the current watchlist; matches, entities and facts are stored together."""
    with store.read(settings.database_url) as db:
        watchlist = watchlists.current(db)
    matcher = steps.matcher(settings, watchlist)
    seen = ours = 0
    while seen < limit:
        with store.read(settings.database_url) as db:  # gather
            todo = stories.unjudged(db, min(BATCH, limit - seen))
        if not todo:
            break
        judged = list(zip(todo, matcher.judge_many(todo), strict=True))  # decide
        with store.begin(settings.database_url) as db:  # apply
            ours += matches.add(db, judged, now, settings.enrich)
        seen += len(todo)
        progress("match", seen, None)
    with store.read(settings.database_url) as db:
        stale = matches.stale(db, watchlist.version, matcher.version)
    return log.tally(Tally("match", seen=seen, done=ours, skipped=seen - ours, detail={"stale": stale}))
