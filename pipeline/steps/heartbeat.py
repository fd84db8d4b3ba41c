"""The weekly sign of life to the operator, so that silence is information."""

from datetime import datetime, timedelta

from pipeline import alarm, log, store
from pipeline.core.text.mailaddress import header_text
from pipeline.core.watchlist import weekly
from pipeline.errors import StoreError
from pipeline.mail import Words
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.store import faults, runs, watchlists
from pipeline.store.rows import corpus, outcomes
from pipeline.store.rows.outcomes import AFTER

EVERY = timedelta(days=7)
LOOKED = 5_000  # newest stories that are looked through for names: some two seconds
SECONDS = 150.0  # for telling it: a slow mail server is waited for


def run(settings: Settings, now: datetime, *, force: bool = False) -> Tally:
    """Mail the operator what seven days brought and which feeds are sick; at most once a week unless forced."""
    if not settings.operator:
        return log.tally(Tally("heartbeat", skipped=1, detail={"why": "no NEWSWATCH_OPERATOR"}))
    if not alarm.is_reachable(settings):
        why = "no NEWSWATCH_SMTP_URL or NEWSWATCH_MAIL_DIR"
        return log.tally(Tally("heartbeat", skipped=1, detail={"why": why}))
    with store.read(settings.database_url) as db:
        last = runs.get_meta(db, "heartbeat_at")
        if not force and last is not None and now - datetime.fromisoformat(last) < EVERY:
            return log.tally(Tally("heartbeat", skipped=1, detail={"why": "less than a week ago"}))
        numbers = outcomes.week(db, now - EVERY)
        sick = outcomes.sick_feeds(db)
        broken = faults.listed(db)
        late = outcomes.undelivered(db, now, AFTER)
    lacks = _lacks(settings)
    subject, text = _write(numbers, sick, len({f.event_id for f in late}), broken, lacks, settings)
    # a second attempt in the same week is the same mail; a forced one is another
    year, week, _ = now.isocalendar()
    identity = ("heartbeat", now.isoformat()) if force else ("heartbeat", last or "first", year, week)
    told = alarm.tell(settings, now, subject, text, *identity, seconds=SECONDS)
    if not told:
        why = "; ".join(told.reasons)
        log.get().warning("the heartbeat did not get out", reason=why)
        return log.tally(Tally("heartbeat", seen=1, failed=1, detail={"why": why}))
    with store.begin(settings.database_url) as db:
        runs.set_meta(db, "heartbeat_at", now.isoformat())
    return log.tally(
        Tally("heartbeat", seen=1, done=1, detail=numbers | {"sick_feeds": len(sick), "faults": len(broken)})
    )


def _write(
    numbers: dict[str, int],
    sick: list[outcomes.SickFeed],
    late: int,
    broken: list[faults.BrokenItem],
    lacks: weekly.Lacks,
    settings: Settings,
) -> tuple[str, str]:
    words = Words(settings.operator_language)
    counts = {k: words.number(v) for k, v in numbers.items()}
    lines = [words.say("heartbeat_line", **counts), ""]
    lines += [words.say("heartbeat_late", n=late) if late else words.say("heartbeat_well")]
    if numbers["dead"]:
        lines.append(words.say("heartbeat_dead", n=numbers["dead"]))
    if broken:
        lines.append(f"{words.say('heartbeat_faults', n=len(broken))}:")
        lines += [f"- {f.step}: {f.item_kind} {f.item_id}: {header_text(f.reason, 200)}" for f in broken[:30]]
    lines.append("")
    if sick:
        lines.append(f"{words.say('heartbeat_sick')}:")
        for f in sick:
            since = words.day(f.state_since) if f.state_since else "?"
            state = words.say("heartbeat_since", state=f.state, day=since)
            lines.append(f"- {header_text(f.title or f.url, 80)}: {state}\n  {f.url}")
    else:
        lines.append(words.say("heartbeat_healthy"))
    lines += _names(words, lacks)
    lines += ["", words.say("heartbeat_why"), f"{settings.base_url.rstrip('/')}/events", ""]
    return words.say("heartbeat", days=EVERY.days), "\n".join(lines)


def _lacks(settings: Settings) -> weekly.Lacks:
    """Look through the newest stories for what the stored watchlist may lack; nothing where there is none yet."""
    with store.read(settings.database_url) as db:
        try:
            watchlist = watchlists.current(db)
        except StoreError:
            return weekly.Lacks()
        rows = list(corpus.judged(db, LOOKED))
    return weekly.lacks(
        watchlist,
        [
            weekly.Seen(
                number=r.id,
                language=r.language,
                outlet=r.outlet,
                event=r.event,
                ours=r.level >= 1,
                copied=r.copy_of is not None,
                parts={"title": r.title, "summary": r.summary, "text": r.text},
            )
            for r in rows
        ],
    )


def _names(words: Words, lacks: weekly.Lacks) -> list[str]:
    lines: list[str] = []
    if lacks.names:
        lines += ["", f"{words.say('heartbeat_names')}:"]
        lines += [
            f"- {s.entity}: {header_text(s.text, 80)} ({s.language}, {len(s.stories)} stories)" for s in lacks.names
        ]
    if lacks.unmatched:
        lines += ["", f"{words.say('heartbeat_unmatched')}:"]
        lines += [f"- {entity}: {header_text(form, 80)}" for entity, form in lacks.unmatched]
    if lacks.silent:
        lines += ["", f"{words.say('heartbeat_silent')}: {', '.join(lacks.silent)}"]
    return lines
