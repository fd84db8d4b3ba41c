"""What each story of an event added when it came: a language, an outlet, names, amounts."""

from collections.abc import Sequence
from typing import Any

from pipeline.core import facts
from pipeline.core.events import pairs
from pipeline.model import Fact, Member


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
