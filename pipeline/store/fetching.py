"""The transactions of one that fetches, each whole in one call: made to be run in a thread, with values only.

What is handed in is never changed by the caller while the thread works (tuples, frozen sets), and what comes of it is
returned: nothing is shared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.store import feeds, leases
from pipeline.store.engine import begin


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks for feeds, when, until when, and for how many at most."""

    database_url: str
    token: str
    now: datetime
    until: datetime
    room: int
    dead: frozenset[str]  # claimants that have ended


def claim(ask: Ask, per_host: int, skip_hosts: frozenset[str], not_since: datetime | None) -> list[leases.Claimed]:
    """Claim due feeds."""
    with begin(ask.database_url) as db:
        return leases.claim(
            db, ask.token, ask.now, ask.until, ask.room, dead=ask.dead, not_since=not_since, per_host=per_host,
            skip_hosts=skip_hosts,
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
