"""What the pages ask: events by words and filters, one event whole, the watchlist, the feeds, and how all is."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline import store
from pipeline.core.alerts import atom
from pipeline.core.events import event as events
from pipeline.core.events import pairs
from pipeline.core.events.claims import KINDS, Claim, Stated
from pipeline.core.text.sentences import opening
from pipeline.errors import NotFoundError
from pipeline.settings import Settings
from pipeline.store import candidates, labels, runs, stated, threads
from pipeline.store import events as event_store
from pipeline.store.rows import alerts, mails, overview, search
from pipeline.store.rows import events as rows
from pipeline.store.rows import feeds as feed_rows
from pipeline.store.rows import threads as thread_rows
from pipeline.store.rows.events import ToldStory
from pipeline.store.rows.overview import ListedEvent
from pipeline.words.language import Words

MAX_MAILED = 50  # mails about one event on its page
ROOM = 420.0  # Latin letters of an opening: a page has more than a mail
MAX_WORDS = 8  # of one search; more only cost time


@dataclass(frozen=True, slots=True)
class EventList:
    """Events that fit; `after` is the place to go on from, None at the end; `names` of the entities they name."""

    events: Sequence[rows.EventRow]
    after: search.Place | None
    choices: rows.Choices
    names: Mapping[str, str]
    facets: search.Facets
    follows: Mapping[int, threads.LinkedEvent]  # {event: the one that it follows}


@dataclass(frozen=True, slots=True)
class ToldClaim:
    """One amount that the stories of an event state, and those of the shown stories that state it."""

    claim: Claim
    stories: Sequence[ToldStory]
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two amounts for one thing: the later story says `value`, against what the earlier one says; None: not shown."""

    kind: str
    unit: str
    role: str
    value: float
    against: float
    written: str
    against_written: str
    story_id: int
    against_story_id: int
    story: ToldStory | None
    against_story: ToldStory | None


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """All of one event: its row, stories, who says what, contradictions, history, and the names it needs."""

    event: rows.EventRow
    stories: Sequence[ToldStory]
    claims: Sequence[ToldClaim]  # by what they are about, of each the most told first
    contradictions: Sequence[Contradiction]
    history: Sequence[rows.HistoryRow]
    names: Mapping[str, str]
    topics: Mapping[str, Mapping[str, str]]
    said: Mapping[int, tuple[int, str]]  # of stories that a person labelled: the level that counts, and who gave it
    sentences: Mapping[int, str]  # {story: what it says first}, of stories that repeat no other
    opening: ToldStory | None  # the story whose sentences say what happened
    mailed: Sequence[alerts.MailedAlert]  # the newest first
    follows: Sequence[threads.LinkedEvent]  # the nearest first, back to where the thread began
    followed_by: Sequence[threads.LinkedEvent]


@dataclass(frozen=True, slots=True)
class Feeds:
    """The feeds, those in trouble first, and how many are in which state."""

    states: Mapping[str, int]
    feeds: Sequence[feed_rows.FeedRow]


@dataclass(frozen=True, slots=True)
class Glance:
    """What stands in the store: events, alerts per subscription, row counts by table."""

    events: Sequence[ListedEvent]
    alerts: Sequence[overview.AlertCount]
    counts: Mapping[str, int]


def ready(settings: Settings) -> None:
    """Make the schema where the database is empty; raise StoreError when it is not this program's."""
    store.ensure(settings.database_url)


def found(settings: Settings, words: Sequence[str] = (), limit: int = 25, **filters: Any) -> EventList:
    """Find standing events, the last told first; `filters` are those of `store.rows.search.found`.

    A search can have a place to go on from with few events or none: it has looked back so far and no further.
    """
    with store.read(settings.database_url) as db:
        shown, after = search.found(db, list(words)[:MAX_WORDS], limit=limit, **filters)
        named = rows.names(db, sorted({k for e in shown for k in e.entities}))
        filters.pop("after", None)
        divided = search.facets(db, list(words)[:MAX_WORDS], **filters)
        return EventList(shown, after, rows.choices(db), named, divided, threads.before(db, [e.id for e in shown]))


def standing(settings: Settings, event_id: int) -> int:
    """Give the event that a number means today, or raise NotFoundError."""
    with store.read(settings.database_url) as db:
        number = event_store.resolve(db, event_id)
    if number is None:
        raise NotFoundError(f"There is no event {event_id}.")
    return number


def event(settings: Settings, event_id: int, *, whole: bool = False) -> ToldEvent:
    """Give all of one standing event; of its stories MAX_STORIES at most, copies left out first, unless `whole`."""
    with store.read(settings.database_url) as db:
        row = rows.event(db, event_id)
        stories = rows.told(db, event_id, None if whole else rows.MAX_STORIES)
        members = candidates.members(db, [s.id for s in stories], {})
        says = stated.of(db, [event_id]).get(event_id, Stated())
        past = rows.history(db, event_id)
        names = rows.names(db, row.entities)
        topics = rows.topics(db)
        mailed = alerts.of_event(db, event_id, MAX_MAILED)
        said = labels.newest(db, [s.id for s in stories])
        follows, followed_by = threads.back(db, [event_id])[event_id], threads.after(db, event_id)
    told = sorted(members, key=pairs.order)
    leads = events.summarise(told).leads if told else {}
    by_id = {s.id: s for s in stories}
    disputed = says.disputed
    first = {s.id: opening(s.summary, ROOM, title=s.title) for s in stories if s.copy_of is None}
    sentences = {number: text for number, text in first.items() if text}
    return ToldEvent(
        event=row,
        stories=[dataclasses.replace(s, is_lead=s.id in leads.values()) for s in stories],
        claims=[
            ToldClaim(c, [by_id[s] for s in c.stories if s in by_id], i in disputed)
            for i, c in sorted(enumerate(says.claims), key=lambda x: _about(x[1]))  # stable: the most told first
        ],
        contradictions=[
            Contradiction(**d.as_history(), story=by_id.get(d.against_story_id), against_story=by_id.get(d.story_id))
            for d in says.disputes
        ],
        history=past,
        names=names,
        topics=topics,
        said=said,
        sentences=sentences,
        opening=next((s for s in _openers(row, stories) if s.id in sentences), None),
        mailed=mailed,
        follows=follows,
        followed_by=followed_by,
    )


def _openers(event: rows.EventRow, stories: Sequence[ToldStory]) -> list[ToldStory]:
    """Order stories by how well they open an event: the lead, those in the language of its title, the oldest."""
    return sorted(
        stories, key=lambda s: (s.id != event.lead_story_id, s.language != event.title_language, s.story_at, s.id)
    )


def _about(claim: Claim) -> tuple[bool, int, str, str]:
    """Order claims by what they are about: amounts with a role, those without, days."""
    return not claim.role, KINDS.index(claim.kind), claim.role, claim.unit


def timeline(settings: Settings, event_id: int) -> tuple[int, list[rows.TimelineRow]]:
    """Give an event's revision and its stories, for the picture."""
    with store.read(settings.database_url) as db:
        number = event_store.resolve(db, event_id)
        if number is None:
            raise NotFoundError(f"There is no event {event_id}.")
        return rows.event(db, number).revision, rows.dots(db, number)


def watchlist(settings: Settings) -> rows.Watched:
    """Give what is watched, with counts."""
    with store.read(settings.database_url) as db:
        return rows.watched(db)


def feeds(settings: Settings, now: datetime, state: str | None = None, words: str = "") -> Feeds:
    """Give the feeds with their health, those in trouble first."""
    with store.read(settings.database_url) as db:
        return Feeds(feed_rows.feed_states(db), feed_rows.feed_list(db, now, state, words))


def pulse(settings: Settings) -> rows.Pulse:
    """Give the latest story, event and run; raise StoreError when the database does not answer."""
    with store.read(settings.database_url) as db:
        return rows.pulse(db)


def at_a_glance(settings: Settings, min_level: int = 1, limit: int = 100) -> Glance:
    """Give the events, the alerts per subscription, and the row counts."""
    with store.read(settings.database_url) as db:
        counts = dict(runs.counts(db))
        return Glance(overview.event_list(db, min_level, limit), overview.alert_counts(db), counts)


def atom_feed(settings: Settings, now: datetime, *, limit: int = 50, min_level: int = 1, language: str = "en") -> bytes:
    """Write the events that changed last as an Atom feed, titles in `language` where a story has one."""
    with store.read(settings.database_url) as db:
        found = mails.newest(db, limit, min_level)
    return atom.feed(found, settings.base_url, language, now, Words(language).amount)


def followed(
    settings: Settings, now: datetime, words: Sequence[str], asked: str, limit: int = 50, **filters: Any
) -> bytes:
    """Write the events that fit as an Atom feed, the last told first; `asked` is the query of its address."""
    with store.read(settings.database_url) as db:
        shown, _ = search.found(db, list(words)[:MAX_WORDS], limit=limit, **filters)
        told = [(mails.load(db, e.id), e.last_seen_at) for e in shown]
    dossiers = [(dossier, at) for dossier, at in told if dossier is not None]
    language = filters.get("language") or "en"
    return atom.feed(dossiers, settings.base_url, language, now, Words(language).amount, asked)


def recent_threads(settings: Settings) -> list[thread_rows.ThreadRow]:
    """List the threads that were told last, each with its events in order."""
    with store.read(settings.database_url) as db:
        return thread_rows.recent(db)


def followed_threads(settings: Settings, now: datetime, limit: int = 50) -> bytes:
    """Write these threads as an Atom feed; an entry is new again when another event follows."""
    told = [
        atom.ThreadEntry(
            s.thread_id, s.events[0].title, s.last_seen_at, [(e.event_id, e.title, e.first_seen_at) for e in s.events]
        )
        for s in recent_threads(settings)[:limit]
    ]
    return atom.threads(told, settings.base_url, now)


__all__ = [
    "EventList",
    "Feeds",
    "Glance",
    "ListedEvent",
    "ToldEvent",
    "ToldStory",
    "at_a_glance",
    "atom_feed",
    "event",
    "feeds",
    "followed",
    "followed_threads",
    "found",
    "pulse",
    "ready",
    "recent_threads",
    "standing",
    "timeline",
    "watchlist",
]  # fmt: skip


def left(settings: Settings, session: str, until: datetime, now: datetime) -> None:
    """Remember that a session of the desk was ended, as long as its cookie would be good."""
    with store.begin(settings.database_url, lock="sessions") as db:
        ended = {k: v for k, v in _ended(db).items() if v > now.timestamp()}
        runs.set_meta(db, SESSIONS, json.dumps(ended | {session: until.timestamp()}))


def has_left(settings: Settings, session: str, now: datetime) -> bool:
    """Whether a session was ended."""
    with store.read(settings.database_url) as db:
        return _ended(db).get(session, 0.0) > now.timestamp()


SESSIONS = "ended sessions"


def _ended(db: store.Connection) -> dict[str, float]:
    return dict(json.loads(runs.get_meta(db, SESSIONS) or "{}"))
