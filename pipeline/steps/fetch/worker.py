"""One run of fetching: claims feeds, asks, decides and stores, in one event loop; its transactions in a thread."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from pipeline import http, log
from pipeline.core.feeds import poll
from pipeline.core.feeds.report import Report, record
from pipeline.core.feeds.restraint import Restraint
from pipeline.model import Feed, Outcome, Response
from pipeline.settings import Settings
from pipeline.steps import Progress
from pipeline.steps.fetch.handover import Handover
from pipeline.store import feeds, fetching, leases

PORTION = 200  # feeds claimed at once at most: what a killed worker holds
PER_HOST = 10  # of one host in a portion, so that one big host does not fill it
GROUP = 100  # results stored in one transaction at most, …
GROUP_BYTES = 8 * 2**20  # … or so many compressed bytes, …
GROUP_S = 1.0  # … or after so many seconds, …
QUIET_S = 0.02  # … or so many where nobody is left but who only waits
LEASE_S = 900.0  # a claim lapses after this when its worker does not prolong it; a worker prolongs at a third
BUDGET_S = 600.0  # after which nothing is begun: with the last time-outs it stays far below the 30 minutes of its task
HELD = 2000  # feeds in hand at most, those that only wait (for politeness, for silent servers) included
UNSAVED = 64 * 2**20  # compressed bytes that wait to be stored, above which nothing more is taken in
SMALL = 64 * 2**10  # bytes up to which a body is packed in the loop; more would delay the others


@dataclass
class Worker:
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
    meanwhile: Callable[[], object] | None = None
    claimed: int = 0
    skipped: int = 0
    last_success_at: datetime | None = None  # of any feed, before this run
    report: Report = field(default_factory=Report)

    def __post_init__(self) -> None:
        self._bounds = poll.Bounds(self.settings.min_interval, self.settings.max_interval)
        self._started = time.monotonic()
        self._renewed = self._started
        self._results: Handover[feeds.Result] = Handover()
        self._given_back: Handover[int] = Handover()
        self._room = asyncio.Event()
        self._restraint = Restraint(self.settings.host_spacing)
        self._waiting: dict[str, int] = {}  # feeds per host that we hold
        self._seen: set[int] = set()
        self._is_new = False  # bodies were stored that nobody was called to parse meanwhile

    def clock(self) -> datetime:
        """Give the time of this run: the moment that was passed in, and what went by since."""
        return self.now + timedelta(seconds=time.monotonic() - self._started)

    @property
    def is_late(self) -> bool:
        """Whether the time is up: what has not begun is given back."""
        return time.monotonic() - self._started >= BUDGET_S

    async def work(self) -> None:
        """Claim, ask and store until nothing is due."""
        more, stored_at = True, time.monotonic()
        self._flight = flight = http.Flight()
        aside = asyncio.create_task(_aside(None))
        async with http.Client(self.settings) as client:
            try:
                while True:
                    # Who only waits must not keep others waiting: for it there is room until HELD.
                    if more and len(flight) - client.idle <= PORTION // 2 and len(flight) < HELD and not self.is_late:
                        found = await self._claim()
                        more = bool(found)
                        for one in found:
                            flight.start(one.feed.id, one.host, self._one(client, one))
                    if not flight:
                        break
                    if self.is_late:
                        more = False
                        flight.call_off()
                    called_off = await flight.wait(QUIET_S if len(self._results) else GROUP_S)
                    self._give_back(called_off)
                    bound = QUIET_S if len(flight) <= client.idle else GROUP_S
                    late = time.monotonic() - stored_at >= bound
                    if len(self._results) >= GROUP or self._results.weight >= GROUP_BYTES or late or not flight:
                        await self._store()
                        stored_at = time.monotonic()
                        more = True  # a host that had its share in our hands may have more that is due
                    if self._is_new and len(flight) <= client.idle and aside.done():
                        self._is_new = False
                        aside = asyncio.create_task(_aside(self.meanwhile))
            finally:
                await flight.land()
                await aside
        await self._store()
        self._results.settle("fetches")
        self._given_back.settle("feeds given back")

    def why(self) -> str:
        """Say what was given back and why, "" when nothing was."""
        late = "the time is up, the rest waits for the next run" if self.is_late else ""
        return "; ".join(x for x in (self._restraint.why(), late) if x)

    def _give_back(self, feed_ids: list[int]) -> None:
        for feed_id in feed_ids:
            self._given_back.add(feed_id)
        self.skipped += len(feed_ids)

    async def _claim(self) -> list[leases.Claimed]:
        room = min(PORTION, self.limit - self.claimed)
        if room <= 0 or self.wanted == []:
            return []
        now = self.clock()
        until = now + timedelta(seconds=LEASE_S)
        furthest = poll.furthest(self.settings.max_interval)
        ask = fetching.Ask(self.settings.database_url, self.token, now, until, room, frozenset(self.dead), furthest)
        if self.wanted is not None:
            found, tried = await asyncio.to_thread(fetching.take, ask, tuple(self.wanted), self.from_claim)
            self.wanted = self.wanted[tried:]
            self.skipped += tried - len(found)
        else:
            had, skip = self._restraint.portion(self._waiting, PER_HOST)
            found = await asyncio.to_thread(fetching.claim, ask, PER_HOST, MappingProxyType(had), skip, self.not_since)
        found = [one for one in found if one.feed.id not in self._seen]
        self._seen.update(one.feed.id for one in found)
        for one in found:
            self._waiting[one.host] = self._waiting.get(one.host, 0) + 1
            self._restraint.take(one.host)
        self.claimed += len(found)
        return found

    async def _one(self, client: http.Client, claimed: leases.Claimed) -> None:
        feed, at = claimed.feed, self.now
        url = poll.address(feed)
        headers = poll.validators(feed, self.clock())

        def go() -> None:
            nonlocal at
            at = self.clock()
            if self._restraint.is_resting(claimed.host) or self.is_late:
                raise http.NotNowError
            self._flight.begin(feed.id)

        try:
            if claimed.host_started_at is not None:
                since = (self.clock() - claimed.host_started_at).total_seconds()
                if 0 <= since < self.settings.host_spacing:  # a start in the future is of a clock that was wrong
                    client.hold(claimed.host, self.settings.host_spacing - since)
            secret = self.credentials.get(url)
            async with client.fetched(url, headers, credentials=secret, go=go) as response:
                packed = await _pack(response.body)
                self._decide(claimed, response, packed, not headers, at)
                while self._results.weight > UNSAVED:  # a large body's slot is held till there is room for the next
                    await self._room.wait()
        except http.NotNowError:  # its host rests, or the time is up
            self._give_back([feed.id])
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
            baseline = old.first_read_at is None and poll.is_baseline(old, self.began, at)
            body = feeds.Packed(body_hash, response.final_url, content, len(response.body), response.headers, baseline)
        answered_by = http.host_of(response.final_url)
        for host in {claimed.host, answered_by}:
            self._restraint.heard(host, decision.outcome, response.status)
            if decision.hold_host_s is not None:
                self._restraint.rest(host, decision.error or decision.outcome.value)
            if self._restraint.is_resting(host):
                self._flight.call_off(host)
        self._log(old, decision, response)
        self.report.note(old, decision.outcome, response.status, decision.error, len(response.body))
        fetch = record(old, response, decision, body_hash if body else None, at)
        host = http.host_of(poll.address(decision.feed)) or claimed.host
        result = feeds.Result(decision.feed, fetch, host, body, decision.hold_host_s, answered_by)
        self._results.add(result, len(content) if body else 0)

    def _log(self, old: Feed, decision: poll.FetchResult, response: Response) -> None:
        state = decision.feed.polling.state
        if decision.adopted:
            log.get().warning("feed moved", feed=old.spec.url, to=decision.adopted)
        elif decision.outcome is Outcome.GONE:
            log.get().warning("feed gone", feed=old.spec.url)
        elif state != old.polling.state and state in {"failing", "lying"}:
            log.get().warning(f"feed {state}", feed=old.spec.url, outcome=decision.outcome.value, error=response.error)
        elif decision.error:
            log.get().info("fetch failed", feed=old.spec.url, outcome=decision.outcome.value, error=decision.error)

    async def _store(self) -> None:
        results, given_back = self._results.take(), self._given_back.take()
        must_renew = time.monotonic() - self._renewed > LEASE_S / 3
        until = self.clock() + timedelta(seconds=LEASE_S) if must_renew else None
        saved = await asyncio.to_thread(
            fetching.save, self.settings.database_url, self.token, results, given_back, until
        )
        self._results.done(saved)
        self._is_new = self._is_new or any(result.body for result in results)
        self._given_back.done(len(given_back))
        self._room.set()
        self._room.clear()
        if must_renew:
            self._renewed = time.monotonic()
        self.progress("fetch", self.report.done + self.report.failed + self.skipped, None)


async def _aside(work: Callable[[], object] | None) -> None:
    if work:
        await asyncio.to_thread(_call, work)


def _call(work: Callable[[], object]) -> None:
    work()


async def _pack(body: bytes) -> feeds.Hashed:
    return feeds.pack(body) if len(body) <= SMALL else await asyncio.to_thread(feeds.pack, body)
