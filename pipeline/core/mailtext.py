"""What a mail says about an event, as values: chosen, ordered and bounded; no words of any language yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.model import Event

MAX_STORIES = 40  # in one mail; the page of the event has them all
MAX_PER_LANGUAGE = 8
MAX_FACTS = 8
MAX_ITEMS = 40  # events told in full lines in one digest; the rest is counted
_KINDS = ("money", "power", "energy", "count")
_CLOSE = 0.01  # amounts that differ by less are one, as rounding goes


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A story in the list of a mail."""

    id: int
    title: str
    url: str
    outlet: str
    language: str
    at: datetime
    is_copy: bool = False


@dataclass(frozen=True, slots=True)
class RawFact:
    """A quantity that one story states."""

    kind: str
    value: float
    unit: str
    role: str
    outlet: str
    story_id: int
    upper: float | None = None
    approximate: bool = False
    is_copy: bool = False


@dataclass(frozen=True, slots=True)
class FactLine:
    """A quantity with those who state it."""

    kind: str
    value: float
    unit: str
    role: str
    outlets: tuple[str, ...]
    upper: float | None = None
    approximate: bool = False
    disputed: bool = False  # another outlet gives another amount for the same thing


@dataclass(frozen=True, slots=True)
class Why:
    """What decided that the event is ours."""

    names: tuple[str, ...] = ()  # entities, as people call them
    seed: str | None = None  # title of the nearest seed
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is known about an event when a mail about it is written."""

    event: Event
    stories: tuple[StoryLine, ...]  # oldest first
    facts: tuple[RawFact, ...] = ()
    why: Why = Why()
    outlets: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The stories of one language."""

    language: str
    stories: tuple[StoryLine, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """An event within a mail, with what is new in it for this reader."""

    sheet: Sheet
    reason: str = "new"
    news: Mapping[str, Any] = field(default_factory=dict)


def title(sheet: Sheet, language: str) -> tuple[str, str]:
    """Give an event's title for a reader of `language`, with the language that it is in: theirs, English, else the best."""
    titles = sheet.event.titles
    for wanted in (language, language.partition("-")[0], "en"):
        if titles.get(wanted):
            return titles[wanted], wanted
    best = next((k for k, v in titles.items() if v == sheet.event.title), "und")
    return sheet.event.title, best


def groups(sheet: Sheet, language: str) -> tuple[list[Group], int]:
    """Group stories by language, the reader's first, then English, then by count; return how many are left out too."""
    by_language: dict[str, list[StoryLine]] = {}
    for story in sheet.stories:
        by_language.setdefault(story.language, []).append(story)
    base = language.partition("-")[0]
    order = sorted(by_language, key=lambda x: (x.partition("-")[0] != base, x != "en", -len(by_language[x]), x))
    room, found, dropped = MAX_STORIES, [], 0
    for tag in order:
        listed = sorted(by_language[tag], key=lambda s: (s.is_copy, s.at, s.id))
        shown = listed[: min(MAX_PER_LANGUAGE, room)]
        room -= len(shown)
        if shown:
            found.append(Group(tag, tuple(shown), len(listed) - len(shown)))
        else:
            dropped += len(listed)
    return found, dropped


def facts(sheet: Sheet) -> list[FactLine]:
    """Merge what stories state into lines, the most widely stated first; amounts at odds stand next to each other.

    Copies say nothing of their own. Amounts without a role are shown only when two outlets state them.
    """
    merged: list[tuple[RawFact, list[str]]] = []
    for fact in sheet.facts:
        if fact.kind not in _KINDS or fact.is_copy:
            continue
        for lead, outlets in merged:
            if _same(lead, fact):
                if fact.outlet not in outlets:
                    outlets.append(fact.outlet)
                break
        else:
            merged.append((fact, [fact.outlet]))
    kept = [(f, o) for f, o in merged if f.role or len(o) > 1]
    roles: dict[tuple[str, str, str], int] = {}
    for f, o in kept:
        key = (f.kind, f.unit, f.role)
        roles[key] = max(roles.get(key, 0), len(o))
    kept.sort(
        key=lambda x: (
            -roles[x[0].kind, x[0].unit, x[0].role],
            _KINDS.index(x[0].kind),
            x[0].unit,
            x[0].role,
            -len(x[1]),
            -x[0].value,
        )
    )
    return [
        FactLine(f.kind, f.value, f.unit, f.role, tuple(o), f.upper, f.approximate, _is_disputed(f, kept))
        for f, o in kept[:MAX_FACTS]
    ]


def _same(a: RawFact, b: RawFact) -> bool:
    if (a.kind, a.unit, a.role) != (b.kind, b.unit, b.role):
        return False
    return abs(a.value - b.value) <= _CLOSE * max(abs(a.value), abs(b.value))


def _is_disputed(fact: RawFact, kept: Sequence[tuple[RawFact, list[str]]]) -> bool:
    key = (fact.kind, fact.unit, fact.role)
    return bool(fact.role) and any(
        (f.kind, f.unit, f.role) == key
        and not _same(f, fact)
        and min(f.value, fact.value) > 0.3 * max(f.value, fact.value)
        for f, _ in kept
        if f is not fact
    )


def by_topic(items: Sequence[Item]) -> dict[str, list[Item]]:
    """Group a digest's items by the first topic of their event, highest level first; each event stands once."""
    found: dict[str, list[Item]] = {}
    ranked = sorted(
        items, key=lambda i: (-i.sheet.event.level, -i.sheet.event.independent_count, i.sheet.event.first_seen_at)
    )
    for item in ranked:
        found.setdefault(item.sheet.event.topics[0] if item.sheet.event.topics else "", []).append(item)
    return found
