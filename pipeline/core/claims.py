"""What the stories of an event claim in amounts: the range for each role, and claims that cannot both be true."""

from collections.abc import Sequence
from typing import Any

from pipeline.core import facts, pairs
from pipeline.model import Fact, Member


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

    The key tells values apart that are not the same claim; the stories named are the earliest that make it.
    """
    made_for: dict[tuple[str, str, str], list[tuple[Fact, Member]]] = {}
    for member in members:
        if member.copy_of is None:
            for fact in member.facts:
                if fact.role:
                    made_for.setdefault((fact.kind, fact.unit, fact.role), []).append((fact, member))
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for what, made in sorted(made_for.items()):
        distinct: list[tuple[Fact, Member]] = []
        for fact, member in made:
            if not any(facts.agree(fact, other) for other, _ in distinct):
                distinct.append((fact, member))
        for i, (later, teller) in enumerate(distinct):
            for earlier, first in distinct[:i]:
                if first.story.id != teller.story.id and facts.contradict(earlier, later):
                    values = sorted((earlier.value, later.value))
                    found[(*what, *values)] = {
                        "kind": what[0],
                        "unit": what[1],
                        "role": what[2],
                        "value": later.value,
                        "against": earlier.value,
                        "written": later.text,
                        "against_written": earlier.text,
                        "story_id": teller.story.id,
                        "against_story_id": first.story.id,
                    }
    return found
