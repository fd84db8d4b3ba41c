"""The transactions of one that fetches, each whole in one call: made to be run in a thread, with values only.

What is handed in is never changed by the caller while the thread works (tuples, frozen sets), and what comes of it is
returned: nothing is shared.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from pipeline.core.feeds.report import Outlook
from pipeline.store import due, feeds, leases, tables
from pipeline.store.engine import begin, read


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks for feeds, when, until when, and for how many at most."""

    database_url: str
    token: str
    now: datetime
    until: datetime
    room: int
    dead: frozenset[str]  # claimants that have ended
    furthest: timedelta = due.FEED  # that a feed may be put off


def outlook(database_url: str, now: datetime) -> Outlook:
    """See how feeds stand: why nothing is due, and when something will be."""
    f, h = tables.feeds.c, tables.hosts.c
    is_due = leases.is_due_by_schedule(now)
    is_gone, is_held = f.state == "gone", f.claimed_by.is_not(None)
    is_resting = due.is_waiting(h.not_before, now, due.HOST)

    def number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

    waits = sa.and_(is_due, is_resting, ~is_gone)
    query = (
        sa.select(
            sa.func.count().label("enabled"),
            number(f.last_fetch_at.is_not(None)).label("asked"),
            number(is_gone).label("gone"),
            number(is_held).label("held"),
            number(waits).label("resting"),
            sa.func.min(sa.case((waits, h.not_before))).label("resting_until"),
            sa.func.min(sa.case((sa.and_(~is_due, ~is_gone), f.next_fetch_at))).label("next_at"),
            sa.func.max(f.last_success_at).label("last_success_at"),
        )
        .select_from(tables.feeds.outerjoin(tables.hosts, h.host == f.host))
        .where(f.enabled)
    )
    with read(database_url) as db:
        return Outlook(**db.execute(query).one()._mapping)


def claim(
    ask: Ask, per_host: int, had: Mapping[str, int], skip_hosts: frozenset[str], not_since: datetime | None
) -> list[leases.Claimed]:
    """Claim due feeds, at most `per_host` of a host, less what it had already."""
    with begin(ask.database_url) as db:
        return leases.claim(
            db, ask.token, ask.now, ask.until, ask.room, dead=ask.dead, not_since=not_since, per_host=per_host,
            skip_hosts=skip_hosts, had=had, furthest=ask.furthest,
        )  # fmt: skip


def take(ask: Ask, wanted: Sequence[int], from_claim: str | None) -> tuple[list[leases.Claimed], int]:
    """Claim the next portion of `wanted`; give it, and how many of `wanted` were tried."""
    with begin(ask.database_url) as db:
        for start in range(0, len(wanted), ask.room):  # a portion may be gone as a whole: an earlier attempt did it
            ids = wanted[start : start + ask.room]
            if found := leases.take(db, ids, ask.token, ask.now, ask.until, dead=ask.dead, from_claim=from_claim):
                return found, start + len(ids)
    return [], len(wanted)


def save(
    database_url: str,
    token: str,
    results: tuple[feeds.Result, ...],
    given_back: tuple[int, ...],
    until: datetime | None,
) -> int:
    """Store a batch, give claims back and, with `until`, prolong the others; give the number of fetches stored."""
    if not (results or given_back or until):
        return 0
    with begin(database_url) as db:
        saved = feeds.save(db, results, token)
        leases.release(db, token, given_back)
        if until:
            leases.renew(db, token, until)
    return saved


def set_aside(
    database_url: str, token: str, now: datetime, until: datetime, share: int, furthest: timedelta = due.FEED
) -> list[tuple[int, str]]:
    """Claim all that is due under a name, at most `share` of a host; give (feed, host), a host's feeds together."""
    with read(database_url) as db:
        dead = leases.dead(db)
    while True:
        with begin(database_url) as db:
            had = Counter(host for _, host in leases.held(db, token))
            full = [host for host, n in had.items() if n >= share]
            if not leases.claim(
                db, token, now, until, 1000, dead=dead, per_host=share, had=had, skip_hosts=full, furthest=furthest
            ):
                break
    with read(database_url) as db:
        return leases.held(db, token)
