"""What feeds and languages did of late: the numbers behind the alarms."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.core.feeds.health import RECENT_DAYS, FeedNumbers
from pipeline.core.feeds.report import Unanswered
from pipeline.model import Outcome
from pipeline.store.rows import row
from pipeline.store.tables import bodies, feeds, fetches, sightings, stories

BEFORE_DAYS = 28
MAX_FEEDS = 1000  # on one page; states and words narrow it


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One feed with its health; `week_count` stories in the last 7 days, `error` the last one while it fails."""

    id: int
    title: str
    url: str
    adopted_url: str | None
    language: str | None
    country: str | None
    state: str
    state_since: datetime
    interval_s: float
    expected_per_day: float | None
    failure_count: float
    last_fetch_at: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    next_fetch_at: datetime | None
    week_count: int
    error: str | None


def feed_numbers(db: sa.Connection, now: datetime) -> list[FeedNumbers]:
    """Give the numbers of every enabled feed."""
    recent = now - timedelta(days=RECENT_DAYS)
    before = recent - timedelta(days=BEFORE_DAYS)
    is_recent, undated = sightings.c.seen_at >= recent, stories.c.published_at.is_(None)
    counted: dict[int, Any] = {
        r.feed_id: r
        for r in db.execute(
            sa.select(
                sightings.c.feed_id,
                _count(is_recent).label("recent"),
                _count(sa.and_(is_recent, undated)).label("recent_undated"),
                _count(~is_recent).label("before"),
                _count(sa.and_(~is_recent, undated)).label("before_undated"),
            )
            .join(stories, stories.c.id == sightings.c.story_id)
            .where(sightings.c.seen_at >= before, sa.not_(stories.c.baseline))
            .group_by(sightings.c.feed_id)
        )
    }
    empty = _empty_fetches(db)
    errors = last_errors(db)
    found = []
    for one in db.execute(sa.select(feeds).where(feeds.c.enabled).order_by(feeds.c.id)):
        n = counted.get(one.id)
        first = one.first_fetched_at
        found.append(
            FeedNumbers(
                feed_id=one.id,
                url=one.url,
                state=one.state,
                error=errors.get(one.id),
                expected_per_day=one.expected_per_day,
                known_days=(now - first).total_seconds() / 86400 if first else 0.0,
                recent=n.recent if n else 0,
                recent_undated=n.recent_undated if n else 0,
                before=n.before if n else 0,
                before_undated=n.before_undated if n else 0,
                empty_fetches=empty.get(one.id, 0),
            )
        )
    return found


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _empty_fetches(db: sa.Connection) -> dict[int, int]:
    """Count, for feeds whose last document has no entries, the successful fetches since it came."""
    last = sa.select(sa.func.max(bodies.c.id)).group_by(bodies.c.feed_id)
    query = (
        sa.select(bodies.c.feed_id, sa.func.count().label("n"))
        .join(fetches, sa.and_(fetches.c.feed_id == bodies.c.feed_id, fetches.c.id >= bodies.c.fetch_id))
        .where(bodies.c.id.in_(last), bodies.c.entry_count == 0, bodies.c.error.is_(None))
        .where(fetches.c.outcome.in_(("new", "unchanged")))
        .group_by(bodies.c.feed_id)
    )
    return {r.feed_id: r.n for r in db.execute(query)}


def _last_error() -> sa.ColumnElement[Any]:
    """The error of a feed's last attempts, null for one that answered when it was last asked."""
    said = (
        sa.select(fetches.c.error)
        .where(fetches.c.feed_id == feeds.c.id, fetches.c.error.is_not(None))
        .order_by(fetches.c.fetched_at.desc(), fetches.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    f = feeds.c
    has_failed = sa.or_(f.failure_count > 0, f.last_success_at.is_(None), f.last_fetch_at > f.last_success_at)
    return sa.case((sa.and_(f.last_fetch_at.is_not(None), has_failed), said))


def last_errors(db: sa.Connection) -> dict[int, str]:
    """Give the last error of each feed that did not answer when it was last asked."""
    error = _last_error().label("error")
    return {r.id: r.error for r in db.execute(sa.select(feeds.c.id, error)) if r.error}


def unanswered(db: sa.Connection) -> Unanswered:
    """Count what failed since any feed answered."""
    fine = fetches.c.outcome.in_(("new", "unchanged"))
    last = db.scalar(sa.select(sa.func.max(fetches.c.fetched_at)).where(fine))
    since = fetches.c.fetched_at > last if last else sa.true()
    kinds: Counter[tuple[Outcome, int | None]] = Counter()
    words: dict[tuple[Outcome, int | None], str] = {}
    failing: set[int] = set()
    columns = (fetches.c.feed_id, fetches.c.outcome, fetches.c.status, sa.func.max(fetches.c.error).label("error"))
    query = sa.select(*columns).where(since, ~fine).group_by(fetches.c.feed_id, fetches.c.outcome, fetches.c.status)
    for r in db.execute(query):
        outcome = Outcome(r.outcome)
        kind = outcome, r.status if outcome is Outcome.HTTP_ERROR else None
        kinds[kind] += 1
        words.setdefault(kind, r.error or "")
        failing.add(r.feed_id)
    asked = sa.select(sa.func.count()).where(feeds.c.enabled, feeds.c.state != "gone")
    return Unanswered(db.scalar(asked) or 0, len(failing), dict(kinds), words)


def languages(db: sa.Connection, now: datetime) -> tuple[dict[str, int], dict[str, float]]:
    """Count stories by language in the last day, and a day on average over the week before."""
    day, week = now - timedelta(days=1), now - timedelta(days=8)
    query = (
        sa.select(
            stories.c.language,
            _count(stories.c.seen_at >= day).label("last"),
            _count(stories.c.seen_at < day).label("before"),
        )
        .where(stories.c.seen_at >= week, stories.c.language.is_not(None), sa.not_(stories.c.baseline))
        .group_by(stories.c.language)
    )
    rows = db.execute(query).all()
    return {r.language: r.last for r in rows}, {r.language: r.before / 7 for r in rows}


def feed_states(db: sa.Connection) -> dict[str, int]:
    """Count the feeds by state, "off" for those that are not polled."""
    state = sa.case((feeds.c.enabled, feeds.c.state), else_="off").label("state")
    query = sa.select(state, sa.func.count().label("n")).group_by(state).order_by(state)
    return {r.state: r.n for r in db.execute(query)}


def feed_list(db: sa.Connection, now: datetime, state: str | None = None, words: str = "") -> list[FeedRow]:
    """List feeds with what they brought in the last 7 days and their last error, those in trouble first."""
    carried = (
        sa.select(sa.func.count())
        .where(sightings.c.feed_id == feeds.c.id, sightings.c.seen_at >= now - timedelta(days=7))
        .scalar_subquery()
    )
    shown = sa.case((feeds.c.enabled, feeds.c.state), else_="off")
    query = sa.select(
        feeds.c.id, feeds.c.title, feeds.c.url, feeds.c.adopted_url, feeds.c.language, feeds.c.country,
        shown.label("state"), feeds.c.state_since, feeds.c.interval_s, feeds.c.expected_per_day, feeds.c.failure_count,
        feeds.c.last_fetch_at, feeds.c.last_success_at, feeds.c.last_new_at, feeds.c.next_fetch_at,
        carried.label("week_count"),
        _last_error().label("error"),
    )  # fmt: skip
    if state:
        query = query.where(shown == state)
    if words:
        query = query.where(sa.func.lower(feeds.c.title + " " + feeds.c.url).contains(words.lower(), autoescape=True))
    sick = sa.case((shown.in_(("failing", "gone", "lying")), 0), (shown.in_(("slow", "quiet", "moved")), 1), else_=2)
    ordered = query.order_by(sick, feeds.c.failure_count.desc(), sa.func.lower(feeds.c.title), feeds.c.id)
    return [row(FeedRow, r) for r in db.execute(ordered.limit(MAX_FEEDS))]
