"""The open neighbourhood of some stories: loaded until it is closed, solved anew, and stored, in one transaction."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.core.events import claims, cluster, pairs
from pipeline.core.events import event as core
from pipeline.core.events import threads as thread
from pipeline.core.text import url
from pipeline.model import Member
from pipeline.store import candidates, corrections, events, faults, threads

_ROUNDS = 8  # times that a neighbourhood may grow by what it found; more only if events chain on for months


def settle(
    db: sa.Connection,
    ids: Iterable[int],
    window_days: float,
    model: pairs.PairWeights,
    versions: Mapping[str, str],
    now: datetime,
    held: faults.Held | None = None,
) -> Mapping[str, int]:
    """Solve the neighbourhood of some stories anew and store what it says; call it under the `cluster` lock.

    Events that hold a story which breaks this code today (`held`) are no part of it: they stay as they are.
    """
    muted = candidates.muted(db, held)
    start = set(ids) - muted
    if not start:
        return {}
    table, rows, together, apart = gather(db, start, window_days, model, versions, muted)
    whole = cluster.standing(table, rows, model.version, apart)
    groups = core.decide(table, rows, model, window_days, together, apart, whole)
    tally = events.put(db, groups, [table.members[r] for r in rows], model.version, now)
    threads.relink(db, [table.members[r].story.id for r in rows], now, versions, muted)
    return tally


def disown(
    db: sa.Connection,
    ids: Sequence[int],
    window_days: float,
    model: pairs.PairWeights,
    versions: Mapping[str, str],
    now: datetime,
    held: faults.Held | None = None,
) -> Mapping[str, int]:
    """Take stories that are no longer ours out of their events, and solve what is left of those anew."""
    touched = events.remove(db, ids, now)
    threads.unlink(db, touched)
    return settle(db, candidates.of_events(db, touched), window_days, model, versions, now, held)


def free(
    db: sa.Connection,
    story_id: int,
    window_days: float,
    model: pairs.PairWeights,
    versions: Mapping[str, str],
    now: datetime,
    held: faults.Held,
) -> Mapping[str, int]:
    """Bring the event of a story that broke this code before up to date: its stories, and its links."""
    tally = settle(db, [story_id], window_days, model, versions, now, held)
    muted = candidates.muted(db, held)
    if story_id not in muted:
        threads.link(db, candidates.events_of(db, [story_id]), now, versions, muted)
    return tally


def partners(db: sa.Connection, story: Member, window_days: float, held: faults.Held) -> list[int]:
    """List the stored stories that a story is compared with, the muted ones left out."""
    window = timedelta(days=window_days)
    at, keys = pairs.order(story)[0], sorted(story.entities)
    return sorted(
        set(candidates.near(db, keys or None, at - window, at + window)) - candidates.muted(db, held) - {story.story.id}
    )


def probe(members: Sequence[Member], window_days: float, model: pairs.PairWeights) -> None:
    """Do with each story, all by itself, what clustering does with a neighbourhood; raise what it raises."""
    linker = thread.default_linker()
    for member in members:
        (group,) = core.decide(pairs.pool([member], model), [0], model, window_days)
        says = core.summarise(group.members)
        claims.stated(group.members)
        lead = threads.lead(0, member, says)
        later = dataclasses.replace(lead, event_id=1, first_at=lead.first_at + timedelta(days=1))
        thread.links([0], [lead, later], linker)


Gathered = tuple[pairs.Pool, list[int], list[tuple[int, int]], list[tuple[int, int]]]


def gather(
    db: sa.Connection,
    start: set[int],
    window_days: float,
    model: pairs.PairWeights,
    versions: Mapping[str, str],
    muted: Collection[int] = (),
) -> Gathered:
    """Load stories until their neighbourhood is closed: partners by entity and time, whole events, corrections.

    `muted` stories are not loaded. Returns the pool, the rows of the neighbourhood, and as pairs of rows the
    corrections `together` and `apart`.
    """
    window = timedelta(days=window_days)
    loaded: dict[int, Member] = {m.story.id: m for m in candidates.members(db, sorted(start), versions)}
    asked: tuple[Any, ...] = ()
    wanted = set(loaded)  # the stories whose neighbourhood it is
    around = set(loaded)  # the stories whose partners must be loaded
    for _ in range(_ROUNDS):
        keys = sorted({key for i in around for key in loaded[i].entities})
        times = [pairs.order(loaded[i])[0] for i in around]
        nameless = any(not loaded[i].entities for i in around)
        question = (keys, min(times) - window, max(times) + window, nameless)
        if question != asked:
            asked = question
            near = candidates.near(db, None if nameless else keys, question[1], question[2])
            _load(db, loaded, set(near) - set(muted), versions)
        named = _corrections(db, loaded, around, versions, muted)
        ids = sorted(loaded, key=lambda i: pairs.order(loaded[i]))
        at = {story_id: row for row, story_id in enumerate(ids)}
        table = pairs.pool([loaded[i] for i in ids], model)
        together = [(at[a], at[b]) for kind, a, b in named if kind == "together"]
        apart = [(at[a], at[b]) for kind, a, b in named if kind == "apart"]
        linked: dict[int, set[int]] = {}
        for a, b in together:
            linked.setdefault(a, set()).add(b)
            linked.setdefault(b, set()).add(a)
        rows = cluster.reach(table, [at[i] for i in wanted], model, window_days, linked)
        reached = {ids[r] for r in rows}
        whole = {m.event_id for m in (loaded[i] for i in reached) if m.event_id is not None}
        rest = set(candidates.of_events(db, whole)) - reached - set(muted)
        _load(db, loaded, rest, versions)
        wanted |= rest
        if not rest and reached == around:
            break
        around = reached | rest
    return table, rows, together, apart


def _load(db: sa.Connection, loaded: dict[int, Member], ids: Iterable[int], versions: Mapping[str, str]) -> None:
    more = sorted(set(ids) - loaded.keys())
    loaded.update((m.story.id, m) for m in candidates.members(db, more, versions))


def _corrections(
    db: sa.Connection,
    loaded: dict[int, Member],
    around: Iterable[int],
    versions: Mapping[str, str],
    muted: Collection[int],
) -> list[tuple[str, int, int]]:
    """Give the corrections that concern these stories, the stories that they name being loaded."""
    hashes = {url.key(loaded[i].story.canonical_url) for i in around}
    rows = corrections.named(db, hashes)
    if not rows:
        return []
    known = corrections.ids_of(db, {h for _, a, b in rows for h in (a, b)})
    _load(db, loaded, set(known.values()) - set(muted), versions)
    return [
        (kind, known[a], known[b])
        for kind, a, b in rows
        if a in known and b in known and known[a] in loaded and known[b] in loaded
    ]
