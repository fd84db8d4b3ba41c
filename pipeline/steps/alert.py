"""Decide who is owed a mail about which event, and put it into the outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline import log, store
from pipeline.core.alerts import decide, schedule
from pipeline.core.alerts.state import AlertedEvent, Decision, Reader, Told
from pipeline.core.text.mailaddress import host_of
from pipeline.guard import Guard
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import alerts, runs, subscriptions, watchlists

BATCH = 50  # events a transaction: some milliseconds each, and what a kill costs
GROWN = 200  # events that one digest of what also grew looks at: those that changed last
GAP = timedelta(hours=36)  # longer than any schedule pauses by plan: after that everything comes as one digest


def run(settings: Settings, now: datetime, *, limit: int = 100_000, progress: Progress = silent) -> Tally:
    """Decide for every event that changed; alerts and the mark that it was decided are one transaction.

    `detail`: rows made per reason, baselines (never sent), and waiting alerts that became needless. An event that
    breaks our code costs itself only (see `pipeline.guard`) and stays undecided; a subscription that does misses
    nothing: while it stands, every event is decided again.
    """
    counts = {"new": 0, "update": 0, "correction": 0, "grew": 0, "baseline": 0, "cancelled": 0}
    host, old = host_of(settings.mail_from), timedelta(days=settings.news_days)
    with store.begin(settings.database_url, lock="alert") as db:
        since = watchlists.began_at(db) or now
        last = runs.last_at(db, "alert")
        counts["cancelled"] += alerts.cancel_of_gone_readers(db)
    gap = f"gap {now:%Y-%m-%dT%H:%MZ}" if last is not None and now - last > GAP else None
    seen = after = 0
    guard = Guard(settings, "alert", now, "event")
    unread: set[int] = set()  # subscriptions that break

    while seen < limit:
        with store.begin(settings.database_url, lock="alert") as db:
            todo = alerts.changed(db, min(BATCH, limit - seen), after, guard.held)  # gather
            if not todo:
                break
            work = _Work(db, since, now, host, gap, old)
            known = [i for i in subscriptions.reading(db) if i not in unread]
            work.readers = guard.each(known, work.read, key=int, kind="subscription")
            unread |= set(known) - {r.id for r in work.readers}
            alerted = guard.each(todo, work.draw, key=int)
            decided: dict[int, int] = {}
            for event, told in guard.each(alerted, work.recall, key=lambda p: p.event_id):
                for made in guard.each([(event, told)], work.decide, key=lambda pair: pair[0].event_id):
                    decided[event.event_id] = event.revision
                    for kind, count in made.items():
                        counts[kind] += count
            if not unread:
                alerts.settle(db, decided)
            guard.worked(db, list(decided))
            guard.worked(db, [r.id for r in work.readers], "subscription")
            guard.save(db)
        seen += len(todo)
        after = todo[-1]
        progress("alert", seen, None)
    with store.begin(settings.database_url, lock="alert") as db:
        work = _Work(db, since, now, host, gap, old)
        readers = guard.each(
            [i for i in subscriptions.reading(db) if i not in unread], work.read, key=int, kind="subscription"
        )
        wanting = [r for r in readers if r.subscription.grew != "never"]
        for made in guard.each(wanting, work.grow, key=lambda r: r.id, kind="subscription"):
            counts["grew"] += made["grew"]
        guard.save(db)
    done = counts["new"] + counts["update"] + counts["correction"] + counts["grew"]
    return log.tally(Tally("alert", seen, done, counts["baseline"], guard.failed, detail=counts))


class _Work:
    """The parts of one transaction, each whole or nothing: of what breaks half-way nothing stands, the rest goes on."""

    def __init__(
        self, db: store.Connection, since: datetime, now: datetime, host: str, gap: str | None, old: timedelta
    ) -> None:
        self.db, self.since, self.now, self.host, self.gap, self.old = db, since, now, host, gap, old
        self.readers: list[Reader] = []

    def read(self, ids: Sequence[int]) -> list[Reader]:
        with self.db.begin_nested():
            return subscriptions.readers(self.db, ids, self.since)

    def draw(self, ids: Sequence[int]) -> list[AlertedEvent]:
        with self.db.begin_nested():
            return alerts.alerted(self.db, ids, self.old)

    def recall(self, alerted: Sequence[AlertedEvent]) -> list[tuple[AlertedEvent, list[Told]]]:
        with self.db.begin_nested():
            told = alerts.told(self.db, {i for p in alerted for i in (p.event_id, *p.relatives, *p.follows)})
        return [(p, [t for t in told if t.event_id in {p.event_id, *p.relatives, *p.follows}]) for p in alerted]

    def decide(self, pairs: Sequence[tuple[AlertedEvent, list[Told]]]) -> list[dict[str, int]]:
        ((event, told),) = pairs
        decision = decide.decide(event, self.readers, told, self.now, self.host, self.gap)  # decide
        with self.db.begin_nested():
            return [alerts.apply(self.db, decision, self.now)]  # apply

    def grow(self, readers: Sequence[Reader]) -> list[dict[str, int]]:
        """Make one reader's digest of what also grew, once for each of its days or weeks."""
        (reader,) = readers
        wishes = reader.subscription
        weekday = wishes.weekday if wishes.grew == "weekly" else None
        at = schedule.last_local(self.now, wishes.at, ZoneInfo(wishes.timezone), weekday)
        key = f"grew {reader.id}"
        with self.db.begin_nested():
            was = runs.get_meta(self.db, key)
            if was is not None and datetime.fromisoformat(was) >= at:
                return []
            runs.set_meta(self.db, key, at.isoformat())
            if was is None:  # what grew is counted from here on
                return []
            ids = alerts.grown_since(self.db, reader.id, datetime.fromisoformat(was), GROWN)
            told = alerts.told(self.db, ids)
            found = [
                decide.grown(event, reader, told, at, self.now, self.host)
                for event in alerts.alerted(self.db, ids, self.old)
            ]
            return [alerts.apply(self.db, Decision(tuple(x for x in found if x is not None)), self.now)]
