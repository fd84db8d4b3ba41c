"""Events for people: list and show them, correct them, and replay them from the stored stories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, product

from pipeline import steps, store
from pipeline.core.events import cluster, pairs
from pipeline.core.events import event as core
from pipeline.core.events import timeline as core_timeline
from pipeline.core.measure import agreement
from pipeline.core.text import url
from pipeline.desk import pages
from pipeline.errors import NotFoundError
from pipeline.model import Event, Member
from pipeline.settings import Settings
from pipeline.store import candidates, corrections, neighbourhood, threads
from pipeline.store import events as event_store


def newest(
    settings: Settings, limit: int = 20, min_level: int = 0, since: datetime | None = None, entity: str | None = None
) -> list[Event]:
    """List standing events, the last told first."""
    with store.read(settings.database_url) as db:
        return event_store.newest(db, limit, min_level, since, entity)


def told(settings: Settings, event_id: int) -> pages.ToldEvent:
    """Give all of one event, every story of it; a number that was merged away gives the event that it is now."""
    with store.read(settings.database_url) as db:
        standing = _resolve(db, event_id)
    return pages.event(settings, standing, whole=True)


def timeline(settings: Settings, event_id: int) -> list[core_timeline.Added]:
    """Say what each story of an event added when it came."""
    with store.read(settings.database_url) as db:
        return core_timeline.timeline(_members(db, _resolve(db, event_id)))


def merge(settings: Settings, now: datetime, event: int, into: int, by: str = "", note: str = "") -> int:
    """Unite two events, now and in every replay; return the number that stays, which is the older of the two.

    The correction is kept by story identity: every story of the one belongs with the first story of the other.
    """
    model, versions = pairs.default_weights(), steps.encoder(settings).story_versions
    with store.begin(settings.database_url, lock="cluster") as db:
        one, other = _resolve(db, event), _resolve(db, into)
        if one == other:
            said = f"{event} and {into} are both event {one} already" if event != into else f"{event} is one event"
            raise NotFoundError(f"{said}: name two events that stand, see `newswatch events list`")
        moved, kept = (_members(db, i) for i in (one, other))
        corrections.withdraw(db, "apart", list(product(_hashes(moved), _hashes(kept))))
        corrections.add(db, "together", [(h, _hashes(kept)[0]) for h in _hashes(moved)], now, by, note)
        neighbourhood.settle(db, [m.story.id for m in (*moved, *kept)], settings.window_days, model, versions, now)
        return _resolve(db, other)


def split(
    settings: Settings, now: datetime, event: int, stories: Sequence[int], by: str = "", note: str = ""
) -> list[int]:
    """Take stories out of an event as one event of their own, now and in every replay; return both numbers.

    The event that keeps most of the stories keeps the number.
    """
    model, versions = pairs.default_weights(), steps.encoder(settings).story_versions
    with store.begin(settings.database_url, lock="cluster") as db:
        standing = _resolve(db, event)
        members = _members(db, standing)
        strangers = sorted(set(stories) - {m.story.id for m in members})
        if strangers:
            hint = f"see `newswatch events show {standing}`"
            raise NotFoundError(f"story {strangers[0]} is not in event {standing}; {hint}")
        out = _hashes([m for m in members if m.story.id in set(stories)])
        rest = _hashes([m for m in members if m.story.id not in set(stories)])
        if not out or not rest:
            raise NotFoundError(f"event {standing} has {len(members)} stories: give at least one, and not all of them")
        corrections.withdraw(db, "together", list(product(out, rest)))
        corrections.add(db, "apart", list(product(out, rest)), now, by, note)
        for side in (out, rest):  # what stays together shall not fall apart for want of those that left
            corrections.withdraw(db, "apart", list(combinations(side, 2)))
            corrections.add(db, "together", [(h, side[0]) for h in side[1:]], now, by, note)
        ids = [m.story.id for m in members]
        neighbourhood.settle(db, ids, settings.window_days, model, versions, now)
        return sorted({m.event_id for m in candidates.members(db, ids, {}) if m.event_id is not None})


def link(settings: Settings, now: datetime, event: int, other: int, by: str = "", note: str = "") -> tuple[int, int]:
    """Say that one of two events follows the other, whatever the model of threads says; return (later, earlier).

    Kept by story identity: it holds for the events that hold the first stories of the two, in every later clustering.
    """
    return _thread(settings, now, (event, other), ("linked", "unlinked"), by, note)


def unlink(settings: Settings, now: datetime, event: int, other: int, by: str = "", note: str = "") -> tuple[int, int]:
    """Say that two events are of no one thread, whatever the model says; return (later, earlier)."""
    return _thread(settings, now, (event, other), ("unlinked", "linked"), by, note)


def _thread(
    settings: Settings, now: datetime, named: tuple[int, int], kinds: tuple[str, str], by: str, note: str
) -> tuple[int, int]:
    versions = steps.encoder(settings).story_versions
    said, taken_back = kinds
    with store.begin(settings.database_url, lock="cluster") as db:
        one, other = (_resolve(db, i) for i in named)
        if one == other:
            raise NotFoundError(f"{named[0]} and {named[1]} are both event {one}: an event does not follow itself")
        members = {i: _members(db, i) for i in (one, other)}
        hashes = {i: _hashes(found) for i, found in members.items()}
        for i, stories in hashes.items():
            if not stories:
                raise NotFoundError(f"event {i} has no story any more; see `newswatch events list`")
        corrections.withdraw(db, taken_back, list(product(hashes[one], hashes[other])))
        corrections.add(db, said, [(hashes[one][0], hashes[other][0])], now, by, note)
        threads.link(db, sorted((one, other)), now, versions)
        earlier, later = sorted((one, other), key=lambda i: pairs.order(members[i][0]))
    return later, earlier


@dataclass(frozen=True, slots=True)
class Difference:
    """A standing event whose stories a replay would divide, or put together with others'."""

    event: int
    stories: list[int]
    replayed: list[list[int]]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay made of the stored stories: events that stand, events anew, and how far they agree."""

    stories: int
    events: int
    replayed: int
    clusterer: str
    b3: agreement.Ratios
    differences: list[Difference]


def replay(settings: Settings, now: datetime, days: float | None = 180.0) -> Replay:
    """Rebuild the events of the last `days` (None: all) from the stored stories in memory; say what would differ.

    Nothing is written. Memory grows with the stories in that time, 12 kB each.
    """
    model, versions = pairs.default_weights(), steps.encoder(settings).story_versions
    with store.read(settings.database_url) as db:
        ids = candidates.everything(db, None if days is None else now - timedelta(days=days))
        members = [m for m in candidates.members(db, ids, versions) if m.event_id is not None]
        # an event that began before counts whole, or its older stories would be missed as its links
        older = set(candidates.of_events(db, {m.event_id for m in members if m.event_id is not None})) - set(ids)
        members += [m for m in candidates.members(db, sorted(older), versions) if m.event_id is not None]
        members.sort(key=pairs.order)
        rules = corrections.named(db, [url.key(m.story.canonical_url) for m in members])
    at = {url.key(m.story.canonical_url): i for i, m in enumerate(members)}
    named = [(kind, at[a], at[b]) for kind, a, b in rules if a in at and b in at]
    together = [(a, b) for kind, a, b in named if kind == "together"]
    apart = [(a, b) for kind, a, b in named if kind == "apart"]
    linked: dict[int, set[int]] = {}
    for a, b in together:
        linked.setdefault(a, set()).add(b)
        linked.setdefault(b, set()).add(a)
    table = pairs.pool(members, model)
    found: dict[int, int] = {}
    groups = 0
    for row in range(len(members)):
        if members[row].story.id in found:
            continue
        rows = cluster.reach(table, [row], model, settings.window_days, linked)
        for group in core.decide(table, rows, model, settings.window_days, together, apart):
            found.update((m.story.id, groups) for m in group.members)
            groups += 1
    stands = [m.event_id for m in members]
    again = [found[m.story.id] for m in members]
    return Replay(
        stories=len(members),
        events=len(set(stands)),
        replayed=groups,
        clusterer=model.version,
        b3=agreement.b3(stands, again),
        differences=_differences(members, again),
    )


def _differences(members: Sequence[Member], again: Sequence[int]) -> list[Difference]:
    stands: dict[int, set[int]] = {}
    anew: dict[int, set[int]] = {}
    for member, group in zip(members, again, strict=True):
        stands.setdefault(member.event_id or 0, set()).add(member.story.id)
        anew.setdefault(group, set()).add(member.story.id)
    same = {frozenset(ids) for ids in anew.values()}
    return [
        Difference(event, sorted(ids), sorted(sorted(group) for group in anew.values() if group & ids))
        for event, ids in sorted(stands.items())
        if frozenset(ids) not in same
    ]


def _resolve(db: store.Connection, event_id: int) -> int:
    found = event_store.resolve(db, event_id)
    if found is None:
        raise NotFoundError(f"there is no event {event_id}; see `newswatch events list`")
    return found


def _members(db: store.Connection, event_id: int) -> list[Member]:
    return sorted(candidates.members(db, candidates.of_events(db, [event_id]), {}), key=pairs.order)


def _hashes(members: Sequence[Member]) -> list[str]:
    return [url.key(m.story.canonical_url) for m in members]
