"""Fold matched stories into events: each batch with its open neighbourhood is solved anew and stored whole."""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pipeline import log, steps, store
from pipeline.core.events import claims, pairs
from pipeline.guard import Guard, Hands, moment
from pipeline.model import Member, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import events, neighbourhood, pool, stated

MUCH = 100  # stories that wait: their vectors take 20 s, a child's start some 2
PART = 10  # stories a call of a child
BATCH = 200  # stories a transaction: a kill costs at most their vectors, 30 s of the dear encoder


def run(settings: Settings, now: datetime, *, limit: int = 100_000, progress: Progress = silent) -> Tally:
    """Give every story at level >= 1 that waits its event; join, found, merge and split as the evidence asks.

    A story that breaks our code costs itself only: see `pipeline.guard`.
    """
    model = pairs.default_weights()
    vectors = steps.encoder(settings)
    counts = {"founded": 0, "changed": 0, "merged": 0, "joined": 0}
    guard = Guard(settings, "cluster", now)
    with store.read(settings.database_url) as db:
        todo = pool.waiting(db, limit, guard.held)
        gone = pool.disowned(db, now - timedelta(days=settings.window_days), guard.held)

    def disown(part: Sequence[int]) -> list[int]:
        with store.begin(settings.database_url, lock="cluster") as db:
            changes = neighbourhood.disown(db, part, settings.window_days, model, vectors.story_versions, now)
            guard.worked(db, part)
        _add(counts, changes)
        return list(part)

    def encode(part: Sequence[Member]) -> list[tuple[int, Mapping[str, Any]]]:
        return steps.encoded(settings, part)

    def settle(part: Sequence[int]) -> list[int]:
        at = moment(now, (m.story.seen_at for m in fresh if m.story.id in set(part)))
        with store.begin(settings.database_url, lock="cluster") as db:
            waiting = pool.still_waiting(db, part)
            pool.add_vectors(db, {i: v for i, v in made.items() if i in waiting}, vectors.story_versions)
            changes = neighbourhood.settle(db, waiting, settings.window_days, model, vectors.story_versions, at)
            events.settle(db, waiting.values(), at)
            guard.worked(db, list(waiting))
        _add(counts, changes)
        return list(waiting)

    left = guard.each(gone, disown, key=int)
    guard.flush()
    done = 0
    is_much = bool(vectors.names) and len(todo) >= MUCH
    with steps.crew(settings, "encoded", is_much) or contextlib.nullcontext() as crew:
        hands = Hands(guard, encode, lambda m: m.story.id, crew, (settings,), PART)
        for start in range(0, len(todo), BATCH):
            batch = todo[start : start + BATCH]
            with store.read(settings.database_url) as db:  # gather
                fresh = guard.each(batch, lambda part: pool.members(db, part, vectors.story_versions), key=int)
            # before the transaction: encoding takes seconds, and nobody shall wait for that
            made = dict(hands.begin(fresh)())
            done += len(guard.each([i for i in batch if i in made], settle, key=int))
            guard.flush()
            progress("cluster", done, len(todo))
    restated = _restate(settings)
    detail = {
        "founded": counts["founded"],
        "changed": counts["changed"],
        "merged": counts["merged"],
        "left": len(left),
        "restated": restated,
    }
    skipped = max(0, len(todo) - done - guard.failed)
    return log.tally(Tally("cluster", len(todo), done, skipped, guard.failed, detail=detail))


def _restate(settings: Settings) -> int:
    """Make the claims anew of events whose facts were read anew, or that another rule stated; nobody is told of it."""
    done = 0
    while True:
        with store.begin(settings.database_url, lock="cluster") as db:
            todo = stated.waiting(db, BATCH)
            if not todo:
                return done
            told: dict[int, list[Member]] = {i: [] for i in todo}
            for member in pool.members(db, pool.of_events(db, todo), {}):
                if member.event_id is not None:
                    told[member.event_id].append(member)
            for event_id, members in told.items():
                stated.put(db, event_id, _stated(event_id, members))
        done += len(todo)


def _stated(event_id: int, members: list[Member]) -> claims.Stated:
    try:
        return claims.stated(members)
    except Exception as e:  # the per-item guard: an event whose stories break the rule states nothing
        log.get().error("stating broke", event_id=event_id, error=repr(e)[:300])
        return claims.Stated()


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for key, value in more.items():
        counts[key] += value
