"""Feeds and their fetches: what a fetch changes, whole or not at all."""

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.core.feeds import poll
from pipeline.model import Feed, FeedSpec, Fetch, Outcome, Polling
from pipeline.store.engine import insert
from pipeline.store.tables import bodies, feeds, fetches, hosts

# The columns are the fields: what is declared of a feed, and what polling learnt.
DECLARED = tuple(f.name for f in fields(FeedSpec))
POLLING = tuple(f.name for f in fields(Polling))
KEPT_HEADERS = ("content-type", "content-location", "content-language", "last-modified", "date")
MAX_HEADER = 1000  # characters kept of one header
LEVEL = 4  # of zlib: .250 of the size in half the time of level 6 (.238), on 245 real feeds

Hashed = tuple[str | None, bytes]  # a document's hash and compressed bytes


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
    hold_host_s: float | None = None  # how long the host that answered wants to be left alone
    answered_by: str = ""  # that host, when it is another one (a redirect's target)


def pack(body: bytes) -> Hashed:
    """Give the hash of a document and its compressed bytes; (None, b"") for an empty one."""
    return (hashlib.sha256(body).hexdigest(), zlib.compress(body, LEVEL)) if body else (None, b"")


def feed(row: Any) -> Feed:
    """Make the noun of a row of `feeds`."""
    m = row._mapping
    spec = FeedSpec(**{name: m[name] for name in DECLARED} | {"tags": tuple(m["tags"] or ())})
    polling = Polling(**{name: m[name] for name in POLLING})
    return Feed(m["id"], spec, polling, m["added_at"], m["first_read_at"])


def get(db: sa.Connection, feed_id: int) -> Feed | None:
    """Read one feed."""
    row = db.execute(sa.select(feeds).where(feeds.c.id == feed_id)).one_or_none()
    return feed(row) if row else None


def find(db: sa.Connection, url: str) -> Feed | None:
    """Find a feed by its declared or adopted address."""
    row = db.execute(sa.select(feeds).where(sa.or_(feeds.c.url == url, feeds.c.adopted_url == url)).limit(1)).first()
    return feed(row) if row else None


def make_due(db: sa.Connection, feed_id: int, now: datetime) -> bool:
    """Let a feed be asked by the next fetch; False where there is none that is polled."""
    query = sa.update(feeds).where(feeds.c.id == feed_id, feeds.c.enabled)
    return db.execute(query.values(next_fetch_at=now)).rowcount > 0


def every(db: sa.Connection, only_enabled: bool = False) -> list[Feed]:
    """List feeds in the order of their numbers."""
    query = sa.select(feeds).order_by(feeds.c.id)
    return [feed(row) for row in db.execute(query.where(feeds.c.enabled) if only_enabled else query)]


# ------------------------------------------------------------------------------------------------------------ results


def save(db: sa.Connection, results: Sequence[Result], token: str) -> int:
    """Store what fetches brought: attempts, bodies, feed states and host rests, and give the claims back.

    A feed that another worker has claimed meanwhile keeps that claim and its state; the attempt is stored all the same.
    Gives the number of attempts stored.
    """
    if not results:
        return 0
    saved = 0
    plain = [_fetch_row(r.fetch) for r in results if r.body is None]
    if plain:
        saved += len(db.scalars(sa.insert(fetches).returning(fetches.c.id), plain).all())  # no driver's guess: rows
    with_body = [r for r in results if r.body is not None]
    if with_body:
        query = sa.insert(fetches).returning(fetches.c.id, sort_by_parameter_order=True)
        ids = db.scalars(query, [_fetch_row(r.fetch) for r in with_body]).all()
        _save_bodies(db, zip(ids, with_body, strict=True))
        saved += len(ids)
    ours = sa.or_(feeds.c.claimed_by == token, feeds.c.claimed_by.is_(None))
    update = (
        sa.update(feeds)
        .where(feeds.c.id == sa.bindparam("b_id"), ours)
        .values(claimed_by=None, claimed_until=None, host=sa.bindparam("b_host"))
        .values({name: sa.bindparam(f"b_{name}") for name in POLLING})
    )
    db.execute(update, [_feed_row(r) for r in results])
    _save_hosts(db, results)
    return saved


def without_body(db: sa.Connection, ids: Sequence[int]) -> set[int]:
    """Give those feeds whose hash names a body that is not there: it was lost, and "unchanged" would be a lie."""
    there = sa.exists().where(bodies.c.feed_id == feeds.c.id, bodies.c.hash == feeds.c.body_hash)
    query = sa.select(feeds.c.id).where(feeds.c.id.in_(list(ids)), feeds.c.body_hash.is_not(None), ~there)
    return set(db.scalars(query))


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
    row = {f"b_{name}": getattr(result.feed.polling, name) for name in POLLING}
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
            for host in {r.host, r.answered_by or r.host}:  # the one that was asked is behind a redirect as refused
                rests[host] = max(until, rests.get(host, until))
    # One statement in one order: two workers that note the same hosts must not wait for each other in a circle.
    rows = [{"host": h, "last_start_at": starts.get(h), "not_before": rests.get(h)} for h in sorted({*starts, *rests})]
    query = insert(db, hosts)
    new, old = query.excluded, hosts.c
    set_ = {name: sa.func.coalesce(new[name], old[name]) for name in ("last_start_at", "not_before")}
    db.execute(query.on_conflict_do_update(index_elements=["host"], set_=set_), rows)


def is_first_reading(db: sa.Connection, feed_id: int, fetched_at: datetime) -> bool:
    """Whether no document of a feed that came before had entries: an error page or an empty one spends no baseline."""
    first = db.scalar(sa.select(feeds.c.first_read_at).where(feeds.c.id == feed_id))
    return first is None or fetched_at <= first


def report_parse(
    db: sa.Connection,
    feed_id: int,
    entries: int,
    new: int,
    error: str | None,
    ttl_s: float | None,
    now: datetime,
    bounds: poll.Bounds | None = None,
    read_at: datetime | None = None,
) -> None:
    """Tell a feed what its last body brought: schedule, back-off and state follow (core.feeds.poll.after_parse).

    `error` says that the body was no feed: its fetch is then counted so, and the next request is unconditional.
    `read_at`: when a body that has entries was fetched.
    """
    row = db.execute(sa.select(feeds).where(feeds.c.id == feed_id).with_for_update(key_share=True)).one_or_none()
    if row is None:
        return
    old = feed(row)
    changed = poll.after_parse(old, entries, new, error, ttl_s, bounds or poll.Bounds())
    before, after = old.polling, changed.polling
    values = {name: getattr(after, name) for name in POLLING if getattr(after, name) != getattr(before, name)}
    if read_at and old.first_read_at is None:
        values["first_read_at"] = read_at
    if values:
        db.execute(sa.update(feeds).where(feeds.c.id == feed_id).values(**values))
    if error is not None:
        last = sa.select(sa.func.max(bodies.c.fetch_id)).where(bodies.c.feed_id == feed_id).scalar_subquery()
        db.execute(
            sa.update(fetches)
            .where(fetches.c.id == last, fetches.c.outcome == Outcome.NEW.value)
            .values(outcome=Outcome.NOT_A_FEED.value, error=error[:300])
        )
