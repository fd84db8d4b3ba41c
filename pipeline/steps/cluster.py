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
from pipeline.store import candidates, events, faults, neighbourhood, stated

MUCH = 100  # stories that wait: their vectors take 20 s, a child's start some 2
PART = 12  # stories a call of a child: three times the texts that are encoded together
BATCH = 200  # stories a transaction: a kill costs at most their vectors, 30 s of the dear encoder


def run(settings: Settings, now: datetime, *, limit: int = 100_000, progress: Progress = silent) -> Tally:
    """Give every story at level >= 1 that waits its event; join, found, merge and split as the evidence asks.

    A story that breaks our code costs itself only (`pipeline.guard`); one that stands in an event already costs this
    event its changes: it stays as it is, out of everybody's way, until the story goes through.
    """
    model = pairs.default_weights()
    vectors = steps.encoder(settings)
    counts = {"founded": 0, "changed": 0, "merged": 0, "joined": 0}
    guard = Guard(settings, "cluster", now)
    blamed: dict[int, str] = {}  # stored neighbours that break our code
    with store.read(settings.database_url) as db:
        todo = candidates.waiting(db, limit, guard.held)
        gone = candidates.disowned(db, now - timedelta(days=settings.window_days), guard.held)
        stuck = candidates.stuck(db, guard.held)

    def disown(part: Sequence[int]) -> list[int]:
        with store.begin(settings.database_url, lock="cluster") as db:
            changes = neighbourhood.disown(
                db, part, settings.window_days, model, vectors.story_versions, now, guard.held
            )
            guard.worked(db, part)
        _add(counts, changes)
        return list(part)

    def free(part: Sequence[int]) -> list[int]:
        for story_id in part:
            with store.begin(settings.database_url, lock="cluster") as db:
                changes = neighbourhood.free(
                    db, story_id, settings.window_days, model, vectors.story_versions, now, guard.held
                )
                guard.worked(db, [story_id])
            _add(counts, changes)
        return list(part)

    def blame(story_id: int) -> bool:
        broke = _broken_partners(settings, guard.held, story_id, model)
        guard.note(broke)
        guard.flush()
        blamed.update(broke)
        return bool(broke)

    def encode(part: Sequence[Member]) -> list[tuple[int, Mapping[str, Any]]]:
        return steps.encoded(settings, part, settings.hands)

    def gather(batch: Sequence[int]) -> list[Member]:
        with store.read(settings.database_url) as db:
            return guard.each(batch, lambda part: candidates.members(db, part, vectors.story_versions), key=int)

    def settle(part: Sequence[int]) -> list[int]:
        at = moment(now, (m.story.seen_at for m in fresh if m.story.id in set(part)))
        with store.begin(settings.database_url, lock="cluster") as db:
            muted = candidates.muted(db, guard.held)
            waiting = {i: match for i, match in candidates.still_waiting(db, part).items() if i not in muted}
            candidates.add_vectors(db, {i: v for i, v in made.items() if i in waiting}, vectors.story_versions)
            changes = neighbourhood.settle(
                db, waiting, settings.window_days, model, vectors.story_versions, at, guard.held
            )
            events.settle(db, waiting.values(), at)
            guard.worked(db, list(waiting))
        _add(counts, changes)
        return list(waiting)

    left = guard.each(gone, disown, key=int)
    guard.flush()
    freed = [i for one in stuck for i in guard.each([one], free, key=int, blame=blame)]
    guard.flush()
    done = len(freed)
    is_much = bool(vectors.names) and len(todo) >= MUCH
    with steps.crew(settings, steps.encoding_of(settings), is_much) or contextlib.nullcontext() as crew:
        hands = Hands(guard, encode, lambda m: m.story.id, crew, PART)
        # before the transaction: encoding takes seconds, and nobody shall wait for that
        for batch, members, encoded in hands.over(todo, BATCH, gather, ahead=1):
            fresh, made = members, dict(encoded)
            done += len(guard.each([i for i in batch if i in made], settle, key=int, blame=blame))
            guard.flush()
            progress("cluster", done, len(stuck) + len(todo))
    restated = _restate(settings)
    detail = {
        "founded": counts["founded"],
        "changed": counts["changed"],
        "merged": counts["merged"],
        "left": len(left),
        "restated": restated,
    }
    seen, failed = len(stuck) + len(todo) + len(blamed), guard.failed + len(blamed)
    return log.tally(Tally("cluster", seen, done, max(0, seen - done - failed), failed, detail=detail))


def _broken_partners(
    settings: Settings, held: faults.Held, story_id: int, model: pairs.PairWeights
) -> Mapping[int, str]:
    """Give the stored partners of a story that break our code all by themselves; none when it does so itself."""

    def probe(part: Sequence[int]) -> Sequence[int]:
        with store.read(settings.database_url) as db:
            neighbourhood.probe(candidates.members(db, part, {}), settings.window_days, model)
        return part

    trial = Guard(settings, held.step, held.now)
    if not trial.each([story_id], probe, key=int):
        return {}
    with store.read(settings.database_url) as db:
        (story,) = candidates.members(db, [story_id], {})
        partners = neighbourhood.partners(db, story, settings.window_days, held)
    trial.each(partners, probe, key=int)
    return trial.take()


def _restate(settings: Settings) -> int:
    """Make the claims anew of events whose facts were read anew, or that another rule stated; nobody is told of it."""
    done = 0
    while True:
        with store.begin(settings.database_url, lock="cluster") as db:
            todo = stated.waiting(db, BATCH)
            if not todo:
                return done
            told: dict[int, list[Member]] = {i: [] for i in todo}
            for member in candidates.members(db, candidates.of_events(db, todo), {}):
                if member.event_id is not None:
                    told[member.event_id].append(member)
            stated.put(db, {event_id: _stated(event_id, members) for event_id, members in told.items()})
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
