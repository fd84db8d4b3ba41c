"""Telling the operator by every way of NEWSWATCH_OPERATOR: mail, chats and pagers; one that takes it is enough."""

import contextlib
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue

from pipeline import log, mail, notify
from pipeline.core.alerts import decide
from pipeline.core.text import telling
from pipeline.core.text.mailaddress import bare, host_of, redact, to_ascii
from pipeline.settings import Settings

SECONDS = 20.0  # for all of it, look-up of names included: Airflow kills a callback after 50 s, and the two notes
# around it may each wait 10 s for a database that does not answer
_PARTS = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')  # commas that stand in no quotes: "Doe, Jane" <j@d.example>


@dataclass(frozen=True, slots=True)
class AlarmResult:
    """Whether anybody was told, and why others were not, in the words of their servers."""

    by: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.by)


def ways(settings: Settings) -> tuple[list[str], list[str]]:
    """Give the operator's mail addresses and other targets, in order; addresses only where mail has a way out."""
    parts = [p.strip() for p in _PARTS.split(settings.operator or "") if p.strip()]
    targets = [p for p in parts if "://" in p]
    has_way = settings.mail_dir is not None or settings.smtp_url
    return [p for p in parts if "://" not in p] if has_way else [], targets


def is_reachable(settings: Settings) -> bool:
    """Whether there is anybody to tell, and a way to."""
    return any(ways(settings))


def tell(
    settings: Settings, now: datetime, subject: str, text: str, *identity: object, seconds: float | None = None
) -> AlarmResult:
    """Tell the operator by all ways at once, within some seconds. `identity`: the same gives the same Message-ID."""
    addresses, targets = ways(settings)
    answers: SimpleQueue[tuple[str, str]] = SimpleQueue()  # by what, why not ("": it was taken)
    link = f"{settings.base_url.rstrip('/')}/events"
    work: list[Callable[[], None]] = [lambda t=t: answers.put(_push(t, subject, text, link)) for t in targets]  # type: ignore[misc]
    if addresses:
        work.append(lambda: _mail(settings, now, subject, text, identity, addresses, answers))
    for one in work:  # in threads that die with the process: a look-up, a chat's server, may never answer
        threading.Thread(target=one, daemon=True).start()
    seconds = SECONDS if seconds is None else seconds
    end = time.monotonic() + seconds
    by: list[str] = []
    reasons: list[str] = []
    for _ in range(len(targets) + len(addresses)):
        try:
            name, reason = answers.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            reasons.append(f"no answer within {seconds:g} s")
            break
        if reason:
            reasons.append(f"{name}: {reason}" if name else reason)
        else:
            by.append(name)
    if reasons:
        log.get().warning("the operator was not told by every way", told=len(by), reasons=reasons)
    return AlarmResult(tuple(by), tuple(reasons))


def _push(target: str, subject: str, text: str, link: str) -> tuple[str, str]:
    name = telling.told(target) or "a target"
    reason = "it did not take the message"
    with contextlib.suppress(OSError, ValueError):
        reason = "" if notify.send(target, subject, text, link) else reason
    return name, reason


def _mail(
    settings: Settings,
    now: datetime,
    subject: str,
    text: str,
    identity: tuple[object, ...],
    addresses: list[str],
    answers: "SimpleQueue[tuple[str, str]]",
) -> None:
    left = len(addresses)
    try:
        way = mail.way(settings.smtp_url, settings.mail_dir)
        if way is None:
            return
        composer = mail.Composer(settings.mail_from, settings.base_url)
        for i, written in enumerate(addresses):
            try:
                recipient = to_ascii(bare(written))
            except ValueError as e:
                answer = mail.SendResult("permanent", None, f"an address in NEWSWATCH_OPERATOR is wrong: {e}")
            else:
                more = (recipient,) if i else ()  # each address has a Message-ID of its own
                message_id = decide.message_id(host_of(settings.mail_from), *identity, *more)
                language = settings.operator_language
                letter = composer.plain(subject, text, mail.operator_envelope(written, message_id, now), language)
                answer = way.send(letter, composer.sender, recipient, "operator" if not i else f"operator-{i}", now)
            left -= 1
            answers.put(("mail", "" if answer.outcome == "accepted" else redact(answer.error or answer.outcome)))
        way.close()
    finally:
        for _ in range(left):
            answers.put(("mail", "sending it broke"))
