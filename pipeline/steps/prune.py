"""Erase what is older than its retention: bodies and texts first, never events or their evidence."""

from datetime import datetime, timedelta

from pipeline import log, store
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.store import faults, prune

FAULTS = timedelta(days=8)  # a week longer than any retry waits: who was not tried by then is gone


def run(settings: Settings, now: datetime, dry_run: bool = False) -> Tally:
    """Erase, or with `dry_run` count, what is too old; the detail says how many rows of what."""
    days = {
        "bodies": settings.keep_bodies_days,
        "texts": settings.keep_texts_days,
        "vectors": _at_least_open(settings.keep_vectors_days, settings.window_days),
        "fetches": settings.keep_fetches_days,
        "runs": settings.keep_runs_days,
        "stories": settings.keep_stories_days,
    }
    detail: dict[str, int] = {}
    skipped = 0
    for rule in prune.RULES:
        if not days[rule.keep] and rule.keep != "bodies":
            skipped += 1
            continue
        cut = now - timedelta(days=days[rule.keep])
        work = prune.count if dry_run else prune.erase
        detail[rule.what] = work(settings.database_url, rule, cut)
    if not dry_run:
        with store.begin(settings.database_url) as db:
            faults.prune(db, now - FAULTS)
        prune.refresh(settings.database_url)
    total = sum(detail.values())
    done = 0 if dry_run else total
    return log.tally(Tally("prune", seen=total, done=done, skipped=skipped, detail=detail))


def _at_least_open(keep_days: float, window_days: float) -> float:
    """Keep the vectors of stories that open events are still compared with, whatever was asked for."""
    return max(keep_days, 2 * window_days) if keep_days else 0.0
