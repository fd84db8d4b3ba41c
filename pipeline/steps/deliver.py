"""Send the mails that are due: each is marked when it was accepted, and one that fails blocks nobody."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pipeline import log, mail, notify, store
from pipeline.core.alerts import mails as dispatch
from pipeline.core.alerts import schedule
from pipeline.core.alerts.refusals import Streak
from pipeline.core.text.mailaddress import host_of, to_ascii
from pipeline.errors import BusyError
from pipeline.guard import Guard
from pipeline.letters import Draft, Writer
from pipeline.model import Alert, Subscription, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import outbox, served, subscriptions
from pipeline.store.rows import mails as dossiers
from pipeline.store.rows import outcomes

ERASE_AFTER = timedelta(days=30)  # a reader who left by mistake can come back; after that the address is gone
_SERVED = timedelta(days=1)  # who accepted another reader's mail so lately serves us
_SERVER_WAIT = timedelta(minutes=15)  # for the mails that met a failing server: soon, but behind the others
_STRIKES = 3  # mails in a row at which the server itself failed: then it has the rest of the run off


@dataclass(slots=True)
class _Sending:
    """What one sender has at hand."""

    settings: Settings
    now: datetime
    way: Any
    writer: Writer
    host: str
    guard: Guard
    streak: Streak = field(default_factory=Streak)
    words: str = ""  # the server's, why nobody is served
    counts: dict[str, int] = field(
        default_factory=lambda: {"mails": 0, "digests": 0, "dead": 0, "postponed": 0, "cancelled": 0}
    )
    seen: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0
    strikes: int = 0
    left: int = 0

    @property
    def is_over(self) -> bool:
        """Whether this sender should stop."""
        return self.strikes >= _STRIKES or self.left <= 0


def run(settings: Settings, now: datetime, *, limit: int = 100_000, progress: Progress = silent) -> Tally:
    """Send at most `limit` mails that are due, by SMTP or into the mail folder; with neither, they wait.

    Several senders share the work on PostgreSQL, one subscription at a time; on SQLite one sends, a second one skips.
    `detail` says how many mails are `held` by a mail server that failed when it was last asked for them: an outage is
    not over while there are any, even if nothing is due now.
    """
    with store.read(settings.database_url) as db:
        due, held = outbox.count_due(db, now), outbox.count_held(db)
    way = mail.way(settings.smtp_url, settings.mail_dir)
    if way is None:
        why = "no NEWSWATCH_SMTP_URL or NEWSWATCH_MAIL_DIR" if due else ""
        return log.tally(Tally("deliver", seen=due, skipped=due, detail={"held": held} | ({"why": why} if why else {})))
    guard = Guard(settings, "deliver", now, "alert")
    with store.begin(settings.database_url) as db:
        outbox.wake(db, guard.again(db, "alert"), now)
        secret = settings.secret or subscriptions.signing_secret(db)
        erased = subscriptions.erase_departed(db, now - ERASE_AFTER, now)
        topics = dossiers.topic_titles(db)
    one = _Sending(
        settings,
        now,
        way,
        Writer(settings, now, mail.Composer(settings.mail_from, settings.base_url, topics, secret), secret),
        host_of(settings.mail_from),
        guard,
        left=limit,
    )
    detail: dict[str, Any] = {"erased": erased}
    try:
        with contextlib.ExitStack() as alone:
            if settings.database_url.startswith("sqlite"):
                alone.enter_context(store.guard(settings.database_url, "deliver"))
            _send_all(one, due, progress)
    except BusyError as e:
        detail["why"] = str(e)
        one.skipped = due
    finally:
        way.close()
    if one.strikes >= _STRIKES:
        detail["why"] = f"the mail server fails; the rest waits for the next run ({one.words})"
    elif one.words:
        detail["why"] = f"the mail server fails ({one.words})"
    with store.read(settings.database_url) as db:
        detail["held"] = outbox.count_held(db)
        detail["undelivered"] = len(outcomes.undelivered(db, now, outcomes.AFTER))
    if one.counts["mails"] and way.channel == "smtp" and _leads_nowhere(settings.base_url):
        detail["links"] = (
            "the links in mails lead to this machine only: set NEWSWATCH_BASE_URL to where readers reach it"
        )
        log.get().warning("links lead nowhere", base_url=settings.base_url, cure="set NEWSWATCH_BASE_URL")
    failed = one.failed + one.guard.failed
    return log.tally(Tally("deliver", one.seen or due, one.done, one.skipped, failed, detail=one.counts | detail))


def _leads_nowhere(base_url: str) -> bool:
    """Whether an address names this machine, which readers of mails do not sit at."""
    host = (urlsplit(base_url).hostname or "").lower()
    return host in {"localhost", "::1", "0.0.0.0", ""} or host.startswith("127.")  # noqa: S104 - compared, not bound


def _send_all(one: _Sending, due: int, progress: Progress) -> None:
    with store.connect(one.settings.database_url) as db:
        with db.begin():
            todo = outbox.due_readers(db, one.now, one.left, one.guard.held)
        for subscription_id in todo:
            if one.is_over:
                break
            if not outbox.claim(db, subscription_id):
                continue
            try:
                one.guard.each([subscription_id], partial(_send_to, one, db), key=int, kind="subscription")
            finally:
                one.guard.flush()
                outbox.release(db, subscription_id)
            progress("deliver", one.seen, due)


def _send_to(one: _Sending, db: Any, ids: Sequence[int]) -> list[None]:
    """Send what is due for one subscription: plan, note what is tried, then mail by mail."""
    (subscription_id,) = ids
    with db.begin():
        reader = outbox.subscription(db, subscription_id)
        waiting = outbox.waiting(db, subscription_id, one.now)
        if reader is None or not waiting:
            return []
        sent = outbox.sent_times(db, subscription_id, one.now)
        tried = outbox.tried_batches(db, subscription_id, {key for _, key in waiting if key is not None})
        plan = dispatch.plan(reader, waiting, sent, one.settings.alert_max_per_hour, one.now, tried)
        if plan.wait_until is not None:
            outbox.postpone(db, [a.id for a in plan.wait], plan.wait_until)
        mails = plan.mails[: one.left]
        outbox.begin_attempt(db, [([a.id for a in m.alerts], m.batch_key) for m in mails])
        one.guard.worked(db, [subscription_id], "subscription")
    one.seen, one.skipped = one.seen + len(waiting), one.skipped + len(plan.wait)
    one.counts["postponed"] += len(plan.wait)
    ready: Draft | None = None
    for i, m in enumerate(mails):
        if one.is_over or one.streak.is_enough(reader.key):
            rest = [a.id for left in mails[i:] for a in left.alerts]
            with db.begin():
                outbox.withdraw_attempt(db, rest)
            one.skipped += len(rest)
            break
        ahead = _Ahead(one, reader, mails[i + 1] if i + 1 < len(mails) else None)
        _send(one, db, reader, ready or _write(one, reader, m), ahead)
        ready = ahead.draft
    return []


@dataclass(slots=True)
class _Ahead:
    """Writes the next mail while the server takes one; nothing of it is stored before its turn."""

    one: _Sending
    reader: Subscription
    next: dispatch.Mail | None
    draft: Draft | None = None

    def __call__(self) -> None:
        if self.next is not None and self.draft is None:
            self.draft = _write(self.one, self.reader, self.next)


def _write(one: _Sending, reader: Subscription, m: dispatch.Mail) -> Draft:
    """Write a mail; what breaks is told in the mail's turn."""
    draft = Draft(m, list(m.alerts))
    is_written = isinstance(_recipient(reader), str)
    draft.error = _broken(lambda: one.writer.fill(draft, reader, one.host, is_written))
    return draft


def _broken(work: Callable[[], None]) -> Exception | None:
    try:
        work()
    except Exception as e:  # the per-item guard: a mail that cannot be written blocks nobody, and waits for its mending
        return e
    return None


def _send(one: _Sending, db: Any, reader: Subscription, draft: Draft, meanwhile: Callable[[], None]) -> None:
    held, letter = draft.held, draft.letter
    if draft.void:
        with db.begin():
            outbox.cancel(db, draft.void)
        one.counts["cancelled"] += len(draft.void)
    if not draft.told and draft.error is None:
        return
    recipient, broke, answers = _recipient(reader), draft.error, list[mail.SendResult]()
    if isinstance(recipient, mail.SendResult):
        answers.append(recipient)
    elif letter is not None and broke is None:
        since = min(a.created_at for a in draft.plan.alerts)
        sender = one.writer.composer.sender
        broke = _broken(
            lambda: answers.append(one.way.send(letter, sender, recipient, reader.key, since, meanwhile=meanwhile))
        )
    if broke is not None:
        answers = [mail.SendResult("ours", None, one.guard.fault(held[0].id, broke))]
        one.failed -= 1  # the guard counts it
    if answers[0].outcome != "accepted":
        _fail(one, db, reader, held, answers[0])
        return
    targets = [notify.fingerprint(t) for t in reader.targets]
    with db.begin():
        subject = letter.subject if letter else ""
        outbox.mark_sent(db, held, draft.told, draft.mail_id, subject, one.way.channel, one.now, targets, draft.said)
        if tried := [a.id for a in held if a.attempts]:  # what broke was tried before
            one.guard.worked(db, tried)
    one.strikes = 0
    one.streak.accepted()
    one.left -= 1
    one.done += len(held)
    one.counts["mails"] += 1
    one.counts["digests"] += draft.plan.batch_key is not None


def _recipient(reader: Subscription) -> str | mail.SendResult:
    try:
        return to_ascii(reader.address)
    except ValueError as e:
        return mail.SendResult("permanent", None, f"the address of this subscription is wrong: {e}")


def _fail(one: _Sending, db: Any, reader: Subscription, held: list[Alert], answer: mail.SendResult) -> None:
    ids = [a.id for a in held]
    wait = schedule.backoff(max(a.attempts for a in held) + 1)
    one.strikes = one.strikes + 1 if answer.outcome == "server" else 0
    with db.begin():
        outcome = _outcome(one, db, reader, ids, answer)
        if outcome == "server":
            wait, one.words = min(wait, _SERVER_WAIT), answer.error
        dead = outbox.mark_failed(
            db,
            ids,
            outcome,
            answer.code,
            answer.error,
            one.way.channel,
            one.now,
            one.now + wait,
            timedelta(days=one.settings.dead_after_days),
        )
    one.failed += len(ids)
    one.counts["dead"] += len(ids) if dead else 0
    one.left -= 1
    log.get().warning(
        "deliver failed",
        subscription=reader.key,
        alert=ids[0],
        outcome=outcome,
        code=answer.code,
        reason=answer.error,
        dead=dead,
    )


def _outcome(one: _Sending, db: Any, reader: Subscription, ids: list[int], answer: mail.SendResult) -> str:
    """Say whom a failure is about, by who else is served: the reader, the mail, or all of us."""
    if not answer.kind:
        return answer.outcome
    before = list(one.streak.alerts)
    one.streak.add(reader.key, answer.kind, ids)
    if one.streak.is_about_us:
        one.counts["dead"] -= served.revive(db, [i for i in before if i in one.streak.alerts], one.now + _SERVER_WAIT)
        one.strikes = _STRIKES
        return "server"
    if answer.outcome == "policy":
        return "temporary" if served.serves_others(db, reader.key, one.now - _SERVED) else "server"
    return answer.outcome
