"""What a mail says about an event, as values: chosen, ordered and bounded; no words of any language yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.core.alerts.state import NOTHING_NEW, News
from pipeline.core.events.claims import Stated
from pipeline.core.text import sentences, tags
from pipeline.core.text.sentences import width
from pipeline.model import Event

MAX_STORIES = 40  # in one mail; the page of the event has them all
MAX_PER_LANGUAGE = 8
MAX_FACTS = 8
MAX_NEW = 8  # new stories listed at the head of an update
MIN_LEAD = 30  # Latin letters below which a summary is a tag or a place, not a sentence
MAX_ITEMS = 40  # events told in full lines in one digest; the rest is counted


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
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """What happened, in the words of one story: a sentence or two, cut at a sentence."""

    text: str
    story: StoryLine


@dataclass(frozen=True, slots=True)
class FactLine:
    """An amount with the outlets that state it on their own."""

    kind: str
    value: float
    unit: str
    role: str
    outlets: tuple[str, ...]
    upper: float | None = None
    approximate: bool = False
    bound: str = ""
    written: str = ""
    disputed: bool = False  # another outlet gives another amount for the same thing


@dataclass(frozen=True, slots=True)
class MatchReason:
    """What decided that the event is ours."""

    names: tuple[str, ...] = ()  # entities, as people call them
    seed: str | None = None  # title of the nearest seed
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Follows:
    """The happening that an event follows."""

    event_id: int
    title: str
    titles: Mapping[str, str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that is known about an event when a mail about it is written."""

    event: Event
    stories: tuple[StoryLine, ...]  # oldest first
    stated: Stated = field(default_factory=Stated)
    why: MatchReason = MatchReason()
    outlets: int = 0
    follows: Follows | None = None


@dataclass(frozen=True, slots=True)
class LanguageGroup:
    """The stories of one language."""

    language: str
    stories: tuple[StoryLine, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class EventNews:
    """An event within a mail, with what is new in it for this reader."""

    dossier: Dossier
    reason: str = "new"
    news: News = NOTHING_NEW
    fresh: tuple[int, ...] = ()  # stories unlike all that this reader was told
    joined: tuple[int, ...] = ()  # others that came since, no copies


def title(dossier: Dossier, language: str) -> tuple[str, str]:
    """Give an event's title for a reader of `language`, and its language: theirs, English, else the best."""
    titles = dossier.event.titles
    base = tags.base(language)
    kin = sorted(k for k in titles if tags.base(k) == base)  # "zh-Hans" for a reader of "zh"
    for wanted in (language, base, *kin, "en"):
        if titles.get(wanted):
            return titles[wanted], wanted
    best = next((k for k, v in titles.items() if v == dossier.event.title), "und")
    return dossier.event.title, best


def head(item: EventNews, language: str) -> StoryLine | None:
    """Give the story whose headline a mail bears because it is unlike all that was told; None where the event's does.

    Of several the first in the reader's language, else in English, else the first.
    """
    told = [s for s in item.dossier.stories if s.id in item.fresh and s.title.strip()]
    for wanted in (tags.base(language), "en"):
        for story in told:
            if tags.base(story.language) == wanted:
                return story
    return told[0] if told else None


def headline(item: EventNews, language: str) -> tuple[str, str]:
    """Give the headline of a mail on one event, and its language."""
    story = head(item, language)
    return (story.title, story.language) if story is not None else title(item.dossier, language)


def bearer(item: EventNews, language: str) -> StoryLine | None:
    """Give the story whose headline a mail bears for a reader of `language`; None of an event without stories."""
    told, tag = headline(item, language)
    ranked = sorted(item.dossier.stories, key=lambda s: (s.title != told, s.language != tag, s.is_copy, s.at, s.id))
    return head(item, language) or next(iter(ranked), None)


def lead(item: EventNews, language: str, room: float = 280.0, most: int = 2) -> Lead | None:
    """Give what happened in a story's own words, None where no story says more than its headline.

    Of the stories whose headline the mail bears (those unlike what was told, else all), none that repeats another: the
    first in the reader's language, else in English, else the first. `room` is in Latin letters.
    """
    base = tags.base(language)
    first = head(item, language)
    told = [s for s in item.dossier.stories if not s.is_copy and (not item.fresh or s.id in item.fresh)]
    told.sort(key=lambda s: (s is not first, tags.base(s.language) != base, s.language != "en", s.at, s.id))
    for story in told:
        text = sentences.opening(story.summary, room, most, story.title)
        if text and (story is first or width(text) >= MIN_LEAD):
            return Lead(text, story)
    return None


def news_first(item: EventNews) -> tuple[list[StoryLine], int]:
    """Give the stories that are new to this reader, those unlike what was told first, and how many more there are."""
    by_id = {s.id: s for s in item.dossier.stories}
    found = [by_id[i] for i in (*item.fresh, *item.joined) if i in by_id]
    return found[:MAX_NEW], max(0, len(found) - MAX_NEW)


def new_facts(item: EventNews) -> list[FactLine]:
    """Give the amounts that nobody but the new stories states."""
    new = {*item.fresh, *item.joined}
    kept = [c for c in item.dossier.stated.claims if c.stories and new.issuperset(c.stories)]
    return (
        facts(replace(item.dossier, stated=replace(item.dossier.stated, claims=tuple(kept), disputes=())))[0]
        if new
        else []
    )


def groups(dossier: Dossier, language: str) -> tuple[list[LanguageGroup], int]:
    """Group stories by language, the reader's first, then English, then by count; return how many are left out too."""
    by_language: dict[str, list[StoryLine]] = {}
    for story in dossier.stories:
        by_language.setdefault(story.language, []).append(story)
    base = tags.base(language)
    order = sorted(by_language, key=lambda x: (tags.base(x) != base, x != "en", -len(by_language[x]), x))
    room, found, dropped = MAX_STORIES, [], 0
    for tag in order:
        listed = sorted(by_language[tag], key=lambda s: (s.is_copy, s.at, s.id))
        shown = listed[: min(MAX_PER_LANGUAGE, room)]
        room -= len(shown)
        if shown:
            found.append(LanguageGroup(tag, tuple(shown), len(listed) - len(shown)))
        else:
            dropped += len(listed)
    return found, dropped


def facts(dossier: Dossier) -> tuple[list[FactLine], int]:
    """Give the amounts that the event states, the most widely stated first, and how many more there are.

    Those in dispute are never among the rest.
    """
    outlets = {s.id: s.outlet for s in dossier.stories if not s.is_copy}
    disputed = dossier.stated.disputed
    lines = [
        FactLine(
            c.kind,
            c.value,
            c.unit,
            c.role,
            tuple(dict.fromkeys(outlets[i] for i in c.stories if i in outlets)),
            c.upper,
            c.approximate,
            c.bound,
            c.written,
            place in disputed,
        )
        for place, c in enumerate(dossier.stated.claims)
        if c.kind != "date"
    ]
    shown = sorted(sorted(range(len(lines)), key=lambda i: not lines[i].disputed)[:MAX_FACTS])
    return [lines[i] for i in shown], len(lines) - len(shown)


def by_topic(items: Sequence[EventNews]) -> dict[str, list[EventNews]]:
    """Group a digest's items by the first topic of their event, highest level first; each event stands once."""
    found: dict[str, list[EventNews]] = {}
    ranked = sorted(
        items, key=lambda i: (-i.dossier.event.level, -i.dossier.event.independent_count, i.dossier.event.first_seen_at)
    )
    for item in ranked:
        found.setdefault(item.dossier.event.topics[0] if item.dossier.event.topics else "", []).append(item)
    return found
