"""Measure what one instant reader would get of a labelled stream: the real steps on a simulated clock."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline import catalog, store
from pipeline.core.measure import labelled, stream
from pipeline.core.measure.labelled import LabelledStory
from pipeline.desk import unpacked
from pipeline.model import Entry, FeedSpec, Role, Subscription, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import feeds, stories, watchlists
from pipeline.store.rows import told

Perform = Callable[[str, Settings, datetime], Tally]

JUDGING, TELLING = ("detect", "match"), ("cluster", "alert", "deliver")
EVERY = timedelta(hours=12)  # two runs a day
TAIL = timedelta(days=1)  # runs go on so long after the last story: what waits is told
_FEED = "https://stream.invalid/feed"
_KNOWN_FROM = datetime(1971, 1, 1, tzinfo=UTC)  # an earlier date is none


def run(path: Path, settings: Settings, perform: Perform, *, progress: Progress = silent) -> stream.StreamScore:
    """Let the lines of a file arrive at their dates and score what one instant reader was mailed.

    Lines are {lang, title, summary, url, date, event}; an empty event is a story that no happening claims. `perform`
    runs a step by its name. Pages are not fetched.
    """
    lines = sorted(
        labelled.parse(unpacked.text(path), path.name), key=lambda line: (_at(line), line.story.canonical_url)
    )
    watch = catalog.load(settings.watch_dir or catalog.default_dir())
    with tempfile.TemporaryDirectory() as folder, store.kept(url := f"sqlite:///{folder}/stream.db"):
        chosen = settings.model_copy(
            update={
                "database_url": url,
                "mail_dir": Path(folder) / "mail",
                "smtp_url": None,
                "enrich": False,
            }
        )
        ticks = list(_ticks(lines))
        begin = ticks[0][0] - EVERY if ticks else _KNOWN_FROM
        store.upgrade(chosen.database_url)
        with store.begin(chosen.database_url) as db:
            watchlists.adopt(db, watch.watchlist, begin)
            watchlists.declare_feeds(db, [FeedSpec(_FEED, "stream")], begin)
            reader = Subscription(key="reader", name="Reader", address="reader@stream.invalid")
            watchlists.declare_subscriptions(db, [reader], begin)
        mails: list[tuple[datetime, told.SentAlert]] = []
        last = begin
        for n, (now, fresh) in enumerate(ticks):
            if fresh:
                _arrive(chosen, fresh, now)
                last = now
            for step in _due(bool(fresh), now - last):
                perform(step, chosen, now)
            with store.read(chosen.database_url) as db:
                mails += [(now, mail) for mail in told.sent_at(db, now)]
            progress("evaluate-stream", n + 1, len(ticks))
        with store.read(chosen.database_url) as db:
            judged = told.judged(db)
    watched = {e.key for e in watch.watchlist.entities if Role.WATCHED in e.roles}
    found = stream.measure(_items(lines, judged, watched), _sent(lines, mails))
    return replace(found, runs=len(ticks))


def _due(is_news: bool, quiet_for: timedelta) -> tuple[str, ...]:
    """Leave out the steps that have nothing to do; alerting looks at the time since its last run, so it has to run."""
    if is_news:
        return JUDGING + TELLING
    if quiet_for <= TAIL:
        return TELLING
    return ("alert",) if quiet_for % timedelta(days=1) < EVERY else ()


def _ticks(lines: Sequence[LabelledStory]) -> Iterator[tuple[datetime, list[LabelledStory]]]:
    """Give the runs from the first story to some days after the last, each with what arrives before it."""
    known = [m for m in map(_at, lines) if m >= _KNOWN_FROM]
    first, last = (min(known), max(known)) if known else (_KNOWN_FROM, _KNOWN_FROM)
    todo = list(lines)
    now = first.replace(hour=6, minute=0, second=0, microsecond=0)
    while lines and (todo or now <= last + TAIL):
        fresh = [line for line in todo if max(_at(line), first) <= now]
        todo = todo[len(fresh) :]
        yield now, fresh
        now += EVERY


def _at(line: LabelledStory) -> datetime:
    return line.story.published_at or _KNOWN_FROM - EVERY


def _arrive(settings: Settings, lines: Sequence[LabelledStory], now: datetime) -> None:
    """Store what a fetch would have brought, as parsing does."""
    entries = [
        Entry(
            url=line.story.url if "://" in line.story.url else line.story.canonical_url,
            canonical_url=line.story.canonical_url,
            title=line.story.title,
            summary=line.story.summary,
            language=line.story.language,
            published_at=_at(line) if _at(line) >= _KNOWN_FROM else None,
        )
        for line in lines
    ]
    with store.begin(settings.database_url) as db:
        for feed in feeds.every(db):  # the one declared above
            stories.add(db, feed, entries, now)


def _items(
    lines: Sequence[LabelledStory], judged: dict[str, tuple[int, list[str]]], watched: set[str]
) -> list[stream.JudgedLine]:
    items = []
    for line in lines:
        level, keys = judged.get(line.story.canonical_url, (0, []))
        firm = next((k for k in keys if k in watched), keys[0] if keys else "")
        items.append(stream.JudgedLine(line.event, line.story.title or line.story.summary, firm, level < 1))
    return items


def _sent(lines: Sequence[LabelledStory], mails: Sequence[tuple[datetime, told.SentAlert]]) -> list[stream.Sent]:
    at = {line.story.canonical_url: i for i, line in reversed(list(enumerate(lines)))}
    return [
        stream.Sent(
            mail_id=mail.mail,
            reason=mail.reason,
            at=now.isoformat(timespec="minutes"),
            subject=mail.title,
            head=at.get(mail.head or ""),
            told=tuple(at[address] for address in mail.stories if address in at),
        )
        for now, mail in mails
    ]


def render(found: stream.StreamScore) -> str:
    """Say it for people: the shares, the tables, the worst cases."""
    head = [
        f"{found.all.happenings} happenings in {found.lines} stories, {found.runs} runs",
        "  ".join(f"{way} {found.all.share(way):.1%}" for way in stream.WAYS) + f"  told twice {found.twice}",
        f"{found.mails} mails, {found.mails_per_happening:.2f} a happening, {found.corrections} corrections, "
        f"{found.updates} updates",
    ]
    for title, table in (("stories a happening", found.by_size), ("firm", found.by_firm)):
        head.append(f"{title:24} {'n':>5} " + " ".join(f"{way:>8}" for way in stream.WAYS))
        for name, row in table.items():
            shares = " ".join(f"{row.share(way):8.1%}" for way in stream.WAYS)
            head.append(f"  {name:22} {row.happenings:5.0f} {shares}")
    for lost in found.worst:
        where = lost.told_in
        tail = f" <- {where.reason} at {where.at}: {where.subject}" if where else ""
        head.append(f"  {lost.way:8} {lost.event} ({lost.stories}): {lost.title}{tail}")
    return "\n".join(head)
