"""What each story of an event added when it came: a language, an outlet, names, amounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.core import facts
from pipeline.core.events import pairs
from pipeline.model import Fact, Member


@dataclass(frozen=True, slots=True)
class NewAmount:
    """An amount that no story before stated; `value` in base units."""

    kind: str
    unit: str
    role: str
    value: float
    written: str


@dataclass(frozen=True, slots=True)
class Added:
    """What one story added; None and empty where it added nothing."""

    story_id: int
    at: datetime
    copy_of: int | None
    new_language: str | None
    new_outlet: str | None
    new_entities: Sequence[str]
    new_amounts: Sequence[NewAmount]


def timeline(members: Sequence[Member]) -> list[Added]:
    """Say what each story of an event added when it came, in canonical order."""
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
            Added(
                story_id=member.story.id,
                at=pairs.order(member)[0],
                copy_of=member.copy_of,
                new_language=None if member.story.language in languages else member.story.language,
                new_outlet=None if member.story.outlet in outlets else member.story.outlet,
                new_entities=sorted(member.entities.keys() - names),
                new_amounts=[NewAmount(f.kind, f.unit, f.role, f.value, f.text) for f in amounts],
            )
        )
        languages.add(member.story.language)
        outlets.add(member.story.outlet)
        names.update(member.entities)
        told += amounts
    return lines
