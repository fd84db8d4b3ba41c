"""Tell web hooks and chats what the mails told; they come after the mail and never hold it up."""

import contextlib
from datetime import datetime

from pipeline import log, notify, store
from pipeline.core.alerts import content
from pipeline.core.text.mailaddress import header_text
from pipeline.errors import BusyError
from pipeline.mail import Words
from pipeline.model import Subscription, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import outbox
from pipeline.store.rows import mails

ATTEMPTS = 12  # one a run; then it is given up with a warning


def run(settings: Settings, now: datetime, *, limit: int = 10_000, progress: Progress = silent) -> Tally:
    """Send one short message a mail to each target of its subscription that has not had it."""
    seen = done = failed = 0
    with store.read(settings.database_url) as db:
        readers = outbox.readers_with_targets(db, now)
    try:
        with contextlib.ExitStack() as held, store.connect(settings.database_url) as db:
            if readers:
                held.enter_context(store.guard(settings.database_url, "targets"))
            for subscription_id in readers:
                with db.begin():
                    reader = outbox.subscription(db, subscription_id)
                    waiting = outbox.untold(db, subscription_id, now)
                if reader is None:
                    continue
                targets = {notify.fingerprint(t): t for t in reader.targets}
                by_mail: dict[str, list[tuple[int, int, str, str, dict[str, int]]]] = {}
                for w in waiting:
                    by_mail.setdefault(w[3], []).append(w)
                for alerts in by_mail.values():
                    for mark, attempts in alerts[0][4].items():
                        if seen >= limit:
                            break
                        seen += 1
                        title, text, link = _write(settings, reader, [a[1] for a in alerts], alerts[0][2])
                        told = mark in targets and notify.send(targets[mark], title, text, link)
                        last = attempts + 1 >= ATTEMPTS or mark not in targets
                        with db.begin():
                            outbox.mark_target(db, [a[0] for a in alerts], mark, told, last, now)
                        done += told
                        failed += not told
                        if not told:
                            log.get().warning("target failed", subscription=reader.key, alert=alerts[0][0], target=mark)
                        progress("targets", seen, None)
    except BusyError as e:
        return log.tally(Tally("targets", seen=seen, done=done, failed=failed, detail={"why": str(e)}))
    return log.tally(Tally("targets", seen=seen, done=done, failed=failed))


def _write(settings: Settings, reader: Subscription, events: list[int], reason: str) -> tuple[str, str, str]:
    """Give title, text and link of a message on one event or several."""
    words = Words(reader.language, reader.timezone)
    base = settings.base_url.rstrip("/")
    lines = []
    with store.read(settings.database_url) as db:
        for event_id in events[: content.MAX_ITEMS]:
            sheet = mails.load(db, event_id)
            if sheet is None:
                continue
            title = header_text(content.title(sheet, words.language)[0], 300)
            counts = words.say("stories", n=sheet.event.story_count) + ", "
            counts += words.say("languages", n=sheet.event.language_count)
            lines.append((title, counts, f"{base}/events/{event_id}"))
    if len(lines) == 1:
        return f"{words.say(reason)}: {lines[0][0]}", lines[0][1], lines[0][2]
    text = "\n".join(f"- {title} ({counts})" for title, counts, _ in lines)
    return words.say("digest_1" if len(events) == 1 else "digest_burst", n=len(events)), text, base
