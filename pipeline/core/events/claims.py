"""What the stories of an event claim in amounts: the range for each role, and claims that cannot both be true."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from pipeline.core import facts
from pipeline.core.events import pairs
from pipeline.model import Fact, Member

# A contradiction alerts every reader, so a pair of claims must pass all of these (docs/facts.md has the measurements).
PLAIN = frozenset({"price", "valuation", "target", "raised", "capacity"})  # an event has one of each
HEADLINED = frozenset({"invested", "debt", "cost", "revenue", "profit", "loss", "consumption"})  # many parties have one
MOST_RATIO = 2.5  # further apart are parts and wholes (equity and total), or two readings of one word for a scale
MOST_APART = timedelta(days=3)  # later it is news, no disagreement: a round grows, a site is enlarged

What = tuple[str, str, str]  # kind, unit, role
Claim = tuple[Fact, Member]


def ranges(members: Sequence[Member]) -> list[dict[str, Any]]:
    """Give the amounts that an event's stories name, by kind, unit and role: the range, by how many, first and last."""
    made: dict[tuple[str, str, str], list[tuple[Fact, Member]]] = {}
    for member in members:
        for fact in member.facts:
            made.setdefault((fact.kind, fact.unit, fact.role), []).append((fact, member))
    return [
        {
            "kind": kind,
            "unit": unit,
            "role": role,
            "low": min(f.value for f, _ in told),
            "high": max(f.upper or f.value for f, _ in told),
            "story_count": len({m.story.id for _, m in told}),
            "first_story_id": told[0][1].story.id,
            "first_at": pairs.order(told[0][1])[0],
            "last_at": pairs.order(told[-1][1])[0],
        }
        for (kind, unit, role), told in sorted(made.items())
    ]


def timeline(members: Sequence[Member]) -> list[dict[str, Any]]:
    """Say what each story of an event added when it came, in canonical order: a language, an outlet, names, amounts."""
    languages: set[str] = set()
    outlets: set[str] = set()
    names: set[str] = set()
    told: list[Fact] = []
    lines = []
    for member in sorted(members, key=pairs.order):
        amounts: list[Fact] = []
        for fact in member.facts:
            if fact.kind != "date" and not any(facts.agree(fact, other) for other in (*told, *amounts)):
                amounts.append(fact)
        lines.append(
            {
                "story_id": member.story.id,
                "at": pairs.order(member)[0],
                "copy_of": member.copy_of,
                "new_language": None if member.story.language in languages else member.story.language,
                "new_outlet": None if member.story.outlet in outlets else member.story.outlet,
                "new_entities": sorted(member.entities.keys() - names),
                "new_amounts": [
                    {"kind": f.kind, "unit": f.unit, "role": f.role, "value": f.value, "written": f.text}
                    for f in amounts
                ],
            }
        )
        languages.add(member.story.language)
        outlets.add(member.story.outlet)
        names.update(member.entities)
        told += amounts
    return lines


def contradictions(members: Sequence[Member]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Give the amounts that stories claim for one role and that cannot both be true, once per pair of values.

    Conservative: both are exact, each is the only amount that its story has for the role, two outlets say them within
    three days, and no story of the event names both (who names both tells two things apart, or one that changed).
    The key tells values apart that are not the same claim; the stories named are the earliest that make it.
    """
    made_for: dict[What, list[Claim]] = {}
    for member in members:
        if member.copy_of is None:
            for what, fact in asserted(member):
                made_for.setdefault(what, []).append((fact, member))
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for what, made in sorted(made_for.items()):
        values: list[list[Claim]] = []
        for fact, member in sorted(made, key=lambda c: pairs.order(c[1])):
            same = next((v for v in values if facts.agree(fact, v[0][0])), None)
            if same is None:
                values.append([(fact, member)])
            else:
                same.append((fact, member))
        for i, later in enumerate(values):
            for earlier in values[:i]:
                clash = _clash(earlier, later)
                if clash is None or any(_names_both(m, clash[0][0], clash[1][0]) for m in members):
                    continue
                (against, first), (fact, teller) = clash
                found[(*what, *sorted((earlier[0][0].value, later[0][0].value)))] = {
                    "kind": what[0],
                    "unit": what[1],
                    "role": what[2],
                    "value": fact.value,
                    "against": against.value,
                    "written": fact.text,
                    "against_written": against.text,
                    "story_id": teller.story.id,
                    "against_story_id": first.story.id,
                }
    return found


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


def _clash(earlier: Sequence[Claim], later: Sequence[Claim]) -> tuple[Claim, Claim] | None:
    """Find the first two claims of the two values that stand against one another."""
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
                return mine, theirs
    return None


def _names_both(member: Member, a: Fact, b: Fact) -> bool:
    """Whether a story names both amounts, whatever for."""
    return any(facts.agree(f, a) for f in member.facts) and any(facts.agree(f, b) for f in member.facts)
