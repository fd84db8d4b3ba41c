"""One fault costs one item: what every step that works through stories, events or mails does when our code breaks."""

import errno
import hashlib
import traceback
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pipeline import log, store
from pipeline.core.text import plain
from pipeline.core.text.mailaddress import redact
from pipeline.errors import NewswatchError
from pipeline.settings import Settings
from pipeline.store import faults

Item = TypeVar("Item")
Result = TypeVar("Result")

# Of these no item is to blame: the step stops, and everything is tried again.
_MACHINE = {errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENOMEM, errno.ENOLCK}


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
    ) -> list[Result]:
        """Do `work` with all items at once; where that breaks, with halves of them: only the bad one is left out.

        `work` must be whole or nothing, as a transaction is.
        """
        if not items:
            return []
        try:
            return list(work(items))
        except Exception as e:  # the per-item guard of every step
            if len(items) == 1:
                self.fault(key(items[0]), e, kind)
                return []
            _reraise(e)
        half = len(items) // 2
        return self.each(items[:half], work, key, kind) + self.each(items[half:], work, key, kind)

    def fault(self, item_id: int, error: Exception, kind: str | None = None) -> str:
        """Count and log what an item broke, and return the reason; raise the error again when no item is to blame."""
        _reraise(error)
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

    def save(self, db: Any) -> None:
        """Store what broke since the last time, in the caller's transaction."""
        for kind, broke in self._new.items():
            faults.add(db, self.held, kind, broke)
        self._new.clear()

    def flush(self) -> None:
        """Store what broke since the last time, if anything did."""
        if self._new:
            with store.begin(self._url) as db:
                self.save(db)

    def worked(self, db: Any, ids: Collection[int], kind: str | None = None) -> None:
        """Take away what was noted of items that went through now."""
        faults.forget(db, kind or self.kind, ids, self.held.step)

    def again(self, db: Any, kind: str) -> list[int]:
        """Give the items that broke another version, and forget them: for steps that keep their own times of retry."""
        ids = faults.outdated(db, self.held, kind)
        self.worked(db, ids, kind)
        return ids


def _reraise(error: Exception) -> None:
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
