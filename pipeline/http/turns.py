"""Whose turn it is: slots and spacing of a host, a place among all, and a slow lane for servers that say nothing.

A place is for those who work: a request whose server stays silent lends its place to others and goes on waiting beside
them, under its own deadline. Three hundred silent servers then cost their sockets, not the time of those who answer.
"""

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

PATIENCE_S = 0.05  # silence after which a place is lent: near servers have begun their answer by then
LONG_S = 5.0  # an exchange that takes longer ends in the slow lane: it drips
LANE = 10  # times as many may wait in the slow lane as have places, …
SPARE = 200  # … but so many descriptors are left to others (files, database, DNS)


@dataclass(slots=True)
class Host:
    """What politeness to one host needs."""

    slots: asyncio.Semaphore
    spacing: float
    next_start: float = 0.0  # loop time


class Turns:
    """Slots per host and places among all, for one client in one event loop."""

    def __init__(self, host_concurrency: int, host_spacing: float, places: int) -> None:
        self._hosts: dict[str, Host] = {}
        self._host_concurrency, self._host_spacing = host_concurrency, host_spacing
        self.places = asyncio.Semaphore(places)
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        room = LANE * places if soft == resource.RLIM_INFINITY else min(LANE * places, soft - places - SPARE)
        self.lane = max(0, room)
        self.lent = 0  # places lent by requests that wait for a silent server
        self.polite = 0  # requests that wait for their host's slot or spacing

    @property
    def idle(self) -> int:
        """How many requests only wait: for politeness, or for a server that says nothing."""
        return self.lent + self.polite

    def host(self, name: str) -> Host:
        """Give what politeness to a host needs."""
        found = self._hosts.get(name)
        if found is None:
            found = self._hosts[name] = Host(asyncio.Semaphore(self._host_concurrency), self._host_spacing)
        return found

    @contextlib.asynccontextmanager
    async def turn(self, host: str, is_hop: bool, go: Callable[[], None] | None = None) -> AsyncIterator["Place"]:
        """Wait for a host's slot and spacing, then for a place among all: waiting for one host delays no other.

        A redirect waits for a slot but not for the spacing: it is the same visit. `go` is called when the turn has
        come, and may still refuse by raising.
        """
        loop = asyncio.get_running_loop()
        state = self.host(host)
        async with contextlib.AsyncExitStack() as held:
            with self._politely():
                await held.enter_async_context(state.slots)
                if not is_hop:
                    start = max(loop.time(), state.next_start)
                    state.next_start = start + state.spacing
                    if (wait := start - loop.time()) > 0:
                        await asyncio.sleep(wait)
            place = Place(self)
            await place.take()
            try:
                if go:
                    go()
                yield place
            finally:
                place.give()

    @contextlib.contextmanager
    def _politely(self) -> Iterator[None]:
        self.polite += 1
        try:
            yield
        finally:
            self.polite -= 1


class Place:
    """One request's place: its own, lent to others, or given up."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._has = self._is_lent = False
        self._since = asyncio.get_running_loop().time()

    async def take(self) -> None:
        """Wait for a place."""
        await self._turns.places.acquire()
        self._has = True

    def give(self) -> None:
        """Leave, for good."""
        if self._has:
            self._turns.places.release()
        elif self._is_lent:
            self._turns.lent -= 1
        self._has = self._is_lent = False

    async def patient(self, silent: Awaitable[Any], ours: Callable[[Awaitable[Any]], Awaitable[Any]]) -> Any:
        """Await what a server may be slow to say, and lend the place meanwhile; then have it back.

        `ours` awaits what is not the server's time: the waiting for the place.
        """
        loop = asyncio.get_running_loop()
        timer = loop.call_later(PATIENCE_S, self._lend)
        try:
            found = await silent
        finally:
            timer.cancel()
        if self._is_lent and loop.time() - self._since < LONG_S:
            await ours(self._back())
        return found

    def _lend(self) -> None:
        if self._has and self._turns.lent < self._turns.lane:
            self._turns.places.release()
            self._turns.lent += 1
            self._has, self._is_lent = False, True

    async def _back(self) -> None:
        await self._turns.places.acquire()
        if self._is_lent:
            self._turns.lent -= 1
        self._has, self._is_lent = True, False
