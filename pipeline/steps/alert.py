"""Decide who is owed a mail about which event, and put it into the outbox."""

import traceback
from datetime import datetime, timedelta

from pipeline import log, store
from pipeline.core.alerts import decide
from pipeline.core.text.mailaddress import host_of, redact
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import alerts, runs, subscriptions, watchlists

BATCH = 50  # events a transaction: some milliseconds each, and what a kill costs
GAP = timedelta(hours=36)  # longer than any schedule pauses by plan: after that everything comes as one digest


def run(settings: Settings, now: datetime, *, limit: int = 100_000, progress: Progress = silent) -> Tally:
    """Decide for every event that changed; alerts and the mark that it was decided are one transaction.

    `detail`: rows made per reason, baselines (never sent), and waiting alerts that became needless. An event
    that cannot be decided stays undecided and is tried by the next run; the check event_undecided names it.
    """
    counts = {"new": 0, "update": 0, "correction": 0, "baseline": 0, "cancelled": 0}
    host = host_of(settings.mail_from)
    with store.begin(settings.database_url, lock="alert") as db:
        since = watchlists.began_at(db) or now
        last = runs.last_at(db, "alert")
        counts["cancelled"] += alerts.cancel_of_gone_readers(db)
    gap = f"gap {now:%Y-%m-%dT%H:%MZ}" if last is not None and now - last > GAP else None
    seen = failed = after = 0
    while seen < limit:
        with store.begin(settings.database_url, lock="alert") as db:
            todo = alerts.changed(db, min(BATCH, limit - seen), after)  # gather
            if not todo:
                break
            pictures = alerts.pictures(db, todo)
            readers = subscriptions.readers(db, since)
            told = alerts.told(db, {i for p in pictures for i in (p.event_id, *p.relatives)})
            decided: dict[int, int] = {}
            for picture in pictures:
                about = {picture.event_id, *picture.relatives}
                mine = [t for t in told if t.event_id in about]
                try:
                    decision = decide.decide(picture, readers, mine, now, host, gap)  # decide
                    with db.begin_nested():  # of an event that breaks half-way nothing stands, and its batch goes on
                        made = alerts.apply(db, decision, now)  # apply
                except Exception:  # the per-item guard: one event must not keep every other one's mails
                    # redacted: the words of a database's error may carry a reader's address
                    log.get().error("alert failed", event_id=picture.event_id, trace=redact(traceback.format_exc()))
                    failed += 1
                    continue
                decided[picture.event_id] = picture.revision
                for kind, count in made.items():
                    counts[kind] += count
            alerts.settle(db, decided)
        seen += len(todo)
        after = todo[-1]
        progress("alert", seen, None)
    done = counts["new"] + counts["update"] + counts["correction"]
    return log.tally(Tally("alert", seen, done, counts["baseline"], failed, detail=counts))
