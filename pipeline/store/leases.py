"""Who may fetch which feeds now.

A claim names a worker and lapses; a host is claimed as a whole, so that politeness holds across workers. Claiming locks
host rows (`for update skip locked` on PostgreSQL; SQLite has one writer), then updates feeds and returns them. A
worker's name tells host, process and start, so that the claims of a dead process are void at once on its own host.
"""

import socket
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psutil
import sqlalchemy as sa

from pipeline.core.feeds import poll
from pipeline.model import Feed
from pipeline.store import due
from pipeline.store.engine import chunks, insert
from pipeline.store.feeds import feed, without_body
from pipeline.store.tables import feeds, hosts


@dataclass(frozen=True, slots=True)
class Claimed:
    """A feed that this worker holds, and how its host was last asked."""

    feed: Feed
    host: str
    host_started_at: datetime | None  # by any worker


def worker() -> str:
    """Name this process as host:pid:start, so that others on this host can see whether it lives."""
    me = psutil.Process()
    return f"{socket.gethostname()}:{me.pid}:{me.create_time():.2f}"


def is_dead(token: str) -> bool:
    """Whether a claim is of a process of this host that has ended; claims from elsewhere are never called dead."""
    host, _, rest = token.rpartition("/")[2].partition(":")
    pid, _, started = rest.partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        process = psutil.Process(int(pid))
        # A killed worker whose parent has not asked for it yet is a zombie: it has its number, and does nothing.
        return f"{process.create_time():.2f}" != started or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def claimants(db: sa.Connection) -> list[str]:
    """List the workers that hold claims, living or dead."""
    return list(db.scalars(sa.select(feeds.c.claimed_by).where(feeds.c.claimed_by.is_not(None)).distinct()))


def dead(db: sa.Connection) -> list[str]:
    """List the claimants that are processes of this host and have ended."""
    return [name for name in claimants(db) if is_dead(name)]


def claim(
    db: sa.Connection,
    token: str,
    now: datetime,
    until: datetime,
    limit: int,
    *,
    dead: Collection[str] = (),
    not_since: datetime | None = None,
    per_host: int | None = None,
    skip_hosts: Collection[str] = (),
    had: Mapping[str, int] | None = None,
    furthest: timedelta = due.FEED,
) -> list[Claimed]:
    """Claim due feeds, at most `limit` and `per_host`; a host of which another worker holds feeds is left alone.

    `had`: how much of its share a host had already. `furthest`: what is due later was stored by a wrong clock.
    With `not_since`, "due" means "not fetched since then" whatever the schedule says. `dead` are claimants whose
    claims are void.
    """
    order: sa.ColumnElement[Any]
    if not_since is None:
        is_due = is_due_by_schedule(now, furthest)
        order = feeds.c.next_fetch_at.nulls_first()  # never asked: due at once
    else:
        was_then = sa.or_(feeds.c.last_fetch_at < not_since, feeds.c.last_fetch_at > now + due.SLACK)
        is_due = sa.or_(feeds.c.last_fetch_at.is_(None), was_then)
        order = feeds.c.id
    is_due = sa.and_(feeds.c.enabled, is_due, _is_free(now, dead))
    resting = sa.select(hosts.c.host).where(due.is_waiting(hosts.c.not_before, now, due.HOST))
    # All conditions of `others` are of rows with a claim: a partial index has just these.
    others = sa.select(feeds.c.host).where(
        feeds.c.claimed_by.is_not(None), feeds.c.claimed_by != token, ~_is_free(now, dead)
    )
    # by number where many are due at once: PostgreSQL gives them as they lie
    query = sa.select(feeds.c.id, feeds.c.host).order_by(order, feeds.c.id)
    query = query.where(is_due, feeds.c.host.not_in(resting), feeds.c.host.not_in(others))
    skip = set(skip_hosts)
    while True:
        found = db.execute(query.where(feeds.c.host.not_in(skip)).limit(limit * 4 if per_host else limit)).all()
        if not found:
            return []
        locked = _lock_hosts(db, {row.host for row in found}, token, now, dead)
        taken = dict(had or {})
        chosen: list[int] = []
        for row in found:
            if row.host not in locked or taken.get(row.host, 0) >= (per_host or limit) or len(chosen) >= limit:
                continue
            taken[row.host] = taken.get(row.host, 0) + 1
            chosen.append(row.id)
        if claimed := _take(db, chosen, is_due, token, until, locked):
            return claimed
        skip |= {row.host for row in found}  # another worker was faster at all of these: look further


def is_due_by_schedule(now: datetime, furthest: timedelta = due.FEED) -> sa.ColumnElement[bool]:
    """Whether a feed is due by its schedule, or by a schedule that a wrong clock made."""
    f = feeds.c
    is_due = sa.or_(f.next_fetch_at.is_(None), due.is_due(f.next_fetch_at, now, furthest))
    return sa.and_(f.state != "gone", sa.or_(is_due, f.last_fetch_at > now + due.SLACK))


def take(
    db: sa.Connection, ids: Sequence[int], token: str, now: datetime, until: datetime, *, dead: Collection[str] = (),
    from_claim: str | None = None,
) -> list[Claimed]:  # fmt: skip
    """Claim certain feeds whatever their schedule: free ones, or with `from_claim` those that this claim set aside."""
    if from_claim is None:
        may = sa.and_(feeds.c.enabled, _is_free(now, dead))
    else:
        mine = feeds.c.claimed_by == from_claim
        abandoned = sa.and_(feeds.c.claimed_by.startswith(from_claim + "/", autoescape=True), _is_free(now, dead))
        may = sa.or_(mine, abandoned)
    states = _lock_hosts(db, _hosts_of(db, ids), None, now, dead)
    return _take(db, ids, may, token, until, states)


def held(db: sa.Connection, token: str) -> list[tuple[int, str]]:
    """List (feed, host) that a claim holds, a host's feeds together."""
    query = sa.select(feeds.c.id, feeds.c.host).where(feeds.c.claimed_by == token).order_by(feeds.c.host, feeds.c.id)
    return [(row.id, row.host) for row in db.execute(query)]


def renew(db: sa.Connection, token: str, until: datetime) -> None:
    """Prolong a worker's claims."""
    db.execute(sa.update(feeds).where(feeds.c.claimed_by == token).values(claimed_until=until))


def release(db: sa.Connection, token: str, ids: Iterable[int] | None = None) -> None:
    """Give back a worker's claims, all or those of some feeds: they are as due as before."""
    query = sa.update(feeds).where(feeds.c.claimed_by == token).values(claimed_by=None, claimed_until=None)
    db.execute(query if ids is None else query.where(feeds.c.id.in_(list(ids))))


def _is_free(now: datetime, dead: Collection[str]) -> sa.ColumnElement[bool]:
    free = sa.or_(feeds.c.claimed_by.is_(None), due.is_due(feeds.c.claimed_until, now, due.CLAIM))
    return sa.or_(free, feeds.c.claimed_by.in_(list(dead))) if dead else free


def _hosts_of(db: sa.Connection, ids: Sequence[int]) -> set[str]:
    return set(db.scalars(sa.select(feeds.c.host).where(feeds.c.id.in_(list(ids))).distinct()))


def _lock_hosts(
    db: sa.Connection, names: set[str], token: str | None, now: datetime, dead: Collection[str]
) -> dict[str, datetime | None]:
    """Lock host rows until the transaction ends; give those that no other worker has, with their last start.

    Without a token (the feeds were set aside for us) hosts are only looked up.
    """
    if not names:
        return {}
    if token is None:
        found = db.execute(sa.select(hosts.c.host, hosts.c.last_start_at).where(hosts.c.host.in_(names)))
        return {row.host: row.last_start_at for row in found}
    # Sorted, so that two claimers insert and lock in one order and cannot wait for each other in a circle.
    db.execute(insert(db, hosts).on_conflict_do_nothing(index_elements=["host"]), [{"host": n} for n in sorted(names)])
    query = sa.select(hosts.c.host, hosts.c.last_start_at).where(hosts.c.host.in_(names)).order_by(hosts.c.host)
    locked = {
        row.host: row.last_start_at for row in db.execute(query.with_for_update(skip_locked=True, key_share=True))
    }
    others = sa.and_(feeds.c.claimed_by != token, ~_is_free(now, dead))
    busy = db.scalars(sa.select(feeds.c.host).where(feeds.c.host.in_(list(locked)), others).distinct())
    for name in busy.all():
        del locked[name]
    return locked


def _take(
    db: sa.Connection, ids: Sequence[int], may: Any, token: str, until: datetime, states: Mapping[str, datetime | None]
) -> list[Claimed]:
    found: list[Claimed] = []
    for some in chunks(ids):
        query = (
            sa.update(feeds)
            .where(feeds.c.id.in_(some), may)
            .values(claimed_by=token, claimed_until=until)
            .returning(feeds)
        )
        taken = db.execute(query).all()
        lost = without_body(db, some)
        for row in taken:
            one = poll.without_body(feed(row)) if row.id in lost else feed(row)
            found.append(Claimed(one, row.host, states.get(row.host)))
    return sorted(found, key=lambda c: ((at := c.feed.polling.next_fetch_at) is not None, at, c.feed.id))


def batches(found: Sequence[tuple[int, str]], size: int) -> list[list[int]]:
    """Group (feed, host) pairs, sorted by host, into batches of about `size` that never split a host."""
    made: list[list[int]] = []
    last = None
    for feed_id, host in found:
        if not made or (host != last and len(made[-1]) >= size):
            made.append([])
        made[-1].append(feed_id)
        last = host
    return made
