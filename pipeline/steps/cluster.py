"""Fold matched stories into events: each batch with its open neighbourhood is solved anew and stored whole."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pipeline import encoder, log, store
from pipeline.core import cluster, events, pairs, url
from pipeline.model import Member, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import corrections, pool
from pipeline.store import events as event_store

BATCH = 200  # stories a transaction: a kill costs at most their vectors, 30 s of the dear encoder
_ROUNDS = 8  # times that a neighbourhood may grow by what it found; more only if events chain on for months


def run(settings: Settings, now: datetime, *, limit: int = 100_000, progress: Progress = silent) -> Tally:
    """Give every story at level >= 1 that waits its event; join, found, merge and split as the evidence asks."""
    model = pairs.default_weights()
    vectors = encoder.Encoder(settings.encoder)
    counts = {"founded": 0, "changed": 0, "merged": 0, "joined": 0}
    with store.read(settings.database_url) as db:
        todo = pool.waiting(db, limit)
        gone = pool.disowned(db, now - timedelta(days=settings.window_days))
    if gone:
        with store.begin(settings.database_url, lock="cluster") as db:
            _add(counts, disown(db, gone, settings, model, vectors.versions, now))
    done = 0
    for start in range(0, len(todo), BATCH):
        batch = todo[start : start + BATCH]
        with store.read(settings.database_url) as db:                                    # gather
            fresh = pool.members(db, batch, vectors.versions)
        # before the transaction: encoding takes seconds, and nobody shall wait for that
        made = {m.story.id: vectors.vectors(m.story.title, m.story.summary, m.story.language) for m in fresh}
        with store.begin(settings.database_url, lock="cluster") as db:
            waiting = pool.still_waiting(db, batch)
            pool.add_vectors(db, {i: v for i, v in made.items() if i in waiting}, vectors.versions)
            _add(counts, settle(db, waiting, settings, model, vectors.versions, now))
            event_store.settle(db, waiting.values(), now)
        done += len(waiting)
        progress("cluster", done, len(todo))
    detail = {"founded": counts["founded"], "changed": counts["changed"], "merged": counts["merged"], "left": len(gone)}
    return log.tally(Tally("cluster", seen=len(todo), done=done, skipped=len(todo) - done, detail=detail))


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for key, value in more.items():
        counts[key] += value


def settle(
    db: pool.Connection,
    ids: Iterable[int],
    settings: Settings,
    model: pairs.Weights,
    versions: Mapping[str, str],
    now: datetime,
) -> Mapping[str, int]:
    """Solve the neighbourhood of some stories anew and store what it says; call it under the `cluster` lock."""
    start = set(ids)
    if not start:
        return {}
    table, rows, odds, together, apart = gather(db, start, settings.window_days, model, versions)
    groups = events.decide(table, rows, odds, model, together, apart)                   # decide
    known = [table.members[r] for r in rows]
    return event_store.put(db, groups, known, model.version, now)                       # apply


def disown(
    db: pool.Connection,
    ids: Sequence[int],
    settings: Settings,
    model: pairs.Weights,
    versions: Mapping[str, str],
    now: datetime,
) -> Mapping[str, int]:
    """Take stories that are no longer ours out of their events, and solve what is left of those anew."""
    touched = event_store.remove(db, ids, now)
    return settle(db, pool.of_events(db, touched), settings, model, versions, now)


Gathered = tuple[pairs.Pool, list[int], Any, list[tuple[int, int]], list[tuple[int, int]]]


def gather(
    db: pool.Connection, start: set[int], window_days: float, model: pairs.Weights, versions: Mapping[str, str]
) -> Gathered:
    """Load stories until their neighbourhood is closed: partners by entity and time, whole events, corrections.

    Returns the pool, the rows of the neighbourhood with the matrix of their log-odds, and the corrections as row pairs.
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
        rows, odds = cluster.reach(table, [at[i] for i in wanted], model, window_days, linked)
        reached = {ids[r] for r in rows}
        whole = {m.event_id for m in (loaded[i] for i in reached) if m.event_id is not None}
        rest = set(pool.of_events(db, whole)) - reached
        _load(db, loaded, rest, versions)
        wanted |= rest
        if not rest and reached == around:
            break
        around = reached | rest
    return table, rows, odds, together, apart


def _load(db: pool.Connection, loaded: dict[int, Member], ids: Iterable[int], versions: Mapping[str, str]) -> None:
    more = sorted(set(ids) - loaded.keys())
    loaded.update((m.story.id, m) for m in pool.members(db, more, versions))


def _corrections(
    db: pool.Connection, loaded: dict[int, Member], around: Iterable[int], versions: Mapping[str, str]
) -> list[tuple[str, int, int]]:
    """Give the corrections that concern these stories, the stories that they name being loaded."""
    hashes = {url.key(loaded[i].story.canonical_url) for i in around}
    rows = corrections.corrected(db, hashes)
    if not rows:
        return []
    known = corrections.ids_of(db, {h for _, a, b in rows for h in (a, b)})
    _load(db, loaded, known.values(), versions)
    return [
        (kind, known[a], known[b])
        for kind, a, b in rows
        if a in known and b in known and known[a] in loaded and known[b] in loaded
    ]
