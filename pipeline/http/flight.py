"""Many requests under way in one loop: they end in any order, and those that have not begun can be called off."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Flight:
    """Work under way, each piece under a number of its own and in a group (its host)."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[None], tuple[int, str]] = {}
        self._ended: list[asyncio.Task[None]] = []
        self._begun: set[int] = set()
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, number: int, group: str, work: Coroutine[Any, Any, None]) -> None:
        """Start a piece of work; it may wait for its turn for long."""
        task = asyncio.create_task(work)
        self._tasks[task] = number, group
        task.add_done_callback(self._end)

    def begin(self, number: int) -> None:
        """Note that a piece's turn has come: it can not be called off any more."""
        self._begun.add(number)

    def call_off(self, group: str | None = None) -> None:
        """Cancel what has not begun, of a group or all."""
        for task, (number, its) in self._tasks.items():
            if number not in self._begun and group in {None, its}:
                task.cancel()

    async def wait(self, seconds: float) -> list[int]:
        """Wait until something ends, at most so long; give the numbers called off, and raise what work raised."""
        if not self._ended:
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                return []
        self._wake.clear()
        ended, self._ended = self._ended, []
        called_off = []
        for task in ended:
            number, _ = self._tasks.pop(task)
            self._begun.discard(number)
            if task.cancelled():
                called_off.append(number)
            else:
                task.result()
        return called_off

    async def land(self) -> None:
        """End all that is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._ended.append(task)
        self._wake.set()
