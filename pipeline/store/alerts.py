"""Alerts as they are decided: changed events, what each reader was told, and the rows that follow."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from pipeline.core.alerts.state import AlertedEvent, AlertedStory, Decision, HistoryLine, State, Told
from pipeline.core.events import glue
from pipeline.core.match.features import passage
from pipeline.store import faults, threads
from pipeline.store.engine import insert
from pipeline.store.tables import alerts, event_history, event_stories, events, matches, stories, subscriptions, vectors

OLD = timedelta(days=7)  # a story that is older when it first comes is no news: queries ask for seven days
HEARD = 0.6  # confidence from which a language is told of: "now also told in …" must not be a guess


def changed(db: sa.Connection, limit: int, after_id: int = 0, held: faults.Held | None = None) -> list[int]:
    """Give standing events above a number that changed since alerts were last decided for them, oldest first."""
    is_free = [held.free("event", events.c.id, events.c.updated_at)] if held else []
    query = (
        sa.select(events.c.id)
        .where(events.c.revision > events.c.alerted_revision, events.c.merged_into.is_(None), events.c.id > after_id)
        .where(*is_free)
        .order_by(events.c.id)
        .limit(limit)
        .with_hint(events, "indexed by ix_events_unalerted", "sqlite")
    )
    return list(db.scalars(query))


def alerted(db: sa.Connection, ids: Sequence[int], old: timedelta = OLD) -> list[AlertedEvent]:
    """Give events as alerting sees them; those that were merged away meanwhile are left out."""
    rows = db.execute(sa.select(events).where(events.c.id.in_(ids), events.c.merged_into.is_(None))).all()
    came: dict[tuple[int, int], tuple[int, int | None]] = {}  # (event, story) -> revision, event it stood in before
    history: dict[int, list[HistoryLine]] = {}
    kinds = ("merged", "split", "fact", "founded", "joined")
    lines = sa.select(event_history).where(event_history.c.event_id.in_(ids), event_history.c.kind.in_(kinds))
    for x in db.execute(lines.order_by(event_history.c.id)):
        if x.kind not in {"merged", "fact"} and x.story_id is not None:
            came[x.event_id, x.story_id] = x.revision, x.other_event_id
        if x.kind in {"founded", "joined"}:
            continue
        detail = {**(x.detail or {}), "story_id": x.story_id}
        history.setdefault(x.event_id, []).append(HistoryLine(x.revision, x.kind, x.other_event_id, detail))
    parts = _parts(db, ids, came, _stood(db, came), old)
    follows = threads.back(db, ids)
    return [
        AlertedEvent(
            event_id=r.id,
            revision=r.revision,
            level=r.level,
            topics=tuple(r.topics),
            entities=tuple(r.entities),
            created_at=r.created_at,
            identity=parts.get(r.id, ([], ""))[1],
            parts=tuple(parts.get(r.id, ([], ""))[0]),
            history=tuple(history.get(r.id, ())),
            follows=tuple(x.event_id for x in follows[r.id]),
        )
        for r in sorted(rows, key=lambda r: r.id)
    ]


Came = Mapping[tuple[int, int], tuple[int, int | None]]


def _stood(db: sa.Connection, came: Came) -> dict[tuple[int, int], int]:
    """Give the revisions at which stories that moved had come into the events that they left, by (event, story)."""
    moved = {(before, story_id) for (_, story_id), (_, before) in came.items() if before is not None}
    if not moved:
        return {}
    query = sa.select(event_history.c.event_id, event_history.c.story_id, event_history.c.revision).where(
        event_history.c.event_id.in_({event for event, _ in moved}),
        event_history.c.story_id.in_({story for _, story in moved}),
        event_history.c.kind.in_(("founded", "joined", "split")),
    )
    rows = db.execute(query.order_by(event_history.c.id))
    return {(r.event_id, r.story_id): r.revision for r in rows if (r.event_id, r.story_id) in moved}


def _parts(
    db: sa.Connection, ids: Sequence[int], came: Came, stood: Mapping[tuple[int, int], int], old: timedelta
) -> dict[int, tuple[list[AlertedStory], str]]:
    """Give each event's stories and the hash of the one that it was founded on."""
    query = (
        sa.select(
            event_stories.c.event_id,
            event_stories.c.copy_of,
            event_stories.c.joined_at,
            stories.c.id,
            stories.c.url_hash,
            stories.c.language,
            stories.c.language_confidence,
            stories.c.published_at,
            stories.c.seen_at,
            stories.c.outlet,
            stories.c.title,
            stories.c.summary,
            stories.c.story_at,
            stories.c.baseline,
            matches.c.level,
            _was_nothing().label("was_nothing"),
        )
        .join(stories, stories.c.id == event_stories.c.story_id)
        .outerjoin(matches, sa.and_(matches.c.story_id == stories.c.id, matches.c.is_current))
        .where(event_stories.c.event_id.in_(ids))
        .order_by(event_stories.c.joined_at, stories.c.story_at, stories.c.url_hash)
    )
    vector = _vectors(db, ids)
    found: dict[int, tuple[list[AlertedStory], str]] = {}
    for r in db.execute(query):
        stale = "feed" if r.baseline else "watchlist" if r.was_nothing else "age" if _is_old(r, old) else None
        sure = r.language_confidence is None or r.language_confidence >= HEARD
        revision, before = came.get((r.event_id, r.id), (0, None))
        part = AlertedStory(
            story_id=r.id,
            language=r.language if r.language and sure else "und",
            level=r.level or 0,
            joined_at=r.joined_at,
            is_copy=r.copy_of is not None,
            stale=stale,
            outlet=r.outlet,
            revision=revision,
            came_from=before,
            came_there=stood.get((before, r.id), 0) if before is not None else 0,
            at=r.story_at,
            text=passage(r.title, r.summary),
            tongue=r.language or "und",
            vector=vector.get(r.id),
            is_glue=glue.is_glue(r.title),
        )
        found.setdefault(r.event_id, ([], r.url_hash))[0].append(part)
    return found


def _vectors(db: sa.Connection, ids: Sequence[int]) -> dict[int, np.ndarray]:
    """Give the vectors of title and summary of these events' stories."""
    query = (
        sa.select(vectors.c.story_id, vectors.c.vector)
        .join(event_stories, event_stories.c.story_id == vectors.c.story_id)
        .where(event_stories.c.event_id.in_(ids), vectors.c.encoder.startswith("e5-"), ~vectors.c.encoder.contains(" "))
        .order_by(vectors.c.encoder)  # of several versions the newest; "e5-… title" is of the title alone
    )
    return {r.story_id: np.frombuffer(r.vector, "<f2") for r in db.execute(query)}


def _was_nothing() -> sa.Exists:
    """Whether a story was judged worthless before, by another watchlist or matcher: such a change makes no news."""
    older = matches.alias()
    return (
        sa.select(older.c.id)
        .where(
            older.c.story_id == stories.c.id,
            older.c.level == 0,
            ~older.c.is_current,
            older.c.content_hash == matches.c.content_hash,
            sa.or_(
                older.c.watchlist_version != matches.c.watchlist_version,
                older.c.matcher_version != matches.c.matcher_version,
            ),
        )
        .exists()
    )


def _is_old(row: Any, old: timedelta) -> bool:
    """Whether a story was old news when it came: a search brings entries of any age, a feed turns out its archive."""
    return row.published_at is not None and row.seen_at - row.published_at > old


def told(db: sa.Connection, ids: Iterable[int]) -> list[Told]:
    """Give the alerts on these events, and hold those that wait: a sender that marks one now waits for our decision."""
    query = (
        sa.select(alerts)
        .where(alerts.c.event_id.in_(sorted(ids)))
        .order_by(alerts.c.id)
        .with_for_update(key_share=True)
    )
    return [
        Told(
            alert_id=r.id,
            subscription_id=r.subscription_id,
            event_id=r.event_id,
            reason=r.reason,
            state=r.state,
            mail_id=r.detail.get("mail_id") or r.message_id,
            knows=State.read(r.detail["knows"]) if r.detail.get("knows") else None,
            why=r.detail.get("why"),
        )
        for r in db.execute(query)
    ]


def grown_since(db: sa.Connection, subscription_id: int, since: datetime, limit: int) -> list[int]:
    """Give the standing events of which a subscription was told and that changed since, the last changed first."""
    sent = sa.select(alerts.c.event_id).where(alerts.c.subscription_id == subscription_id, alerts.c.state == "sent")
    query = (
        sa.select(events.c.id)
        .where(events.c.id.in_(sent), events.c.merged_into.is_(None), events.c.updated_at > since)
        .order_by(events.c.updated_at.desc(), events.c.id)
        .limit(limit)
    )
    return list(db.scalars(query))


def apply(db: sa.Connection, decision: Decision, now: datetime) -> dict[str, int]:
    """Store what was decided; what stands already stays as it is. Return how many rows of each kind were made."""
    made = {"new": 0, "update": 0, "correction": 0, "grew": 0, "baseline": 0, "cancelled": 0}
    rows = [
        {
            "subscription_id": i.subscription_id,
            "event_id": i.event_id,
            "reason": i.reason,
            "revision": i.revision,
            "state": i.state,
            "created_at": now,
            "due_at": i.due_at,
            "message_id": i.message_id,
            "in_reply_to": i.in_reply_to,
            "batch_key": i.batch_key,
            "detail": dict(i.detail),
            "evidence": dict(i.evidence),
        }
        for i in decision.add
    ]
    if rows:
        query = insert(db, alerts).on_conflict_do_nothing().returning(alerts.c.reason, alerts.c.state)
        for row in db.execute(query, rows):
            made["baseline" if row.state == "baseline" else row.reason] += 1
    for alert_id in decision.cancel:
        where = sa.and_(alerts.c.id == alert_id, alerts.c.state == "pending")
        made["cancelled"] += db.execute(sa.update(alerts).where(where).values(state="cancelled")).rowcount
    for alert_id, due_at, batch_key in decision.wake:
        # what waits for a digest and was not tried yet may leave earlier; what was tried keeps its form
        waits = sa.and_(alerts.c.state == "pending", alerts.c.attempts == 0, alerts.c.due_at > due_at)
        where = sa.and_(alerts.c.id == alert_id, sa.or_(alerts.c.state == "cancelled", waits))
        back = {"state": "pending", "due_at": due_at, "batch_key": batch_key}
        made["new"] += db.execute(sa.update(alerts).where(where).values(**back)).rowcount
    return made


def settle(db: sa.Connection, revisions: Mapping[int, int]) -> None:
    """Remember the revision that each event was decided at."""
    for event_id, revision in sorted(revisions.items()):
        db.execute(sa.update(events).where(events.c.id == event_id).values(alerted_revision=revision))


def cancel_of_gone_readers(db: sa.Connection) -> int:
    """Cancel what waits for subscriptions that were switched off."""
    # One by one and with the state written out, so that SQLite goes through what waits and not through all of theirs.
    is_off = sa.exists().where(subscriptions.c.id == alerts.c.subscription_id, ~subscriptions.c.enabled)
    where = sa.and_(alerts.c.state == sa.literal("pending", literal_execute=True), is_off)
    return int(db.execute(sa.update(alerts).where(where).values(state="cancelled")).rowcount)


def stand_down(db: sa.Connection) -> int:
    """Make everything that waits a baseline: for a restored backup, whose readers know it already."""
    return int(db.execute(sa.update(alerts).where(alerts.c.state == "pending").values(state="baseline")).rowcount)
