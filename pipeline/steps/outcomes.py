"""The check on the outcome: did the mail about what matters most get out?"""

import json
from datetime import datetime, timedelta

from pipeline import alarm, log, store
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.store import faults, runs
from pipeline.store.rows import outcomes
from pipeline.store.rows.outcomes import AFTER
from pipeline.words.language import Words

SECONDS = 150.0  # for telling the operator: a slow mail server is waited for


def run(settings: Settings, now: datetime, *, after: timedelta = AFTER) -> Tally:
    """Raise an alarm for every event of level 3 that is older than `after` and has no delivered mail.

    Each is one warning in the log and counts as failed; the operator gets one mail about those new to the list, and
    about items that broke our code.
    """
    with store.read(settings.database_url) as db:
        found = outcomes.undelivered(db, now, after)
        broken = faults.listed(db)
        known = set(json.loads(runs.get_meta(db, "alarmed") or "[]"))
    keys = {f"{f.event_id} {f.reason} {f.subscription or ''}" for f in found}
    keys |= {f"{f.step} {f.item_kind} {f.item_id} {f.version}" for f in broken}
    for f in found:
        log.get().warning(
            "not delivered",
            event_id=f.event_id,
            reason=f.reason,
            subscription=f.subscription,
            alert=f.alert_id,
        )
    fresh = sorted(keys - known)
    told = _tell(settings, now, found, broken, fresh) if fresh and settings.operator else False
    if told or not keys:
        with store.begin(settings.database_url) as db:
            runs.set_meta(db, "alarmed", json.dumps(sorted(keys)))
    detail = {r: sum(f.reason == r for f in found) for r in ("undecided", "late", "dead")} | {"faults": len(broken)}
    return log.tally(Tally("outcomes", seen=len(found), failed=len(found), detail=detail | {"operator_told": told}))


def _tell(
    settings: Settings,
    now: datetime,
    found: list[outcomes.Undelivered],
    broken: list[faults.BrokenItem],
    fresh: list[str],
) -> bool:
    if not alarm.is_reachable(settings):
        return False
    say = Words(settings.operator_language).say
    lines = []
    if found:
        lines += [say("alarm_late"), *(say(f"alarm_{reason}") for reason in ("undecided", "waits", "dead")), ""]
        for f in found[:50]:
            why = ", ".join(x for x in (f.reason, f.subscription) if x)
            lines.append(f"- {say('alarm_event', id=f.event_id)} ({why}): {f.title}")
            lines.append(f"  {settings.base_url.rstrip('/')}/events/{f.event_id}")
        lines.append("")
    if broken:
        lines += [say("alarm_broken"), ""]
        lines += [f"- {f.step}: {f.item_kind} {f.item_id}: {f.reason}" for f in broken[:50]]
    subject = say("alarm_mails", n=len(found)) if found else say("alarm_items", n=len(broken))
    told = alarm.tell(settings, now, subject, "\n".join([*lines, ""]), "alarm", *fresh, seconds=SECONDS)
    if not told:
        log.get().warning("the alarm did not get out", reason="; ".join(told.reasons))
    return bool(told)
