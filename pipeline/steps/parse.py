"""Turn raw feed documents into stories and sightings."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from pipeline import child, log, store
from pipeline.core.feeds import parse, poll
from pipeline.core.text import plain
from pipeline.guard import reraise
from pipeline.model import Document, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import bodies, feeds, stories

BATCH = 8  # bodies gathered at once; two times 8 of the largest allowed, 15 MB each, stay far below 1 GiB
AHEAD, ROOM = 8, 4 * 2**20  # so many batches while their bodies have fewer bytes: a slow one keeps no child waiting
# Documents up to this size are parsed here: the worst that we could make of one takes under 1 s and 40 MB. Larger ones
# go to a child process with limits: a malformed one's time may grow with the square of its size (docs/parsing.md).
SMALL = 32 * 1024
MUCH = 100  # bodies that wait: from here on all of them are parsed in children, where there may be several
# The largest sound document, 15 MB with 60,000 entries, takes 50 s and 260 MB.
DOCUMENT = child.Work("pipeline.core.feeds.parse:document", seconds=120.0, megabytes=800)

_Begun = tuple[bodies.Pending, Callable[[], Document]]


def run(settings: Settings, now: datetime, *, limit: int = 10_000, progress: Progress = silent) -> Tally:
    """Parse bodies that wait, oldest first; each is applied in one transaction, and one that fails says why in its row.

    `detail`: entries found, new stories, stories whose words changed, entries refused. A body that another process
    took meanwhile is counted as skipped, its entries nowhere.
    """
    seen = done = skipped = failed = 0
    detail = {"entries": 0, "stories": 0, "changed": 0, "refused": 0}
    with store.read(settings.database_url) as db:
        waiting = bodies.unparsed_ids(db, limit)
    size = settings.hands if len(waiting) >= MUCH else 1
    with child.Crew(DOCUMENT, size) as crew:
        parser = _Parser(crew, settings.max_entries)
        for wanted, todo in parser.batches(settings, waiting):
            seen += len(wanted)
            skipped += len(wanted) - len(todo)
            for one, parsed in todo:
                try:
                    document = parsed()  # decide
                    applied = _apply(settings, one, document, now)
                except Exception as e:  # the per-item guard: one document never stops the step
                    reraise(e)  # the store or the machine is unusable: a retry is needed, the body waits
                    failed += _fail(settings, one, plain.safe(f"{type(e).__name__}: {e}")[:300], now)
                    continue
                if applied is None:
                    skipped += 1
                    continue
                if document.error:
                    log.get().info("parse", feed=one.feed.spec.url, body=one.id, reason=document.error)
                    failed += 1
                else:
                    done += 1
                detail["entries"] += len(document.entries) + len(document.refusals)
                detail["stories"] += applied[0]
                detail["changed"] += applied[1]
                detail["refused"] += len(document.refusals)
            progress("parse", seen, len(waiting))
    return log.tally(Tally("parse", seen=seen, done=done, skipped=skipped, failed=failed, detail=detail))


class _Parser:
    """Parses bodies as of their fetch, in this process or in children: parsing an old one again gives the same."""

    def __init__(self, crew: child.Crew, max_entries: int) -> None:
        self._crew, self._max_entries = crew, max_entries

    def batches(self, settings: Settings, waiting: list[int]) -> Iterator[tuple[list[int], list[_Begun]]]:
        """Gather bodies in batches, of which children parse the next while one is applied."""
        ahead: deque[tuple[list[int], list[_Begun]]] = deque()
        for start in range(0, len(waiting), BATCH):
            wanted = waiting[start : start + BATCH]
            with store.read(settings.database_url) as db:  # gather
                ahead.append((wanted, [(one, self._begin(one)) for one in bodies.get(db, wanted)]))
            while len(ahead) > 1 and (len(ahead) > AHEAD or _size(ahead) > ROOM):
                yield ahead.popleft()
        yield from ahead

    def _begin(self, one: bodies.Pending) -> Callable[[], Document]:
        args = (one.body.content, one.body.headers, one.body.url, one.body.fetched_at, self._max_entries)
        # A child that has started takes the small ones too: what it has loaded need not be loaded here.
        if len(one.body.content) <= SMALL and self._crew.size == 1 and not self._crew.is_started:
            return lambda: parse.document(*args)
        begun = self._crew.call(*args)

        def end() -> Document:
            try:
                document: Document = begun.result()
            except child.ChildError as e:
                return Document("", error=f"parsing it was stopped: {e}")
            return document

        return end


def _size(ahead: Iterable[tuple[list[int], list[_Begun]]]) -> int:
    return sum(len(one.body.content) for _, begun in ahead for one, _ in begun)


def _apply(settings: Settings, one: bodies.Pending, document: Document, now: datetime) -> tuple[int, int] | None:
    """Store one document whole or not at all; None when another process was faster."""
    with store.begin(settings.database_url) as db:
        if not bodies.lock(db, one.id):
            return None
        fetched_at = one.body.fetched_at
        baseline = one.baseline and feeds.is_first_reading(db, one.feed.id, fetched_at)
        new, changed = stories.add(db, one.feed, document.entries, fetched_at, baseline)
        bodies.finish(db, one.id, document, new, now)
        found = len(document.entries) + len(document.refusals)
        feeds.report_parse(
            db, one.feed.id, found, new, document.error, document.ttl_s, now, _bounds(settings),
            read_at=fetched_at if document.entries else None,
        )  # fmt: skip
    return new, changed


def _bounds(settings: Settings) -> poll.Bounds:
    return poll.Bounds(settings.min_interval, settings.max_interval)


def _fail(settings: Settings, one: bodies.Pending, reason: str, now: datetime) -> int:
    """Record a document that broke something of ours: somebody must look at it."""
    with store.begin(settings.database_url) as db:
        if not bodies.lock(db, one.id):
            return 0
        bodies.fail(db, one.id, reason, now)
        feeds.report_parse(db, one.feed.id, 0, 0, reason, None, now, _bounds(settings))
    log.get().warning("parse failed", feed=one.feed.spec.url, body=one.id, reason=reason)
    return 1
