"""Fold matched stories into events: each batch with its open neighbourhood is solved anew and stored whole."""

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
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
    vectors = steps.encoder(settings)
    guard = Guard(settings, "cluster", now)
    one = _Folding(settings, now, guard, pairs.default_weights(), vectors.story_versions)
    with store.read(settings.database_url) as db:
        todo = candidates.waiting(db, limit, guard.held)
        gone = candidates.disowned(db, now - timedelta(days=settings.window_days), guard.held)
        stuck = candidates.stuck(db, guard.held)
    left = guard.each(gone, one.disown, key=int)
    guard.flush()
    freed = [i for story in stuck for i in guard.each([story], one.free, key=int, blame=one.blame)]
    guard.flush()
    done = len(freed)
    is_much = bool(vectors.names) and len(todo) >= MUCH
    with steps.crew(settings, steps.encoding_of(settings), is_much) or contextlib.nullcontext() as crew:
        hands = Hands(guard, one.encode, lambda m: m.story.id, crew, PART)
        # before the transaction: encoding takes seconds, and nobody shall wait for that
        for batch, members, encoded in hands.over(todo, BATCH, one.gather, ahead=1):
            made = dict(encoded)
            settle = partial(one.settle, members, made)
            done += len(guard.each([i for i in batch if i in made], settle, key=int, blame=one.blame))
            guard.flush()
            progress("cluster", done, len(stuck) + len(todo))
    restated = _restate(settings)
    counted = {name: one.counts[name] for name in ("founded", "changed", "merged")}
    detail = {**counted, "left": len(left), "restated": restated}
    seen, failed = len(stuck) + len(todo) + len(one.blamed), guard.failed + len(one.blamed)
    return log.tally(Tally("cluster", seen, done, max(0, seen - done - failed), failed, detail=detail))


@dataclass(slots=True)
class _Folding:
    """What one run works with, and what it did; each method is a whole transaction or one of several."""

    settings: Settings
    now: datetime
    guard: Guard
    model: pairs.PairWeights
    versions: Mapping[str, str]  # of the vectors that are compared
    counts: Counter[str] = field(default_factory=Counter)
    blamed: dict[int, str] = field(default_factory=dict)  # stored neighbours that break our code

    def disown(self, part: Sequence[int]) -> list[int]:
        """Take stories that are ours no more out of their events."""
        window = self.settings.window_days
        with store.begin(self.settings.database_url, lock="cluster") as db:
            changes = neighbourhood.disown(db, part, window, self.model, self.versions, self.now, self.guard.held)
            self.guard.worked(db, part)
        self.counts.update(changes)
        return list(part)

    def free(self, part: Sequence[int]) -> list[int]:
        """Solve the events anew that a broken story kept as they were."""
        window = self.settings.window_days
        for story_id in part:
            with store.begin(self.settings.database_url, lock="cluster") as db:
                changes = neighbourhood.free(db, story_id, window, self.model, self.versions, self.now, self.guard.held)
                self.guard.worked(db, [story_id])
            self.counts.update(changes)
        return list(part)

    def gather(self, batch: Sequence[int]) -> list[Member]:
        """Read what is to be placed."""
        with store.read(self.settings.database_url) as db:
            return self.guard.each(batch, lambda part: candidates.members(db, part, self.versions), key=int)

    def encode(self, part: Sequence[Member]) -> list[tuple[int, Mapping[str, Any]]]:
        """Make the vectors of stories in this process."""
        return steps.encoded(self.settings, part, self.settings.hands)

    def settle(self, members: Sequence[Member], made: Mapping[int, Any], part: Sequence[int]) -> list[int]:
        """Place some of the members with the vectors that were made of them."""
        at = moment(self.now, (m.story.seen_at for m in members if m.story.id in set(part)))
        with store.begin(self.settings.database_url, lock="cluster") as db:
            muted = candidates.muted(db, self.guard.held)
            waiting = {i: match for i, match in candidates.still_waiting(db, part).items() if i not in muted}
            candidates.add_vectors(db, {i: v for i, v in made.items() if i in waiting}, self.versions)
            window = self.settings.window_days
            changes = neighbourhood.settle(db, waiting, window, self.model, self.versions, at, self.guard.held)
            events.settle(db, waiting.values(), at)
            self.guard.worked(db, list(waiting))
        self.counts.update(changes)
        return list(waiting)

    def blame(self, story_id: int) -> bool:
        """Find stored neighbours that are to blame for what broke, and put them out of the way."""
        broke = _broken_partners(self.settings, self.guard.held, story_id, self.model)
        self.guard.note(broke)
        self.guard.flush()
        self.blamed.update(broke)
        return bool(broke)


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
