"""Who is owed a mail about an event, and why: decided from the event and from what each reader was told.

    decide(event, readers, told, now)  ->  Decision: rows to add, rows to cancel, rows to wake

A reader hears of an event once as `new`, then only of something new (`update`: above all of stories unlike all that was
told) or when two events turn out to be one or one to be two (`correction`). What grew in silence comes in a digest. A
mail that still waits says everything when it goes out, so it makes others needless.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipeline.core.alerts import unlike
from pipeline.core.alerts.growth import growth, is_prompt, reads, speaks
from pipeline.core.alerts.schedule import after_quiet, next_round_up, round_up, slot
from pipeline.core.alerts.state import (
    NOTHING_NEW,
    AlertedEvent,
    AlertedStory,
    Decision,
    HistoryLine,
    Intent,
    News,
    Reader,
    State,
    Told,
)
from pipeline.core.alerts.wanted import because, is_muted, wants
from pipeline.core.events.threads import default_linker
from pipeline.model import Frequency, Subscription

REVIEW = "review"  # why a first mail waits for that digest
MORE_REPORTS = 5  # an update for reports alone needs that many more, and twice as many as the reader knows of:
# 1, 6, 12, 24 … so an event that the whole world reprints makes a handful of mails, not one a run
# Why a story is no news: it came with a new feed's first body or a new watchlist, or was told long before it came.
STALE = frozenset({"feed", "watchlist", "age"})


def message_id(host: str, *identity: object) -> str:
    """Give the Message-ID of what a mail is about: no clock and no chance, so every attempt bears the same."""
    digest = hashlib.sha256("\x1f".join(map(str, identity)).encode()).hexdigest()
    return f"<{digest[:32]}@{host}>"


def news(subscription: Subscription, knows: State, now: State, history: Iterable[HistoryLine]) -> News:
    """Give what a reader who knows one state learns from another; empty when it is not worth a mail.

    Who asked for all hears of every new language, who asked for less of no growth in a mail of its own, who asked for
    none of nothing; the others of new languages that they read.
    """
    if subscription.updates == "none":
        return NOTHING_NEW
    grown = NOTHING_NEW if subscription.updates == "less" else growth(subscription, knows, now)
    prompt = is_prompt(subscription, now)
    fresh = [x for x in grown.languages if prompt or speaks(subscription, x)]
    is_much = prompt and grown.reports >= MORE_REPORTS and now.independent >= 2 * knows.independent
    return News(
        languages=tuple(x for x in fresh if subscription.updates == "all" or reads(subscription, x)),
        level=(knows.level, now.level) if now.level > knows.level else None,
        contradictions=sum(x.kind == "fact" and x.revision > knows.revision for x in history),
        reports=grown.reports if is_much else 0,
    )


def strange(
    subscription: Subscription, event: AlertedEvent, knows: State, heard: Collection[int] = ()
) -> tuple[AlertedStory, ...]:
    """Give the stories of an event that are unlike all that a reader who knows one state of it was told.

    `heard` are other events that the reader was told of: a story that came from there is no news.
    """
    if subscription.updates == "none":
        return ()
    told = [p for p in event.parts if p.revision <= knows.revision or p.came_from in heard]
    known = {p.story_id for p in told}
    fresh = [
        p
        for p in event.parts
        if p.story_id not in known
        and not p.is_glue
        and p.level >= subscription.min_level
        and (not subscription.story_languages or speaks(subscription, p.language))
    ]
    if told and all(p.is_glue for p in told):  # of reviews and live pages only: the first report is the news
        return tuple(p for p in fresh if not p.is_copy and p.stale is None)
    return unlike.find(fresh, told, default_linker()) if fresh else ()


def grown(
    event: AlertedEvent, reader: Reader, told: Sequence[Told], slot_at: datetime, now: datetime, host: str
) -> Intent | None:
    """Put an event that grew in silence into a reader's digest of such; None where there is nothing to say.

    Two runs of one `slot_at` say the same, and what waits for a mail of its own is left to that.
    """
    own = [t for t in told if t.event_id == event.event_id and t.subscription_id == reader.id]
    knows, state = _last(own), event.state()
    if knows is None or not any(t.state == "sent" for t in own) or any(t.state == "pending" for t in own):
        return None
    if is_muted(reader, event) or not growth(reader.subscription, knows, state):
        return None
    if not wants(reader.subscription, event, state):
        return None
    intent = _Maker(event, reader, now, host, None)("grew", True, since=knows)
    key = round_up(reader.subscription, slot_at).batch_key
    return replace(intent, batch_key=key, due_at=after_quiet(reader.subscription, now))


def decide(
    event: AlertedEvent,
    readers: Sequence[Reader],
    told: Sequence[Told],
    now: datetime,
    host: str,
    gap: str | None = None,
) -> Decision:
    """Say which alerts follow from an event's change.

    `told` are the alerts on this event and its relatives; `host` stands in Message-IDs; `gap` (a batch key) gathers all
    new mail of a run after a long standstill into one digest a reader.
    """
    by_reader: dict[int, list[Told]] = {}
    for t in told:
        by_reader.setdefault(t.subscription_id, []).append(t)
    add: list[Intent] = []
    cancel: list[int] = []
    wake: list[tuple[int, datetime, str | None]] = []
    for reader in readers:
        one = _for_reader(event, reader, by_reader.get(reader.id, []), now, host, gap)
        add += one.add
        cancel += one.cancel
        wake += one.wake
    return Decision(tuple(add), tuple(cancel), tuple(wake))


def _for_reader(
    event: AlertedEvent, reader: Reader, told: Sequence[Told], now: datetime, host: str, gap: str | None
) -> Decision:
    earlier = [t for t in told if t.event_id in event.follows]  # of its thread
    told = [t for t in told if t.event_id == event.event_id or t.event_id in event.relatives]
    own = [t for t in told if t.event_id == event.event_id]
    merged = {x.other_event_id for x in event.history if x.kind == "merged"}
    theirs = [t for t in told if t.event_id in merged]
    needless = tuple(t.alert_id for t in theirs if t.state == "pending")  # their events are this one now
    state = event.state()
    waiting = [t for t in own if t.state == "pending" and t.reason != "grew"]
    grew = tuple(t.alert_id for t in own if t.state == "pending" and t.reason == "grew")
    if is_muted(reader, event) or not wants(reader.subscription, event, state):
        return Decision(cancel=needless + grew + tuple(t.alert_id for t in waiting))
    if waiting:
        held = [t for t in waiting if t.why == REVIEW and not event.is_review]  # now somebody reports
        at_once = slot(reader.subscription, now)
        return Decision(cancel=needless, wake=tuple((t.alert_id, at_once.due_at, at_once.batch_key) for t in held))
    make = _Maker(event, reader, now, host, gap)
    first = next((t for t in own if t.reason == "new"), None)
    if first is None:
        return Decision(tuple(_first(event, reader, told, earlier, make)), needless)
    if first.state == "cancelled":
        due = slot(reader.subscription, now)
        return Decision(cancel=needless, wake=((first.alert_id, due.due_at, due.batch_key),))
    again = tuple(_again(event, reader, own, theirs, state, make))
    return Decision(again, needless + grew if again else needless)  # a mail of its own tells what the digest would


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the rows of one event for one reader."""

    event: AlertedEvent
    reader: Reader
    now: datetime
    host: str
    gap: str | None

    def __call__(self, reason: str, pending: bool, reply_to: str | None = None, **detail: Any) -> Intent:
        event, subscription = self.event, self.reader.subscription
        is_first = reason == "new" and "stories" not in detail  # else an event has news of its own in it
        revision = 0 if is_first else event.revision
        due = (next_round_up if detail.get("why") == REVIEW else slot)(subscription, self.now)
        key = due.batch_key or (f"{subscription.key} {self.gap}" if self.gap else None)
        return Intent(
            subscription_id=self.reader.id,
            event_id=event.event_id,
            reason=reason,
            revision=revision,
            state="pending" if pending else "baseline",
            due_at=due.due_at,
            message_id=message_id(self.host, subscription.key, event.event_id, event.identity, reason, revision),
            batch_key=key if pending else None,
            in_reply_to=reply_to,
            evidence=because(subscription, event),
            detail={k: v.write() if isinstance(v, State) else v for k, v in detail.items() if v is not None},
        )


def _first(
    event: AlertedEvent, reader: Reader, told: Sequence[Told], earlier: Sequence[Told], make: _Maker
) -> list[Intent]:
    """Decide for a reader to whom nothing was said of this event yet."""
    merged = {x.other_event_id for x in event.history if x.kind == "merged"}
    sent = [t for t in told if t.state == "sent" and t.event_id != event.event_id]
    known = [t for t in sent if t.event_id in merged]
    if known:  # told of it under the number of an event that merged into it
        return [make("new", False, _root(known), why="merged", knows=_at(_last(known), event))]
    if sent and event.was_told(sent):  # of its stories, as part of the event that it was split off from
        known_as = make("new", False, _root(sent), why="split", knows=event.state())
        if event.is_review:  # a live page that moved: nothing that was told was false
            return [known_as]
        return [
            known_as,
            make("correction", True, _root(sent), split=sorted({t.event_id for t in sent}), since=event.state()),
        ]
    stale = {p.stale for p in event.parts}
    if None not in stale:  # stood before we watched it so: of no news value until somebody reports anew
        return [make("new", False, why=sorted(filter(None, stale))[0], knows=event.state())]
    if not reader.is_founding:
        before = event.state(reader.created_at)
        if wants(reader.subscription, event, before):  # stood before the reader came
            fresh = news(reader.subscription, before, event.state(), _since(event, reader.created_at))
            return [
                make("new", False, why="subscription", knows=_at(before, event)),
                *([make("update", True, since=before)] if fresh else []),
            ]
    reply_to = _thread(event, earlier) or _root(sent)
    if event.is_review and reader.subscription.frequency is Frequency.INSTANT and reader.subscription.grew != "never":
        return [make("new", True, reply_to, why=REVIEW)]
    return [make("new", True, reply_to)]


def _thread(event: AlertedEvent, earlier: Sequence[Told]) -> str | None:
    """Give the first mail on the nearest earlier happening of the thread that a reader was written to about."""
    roots = (_root([t for t in earlier if t.event_id == i]) for i in event.follows)
    return next((root for root in roots if root is not None), None)


def _at(state: State | None, event: AlertedEvent) -> State | None:
    """Say that a state is known as of the event's revision: numbers of other events do not compare."""
    return None if state is None else replace(state, revision=event.revision)


def _since(event: AlertedEvent, at: datetime) -> list[HistoryLine]:
    stood = {p.story_id for p in event.parts if p.joined_at < at}
    return [x for x in event.history if x.kind == "fact" and x.detail.get("story_id") not in stood]


def _again(
    event: AlertedEvent, reader: Reader, own: Sequence[Told], theirs: Sequence[Told], state: State, make: _Maker
) -> list[Intent]:
    """Decide for a reader who was told of this event before."""
    knows = _last(own) or state
    reply_to = _root(own) or _root(theirs)
    heard = sorted({t.event_id for t in theirs if t.state == "sent" and t.reason == "new"})
    new_merges = [x.other_event_id for x in event.history if x.kind == "merged" and x.revision > knows.revision]
    both = [i for i in heard if i in new_merges]
    if both and any(t.state == "sent" for t in own):
        return [make("correction", True, reply_to, merged=both, since=knows)]
    if _revived(event, own):
        return [make("update", True, since=knows, why="revived")]
    others = sorted({t.event_id for t in theirs if t.state == "sent"})
    odd = [p.story_id for p in strange(reader.subscription, event, knows, others)]
    if odd:  # a happening of its own, whatever event holds it
        return [make("new", True, reply_to, since=knows, stories=odd, heard=others or None)]
    if news(reader.subscription, knows, state, event.history):
        return [make("update", True, reply_to, since=knows, heard=others or None)]
    return []


def _revived(event: AlertedEvent, own: Sequence[Told]) -> bool:
    """Whether an event of stale stories only got its first fresh one; this reader was never written to about it."""
    asleep = all(t.state == "baseline" and t.why in STALE for t in own)
    return asleep and any(p.stale is None and not p.is_copy for p in event.parts)


def _last(told: Sequence[Told]) -> State | None:
    """Give the newest state that a reader knows."""
    states = [t.knows for t in told if t.knows is not None]
    return max(states, key=lambda s: (s.revision, s.stories)) if states else None


def _root(told: Sequence[Told]) -> str | None:
    """Give the Message-ID of the first mail that a reader really got."""
    sent = sorted((t for t in told if t.state == "sent"), key=lambda t: t.alert_id)
    return sent[0].mail_id if sent else None
