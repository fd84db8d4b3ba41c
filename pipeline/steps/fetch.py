"""Fetch the feeds that are due: the only step that talks to feeds.

One event loop: claimed feeds are asked politely and at once, and results are stored in groups, each in one transaction
with the validators of its bodies. Killed anywhere, it has stored whole groups and holds claims that are void at once on
this host (they name the dead process) and lapse elsewhere.
"""

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline import catalog, http, log, store
from pipeline.core.feeds import poll
from pipeline.core.feeds.handover import Handover
from pipeline.model import Feed, Fetch, Outcome, Response, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import feeds, fetching, leases, watchlists

PORTION = 200  # feeds claimed at once at most: what a killed worker holds
PER_HOST = 10  # of one host in a portion, so that one big host does not fill it
GROUP = 100  # results stored in one transaction at most, …
GROUP_BYTES = 8 * 2**20  # … or so many compressed bytes, …
GROUP_S = 1.0  # … or after so many seconds
LEASE_S = 900.0  # a claim lapses after this when its worker does not prolong it; a worker prolongs at a third
BATCH_LEASE_S = 3600.0  # feeds set aside for tasks that may wait in a queue
BATCH_SMALL, BATCH_LARGE, MANY = 25, 50, 1000  # feeds in a batch, when there are fewer or more than MANY
MAX_BATCHES = 500  # Airflow maps at most 1,024 tasks
UNSAVED = 64 * 2**20  # compressed bytes that wait to be stored, above which nothing more is taken in
SMALL = 64 * 2**10  # bytes up to which a body is packed in the loop; more would delay the others


def run(
    settings: Settings,
    now: datetime,
    *,
    all_feeds: bool = False,
    feed_ids: Sequence[int] | None = None,
    claim: str | None = None,
    limit: int = 100_000,
    credentials: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Fetch due feeds and store what is new; `detail` counts outcomes.

    `all_feeds`: every enabled feed whatever its schedule, but not one that a living worker holds. `feed_ids`: these;
    with `claim`, those of them that `claim_batches` set aside under that name. `credentials`: "user:password" by
    address, by default those of the watch folder's feeds.toml.
    """
    known = _credentials(settings) if credentials is None else dict(credentials)
    worker = _Worker(settings, now, limit, known, progress or silent)
    worker.token = f"{claim}/{leases.worker()}" if claim else leases.worker()
    with store.read(settings.database_url) as db:
        worker.dead = leases.dead(db)
        worker.began = watchlists.began_at(db)
    worker.not_since = now if all_feeds else None
    worker.wanted = None if feed_ids is None else list(feed_ids)
    worker.from_claim = claim
    try:
        asyncio.run(worker.work())
    finally:
        with store.begin(settings.database_url) as db:
            leases.release(db, worker.token)
    counts, fine = worker.counts, {Outcome.NEW, Outcome.UNCHANGED}
    return log.tally(
        Tally(
            "fetch",
            seen=worker.claimed,
            done=sum(n for outcome, n in counts.items() if outcome in fine),
            skipped=worker.skipped,
            failed=sum(n for outcome, n in counts.items() if outcome not in fine),
            detail={outcome.value: n for outcome, n in sorted(counts.items())} | {"bytes": worker.bytes},
        )
    )


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

    `run(…, feed_ids=batch, claim=token)` fetches them; what nobody fetches is due again after BATCH_LEASE_S. However
    small a `size` is asked for, there are at most MAX_BATCHES.
    """
    with store.read(settings.database_url) as db:
        dead = leases.dead(db)
    while True:
        with store.begin(settings.database_url) as db:
            until = now + timedelta(seconds=BATCH_LEASE_S)
            if not leases.claim(db, token, now, until, 1000, dead=dead):
                break
    with store.read(settings.database_url) as db:
        found = leases.held(db, token)
    size = size or (BATCH_SMALL if len(found) < MANY else BATCH_LARGE)
    return leases.batches(found, max(size, math.ceil(len(found) / MAX_BATCHES)))


@dataclass
class _Worker:
    """One run: claims, asks, stores; all in one event loop, its transactions in a thread.

    Threads get values and give values: nothing that the loop still changes. Between the bytes of an answer and its
    place in the next batch there is no await but that of the packing.
    """

    settings: Settings
    now: datetime
    limit: int
    credentials: dict[str, str]
    progress: Progress
    token: str = ""
    dead: list[str] = field(default_factory=list)
    began: datetime | None = None
    not_since: datetime | None = None
    wanted: list[int] | None = None
    from_claim: str | None = None
    claimed: int = 0
    skipped: int = 0
    bytes: int = 0
    counts: dict[Outcome, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._bounds = poll.Bounds(self.settings.min_interval, self.settings.max_interval)
        self._started = time.monotonic()
        self._renewed = self._started
        self._results: Handover[feeds.Result] = Handover()
        self._given_back: Handover[int] = Handover()
        self._room = asyncio.Event()
        self._resting: set[str] = set()  # hosts that asked us to wait, in this run
        self._waiting: dict[str, int] = {}  # feeds per host that we hold
        self._seen: set[int] = set()

    def clock(self) -> datetime:
        """Give the time of this run: the moment that was passed in, and what went by since."""
        return self.now + timedelta(seconds=time.monotonic() - self._started)

    async def work(self) -> None:
        """Claim, ask and store until nothing is due."""
        tasks: set[asyncio.Task[None]] = set()
        more, stored_at = True, time.monotonic()
        async with http.Client(self.settings) as client:
            try:
                while True:
                    if more and len(tasks) <= PORTION // 2:
                        found = await self._claim()
                        more = bool(found)
                        for one in found:
                            tasks.add(asyncio.create_task(self._one(client, one)))
                    if not tasks:
                        break
                    done, tasks = await asyncio.wait(tasks, timeout=GROUP_S, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        task.result()  # an exception here is of the step, not of a feed
                    late = time.monotonic() - stored_at >= GROUP_S
                    if len(self._results) >= GROUP or self._results.weight >= GROUP_BYTES or late or not tasks:
                        await self._store()
                        stored_at = time.monotonic()
                        more = True  # a host that had its share in our hands may have more that is due
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        self._results.settle("fetches")
        self._given_back.settle("feeds given back")

    async def _claim(self) -> list[leases.Claimed]:
        room = min(PORTION, self.limit - self.claimed)
        if room <= 0 or self.wanted == []:
            return []
        now = self.clock()
        until = now + timedelta(seconds=LEASE_S)
        ask = fetching.Ask(self.settings.database_url, self.token, now, until, room, frozenset(self.dead))
        if self.wanted is not None:
            found, tried = await asyncio.to_thread(fetching.take, ask, tuple(self.wanted), self.from_claim)
            self.wanted = self.wanted[tried:]
            self.skipped += tried - len(found)
        else:
            skip = {host for host, n in self._waiting.items() if n >= PER_HOST} | self._resting
            found = await asyncio.to_thread(fetching.claim, ask, PER_HOST, frozenset(skip), self.not_since)
        found = [one for one in found if one.feed.id not in self._seen]
        self._seen.update(one.feed.id for one in found)
        for one in found:
            self._waiting[one.host] = self._waiting.get(one.host, 0) + 1
        self.claimed += len(found)
        return found

    async def _one(self, client: http.Client, claimed: leases.Claimed) -> None:
        feed, at = claimed.feed, self.now
        url = poll.address(feed)
        headers = poll.validators(feed, self.clock())

        def go() -> None:
            nonlocal at
            at = self.clock()
            if claimed.host in self._resting:
                raise http.NotNowError

        try:
            if claimed.host_started_at is not None:
                since = (self.clock() - claimed.host_started_at).total_seconds()
                if since < self.settings.host_spacing:
                    client.hold(claimed.host, self.settings.host_spacing - since)
            secret = self.credentials.get(url)
            async with client.fetched(url, headers, credentials=secret, go=go) as response:
                packed = await _pack(response.body)
                self._decide(claimed, response, packed, not headers, at)
                while self._results.weight > UNSAVED:  # a large body's slot is held till there is room for the next
                    await self._room.wait()
        except http.NotNowError:  # an answer to another feed of this host asked us to wait
            self._given_back.add(feed.id)
            self.skipped += 1
        except Exception as e:  # the per-item guard: the client promises never to raise; one feed must not end the run
            log.get().error("fetch broke", feed=url, error=repr(e)[:300])
            broken = Response(url, url, Outcome.PROTOCOL, error=f"internal: {type(e).__name__}")
            self._decide(claimed, broken, feeds.pack(b""), not headers, at)
        finally:
            self._waiting[claimed.host] -= 1

    def _decide(
        self,
        claimed: leases.Claimed,
        response: Response,
        packed: feeds.Hashed,
        was_unconditional: bool,
        at: datetime,
    ) -> None:
        """Decide what an answer means and put it into the next batch: one uninterrupted piece of the loop's time."""
        body_hash, content = packed
        old = claimed.feed
        decision = poll.after_fetch(old, response, body_hash, was_unconditional, at, self._bounds)
        body = None
        if decision.store_body and body_hash is not None:
            baseline = old.first_fetched_at is None and poll.is_late(old, self.began, at)
            body = feeds.Packed(body_hash, response.final_url, content, len(response.body), response.headers, baseline)
        answered_by = http.host_of(response.final_url)
        if decision.hold_host_s is not None:
            self._resting.add(answered_by)
        self._tell(old, decision, response)
        self.counts[decision.outcome] = self.counts.get(decision.outcome, 0) + 1
        self.bytes += len(response.body)
        fetch = Fetch(
            feed_id=old.id,
            fetched_at=at,
            outcome=decision.outcome,
            status=response.status,
            seconds=response.seconds,
            size=len(response.body),
            body_hash=body_hash if body else None,
            error=decision.error,
            final_url=response.final_url if response.final_url != response.url else None,
            retry_after_s=decision.retry_after_s,
        )
        host = http.host_of(poll.address(decision.feed)) or claimed.host
        result = feeds.Result(decision.feed, fetch, host, body, decision.hold_host_s, answered_by)
        self._results.add(result, len(content) if body else 0)

    def _tell(self, old: Feed, decision: poll.Decision, response: Response) -> None:
        state = decision.feed.state
        if decision.adopted:
            log.get().warning("feed moved", feed=old.url, to=decision.adopted)
        elif decision.outcome is Outcome.GONE:
            log.get().warning("feed gone", feed=old.url)
        elif state != old.state and state in {"failing", "lying"}:
            log.get().warning(f"feed {state}", feed=old.url, outcome=decision.outcome.value, error=response.error)
        elif decision.error:
            log.get().info("fetch failed", feed=old.url, outcome=decision.outcome.value, error=decision.error)

    async def _store(self) -> None:
        results, given_back = self._results.take(), self._given_back.take()
        must_renew = time.monotonic() - self._renewed > LEASE_S / 3
        until = self.clock() + timedelta(seconds=LEASE_S) if must_renew else None
        saved = await asyncio.to_thread(
            fetching.save, self.settings.database_url, self.token, results, given_back, until
        )
        self._results.done(saved)
        self._given_back.done(len(given_back))
        self._room.set()
        self._room.clear()
        if must_renew:
            self._renewed = time.monotonic()
        self.progress("fetch", sum(self.counts.values()) + self.skipped, None)


async def _pack(body: bytes) -> feeds.Hashed:
    return feeds.pack(body) if len(body) <= SMALL else await asyncio.to_thread(feeds.pack, body)
