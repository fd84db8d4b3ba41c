"""Who says what of an event: each amount that its stories name, with those who name it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core import facts
from pipeline.model import Fact, Member

_KINDS = ("money", "power", "energy", "count", "date")
_SLOTS = {kind: i for i, kind in enumerate(_KINDS)}


@dataclass(frozen=True, slots=True)
class Saying:
    """One amount in one role, as the earliest story that names it says it, and the stories that agree, in order."""

    fact: Fact
    members: tuple[Member, ...]
    independent: int  # outlets of those that repeat no other story


def sayings(members: Sequence[Member]) -> list[Saying]:
    """Give the amounts of an event's stories (in canonical order), the most widely named first within a role.

    Amounts that agree but for rounding are one saying; a story counts once in it however often it repeats itself.
    """
    found: dict[tuple[str, str, str], list[tuple[Fact, list[Member]]]] = {}
    for member in members:
        for fact in member.facts:
            said = found.setdefault((fact.kind, fact.role, fact.unit), [])
            tellers = next((t for lead, t in said if facts.agree(lead, fact)), None)
            if tellers is None:
                said.append((fact, [member]))
            elif tellers[-1] is not member:
                tellers.append(member)
    lines = [
        Saying(fact, tuple(tellers), len({m.story.outlet for m in tellers if m.copy_of is None}))
        for said in found.values()
        for fact, tellers in said
    ]
    lines.sort(key=lambda x: -x.independent)  # stable: the earliest first among equals
    return sorted(lines, key=lambda x: (not x.fact.role, _SLOTS.get(x.fact.kind, 9), x.fact.role, x.fact.unit))
