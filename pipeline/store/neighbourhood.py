"""The open neighbourhood of some stories: loaded until it is closed, solved anew, and stored, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.core.events import cluster, pairs
from pipeline.core.events import event as core
from pipeline.core.text import url
from pipeline.model import Member
from pipeline.store import corrections, events, pool, threads

_ROUNDS = 8  # times that a neighbourhood may grow by what it found; more only if events chain on for months


def settle(
    db: sa.Connection,
    ids: Iterable[int],
    window_days: float,
    model: pairs.Weights,
    versions: Mapping[str, str],
    now: datetime,
) -> Mapping[str, int]:
    """Solve the neighbourhood of some stories anew and store what it says; call it under the `cluster` lock."""
    start = set(ids)
    if not start:
        return {}
    table, rows, together, apart = gather(db, start, window_days, model, versions)
    whole = cluster.standing(table, rows, model.version, apart)
    groups = core.decide(table, rows, model, window_days, together, apart, whole)
    tally = events.put(db, groups, [table.members[r] for r in rows], model.version, now)
    threads.relink(db, [table.members[r].story.id for r in rows], now, versions)
    return tally


def disown(
    db: sa.Connection,
    ids: Sequence[int],
    window_days: float,
    model: pairs.Weights,
    versions: Mapping[str, str],
    now: datetime,
) -> Mapping[str, int]:
    """Take stories that are no longer ours out of their events, and solve what is left of those anew."""
    touched = events.remove(db, ids, now)
    threads.unlink(db, touched)
    return settle(db, pool.of_events(db, touched), window_days, model, versions, now)


Gathered = tuple[pairs.Pool, list[int], list[tuple[int, int]], list[tuple[int, int]]]


def gather(
    db: sa.Connection, start: set[int], window_days: float, model: pairs.Weights, versions: Mapping[str, str]
) -> Gathered:
    """Load stories until their neighbourhood is closed: partners by entity and time, whole events, corrections.

    Returns the pool, the rows of the neighbourhood, and as pairs of rows the corrections `together` and `apart`.
    """
    window = timedelta(days=window_days)
    loaded: dict[int, Member] = {m.story.id: m for m in pool.members(db, sorted(start), versions)}
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
            partners = pool.near(db, None if nameless else keys, question[1], question[2])
            _load(db, loaded, partners, versions)
        claims = _corrections(db, loaded, around, versions)
        ids = sorted(loaded, key=lambda i: pairs.order(loaded[i]))
        at = {story_id: row for row, story_id in enumerate(ids)}
        table = pairs.pool([loaded[i] for i in ids], model)
        together = [(at[a], at[b]) for kind, a, b in claims if kind == "together"]
        apart = [(at[a], at[b]) for kind, a, b in claims if kind == "apart"]
        linked: dict[int, set[int]] = {}
        for a, b in together:
            linked.setdefault(a, set()).add(b)
            linked.setdefault(b, set()).add(a)
        rows = cluster.reach(table, [at[i] for i in wanted], model, window_days, linked)
        reached = {ids[r] for r in rows}
        whole = {m.event_id for m in (loaded[i] for i in reached) if m.event_id is not None}
        rest = set(pool.of_events(db, whole)) - reached
        _load(db, loaded, rest, versions)
        wanted |= rest
        if not rest and reached == around:
            break
        around = reached | rest
    return table, rows, together, apart


def _load(db: sa.Connection, loaded: dict[int, Member], ids: Iterable[int], versions: Mapping[str, str]) -> None:
    more = sorted(set(ids) - loaded.keys())
    loaded.update((m.story.id, m) for m in pool.members(db, more, versions))


def _corrections(
    db: sa.Connection, loaded: dict[int, Member], around: Iterable[int], versions: Mapping[str, str]
) -> list[tuple[str, int, int]]:
    """Give the corrections that concern these stories, the stories that they name being loaded."""
    hashes = {url.key(loaded[i].story.canonical_url) for i in around}
    rows = corrections.named(db, hashes)
    if not rows:
        return []
    known = corrections.ids_of(db, {h for _, a, b in rows for h in (a, b)})
    _load(db, loaded, known.values(), versions)
    return [
        (kind, known[a], known[b])
        for kind, a, b in rows
        if a in known and b in known and known[a] in loaded and known[b] in loaded
    ]
