"""What follows from a new grouping of stories: which event each group is, what the event says, and what changed."""

import dataclasses
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from pipeline.core.events import claims, cluster, copies, glue, pairs
from pipeline.core.text.plain import clip
from pipeline.model import Member

_OUTLIER_FROM = 4  # stories from which one alone at a level counts as an outlier
_SHARE = 0.2  # an entity that fewer of the stories name does not belong to the event, once it has enough of them


@dataclass(frozen=True, slots=True)
class Summary:
    """What an event says about its stories; a pure function of them, so arrival order cannot show in it."""

    title: str
    title_language: str
    titles: Mapping[str, str]
    leads: Mapping[str, int]  # language -> story id
    lead_story_id: int
    level: int
    first_seen_at: datetime
    last_seen_at: datetime
    story_count: int
    language_count: int
    independent_count: int
    outlet_count: int
    entities: tuple[str, ...]
    topics: tuple[str, ...]
    baseline: bool


@dataclass(frozen=True, slots=True)
class Placement:
    """Why a story stands in its event."""

    how: str  # found, join, merge, manual
    score: float | None  # probability that it belongs there
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventPlan:
    """One event as it shall stand."""

    event_id: int | None  # None: a new one
    members: tuple[Member, ...]  # canonical order; `copy_of` as it shall be, `event_id` as it was
    merged: tuple[int, ...] = ()  # younger events that turned out to be this one
    placements: Mapping[int, Placement] = field(default_factory=dict)  # story id -> why; for all its members


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an event's history."""

    kind: str
    story_id: int | None = None
    other_event_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def headline(member: Member) -> str:
    """Give a story's title, or the head of its summary where it has none."""
    return member.story.title.strip() or clip(member.story.summary.strip().split("\n")[0], 140)


def _lead_rank(member: Member) -> tuple[Any, ...]:
    title = member.story.title.strip()
    shouting = title.isupper() and title.lower() != title
    return (
        member.copy_of is not None,
        glue.is_glue(title),
        -member.level,
        not 15 <= len(title) <= 160,
        shouting,
        *pairs.order(member),
    )


def level(members: Sequence[Member]) -> int:
    """Give the highest level of the stories; of four and more, one story alone at a level does not raise the event."""
    return highest(m.level for m in members)


def highest(levels: Iterable[int]) -> int:
    """Give the same of their levels; 0 of none."""
    falling = sorted(levels, reverse=True)
    return falling[len(falling) >= _OUTLIER_FROM] if falling else 0


def summarise(members: Sequence[Member]) -> Summary:
    """Say what an event is: its titles, leads, times, counts, entities, topics and level."""
    leads: dict[str, Member] = {}
    ranked = sorted(members, key=_lead_rank)
    for member in ranked:
        leads.setdefault(member.story.language, member)
    lead = leads.get("en", ranked[0])
    own = [m for m in members if m.copy_of is None]
    named = Counter(key for m in own for key in m.entities)
    least = _SHARE * len(own) if len(own) >= _OUTLIER_FROM else 0
    times = [pairs.order(m)[0] for m in members]
    return Summary(
        title=headline(lead),
        title_language=lead.story.language,
        titles={language: headline(m) for language, m in sorted(leads.items())},
        leads={language: m.story.id for language, m in sorted(leads.items())},
        lead_story_id=lead.story.id,
        level=level(members),
        first_seen_at=min(times),
        last_seen_at=max(times),
        story_count=len(members),
        language_count=len(leads),
        independent_count=len({m.story.outlet for m in own}),  # of unknown outlets nobody says that they are two
        outlet_count=len({m.story.outlet for m in members if m.story.outlet}),
        entities=tuple(k for k, n in sorted(named.items(), key=lambda x: (-x[1], x[0])) if n >= least),
        topics=tuple(sorted({t for m in own for t in m.topics})),
        baseline=all(m.story.baseline for m in members),
    )


def identify(groups: Sequence[Sequence[Member]], live: Iterable[int]) -> list[tuple[int | None, tuple[int, ...]]]:
    """Say which event each group is: (event id or None for a new one, younger events that merge into it).

    An event goes where most of its stories went (where two took as many, with its earliest story); where several events
    go to one group, the oldest keeps its number. `live` are the events that stand now.
    """
    held = Counter((m.event_id, i) for i, group in enumerate(groups) for m in group)
    earliest: dict[tuple[int | None, int], Any] = {}
    for i, group in enumerate(groups):
        for member in group:
            key, place = (member.event_id, i), pairs.order(member)
            earliest[key] = min(earliest.get(key, place), place)
    claims_to: dict[int, list[int]] = {}
    for event in sorted(set(live)):
        sides = [key for key in held if key[0] == event]
        if sides:
            first = min(sides, key=lambda key: (-held[key], earliest[key]))
            claims_to.setdefault(first[1], []).append(event)
    return [(claims_to[i][0], tuple(claims_to[i][1:])) if i in claims_to else (None, ()) for i in range(len(groups))]


def changes(
    group: EventPlan,
    old: Summary | None,
    now: Summary,
    known: Mapping[int, Member],
    disputes: Sequence[claims.Dispute] | None = None,
) -> list[Change]:
    """Give the history lines between an event's stored state and its new one; empty when nothing changed.

    `known` are the members that it had, by story id; `old` is None for a new event; `disputes` are those that are new
    (by default those between its stories now that were not between those that it had).
    """
    lines: list[Change] = []
    ids = {m.story.id for m in group.members}
    new = [m for m in group.members if m.story.id not in known]
    if old is None:
        told = [m for m in group.members if not glue.is_glue(m.story.title)] or group.members
        origin = sorted({m.event_id for m in told if m.event_id is not None})  # a review that moves splits nothing
        first = group.members[0]
        detail: dict[str, Any] = {"stories": len(group.members), "level": now.level}
        if origin:  # its stories were told as another event before: a split, not news
            lines.append(Change("split", first.story.id, origin[0], detail | {"from": origin}))
        else:
            lines.append(Change("founded", first.story.id, None, detail))
        new = [m for m in new if m.story.id != first.story.id]
    lines += [Change("merged", None, other, {"into": group.event_id}) for other in group.merged]
    for member in new:
        place = group.placements.get(member.story.id)
        detail = {"language": member.story.language, "outlet": member.story.outlet, "level": member.level}
        if place is not None:
            detail |= {"score": place.score, "how": place.how}
        if member.copy_of is not None:
            detail["copy_of"] = member.copy_of
        lines.append(Change("joined", member.story.id, member.event_id, detail))
    lines += [Change("left", story_id) for story_id in sorted(known.keys() - ids)]
    lines += [
        Change("copy", m.story.id, None, {"copy_of": m.copy_of})
        for m in group.members
        if m.story.id in known and known[m.story.id].copy_of != m.copy_of
    ]
    if old is not None:
        added = sorted(set(now.titles) - set(old.titles))
        if added:
            lines.append(Change("language", None, None, {"languages": added}))
        if now.level != old.level:
            lines.append(Change("level", None, None, {"from": old.level, "to": now.level}))
        if now.title != old.title:
            lines.append(Change("title", now.lead_story_id, None, {"from": old.title, "to": now.title}))
    if disputes is None:
        heard = claims.disputed(known.values())
        disputes = [d for d in claims.stated(group.members).disputes if d.key not in heard]
    lines += [Change("fact", d.against_story_id, None, d.as_history()) for d in disputes]
    return lines


def decide(
    pool: pairs.Pool,
    rows: Sequence[int],
    weights: pairs.PairWeights,
    window: float,
    together: Collection[tuple[int, int]] = (),
    apart: Collection[tuple[int, int]] = (),
    whole: Sequence[Sequence[int]] = (),
) -> list[EventPlan]:
    """Solve a neighbourhood (`cluster.reach`) anew and say which event each group is, the earliest group first.

    `together` and `apart` are analysts' corrections, as pairs of rows of `pool`; `whole` are groups of rows that stand
    already (`cluster.standing`).
    """
    at = {row: i for i, row in enumerate(rows)}
    forbidden = [(at[a], at[b]) for a, b in apart if a in at and b in at]
    wanted = [(at[a], at[b]) for a, b in together if a in at and b in at]
    odds = cluster.matrix(pool, rows, weights, window)
    stands = {r for part in whole for r in part}
    settled = {i for pair in (*forbidden, *wanted) for i in pair} | {at[r] for r in stands}
    loose = [i for i, r in enumerate(rows) if i not in settled and glue.is_glue(pool.members[r].story.title)]
    solved = odds.copy()
    solved[loose], solved[:, loose] = -np.inf, -np.inf
    labels = cluster.solve(solved, forbidden, wanted, [[at[r] for r in part] for part in whole])
    labels = glue.attach(labels, odds, loose)
    parts: dict[int, list[int]] = {}
    for i, label in enumerate(labels):
        parts.setdefault(label, []).append(i)
    manual = {i for pair in wanted for i in pair}
    found: list[tuple[list[int], list[Member]]] = []
    for part in parts.values():
        repeats = copies.find(pool, [rows[i] for i in part], weights)
        members = [
            dataclasses.replace(pool.members[rows[i]], copy_of=_story_id(pool, repeats.get(rows[i]))) for i in part
        ]
        found.append((part, members))
    standing = {m.event_id for _, members in found for m in members if m.event_id is not None}
    named = identify([members for _, members in found], standing)
    groups = []
    for (part, members), (event_id, merged) in zip(found, named, strict=True):
        places = {
            m.story.id: _placement(pool, rows, odds, part, i, m, weights, i in manual)
            for i, m in zip(part, members, strict=True)
            if m.event_id is None or m.event_id != event_id
        }
        groups.append(EventPlan(event_id, tuple(members), merged, places))
    return groups


def _story_id(pool: pairs.Pool, row: int | None) -> int | None:
    return None if row is None else pool.members[row].story.id


def _placement(
    pool: pairs.Pool,
    rows: Sequence[int],
    odds: pairs.Floats,
    part: Sequence[int],
    i: int,
    member: Member,
    weights: pairs.PairWeights,
    manual: bool,
) -> Placement:
    """Keep what decided: the nearest story, what the pair's log-odds is made of, and the mean over the event."""
    others = [j for j in part if j != i]
    inside = bool(others)
    rivals = others or [j for j in range(len(rows)) if j != i]
    evidence: dict[str, Any] = {"size": len(part)}
    score = None
    if rivals:
        nearest = max(rivals, key=lambda j: (odds[i, j], -j))
        key = "nearest" if inside else "nearest_elsewhere"
        evidence[key] = pool.members[rows[nearest]].story.id
        evidence["log_odds"] = round(float(odds[i, nearest]), 3)
        evidence |= pairs.explain(pool, rows[i], rows[nearest], weights)
    if inside:
        mean = float(odds[i, others].mean())
        evidence["mean_log_odds"] = round(mean, 3)
        score = round(1.0 / (1.0 + math.exp(-mean)), 4)
        evidence["corrected"] = manual
        if manual and mean <= 0:
            return Placement("manual", score, evidence)
    how = "found" if i == part[0] else "merge" if member.event_id is not None else "join"
    return Placement(how, score, evidence)
