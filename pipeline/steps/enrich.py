"""Fetch the article pages of stories that matched: one polite request each, and better text is judged again."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from urllib.parse import urljoin

from protego import Protego

from pipeline import extract, http, log, store
from pipeline.child import Child, ChildError, Work
from pipeline.core.feeds import headers, outlets, page, poll
from pipeline.core.feeds.restraint import Restraint
from pipeline.core.text import plain
from pipeline.guard import Guard
from pipeline.model import Outcome, Response, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import articles

PORTION = 40  # pages taken at once: what a killed run leaves put off for LEASE
PER_HOST = 5  # of one host in a portion, which waits for all of its pages: 2.5 minutes at the longest MAX_CRAWL_DELAY
BUDGET_S = 600.0  # after which no portion is started: with the last one it stays far below the 30 minutes of its task
LEASE = timedelta(minutes=15)
RETRY_AFTER = (timedelta(hours=1), timedelta(hours=8))  # after the first and the second failure; the third is the last
FINAL = frozenset({Outcome.GONE, Outcome.BAD_URL, Outcome.REFUSED_ADDRESS, Outcome.TOO_LARGE})
FINAL_STATUSES = frozenset({401, 402, 403, 404, 405, 406, 451})
SCRIPTED = "its address is a carrier's, which leads to the article by scripts only"
STORING = "internal: its text could not be stored"
MIN_TEXT = 200  # characters; less is a teaser or a cookie notice

AGENT = "newswatch"  # as robots.txt files may name us
ROBOTS_FOR, ROBOTS_AGAIN = timedelta(hours=24), timedelta(hours=1)  # RFC 9309: a day; sooner when it could not be read
CANNOT_TELL = "robots.txt can not be read now"
WAITS = timedelta(days=3)  # for who cannot say, after which the story has been told without its page
ROBOTS_BYTES = 500 * 2**10  # RFC 9309 §2.5: parsers read at least 500 KiB
MAX_CRAWL_DELAY = 30.0  # seconds; what a file asks beyond that would stop the run


def run(settings: Settings, now: datetime, *, limit: int = 2000, progress: Progress | None = None) -> Tally:
    """Fetch the pages that are due and store their text; a failure leaves the story as it was, with the reason.

    `detail` counts failures by reason. A story has three attempts; robots.txt, 404 and the like are final at once.
    After ten minutes what is left waits for the next run, and `detail` says so.
    """
    if not settings.enrich:
        return log.tally(Tally("enrich"))
    worker = _Worker(settings, now, progress or silent)
    asyncio.run(worker.work(limit))
    failed = sum(worker.reasons.values())
    detail: dict[str, int | str] = dict(worker.reasons)
    if worker.is_late:
        detail["why"] = "the time is up; the rest waits for the next run"
    skipped = worker.seen - worker.done - failed
    return log.tally(Tally("enrich", worker.seen, worker.done, skipped, failed, detail=detail))


@dataclass
class _Worker:
    settings: Settings
    now: datetime
    progress: Progress
    seen: int = 0
    done: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._started = time.monotonic()
        self._robots: dict[str, articles.Robots] = {}
        self._parsed: dict[str, Protego] = {}
        self._asking: dict[str, asyncio.Lock] = {}
        self._rests: dict[str, datetime] = {}
        self._fresh: set[str] = set()  # hosts whose robots.txt was read in this run and is not stored yet
        self._new_rests: dict[str, datetime] = {}
        self._given_back: dict[int, datetime] = {}
        self._restraint = Restraint(0.0, answers=0.4)  # rests who says nothing at all
        self._guard = Guard(self.settings, "enrich", self.now)

    def clock(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self._started)

    @property
    def is_late(self) -> bool:
        return time.monotonic() - self._started >= BUDGET_S

    async def work(self, limit: int) -> None:
        await asyncio.to_thread(_reopen, self.settings, self.now)
        with Child(Work(extract.MAKER, extract.TIMEOUT_S, extract.MEMORY_MB, ())) as child:
            self._child, self._pages, self._extracting = child, 0, asyncio.Lock()
            async with http.Client(self.settings) as client:
                while self.seen < limit and not self.is_late:
                    room = min(PORTION, limit - self.seen)
                    wanted, robots, rests = await asyncio.to_thread(
                        _claim, self.settings.database_url, self.clock(), room
                    )
                    if not wanted:
                        break
                    self.seen += len(wanted)
                    self._robots = robots | self._robots
                    self._rests |= rests
                    found = await asyncio.gather(*(self._page(client, one) for one in wanted))
                    await self._save(tuple(page for page in found if page))
                    self.progress("enrich", self.seen, None)

    async def _save(self, found: tuple[articles.PageFetch, ...]) -> None:
        robots = MappingProxyType({host: self._robots[host] for host in self._fresh})
        rests, given_back = MappingProxyType(self._new_rests), MappingProxyType(self._given_back)
        self._fresh, self._new_rests, self._given_back = set(), {}, {}
        broke = self._guard.take()
        told = await asyncio.to_thread(_save, self.settings, self.clock(), found, robots, rests, given_back, broke)
        for reason, times in zip((STORING, articles.SITES_TEXT), told, strict=True):
            if times:
                self.done -= times
                self.reasons[reason] = self.reasons.get(reason, 0) + times

    async def _page(self, client: http.Client, wanted: articles.Wanted) -> articles.PageFetch | None:
        """Get one page's text; None when its host rests and the attempt does not count."""
        host = http.host_of(wanted.url)
        try:
            if not outlets.has_page(wanted.url):
                return articles.PageFetch(wanted.id, error=SCRIPTED, counts=False)
            self._go(host)
            is_allowed = await self._is_allowed(client, wanted.url)
            if is_allowed is None:
                return self._put_off(wanted, CANNOT_TELL)
            if not is_allowed:
                return self._failure(wanted, "robots.txt forbids it", is_final=True)
            most = min(extract.MAX_HTML, self.settings.max_body_bytes)
            go = partial(self._go, host)
            response = await client.get(wanted.url, accept=http.ACCEPT_PAGE, max_bytes=most, go=go)
            self._heard(host, response.outcome)
            if response.outcome is Outcome.RATE_LIMITED:
                wait = headers.retry_after(response.headers.get("retry-after"), self.clock()) or poll.RATE_LIMIT_S
                answered_by = http.host_of(response.final_url)
                self._rests[answered_by] = self._new_rests[answered_by] = self.clock() + timedelta(seconds=wait)
            if response.outcome is Outcome.LOCAL:
                return self._put_off(wanted, response.error or "this machine cannot ask")
            if response.outcome is not Outcome.NEW:
                is_final = response.outcome in FINAL or response.status in FINAL_STATUSES
                return self._failure(wanted, response.error or response.outcome.value, is_final)
            if not is_page(response):
                return self._failure(wanted, "not a web page", is_final=True)
            return await self._extracted(wanted, response)
        except http.NotNowError:
            self._given_back[wanted.id] = self._rests[host]
            return None
        except Exception as e:  # the per-item guard: one page must not end the run
            self._guard.fault(wanted.id, e)
            return self._failure(wanted, f"internal: {type(e).__name__}", is_final=False)

    def _go(self, host: str) -> None:
        if self._rests.get(host, self.now) > self.clock():
            raise http.NotNowError

    def _heard(self, host: str, outcome: Outcome) -> None:
        """Let a host rest that said nothing, twice: its other pages keep nobody waiting."""
        self._restraint.heard(host, outcome, None)
        if self._restraint.is_resting(host):
            self._rests[host] = max(self.clock() + ROBOTS_AGAIN, self._rests.get(host, self.now))

    async def _extracted(self, wanted: articles.Wanted, response: Response) -> articles.PageFetch:
        content_type = response.headers.get("content-type", "")
        async with self._extracting:
            self._pages += 1
            if self._pages % extract.RECYCLE == 0:
                self._child.close()  # the next call starts another: memory does not grow
            try:
                got = await asyncio.to_thread(_extract, self._child, response.body, response.final_url, content_type)
            except ChildError as e:
                return self._failure(wanted, f"extraction: {e}", is_final=True)
        if not got.text:
            return self._failure(wanted, "no article text found", is_final=True)
        verdict = page.judge(wanted.url, response.final_url, wanted.title, wanted.summary, got)
        if verdict.why:
            return self._failure(wanted, f"the page is not the article: {verdict.why}", verdict.is_final)
        found = plain.safe(verdict.text)
        if len(found) < max(MIN_TEXT, wanted.length):
            return self._failure(wanted, "its page has no more text than its feed", is_final=True)
        self.done += 1
        return articles.PageFetch(wanted.id, found, extract.METHOD)

    def _failure(self, wanted: articles.Wanted, reason: str, is_final: bool) -> articles.PageFetch:
        retry_at = None
        if not is_final and wanted.attempts <= len(RETRY_AFTER):
            retry_at = self.clock() + RETRY_AFTER[wanted.attempts - 1]
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        log.get().info("enrich failed", story=wanted.id, reason=reason)
        return articles.PageFetch(wanted.id, error=plain.safe(reason)[:300], retry_at=retry_at)

    def _put_off(self, wanted: articles.Wanted, reason: str) -> articles.PageFetch:
        """Try again later without counting an attempt: that nobody can say now is no "no"."""
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        if self.clock() - wanted.seen_at > WAITS:
            return articles.PageFetch(wanted.id, error=f"{reason}, for days")
        retry_at = self.clock() + ROBOTS_AGAIN * 1.1
        return articles.PageFetch(wanted.id, error=reason, retry_at=retry_at, counts=False)

    async def _is_allowed(self, client: http.Client, url: str) -> bool | None:
        """Ask robots.txt, reading it once a day; None when its site cannot say now: no page is asked for (RFC 9309).

        What it said before goes on to hold while it cannot be read.
        """
        site = http.site_of(url)
        async with self._asking.setdefault(site, asyncio.Lock()):
            known = self._robots.get(site)
            keep = ROBOTS_AGAIN if known and known.text is None else ROBOTS_FOR
            if known is None or not timedelta(0) <= self.clock() - known.read_at <= keep:
                answer, at = await self._read_robots(client, url), self.clock()
                if answer is None and known and known.text is not None:
                    answer, at = known.text, at - ROBOTS_FOR + ROBOTS_AGAIN
                known = self._robots[site] = articles.Robots(answer, at)
                self._fresh.add(site)
                self._parsed.pop(site, None)
            if known.text is None:
                return None
            if site not in self._parsed:
                self._parsed[site] = Protego.parse(known.text)
                delay = self._parsed[site].crawl_delay(AGENT)
                if delay:
                    client.space(http.host_of(url), min(float(delay), MAX_CRAWL_DELAY))
        return bool(self._parsed[site].can_fetch(url, AGENT))

    async def _read_robots(self, client: http.Client, url: str) -> str | None:
        """Read a site's robots.txt: "" when it has none (4xx), None when the site is not able to say."""
        response = await client.get(urljoin(url, "/robots.txt"), accept="text/plain, */*;q=0.5", max_bytes=ROBOTS_BYTES)
        self._heard(http.host_of(url), response.outcome)
        if response.outcome is Outcome.NEW:
            return plain.safe(response.body.decode("utf-8", "replace"))
        if response.outcome in {Outcome.EMPTY, Outcome.TOO_LARGE, Outcome.GONE, Outcome.TOO_MANY_REDIRECTS}:
            return ""
        if response.outcome is Outcome.HTTP_ERROR and response.status is not None and response.status < 500:
            return ""
        return None


def _claim(
    url: str, now: datetime, limit: int
) -> tuple[list[articles.Wanted], dict[str, articles.Robots], dict[str, datetime]]:
    """Claim pages; give them, what is known of their sites' robots.txt, and which hosts rest until when."""
    with store.begin(url) as db:
        wanted = articles.claim(db, now, now + LEASE, limit, PER_HOST)
        names = {http.site_of(one.url) for one in wanted} | {http.host_of(one.url) for one in wanted}
        return wanted, articles.robots(db, names), articles.rests(db, names, now)


def _reopen(settings: Settings, now: datetime) -> None:
    """Take up again what another version of the code broke at."""
    with store.begin(settings.database_url) as db:
        articles.reopen(db, Guard(settings, "enrich", now).again(db, "story"), now)


def _save(
    settings: Settings,
    now: datetime,
    found: tuple[articles.PageFetch, ...],
    robots: Mapping[str, articles.Robots],
    rests: Mapping[str, datetime],
    given_back: Mapping[int, datetime],
    broke: Mapping[int, str],
) -> tuple[int, int]:
    """Store what a portion brought; return how many pages could not be stored, and how many texts are the sites'."""
    shared: set[int] = set()
    guard = Guard(settings, "enrich", now)

    def keep(part: Sequence[articles.PageFetch]) -> list[None]:
        with store.begin(settings.database_url) as db:
            told = articles.save(db, part, now)
            guard.worked(db, [page.story_id for page in part if page.text is not None])
        shared.update(told)
        return []

    guard.each(found, keep, key=lambda page: page.story_id)
    guard.note(broke)
    with store.begin(settings.database_url) as db:
        guard.save(db)
        articles.save_hosts(db, robots, rests)
        articles.give_back(db, given_back)
    return guard.failed, len(shared)


def _extract(child: Child, body: bytes, url: str, content_type: str) -> page.ArticlePage:
    found: page.ArticlePage = child.call(body, url, content_type)  # one call at a time: `_extracting` is held
    return found


def is_page(response: Response) -> bool:
    """Whether a response is HTML by its type, or by its first bytes when the type says nothing."""
    kind = response.headers.get("content-type", "").lower()
    if "html" in kind or "xml" in kind:
        return True
    is_silent = not kind or kind.startswith(("text/plain", "application/octet-stream"))
    return is_silent and b"<html" in response.body[:2048].lower()
