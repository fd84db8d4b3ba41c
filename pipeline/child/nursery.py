"""The nursery as this process sees it: it is told what to load, and asked for children."""

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from pipeline.child.work import LENGTH, RaisedError, Work, written

LOADING_S = 300.0  # what it is loading takes some seconds; then it is killed, and another tried


@dataclass(frozen=True, slots=True, eq=False)
class Born:
    """A child: where its calls are written and its answers read."""

    nursery: "Nursery"
    bearer: "subprocess.Popen[bytes]"
    pid: int
    calls: BinaryIO
    answers: BinaryIO

    def kill(self) -> None:
        """End it at once; its number is its own until `wait`, and one whose bearer has ended has ended too."""
        if self.bearer.returncode is None:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Give its exit status once it has ended; a second time, or where its bearer is gone, that of a killed one."""
        return self.nursery.ended(self)


class Nursery:
    """A process that loads and forks, begun when it is first needed; safe to share between threads."""

    def __init__(self, then: Callable[[], Sequence[Work]] | None = None) -> None:
        """`then`: asked, when the first of several children has worked, what else will be wanted."""
        self._then = then
        self._known: set[Work] = set()
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def knows(self, work: Work) -> bool:
        """Whether it has loaded a work, or is about to."""
        return work in self._known

    def expect_more(self) -> None:
        """Begin to load what else will be wanted; only once."""
        then, self._then = self._then, None
        for work in then() if then else ():
            self._known.add(work)
            with self._lock, contextlib.suppress(OSError), self._whole():  # who asks for children hears of it
                self._tell("load", work)

    def bear(self, work: Work) -> Born:
        """Give a new child; raise RaisedError where what it needs cannot be loaded, OSError on a full machine."""
        self._known.add(work)
        with self._lock:
            for _ in range(2):
                with contextlib.suppress(EOFError, ConnectionError, TimeoutError), self._whole():
                    return self._bear(work)  # else it was killed, or died of what it loads
        raise RaisedError(f"what {work.target} needs cannot be loaded")

    def ended(self, child: Born) -> int:
        """Wait until a child has ended, and give its exit status."""
        with self._lock:
            if self._running is not None and self._running.process is child.bearer:
                with contextlib.suppress(OSError, EOFError), self._whole():
                    self._tell("wait", child.pid)
                    return int(received(self._running.control))
        return -signal.SIGKILL

    def close(self) -> None:
        """End it, and all its children."""
        with self._lock:
            self._end()

    def _bear(self, work: Work) -> Born:
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
            (their_calls, calls), (answers, their_answers) = os.pipe(), os.pipe()
            theirs.callback(os.close, their_calls), theirs.callback(os.close, their_answers)
            pipes = ours.enter_context(os.fdopen(calls, "wb")), ours.enter_context(os.fdopen(answers, "rb"))
            running = self._tell("bear", work)
            socket.send_fds(running.control, [b"."], [their_calls, their_answers])
            pid = received(running.control)
            if isinstance(pid, OSError):
                raise pid
            ours.pop_all()
        return Born(self, running.process, pid, *pipes)

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """End it when something is asked by halves, for a task's time limit too: a late answer must meet nobody."""
        try:
            yield
        except BaseException:
            self._end()
            raise

    def _tell(self, kind: str, value: object) -> "_Running":
        if self._running is None:
            self._running = _begun()
        self._running.control.sendall(written((kind, value)))
        return self._running

    def _end(self) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        running.control.close()
        with contextlib.suppress(OSError):
            os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()


@dataclass(frozen=True, slots=True, eq=False)
class _Running:
    process: "subprocess.Popen[bytes]"
    control: socket.socket


def _begun() -> _Running:
    mine, theirs = socket.socketpair()
    command = [sys.executable, "-m", "pipeline.child"]
    with theirs:
        # A group of its own: whatever becomes of it, its children can be ended by its number while it is ours.
        process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=2, process_group=0)  # noqa: S603 - our own
    mine.settimeout(LOADING_S)
    return _Running(process, mine)


def received(control: socket.socket) -> Any:
    """Read a message; raise EOFError where the other side is gone."""
    size = LENGTH.unpack(_exactly(control, LENGTH.size))[0]
    return pickle.loads(_exactly(control, size))  # noqa: S301 - between our own processes


def _exactly(control: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = control.recv(size - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


_kept: list[Nursery] = []


def current() -> Nursery | None:
    """Give the nursery that the job keeps, if there is one."""
    return _kept[-1] if _kept else None


@contextlib.contextmanager
def kept(then: Callable[[], Sequence[Work]] | None = None) -> Iterator[None]:
    """Let all children inside the block come from one nursery; see there for `then`."""
    nursery = Nursery(then)
    _kept.append(nursery)
    try:
        yield
    finally:
        _kept.remove(nursery)
        nursery.close()
