"""Fetch the feeds that are due: the only step that talks to feeds.

One event loop: claimed feeds are asked politely and at once, and results are stored in groups, each in one transaction
with the validators of its bodies. Killed anywhere, it has stored whole groups and holds claims that are void at once on
this host (they name the dead process) and lapse elsewhere.
"""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pipeline import catalog, http, log, store
from pipeline.core.feeds import poll
from pipeline.core.feeds.report import nameless
from pipeline.core.feeds.restraint import Restraint
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.steps.fetch.worker import PORTION, Worker
from pipeline.store import fetching, leases, watchlists

__all__ = ["MAX_BATCHES", "PORTION", "claim_batches", "run"]

BATCH_LEASE_S = 3600.0  # feeds set aside for tasks that may wait in a queue
BATCH_SMALL, BATCH_LARGE, MANY = 25, 50, 1000  # feeds in a batch, when there are fewer or more than MANY
MAX_BATCHES = 500  # Airflow maps at most 1,024 tasks


def run(
    settings: Settings,
    now: datetime,
    *,
    all_feeds: bool = False,
    feed_ids: Sequence[int] | None = None,
    claim: str | None = None,
    limit: int = 100_000,
    credentials: Mapping[str, str] | None = None,
    meanwhile: Callable[[], object] | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Fetch due feeds and store what is new; `detail` counts outcomes, and says why something was given back.

    When no feed answered at all, `detail["alarm"]` says why and what to do.

    `all_feeds`: every enabled feed whatever its schedule, but not one that a living worker holds. `feed_ids`: these;
    with `claim`, those of them that `claim_batches` set aside under that name. `credentials`: "user:password" by
    address, by default those of the watch folder's feeds.toml. `meanwhile`: called in a thread while all that is left
    only waits, for silent servers or for politeness: what came need not wait for who does not come.
    """
    known = _credentials(settings) if credentials is None else dict(credentials)
    worker = Worker(settings, now, limit, known, progress or silent)
    worker.token = f"{claim}/{leases.worker()}" if claim else leases.worker()
    with store.read(settings.database_url) as db:
        worker.dead = leases.dead(db)
        worker.began = watchlists.began_at(db)
    before = fetching.outlook(settings.database_url, now)
    worker.last_success_at = before.last_success_at
    if before.enabled and not before.asked and (said := nameless(settings.contact)):
        log.get().warning(said)  # once in the life of a store; `newswatch feeds check` goes on to say it
    worker.not_since = now if all_feeds else None
    worker.wanted = None if feed_ids is None else list(feed_ids)
    worker.from_claim = claim
    worker.meanwhile = meanwhile
    try:
        asyncio.run(worker.work())
    finally:
        with store.begin(settings.database_url) as db:
            leases.release(db, worker.token)
    report = worker.report
    detail: dict[str, Any] = {outcome.value: n for outcome, n in sorted(report.counts.items())}
    detail["bytes"] = report.bytes
    outlook = fetching.outlook(settings.database_url, worker.clock())
    why = [worker.why(), outlook.why() if not worker.claimed and feed_ids is None else ""]
    alarm = report.alarm(worker.last_success_at, now)
    detail |= {"why": "; ".join(x for x in why if x)} if any(why) else {}
    detail |= {"alarm": alarm} if alarm else {}
    return log.tally(Tally("fetch", worker.claimed, report.done, worker.skipped, report.failed, detail=detail))


def _credentials(settings: Settings) -> dict[str, str]:
    """Find the credentials that addresses of the watch folder carry, by the address without them."""
    folder = settings.watch_dir
    path = (folder or catalog.default_dir()) / catalog.FEEDS
    if folder is None or not path.is_file() or "@" not in path.read_text(encoding="utf-8"):
        return {}  # the usual case, without reading the whole folder
    found = ((http.clean_url(feed.url), http.credentials_of(feed.url)) for feed in catalog.load(folder).feeds)
    return {address: secret for address, secret in found if secret}


def claim_batches(settings: Settings, now: datetime, token: str, size: int | None = None) -> list[list[int]]:
    """Set due feeds aside under `token` and give their ids in batches, a host's feeds in one; run again, the same.

    Of one host no more than its share of a run: the rest stays due.

    `run(…, feed_ids=batch, claim=token)` fetches them; what nobody fetches is due again after BATCH_LEASE_S. However
    small a `size` is asked for, there are at most MAX_BATCHES.
    """
    until = now + timedelta(seconds=BATCH_LEASE_S)
    share, furthest = Restraint(settings.host_spacing).share, poll.furthest(settings.max_interval)
    found = fetching.set_aside(settings.database_url, token, now, until, share, furthest)
    size = size or settings.fetch_batch or (BATCH_SMALL if len(found) < MANY else BATCH_LARGE)
    return leases.batches(found, max(size, math.ceil(len(found) / MAX_BATCHES)))
