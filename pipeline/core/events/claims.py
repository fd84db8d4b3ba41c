"""What the stories of an event state in amounts and days, who states each, and which cannot both be true.

    stated(members)  ->  Stated: claims, most widely told first, and disputes between them

This is the one rule: clustering stores what it gives, and page, mail, command line, Atom, exports and views read that.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pipeline.core import facts
from pipeline.core.events import pairs
from pipeline.model import Fact, Member

CODE = "1"  # raise it when the rule below changes: stored claims are then made anew
# A dispute alerts every reader, so a pair of amounts must pass all of these (docs/facts.md has the measurements).
PLAIN = frozenset({"price", "valuation", "target", "raised", "capacity"})  # an event has one of each
HEADLINED = frozenset({"invested", "debt", "cost", "revenue", "profit", "loss", "consumption"})  # many parties have one
MOST_RATIO = 2.5  # further apart are parts and wholes (equity and total), or two readings of one word for a scale
MOST_APART = timedelta(days=3)  # later it is news, no dispute: a round grows, a site is enlarged
KINDS = ("money", "power", "energy", "count", "date")  # as they are listed

What = tuple[str, str, str]  # kind, unit, role
Said = tuple[Fact, Member]


@dataclass(frozen=True, slots=True)
class Claim:
    """One amount or day that stories state, as the first of them that is exact says it."""

    kind: str
    unit: str
    role: str  # as most of the outlets have it; "" = nobody says what for
    value: float
    upper: float | None
    approximate: bool
    bound: str  # "most" (up to), "least" (over), ""
    written: str
    stories: tuple[int, ...]  # who states it, in canonical order, copies too
    independent: int  # outlets of those that repeat no other story
    languages: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two exact amounts for one role that cannot both be true; the later story speaks against the earlier."""

    kind: str
    unit: str
    role: str
    claim: int  # place in Stated.claims of the earlier amount
    against: int  # and of the later one
    value: float
    against_value: float
    written: str
    against_written: str
    story_id: int
    against_story_id: int
    at: datetime  # when it came up

    @property
    def key(self) -> tuple[str, str, str, float, float]:
        """What is disputed, whoever said it first: kind, unit, role and both values, the lower first."""
        low, high = sorted((self.value, self.against_value))
        return self.kind, self.unit, self.role, low, high

    def as_history(self) -> dict[str, Any]:
        """Give the line of history: the later story says `value`, against what the earlier one says."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "role": self.role,
            "value": self.against_value,
            "against": self.value,
            "written": self.against_written,
            "against_written": self.written,
            "story_id": self.against_story_id,
            "against_story_id": self.story_id,
        }


@dataclass(frozen=True, slots=True)
class Stated:
    """All that an event's stories state."""

    claims: tuple[Claim, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def disputed(self) -> frozenset[int]:
        """Places of the claims that another claim speaks against."""
        return frozenset(i for d in self.disputes for i in (d.claim, d.against))


@dataclass(slots=True)
class _Made:
    """A claim in the making: facts that say the same, by whom."""

    lead: Fact
    said: list[Said] = field(default_factory=list)


def stated(members: Sequence[Member]) -> Stated:
    """Say what an event's stories state; a pure function of them, in whatever order they are given.

    Amounts that agree but for rounding are one claim. Languages give roles unevenly, so a claim bears the role that
    most outlets give it, unless one story has the amount in two roles: then they are two things. A copy tells what its
    original tells and states nothing of its own.
    """
    told = sorted(members, key=pairs.order)
    made = _merge(told)
    ranked = sorted(made, key=_rank)
    claims = tuple(_claim(m) for m in ranked)
    places = {id(fact): i for i, m in enumerate(ranked) for fact, _ in m.said}
    return Stated(claims, tuple(_disputes(told, places)))


def _merge(told: Sequence[Member]) -> list[_Made]:
    """Put facts that say the same together: exact ones first, since "about 30" agrees with 28 and with 32."""
    found: dict[tuple[str, str, int], list[_Made]] = {}
    made: list[_Made] = []
    said = [(fact, member) for member in told for fact in member.facts]
    for fact, member in sorted(said, key=lambda s: (s[1].copy_of is not None, _vagueness(s[0]))):  # stable
        cell = _cell(fact)
        near = [m for i in (cell, cell - 1, cell + 1) for m in found.get((fact.kind, fact.unit, i), ())]
        same = [m for m in near if facts.same(m.lead, fact)]
        if same:
            min(same, key=lambda m: abs(m.lead.value - fact.value)).said.append((fact, member))
        elif member.copy_of is None:
            made.append(_Made(fact, [(fact, member)]))
            found.setdefault((fact.kind, fact.unit, cell), []).append(made[-1])
    return [part for one in made for part in _by_role(one)]


def _cell(fact: Fact) -> int:
    """Give the cell of a value; what `facts.same` takes for one lies in one cell or in two neighbours."""
    if fact.kind == "date" or fact.value <= 0:
        return int(fact.value)
    return math.floor(math.log(fact.value) / 0.3)


def _vagueness(fact: Fact) -> int:
    return 2 if fact.upper is not None and fact.kind != "date" else int(fact.approximate)


def _by_role(made: _Made) -> list[_Made]:
    """Keep an amount together whatever its roles, unless one story has it in two: then it is two things."""
    roles: dict[int, set[str]] = {}
    for fact, member in made.said:
        if fact.role:
            roles.setdefault(member.story.id, set()).add(fact.role)
    if all(len(names) < 2 for names in roles.values()):
        return [made]
    parts: dict[str, _Made] = {}
    for fact, member in made.said:
        if fact.role:
            parts.setdefault(fact.role, _Made(fact)).said.append((fact, member))
    first = max(parts.values(), key=lambda p: len(p.said))
    first.said += [s for s in made.said if not s[0].role]
    return list(parts.values())


def _role(made: _Made) -> str:
    outlets: dict[str, set[Any]] = {}
    for fact, member in sorted(made.said, key=lambda s: pairs.order(s[1])):
        outlets.setdefault(fact.role, set()).add(member.story.outlet or member.story.id)
    return max(outlets, key=lambda role: (bool(role), len(outlets[role])))


def _tellers(made: _Made) -> list[Member]:
    by_id = {member.story.id: member for _, member in made.said}
    return sorted(by_id.values(), key=pairs.order)


def _independent(tellers: Sequence[Member]) -> int:
    return len({m.story.outlet for m in tellers if m.copy_of is None})


def _rank(made: _Made) -> tuple[Any, ...]:
    own, lead, role = _independent(_tellers(made)), made.lead, _role(made)
    return lead.kind == "date", -own, KINDS.index(lead.kind), not role, -lead.value, lead.upper or 0, lead.unit, role


def _claim(made: _Made) -> Claim:
    tellers = _tellers(made)
    lead, said = made.lead, [fact for fact, _ in made.said]
    return Claim(
        kind=lead.kind,
        unit=lead.unit,
        role=_role(made),
        value=lead.value,
        upper=lead.upper,
        approximate=all(f.approximate for f in said),
        bound=lead.bound if all(f.bound == lead.bound for f in said) else "",
        written=lead.text,
        stories=tuple(m.story.id for m in tellers),
        independent=_independent(tellers),
        languages=len({m.story.language for m in tellers}),
        since=pairs.order(tellers[0])[0],
        until=pairs.order(tellers[-1])[0],
    )


def _disputes(told: Sequence[Member], places: Mapping[int, int]) -> list[Dispute]:
    """Find the amounts claimed for one role that cannot both be true, once per pair of values.

    Conservative: both are exact, each is the only amount that its story has for the role, two outlets say them within
    three days, and no story of the event names both (who names both tells two things apart, or one that changed).
    The stories named are the earliest that make the claims.
    """
    made_for: dict[What, list[Said]] = {}
    for member in told:
        if member.copy_of is None:
            for what, fact in asserted(member):
                made_for.setdefault(what, []).append((fact, member))
    found = []
    for what, made in sorted(made_for.items()):
        values: list[list[Said]] = []
        for fact, member in made:
            same = next((v for v in values if facts.agree(fact, v[0][0])), None)
            if same is None:
                values.append([(fact, member)])
            else:
                same.append((fact, member))
        for i, later in enumerate(values):
            for earlier in values[:i]:
                clash = _clash(earlier, later)
                if clash is None or any(_names_both(m, clash[0][0], clash[1][0]) for m in told):
                    continue
                (first, teller), (second, against) = clash
                found.append(
                    Dispute(
                        *what,
                        claim=places[id(first)],
                        against=places[id(second)],
                        value=first.value,
                        against_value=second.value,
                        written=first.text,
                        against_written=second.text,
                        story_id=teller.story.id,
                        against_story_id=against.story.id,
                        at=pairs.order(against)[0],
                    )
                )
    return found


def disputed(members: Iterable[Member]) -> frozenset[tuple[str, str, str, float, float]]:
    """Give the keys of the disputes between some stories."""
    return frozenset(d.key for d in stated(list(members)).disputes)


def asserted(member: Member) -> Iterator[tuple[What, Fact]]:
    """Yield what a story claims with confidence: one exact amount for a role that an event has one of."""
    made: dict[What, list[Fact]] = {}
    for fact in member.facts:
        made.setdefault((fact.kind, fact.unit, fact.role), []).append(fact)
    for what, told in made.items():
        told = [f for f in told if f.part != "text"] or told  # the article below may speak of other deals
        first = told[0]
        if what[2] in HEADLINED:
            first = next((f for f in told if f.part == "title"), first)
        elif what[2] not in PLAIN:
            continue
        exact = all(not f.approximate and f.upper is None and facts.agree(f, first) for f in told)
        if exact and first.value > 0 and (what[2] in PLAIN or first.part == "title"):
            yield what, first


def _clash(earlier: Sequence[Said], later: Sequence[Said]) -> tuple[Said, Said] | None:
    """Find the first two claims of the two values that stand against one another, the earlier story first."""
    for theirs in later:
        for mine in earlier:
            low, high = sorted((mine[0].value, theirs[0].value))
            at, then = pairs.order(mine[1])[0], pairs.order(theirs[1])[0]
            outlets = mine[1].story.outlet, theirs[1].story.outlet
            if (
                high <= MOST_RATIO * low
                and abs(at - then) <= MOST_APART
                and (outlets[0] != outlets[1] or not outlets[0])  # an outlet that says otherwise later corrects itself
                and mine[1].story.id != theirs[1].story.id
                and facts.contradict(mine[0], theirs[0])
            ):
                return (mine, theirs) if pairs.order(mine[1]) <= pairs.order(theirs[1]) else (theirs, mine)
    return None


def _names_both(member: Member, a: Fact, b: Fact) -> bool:
    """Whether a story names both amounts, whatever for."""
    return any(facts.agree(f, a) for f in member.facts) and any(facts.agree(f, b) for f in member.facts)
