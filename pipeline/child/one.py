"""One child, and its calls in turn: one that is late, too large or dead is ended, and the next call has another."""

import contextlib
import os
import pickle
import select
import time
from types import TracebackType
from typing import Any, Self

from pipeline.child.nursery import Born, Nursery, current
from pipeline.child.work import LENGTH, ChildError, DiedError, RaisedError, Work, put


class Child:
    """Calls a function in a child process, which begins at the first call; use as a context manager, in one thread."""

    def __init__(self, work: Work, nursery: Nursery | None = None) -> None:
        """Prepare a child of a nursery; without one, of the job's, or of one of its own."""
        self.work = work
        shared = nursery or current()
        self._nursery = shared or Nursery()
        self._is_own = shared is None
        self._process: Born | None = None
        self._is_stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
        if self._is_own:
            self._nursery.close()

    def call(self, *args: Any) -> Any:
        """Give the function's result; raise ChildError when it is late, too large, dead, or raised."""
        process = self._process or self._start()
        if self._is_stopped:  # asked after the start: whichever thread comes second sees what the first one did
            self._end()
            raise DiedError("it was stopped")
        deadline = time.monotonic() + self.work.seconds
        answered = False
        try:
            put(process.calls, args)
            kind, value = _read(process.answers.fileno(), deadline)
            answered = kind == "ok"
        except (BrokenPipeError, EOFError):
            raise DiedError(f"its process ended by itself (exit status {self._end()})") from None
        except TimeoutError:
            raise ChildError(f"it took more than {self.work.seconds:.0f} s") from None
        finally:
            if not answered:  # Ctrl-C and a task's own time limit too: a half-read answer must never meet the next call
                self._end()
        if kind == "memory":
            raise ChildError(f"it needs more than {self.work.megabytes} MB of memory")
        if kind == "error":
            raise RaisedError(str(value))
        return value

    def close(self) -> None:
        """End the child."""
        self._end()

    def stop(self) -> None:
        """End the child for good, from another thread: whoever waits for its answer hears that it died."""
        self._is_stopped = True
        if (process := self._process) is not None:
            process.kill()

    def _start(self) -> Born:
        self._process = self._nursery.bear(self.work)
        return self._process

    def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        for pipe in (process.calls, process.answers):
            with contextlib.suppress(OSError):
                pipe.close()
        return process.wait()


def _read(pipe: int, deadline: float) -> tuple[str, Any]:
    size = LENGTH.unpack(_exactly(pipe, LENGTH.size, deadline))[0]
    kind, value = pickle.loads(_exactly(pipe, size, deadline))  # noqa: S301 - written by our own code, never by a feed
    return kind, value


def _exactly(pipe: int, size: int, deadline: float) -> bytes:
    parts = bytearray()
    poll = select.poll()  # not select(): its descriptors end at 1023, and a fetching process has many
    poll.register(pipe, select.POLLIN)
    while len(parts) < size:
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise TimeoutError
        part = os.read(pipe, min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
