"""A crew: children that share the calls of one function."""

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

from pipeline.child.nursery import Nursery, current
from pipeline.child.one import Child
from pipeline.child.work import DiedError, Work


class Crew:
    """Children that share the calls of one function; use as a context manager.

    A child begins when a call finds none free. One that dies costs its call one more try, never the others.
    """

    def __init__(self, work: Work, size: int = 1) -> None:
        """Prepare `size` children of the job's nursery or of one of their own; none begins before the first call."""
        self.size = size
        self.is_started = False
        shared = current()
        self._is_own = shared is None
        self._nursery = shared or Nursery()
        self._children = tuple(Child(work, self._nursery) for _ in range(size))
        self._idle: SimpleQueue[Child] = SimpleQueue()
        for child in self._children:
            self._idle.put(child)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="crew")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for child in self._children:
            child.stop()
        self._threads.shutdown(cancel_futures=True)
        for child in self._children:
            child.close()
        if self._is_own:
            self._nursery.close()

    def call(self, *args: Any) -> Future[Any]:
        """Let the next free child work; the result, or the ChildError, comes in the future."""
        begun = self._threads.submit(_call, self._idle, args)
        if not self.is_started and self.size > 1:
            begun.add_done_callback(lambda _: self._nursery.expect_more())  # by now all children are born
        self.is_started = True
        return begun


def _call(idle: "SimpleQueue[Child]", args: tuple[Any, ...]) -> Any:
    child = idle.get()  # as many threads as children
    try:
        try:
            return child.call(*args)
        except DiedError:
            with contextlib.suppress(OSError):  # no other can begin: nobody shall try here what may have killed it
                return child.call(*args)
            raise
    finally:
        idle.put(child)
