"""Turn raw feed documents into stories and sightings."""

from datetime import datetime

from pipeline import log, store
from pipeline.core import parse, text
from pipeline.errors import NewswatchError
from pipeline.model import Document, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import bodies, feeds, stories

BATCH = 8  # bodies in memory at once: 8 of the largest allowed, 15 MB each, stay far below 1 GiB


def run(settings: Settings, now: datetime, *, limit: int = 10_000, progress: Progress = silent) -> Tally:
    """Parse bodies that wait, oldest first; each is applied in one transaction, and one that fails says why in its row.

    `detail`: entries found, new stories, stories whose words changed, entries refused. A body that another process
    took meanwhile is counted as skipped, its entries nowhere.
    """
    seen = done = skipped = failed = 0
    detail = {"entries": 0, "stories": 0, "changed": 0, "refused": 0}
    with store.read(settings.database_url) as db:
        waiting = bodies.unparsed_ids(db, limit)
    for start in range(0, len(waiting), BATCH):
        wanted = waiting[start : start + BATCH]
        with store.read(settings.database_url) as db:                                    # gather
            todo = bodies.get(db, wanted)
        seen += len(wanted)
        skipped += len(wanted) - len(todo)
        for one in todo:
            try:
                document = parse.document(                                               # decide
                    one.body.content, one.body.headers, one.body.url, one.body.fetched_at, settings.max_entries
                )
                applied = _apply(settings, one, document, now)
            except NewswatchError:
                raise  # the store is unusable: a retry is needed, the body waits
            except Exception as e:  # the per-item guard: one document never stops the step
                reason = text.safe(f"{type(e).__name__}: {e}")[:300]
                with store.begin(settings.database_url) as db:
                    bodies.fail(db, one.id, reason, now)
                    feeds.report_parse(db, one.feed.id, 0, 0, reason, None, now)
                log.get().warning("parse failed", feed=one.feed.url, body=one.id, reason=reason)
                failed += 1
                continue
            if applied is None:
                skipped += 1
                continue
            new, changed = applied
            detail["entries"] += len(document.entries) + len(document.refusals)
            detail["stories"] += new
            detail["changed"] += changed
            detail["refused"] += len(document.refusals)
            if document.error:
                log.get().info("parse", feed=one.feed.url, body=one.id, reason=document.error)
                failed += 1
            else:
                done += 1
        progress("parse", seen, len(waiting))
    return log.tally(Tally("parse", seen=seen, done=done, skipped=skipped, failed=failed, detail=detail))


def _apply(settings: Settings, one: bodies.Pending, document: Document, now: datetime) -> tuple[int, int] | None:
    """Store one document whole or not at all; None when another process was faster.

    What was seen when is told by the fetch, not by the parsing: parsing an old body again gives the same rows.
    """
    with store.begin(settings.database_url) as db:
        if not bodies.lock(db, one.id):
            return None
        new, changed = stories.add(db, one.feed, document.entries, one.body.fetched_at, one.baseline)
        bodies.finish(db, one.id, document, new, now)
        found = len(document.entries) + len(document.refusals)
        feeds.report_parse(db, one.feed.id, found, new, document.error, document.ttl_s, now)
    return new, changed
