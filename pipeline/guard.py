"""One fault costs one item: what every step that works through stories, events or mails does when our code breaks."""

import errno
import hashlib
import traceback
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeVar

from pipeline import log, store
from pipeline.child import ChildError, Crew, RaisedError
from pipeline.core.text import plain
from pipeline.core.text.mailaddress import redact
from pipeline.errors import NewswatchError
from pipeline.settings import Settings
from pipeline.store import faults

Item = TypeVar("Item")
Result = TypeVar("Result")

PART = 50  # items a call of a child: seconds of work at most, unless each asks the dear encoder

# Of these no item is to blame: the step stops, and everything is tried again.
_MACHINE = {errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOLCK}  # EAGAIN: no process can be begun
_MACHINE |= {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def version(settings: Settings) -> str:
    """Give the version of what works items through: the code, the encoder and the weights that are used."""
    more = [settings.encoder]
    if settings.matcher_file is not None and settings.matcher_file.is_file():
        more.append(hashlib.sha256(settings.matcher_file.read_bytes()).hexdigest())
    return hashlib.sha256(" ".join([_code(), *more]).encode()).hexdigest()[:16]


@cache
def _code() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in {".py", ".json", ".toml"} and path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def moment(now: datetime, causes: Iterable[datetime | None]) -> datetime:
    """Give the moment of record of what is done now: never before what it came from.

    A cleared or late run has the time of its schedule, days ago; what it does happens after what it works on was seen.
    """
    return max([now, *(cause for cause in causes if cause is not None)])


class Guard:
    """Keeps the faults of one run of a step: what broke, what is left alone for now, what works again."""

    def __init__(self, settings: Settings, step: str, now: datetime, kind: str = "story") -> None:
        self.kind = kind
        self.held = faults.Held(step, version(settings), now)
        self.failed = 0
        self._url = settings.database_url
        self._new: dict[str, dict[int, str]] = defaultdict(dict)

    def each(
        self,
        items: Sequence[Item],
        work: Callable[[Sequence[Item]], Sequence[Result]],
        key: Callable[[Item], int],
        kind: str | None = None,
        blame: Callable[[Item], bool] | None = None,
    ) -> list[Result]:
        """Do `work` with all items at once; where that breaks, with halves of them: only the bad one is left out.

        `work` must be whole or nothing, as a transaction is. `blame` is asked about a single item that broke: True
        means that others were to blame and are out of the way now, so that it is tried once more.
        """
        if not items:
            return []
        try:
            return list(work(items))
        except Exception as e:  # the per-item guard of every step
            reraise(e)
            if len(items) == 1:
                if blame is not None and blame(items[0]):
                    return self.each(items, work, key, kind)
                self.fault(key(items[0]), e, kind)
                return []
        half = len(items) // 2
        return self.each(items[:half], work, key, kind, blame) + self.each(items[half:], work, key, kind, blame)

    def fault(self, item_id: int, error: Exception, kind: str | None = None) -> str:
        """Count and log what an item broke, and return the reason; raise the error again when no item is to blame."""
        reraise(error)
        kind = kind or self.kind
        reason = _reason(error)
        # redacted: the words of a database's error may carry a reader's address
        trace = redact("".join(traceback.format_exception(error)))
        log.get().error(
            f"{self.held.step} failed", **{"event_id" if kind == "event" else kind: item_id}, reason=reason, trace=trace
        )
        self.failed += 1
        self._new[kind][item_id] = reason
        return reason

    def take(self) -> Mapping[int, str]:
        """Hand over what broke since the last time, {item: reason}, for another guard's `note`."""
        taken, self._new = self._new, defaultdict(dict)
        return MappingProxyType(taken[self.kind])

    def note(self, broke: Mapping[int, str]) -> None:
        """Note what another guard of the same step counted and took."""
        self._new[self.kind].update(broke)

    def save(self, db: store.Connection) -> None:
        """Store what broke since the last time, in the caller's transaction."""
        for kind, broke in self._new.items():
            faults.add(db, self.held, kind, broke)
        self._new.clear()

    def flush(self) -> None:
        """Store what broke since the last time, if anything did."""
        if self._new:
            with store.begin(self._url) as db:
                self.save(db)

    def worked(self, db: store.Connection, ids: Collection[int], kind: str | None = None) -> None:
        """Take away what was noted of items that went through now."""
        faults.forget(db, kind or self.kind, ids, self.held.step)

    def again(self, db: store.Connection, kind: str) -> list[int]:
        """Give the items that broke another version, and forget them: for steps that keep their own times of retry."""
        ids = faults.outdated(db, self.held, kind)
        self.worked(db, ids, kind)
        return ids


class Hands(Generic[Item, Result]):
    """Pure work on items, in this process or in a crew's: the same results in the same order, however it is split."""

    def __init__(
        self,
        guard: Guard,
        work: Callable[[Sequence[Item]], Sequence[Result]],
        key: Callable[[Item], int],
        crew: Crew | None = None,
        part: int = PART,
    ) -> None:
        """`work` in this process; with a crew its function in children, which gives the same."""
        self._guard, self._work, self._key, self._crew, self._part = guard, work, key, crew, part

    def begin(self, items: Sequence[Item]) -> Callable[[], list[Result]]:
        """Let the crew begin; the call that is given back waits for the results, without those of items that broke."""
        if self._crew is None:
            return lambda: self._guard.each(items, self._work, self._key)
        parts = [items[i : i + self._part] for i in range(0, len(items), self._part)]
        begun = [self._crew.call(part) for part in parts]
        return lambda: [r for part, one in zip(parts, begun, strict=True) for r in self._end(part, one)]

    def _end(self, part: Sequence[Item], begun: Future[Sequence[Result]]) -> list[Result]:
        try:
            return list(begun.result())
        except (RaisedError, OSError):  # here it says where it broke; or no child can be begun
            return self._guard.each(part, self._work, self._key)
        except ChildError:  # an item that no process survives: halves of its part, each in a child
            return self._guard.each(part, self._again, self._key)

    def _again(self, part: Sequence[Item]) -> Sequence[Result]:
        results: Sequence[Result] = self._crew.call(part).result() if self._crew else self._work(part)
        return results

    def batches(
        self, gather: Callable[[int, int], Sequence[Item]], size: int, limit: int
    ) -> Iterator[tuple[Sequence[Item], list[Result]]]:
        """Work through what waits: `gather(n, after)` gives n items with greater keys; crews begin with the next ones.

        What came to wait before the last item meanwhile is gathered at the end. Gives each batch with its results.
        """
        ahead: deque[tuple[Sequence[Item], Callable[[], list[Result]]]] = deque()
        after = seen = 0
        while True:
            while seen < limit and len(ahead) < (1 + self._crew.size if self._crew else 1):
                todo = gather(min(size, limit - seen), after)
                if not todo and after and not ahead:
                    after = 0
                    todo = gather(min(size, limit - seen), after)
                if not todo:
                    break
                seen += len(todo)
                after = self._key(todo[-1])
                ahead.append((todo, self.begin(todo)))
            if not ahead:
                return
            todo, results = ahead.popleft()
            yield todo, results()

    def over(
        self, ids: Sequence[int], size: int, gather: Callable[[Sequence[int]], Sequence[Item]], ahead: int | None = None
    ) -> Iterator[tuple[Sequence[int], Sequence[Item], list[Result]]]:
        """Work through what `gather` gives of numbers, `size` at once; crews begin with the next ones, `ahead` times.

        Gives the numbers of each batch, its items and its results.
        """
        begun: deque[tuple[Sequence[int], Sequence[Item], Callable[[], list[Result]]]] = deque()
        ahead = (ahead or self._crew.size) if self._crew else 0
        for part in (ids[i : i + size] for i in range(0, len(ids), size)):
            todo = gather(part)
            begun.append((part, todo, self.begin(todo)))
            if len(begun) > ahead:
                first, items, results = begun.popleft()
                yield first, items, results()
        yield from ((first, items, results()) for first, items, results in begun)


def reraise(error: Exception) -> None:
    """Raise what says nothing of an item: the database or the machine cannot be used, or a person must act."""
    is_machine = isinstance(error, OSError) and error.errno in _MACHINE
    if isinstance(error, NewswatchError) or is_machine or store.is_unusable(error):
        raise error


def _reason(error: Exception) -> str:
    """Say in one line what broke where; a database's error without its statement and values."""
    said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    ours = [f for f in traceback.extract_tb(error.__traceback__) if "/pipeline/" in f.filename.replace("\\", "/")]
    where = ""
    if ours:
        where = f" (pipeline/{ours[-1].filename.rpartition('pipeline/')[2]}, line {ours[-1].lineno})"
    return redact(plain.safe(f"{type(error).__name__}: {said}"[:300])) + where
