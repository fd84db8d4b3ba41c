"""Fold matched stories into events: each batch with its open neighbourhood is solved anew and stored whole."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pipeline import log, steps, store
from pipeline.core.events import pairs
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import events, neighbourhood, pool

BATCH = 200  # stories a transaction: a kill costs at most their vectors, 30 s of the dear encoder


def run(settings: Settings, now: datetime, *, limit: int = 100_000, progress: Progress = silent) -> Tally:
    """Give every story at level >= 1 that waits its event; join, found, merge and split as the evidence asks."""
    model = pairs.default_weights()
    vectors = steps.encoder(settings)
    counts = {"founded": 0, "changed": 0, "merged": 0, "joined": 0}
    with store.read(settings.database_url) as db:
        todo = pool.waiting(db, limit)
        gone = pool.disowned(db, now - timedelta(days=settings.window_days))
    if gone:
        with store.begin(settings.database_url, lock="cluster") as db:
            _add(counts, neighbourhood.disown(db, gone, settings.window_days, model, vectors.versions, now))
    done = 0
    for start in range(0, len(todo), BATCH):
        batch = todo[start : start + BATCH]
        with store.read(settings.database_url) as db:  # gather
            fresh = pool.members(db, batch, vectors.versions)
        # before the transaction: encoding takes seconds, and nobody shall wait for that
        made = {m.story.id: vectors.vectors(m.story.title, m.story.summary, m.story.language) for m in fresh}
        with store.begin(settings.database_url, lock="cluster") as db:
            waiting = pool.still_waiting(db, batch)
            pool.add_vectors(db, {i: v for i, v in made.items() if i in waiting}, vectors.versions)
            _add(counts, neighbourhood.settle(db, waiting, settings.window_days, model, vectors.versions, now))
            events.settle(db, waiting.values(), now)
        done += len(waiting)
        progress("cluster", done, len(todo))
    detail = {"founded": counts["founded"], "changed": counts["changed"], "merged": counts["merged"], "left": len(gone)}
    return log.tally(Tally("cluster", seen=len(todo), done=done, skipped=len(todo) - done, detail=detail))


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for key, value in more.items():
        counts[key] += value
