"""Tell web hooks and chats what the mails told; they come after the mail and never hold it up."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from pipeline import log, notify, store
from pipeline.core.alerts import content
from pipeline.core.text.mailaddress import header_text
from pipeline.errors import BusyError
from pipeline.guard import Guard
from pipeline.mail import Words
from pipeline.model import Subscription, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import hooks, outbox
from pipeline.store.rows import mails

ATTEMPTS = 12  # one a run; then it is given up with a warning


def run(settings: Settings, now: datetime, *, limit: int = 10_000, progress: Progress = silent) -> Tally:
    """Send one short message a mail to each target of its subscription that has not had it."""
    with store.read(settings.database_url) as db:
        readers = hooks.readers(db, now)
    one = _Telling(settings, now, Guard(settings, "targets", now, "alert"), progress, limit)
    why: dict[str, str] = {}
    try:
        with contextlib.ExitStack() as held, store.connect(settings.database_url) as db:
            if readers:
                held.enter_context(store.guard(settings.database_url, "targets"))
            for subscription_id in readers:
                try:
                    one.tell(db, subscription_id)
                except Exception as e:  # the per-item guard: one subscription, or one message, holds up no other
                    one.guard.fault(subscription_id, e, "subscription")
                with db.begin():
                    one.guard.save(db)
    except BusyError as e:
        why = {"why": str(e)}
    return log.tally(Tally("targets", seen=one.seen, done=one.done, failed=one.failed + one.guard.failed, detail=why))


@dataclass(slots=True)
class _Telling:
    """What one run has at hand, and what it did."""

    settings: Settings
    now: datetime
    guard: Guard
    progress: Progress
    limit: int
    seen: int = 0
    done: int = 0
    failed: int = 0

    def tell(self, db: store.Connection, subscription_id: int) -> None:
        """Tell the targets of one subscription what they have not heard."""
        with db.begin():
            reader = outbox.subscription(db, subscription_id)
            waiting = hooks.untold(db, subscription_id, self.now)
        if reader is None:
            return
        targets = {notify.fingerprint(t): t for t in reader.targets}
        by_mail: dict[str, list[hooks.Untold]] = {}
        for w in waiting:
            by_mail.setdefault(w[3], []).append(w)
        for alerts in by_mail.values():
            for mark, attempts in alerts[0][4].items():
                if self.seen >= self.limit:
                    return
                self.seen += 1
                attempt = partial(self.attempt, db, reader, targets, mark, attempts)
                self.guard.each([alerts], attempt, key=_first)
                self.progress("targets", self.seen, None)

    def attempt(
        self,
        db: store.Connection,
        reader: Subscription,
        targets: dict[str, str],
        mark: str,
        attempts: int,
        mails: Sequence[list[hooks.Untold]],
    ) -> list[bool]:
        """Send one message to one target and note how it went."""
        (alerts,) = mails
        title, text, link = _write(self.settings, reader, [(a[1], a[5]) for a in alerts], alerts[0][2])
        is_told = mark in targets and notify.send(targets[mark], title, text, link)
        last = attempts + 1 >= ATTEMPTS or mark not in targets
        with db.begin():
            hooks.mark(db, [a[0] for a in alerts], mark, is_told, last, self.now)
            self.guard.worked(db, [alerts[0][0]])
        self.done += is_told
        self.failed += not is_told
        if not is_told:
            log.get().warning("target failed", subscription=reader.key, alert=alerts[0][0], target=mark)
        return [is_told]


def _first(alerts: list[hooks.Untold]) -> int:
    return alerts[0][0]


def _write(
    settings: Settings, reader: Subscription, events: list[tuple[int, int | None]], reason: str
) -> tuple[str, str, str]:
    """Give title, text and link of a message on one event or several, each with the story that gave its headline."""
    words = Words(reader.language, reader.timezone)
    base = settings.base_url.rstrip("/")
    lines = []
    with store.read(settings.database_url) as db:
        for event_id, head in events[: content.MAX_ITEMS]:
            dossier = mails.load(db, event_id)
            if dossier is None:
                continue
            item = content.EventNews(dossier, reason, fresh=(head,) if head is not None else ())
            title = header_text(content.headline(item, words.language)[0], 300)
            counts = words.say("stories", n=dossier.event.story_count) + ", "
            counts += words.say("languages", n=dossier.event.language_count)
            lines.append((title, counts, f"{base}/events/{event_id}"))
    if len(lines) == 1:
        return f"{words.say(reason)}: {lines[0][0]}", lines[0][1], lines[0][2]
    text = "\n".join(f"- {title} ({counts})" for title, counts, _ in lines)
    return words.say("digest_one") if len(events) == 1 else words.say("digest_burst", n=len(events)), text, base
