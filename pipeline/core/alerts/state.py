"""What alerting looks at, and what it comes to: an event, its readers, what each was told, the rows to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from pipeline.core.events.event import highest
from pipeline.model import Subscription


@dataclass(frozen=True, slots=True)
class AlertedStory:
    """A story as alerting sees it."""

    story_id: int
    language: str
    level: int
    joined_at: datetime
    is_copy: bool = False
    stale: str | None = None  # feed, watchlist or age: it stood before we watched it so, and is no news
    outlet: str = ""
    revision: int = 0  # of the event, at which it came in
    came_from: int | None = None  # the event that it stood in before
    came_there: int = 0  # the revision at which it had come into that one
    at: datetime | None = None
    text: str = ""  # title and summary
    tongue: str = ""  # the language that they seem to be in, however unsure
    vector: Any = None  # E5 of them, where there is one
    is_glue: bool = False  # a live page, a review, a podcast or a comment: it tells no happening of its own


@dataclass(frozen=True, slots=True)
class State:
    """What an event said at one revision: what a reader who was told then knows."""

    revision: int
    level: int
    languages: tuple[str, ...]
    stories: int
    independent: int

    def write(self) -> dict[str, Any]:
        """Write it as a row's JSON."""
        return {
            "revision": self.revision,
            "level": self.level,
            "languages": self.languages,
            "stories": self.stories,
            "independent": self.independent,
        }

    @staticmethod
    def read(content: Mapping[str, Any]) -> "State":
        """Read it back from a row's JSON."""
        return State(**{**content, "languages": tuple(content["languages"])})


@dataclass(frozen=True, slots=True)
class News:
    """What an event has that is new to a reader; false when that is nothing."""

    languages: tuple[str, ...] = ()  # new ones
    level: tuple[int, int] | None = None  # raised, from and to
    contradictions: int = 0
    reports: int = 0  # so many more
    stories: int = 0  # unlike all that was told
    merged: tuple[int, ...] = ()  # events that this one turned out to be
    split: tuple[int, ...] = ()  # events that this one was told as a part of
    revived: bool = False  # known from before the reader came, and told anew

    def __bool__(self) -> bool:
        return self != NOTHING_NEW

    def write(self) -> dict[str, Any]:
        """Write what there is as a row's JSON."""
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in found.items() if v}


NOTHING_NEW = News()


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the event's history."""

    revision: int
    kind: str
    other_event_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertedEvent:
    """An event as alerting sees it."""

    event_id: int
    revision: int
    level: int
    topics: tuple[str, ...]
    entities: tuple[str, ...]
    created_at: datetime
    identity: str  # hash of its first story's address: with the number it names the event in every copy of the store
    parts: tuple[AlertedStory, ...]
    history: tuple[HistoryLine, ...] = ()
    follows: tuple[int, ...] = ()  # events of its thread before it, the nearest first

    @property
    def is_review(self) -> bool:
        """Whether nobody reports: the event holds live pages, reviews, podcasts and comments only."""
        return bool(self.parts) and all(p.is_glue for p in self.parts)

    @property
    def relatives(self) -> tuple[int, ...]:
        """Events whose readers were told of stories that stand here now: merged into this one, or split off from."""
        found = {x.other_event_id for x in self.history if x.kind in {"merged", "split"} and x.other_event_id}
        found |= {i for x in self.history if x.kind == "split" for i in x.detail.get("from", ())}
        return tuple(sorted(found - {self.event_id}))

    def was_told(self, sent: "Sequence[Told]") -> bool:
        """Whether a story of this event stood in another one when a reader was last told of that.

        `sent` are mails on events that it was split off from. If not, nothing that was told was false: it is news.
        """
        knows = {t.event_id: t.knows.revision for t in sent if t.knows is not None}
        moved = [p for p in self.parts if p.came_from in knows]
        return not moved or any(p.came_from is not None and p.came_there <= knows[p.came_from] for p in moved)

    def state(self, before: datetime | None = None) -> State:
        """Give what the event says now, or what it said before a time."""
        parts = [p for p in self.parts if before is None or p.joined_at < before]
        return State(
            revision=self.revision if before is None else 0,
            level=self.level if before is None else min(self.level, highest(p.level for p in parts)),
            languages=tuple(sorted({p.language for p in parts} - {"und"})),
            stories=len(parts),
            independent=len({p.outlet for p in parts if not p.is_copy}),
        )


@dataclass(frozen=True, slots=True)
class Reader:
    """A subscription with the time it was made; `is_founding`: it stood when alerting began here; `muted`: events."""

    id: int
    subscription: Subscription
    created_at: datetime
    is_founding: bool = True
    muted: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """An alert that stands in the store, about this event or a relative."""

    alert_id: int
    subscription_id: int
    event_id: int
    reason: str
    state: str
    mail_id: str  # Message-ID of the mail that carries it
    knows: State | None = None  # what the reader knows by it; None while it waits
    why: str | None = None  # of a baseline: feed, watchlist, subscription, merged, split; review: it waits for a digest


@dataclass(frozen=True, slots=True)
class Intent:
    """A row to be: the outbox obeys."""

    subscription_id: int
    event_id: int
    reason: str
    revision: int
    state: str  # pending, baseline
    due_at: datetime
    message_id: str
    batch_key: str | None = None
    in_reply_to: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)  # what decided that it is wanted


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail said of one alert: why its reader gets it, and the story whose headline stood for it, if one did."""

    why: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    head: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What alerting an event's change comes to."""

    add: tuple[Intent, ...] = ()
    cancel: tuple[int, ...] = ()  # waiting alerts that became needless
    wake: tuple[tuple[int, datetime, str | None], ...] = ()  # cancelled ones wanted again: (alert, due, batch)
