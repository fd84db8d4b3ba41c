"""What a mail says about an event, as values: chosen, ordered and bounded; no words of any language yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    """Give an event's title for a reader of `language`, and its language: theirs, English, else the best."""
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
    """Merge what stories state into one line an amount, the most widely stated first.

    Roles are read less surely than amounts, so an amount bears the role that most outlets give it. Copies say nothing
    of their own, and an amount whose role nobody tells is shown only when two outlets state it.
    """
    merged: list[tuple[RawFact, dict[str, list[str]]]] = []  # amount -> role -> outlets
    for fact in sheet.facts:
        if fact.kind not in _KINDS or fact.is_copy:
            continue
        roles = next((r for lead, r in merged if _is_same_amount(lead, fact)), None)
        if roles is None:
            merged.append((fact, roles := {}))
        outlets = roles.setdefault(fact.role, [])
        if fact.outlet not in outlets:
            outlets.append(fact.outlet)
    lines = []
    for lead, roles in merged:
        role = max(roles, key=lambda r: (bool(r), len(roles[r])))
        outlets = list(dict.fromkeys(o for held in [roles[role], *roles.values()] for o in held))
        if role or len(outlets) > 1:
            lines.append(FactLine(lead.kind, lead.value, lead.unit, role, tuple(outlets), lead.upper, lead.approximate))
    lines.sort(key=lambda x: (-len(x.outlets), _KINDS.index(x.kind), -x.value))
    return [replace(x, disputed=_is_disputed(x, lines)) for x in lines[:MAX_FACTS]]


def _is_same_amount(a: RawFact, b: RawFact) -> bool:
    same = (a.kind, a.unit) == (b.kind, b.unit)
    return same and abs(a.value - b.value) <= _CLOSE * max(abs(a.value), abs(b.value))


def _is_disputed(line: FactLine, lines: Sequence[FactLine]) -> bool:
    """Whether another line gives nearly, but not quite, the same amount the same role; far ones are another matter."""
    return bool(line.role) and any(
        (x.kind, x.unit, x.role) == (line.kind, line.unit, line.role)
        and min(x.value, line.value) > 0.3 * max(x.value, line.value)
        for x in lines
        if x is not line
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
