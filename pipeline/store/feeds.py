"""Feeds and their fetches: who may fetch what now, and what a fetch changes, whole or not at all.

A claim names a worker and lapses; a host is claimed as a whole, so that politeness holds across workers. Claiming locks
host rows (`for update skip locked` on PostgreSQL; SQLite has one writer), then updates feeds and returns them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.core import poll
from pipeline.model import Feed, Fetch, Outcome
from pipeline.store.engine import insert
from pipeline.store.tables import bodies, feeds, fetches, hosts

_FEED = (
    "id", "url", "title", "language", "country", "tags", "expected_per_day", "enabled", "etag", "last_modified",
    "body_hash", "interval_s", "next_fetch_at", "failure_weight", "last_success_at", "first_fetched_at", "moved_to",
    "moved_since", "moved_count", "validators_lie", "unconditional_at", "state", "state_since", "added_at",
    "last_fetch_at", "last_new_at", "failure_count", "adopted_url", "wait_s", "ttl_s",
)  # fmt: skip
_POLLING = (
    "etag", "last_modified", "body_hash", "interval_s", "next_fetch_at", "failure_weight", "failure_count",
    "first_fetched_at", "last_fetch_at", "last_success_at", "last_new_at", "moved_to", "moved_since", "moved_count",
    "adopted_url", "validators_lie", "unconditional_at", "wait_s", "ttl_s", "state", "state_since",
)  # fmt: skip
KEPT_HEADERS = ("content-type", "content-location", "content-language", "last-modified", "date")
MAX_HEADER = 1000  # characters kept of one header


@dataclass(frozen=True, slots=True)
class Claimed:
    """A feed that this worker holds, and how its host was last asked."""

    feed: Feed
    host: str
    host_started_at: datetime | None  # by any worker


@dataclass(frozen=True, slots=True)
class Packed:
    """A body ready to be stored."""

    hash: str
    url: str
    content: bytes  # zlib-compressed
    size: int  # before compression
    headers: Mapping[str, str]
    baseline: bool


@dataclass(frozen=True, slots=True)
class Result:
    """One fetch with all that it changes; `body` is None when there is nothing new to store."""

    feed: Feed  # as it stands after the fetch
    fetch: Fetch
    host: str
    body: Packed | None = None
    hold_host_s: float | None = None


def feed(row: Any) -> Feed:
    """Make the noun of a row of `feeds`."""
    m = row._mapping
    values = {name: m[name] for name in _FEED}
    values["tags"] = tuple(values["tags"] or ())
    return Feed(**values)


def get(db: sa.Connection, feed_id: int) -> Feed | None:
    """Read one feed."""
    row = db.execute(sa.select(feeds).where(feeds.c.id == feed_id)).one_or_none()
    return feed(row) if row else None


def find(db: sa.Connection, url: str) -> Feed | None:
    """Find a feed by its declared or adopted address."""
    row = db.execute(sa.select(feeds).where(sa.or_(feeds.c.url == url, feeds.c.adopted_url == url)).limit(1)).first()
    return feed(row) if row else None


def every(db: sa.Connection, only_enabled: bool = False) -> list[Feed]:
    """List feeds in the order of their numbers."""
    query = sa.select(feeds).order_by(feeds.c.id)
    return [feed(row) for row in db.execute(query.where(feeds.c.enabled) if only_enabled else query)]


# ------------------------------------------------------------------------------------------------------------- claims


def claimants(db: sa.Connection) -> list[str]:
    """List the workers that hold claims, living or dead."""
    return list(db.scalars(sa.select(feeds.c.claimed_by).where(feeds.c.claimed_by.is_not(None)).distinct()))


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
) -> list[Claimed]:
    """Claim due feeds, at most `limit` and `per_host`; a host of which another worker holds feeds is left alone.

    With `not_since`, "due" means "not fetched since then" whatever the schedule says. `dead` are claimants whose
    claims are void.
    """
    if not_since is None:
        is_due = sa.and_(feeds.c.state != "gone", sa.or_(feeds.c.next_fetch_at.is_(None), feeds.c.next_fetch_at <= now))
        order = feeds.c.next_fetch_at
    else:
        is_due = sa.or_(feeds.c.last_fetch_at.is_(None), feeds.c.last_fetch_at < not_since)
        order = feeds.c.id
    is_due = sa.and_(feeds.c.enabled, is_due, _is_free(now, dead))
    resting = sa.select(hosts.c.host).where(hosts.c.not_before > now)
    # All conditions of `others` are of rows with a claim: a partial index has just these.
    others = sa.select(feeds.c.host).where(
        feeds.c.claimed_by.is_not(None), feeds.c.claimed_by != token, ~_is_free(now, dead)
    )
    query = sa.select(feeds.c.id, feeds.c.host).order_by(order)
    query = query.where(is_due, feeds.c.host.not_in(resting), feeds.c.host.not_in(others))
    skip = set(skip_hosts)
    while True:
        found = db.execute(query.where(feeds.c.host.not_in(skip)).limit(limit * 4 if per_host else limit)).all()
        if not found:
            return []
        locked = _lock_hosts(db, {row.host for row in found}, token, now, dead)
        taken: dict[str, int] = {}
        chosen: list[int] = []
        for row in found:
            if row.host not in locked or taken.get(row.host, 0) >= (per_host or limit) or len(chosen) >= limit:
                continue
            taken[row.host] = taken.get(row.host, 0) + 1
            chosen.append(row.id)
        if claimed := _take(db, chosen, is_due, token, until, locked):
            return claimed
        skip |= {row.host for row in found}  # another worker was faster at all of these: look further


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
    free = sa.or_(feeds.c.claimed_by.is_(None), feeds.c.claimed_until <= now)
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
    locked = {row.host: row.last_start_at for row in db.execute(query.with_for_update(skip_locked=True))}
    others = sa.and_(feeds.c.claimed_by != token, ~_is_free(now, dead))
    busy = db.scalars(sa.select(feeds.c.host).where(feeds.c.host.in_(list(locked)), others).distinct())
    for name in busy.all():
        del locked[name]
    return locked


def _take(
    db: sa.Connection, ids: Sequence[int], may: Any, token: str, until: datetime, states: Mapping[str, datetime | None]
) -> list[Claimed]:
    found: list[Claimed] = []
    for start in range(0, len(ids), 500):  # both databases bound the number of parameters
        query = (
            sa.update(feeds)
            .where(feeds.c.id.in_(list(ids[start : start + 500])), may)
            .values(claimed_by=token, claimed_until=until)
            .returning(feeds)
        )
        found += [Claimed(feed(row), row.host, states.get(row.host)) for row in db.execute(query)]
    return sorted(found, key=lambda c: (c.feed.next_fetch_at is not None, c.feed.next_fetch_at, c.feed.id))


# ------------------------------------------------------------------------------------------------------------ results


def save(db: sa.Connection, results: Sequence[Result], token: str) -> None:
    """Store what fetches brought: attempts, bodies, feed states and host rests, and give the claims back.

    A feed that another worker has claimed meanwhile keeps that claim and its state; the attempt is stored all the same.
    """
    plain = [_fetch_row(r.fetch) for r in results if r.body is None]
    if plain:
        db.execute(sa.insert(fetches), plain)
    with_body = [r for r in results if r.body is not None]
    if with_body:
        query = sa.insert(fetches).returning(fetches.c.id, sort_by_parameter_order=True)
        ids = db.scalars(query, [_fetch_row(r.fetch) for r in with_body]).all()
        _save_bodies(db, zip(ids, with_body, strict=True))
    ours = sa.or_(feeds.c.claimed_by == token, feeds.c.claimed_by.is_(None))
    update = (
        sa.update(feeds)
        .where(feeds.c.id == sa.bindparam("b_id"), ours)
        .values(claimed_by=None, claimed_until=None, host=sa.bindparam("b_host"))
        .values({name: sa.bindparam(f"b_{name}") for name in _POLLING})
    )
    db.execute(update, [_feed_row(r) for r in results])
    _save_hosts(db, results)


def _fetch_row(fetch: Fetch) -> dict[str, Any]:
    return {
        "feed_id": fetch.feed_id,
        "fetched_at": fetch.fetched_at,
        "outcome": fetch.outcome.value,
        "status": fetch.status,
        "seconds": fetch.seconds,
        "size": fetch.size,
        "body_hash": fetch.body_hash,
        "error": fetch.error,
        "final_url": fetch.final_url,
        "retry_after_s": fetch.retry_after_s,
    }


def _feed_row(result: Result) -> dict[str, Any]:
    row = {f"b_{name}": getattr(result.feed, name) for name in _POLLING}
    return {**row, "b_id": result.feed.id, "b_host": result.host}


def _save_bodies(db: sa.Connection, found: Iterable[tuple[int, Result]]) -> None:
    rows = []
    for fetch_id, result in found:
        body = result.body
        if body is None:
            continue
        rows.append(
            {
                "feed_id": result.feed.id,
                "fetch_id": fetch_id,
                "hash": body.hash,
                "url": body.url,
                "headers": {k: body.headers[k][:MAX_HEADER] for k in KEPT_HEADERS if k in body.headers},
                "content": body.content,
                "size": body.size,
                "fetched_at": result.fetch.fetched_at,
                "baseline": body.baseline,
            }
        )
    query = insert(db, bodies)
    # The same bytes were here before (a feed that flaps): they were parsed then, and need no second time.
    again = {name: query.excluded[name] for name in ("fetch_id", "url", "headers", "content", "fetched_at")}
    db.execute(query.on_conflict_do_update(index_elements=["feed_id", "hash"], set_=again), rows)


def _save_hosts(db: sa.Connection, results: Sequence[Result]) -> None:
    starts: dict[str, datetime] = {}
    rests: dict[str, datetime] = {}
    for r in results:
        starts[r.host] = max(r.fetch.fetched_at, starts.get(r.host, r.fetch.fetched_at))
        if r.hold_host_s is not None:
            until = r.fetch.fetched_at + timedelta(seconds=r.hold_host_s)
            rests[r.host] = max(until, rests.get(r.host, until))
    query = insert(db, hosts)
    rows = [{"host": h, "last_start_at": starts[h]} for h in sorted(starts)]
    set_ = {"last_start_at": query.excluded.last_start_at}
    db.execute(query.on_conflict_do_update(index_elements=["host"], set_=set_), rows)
    for host in sorted(rests):
        db.execute(sa.update(hosts).where(hosts.c.host == host).values(not_before=rests[host]))


def report_parse(
    db: sa.Connection,
    feed_id: int,
    entries: int,
    new: int,
    error: str | None,
    ttl_s: float | None,
    now: datetime,
    bounds: poll.Bounds | None = None,
) -> None:
    """Tell a feed what its last body brought: schedule, back-off and state follow (core.poll.after_parse).

    `error` says that the body was no feed: its fetch is then counted so, and the next request is unconditional.
    """
    row = db.execute(sa.select(feeds).where(feeds.c.id == feed_id).with_for_update()).one_or_none()
    if row is None:
        return
    old = feed(row)
    changed = poll.after_parse(old, entries, new, error, ttl_s, bounds or poll.Bounds())
    values = {name: getattr(changed, name) for name in _POLLING if getattr(changed, name) != getattr(old, name)}
    if values:
        db.execute(sa.update(feeds).where(feeds.c.id == feed_id).values(**values))
    if error is not None:
        last = sa.select(sa.func.max(bodies.c.fetch_id)).where(bodies.c.feed_id == feed_id).scalar_subquery()
        db.execute(
            sa.update(fetches)
            .where(fetches.c.id == last, fetches.c.outcome == Outcome.NEW.value)
            .values(outcome=Outcome.NOT_A_FEED.value, error=error[:300])
        )
