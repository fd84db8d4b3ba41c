"""A pure function run in a child process: with a deadline, a memory limit, and safe against a crash of libraries.

The child is started at the first call and kept; one that is late, too large or dead is ended, and the next call starts
another. `subprocess`, not `multiprocessing`: a forked child would inherit threads and locks, and a daemonic worker
(Celery's) may have no children of that kind.
"""

import contextlib
import importlib
import os
import pickle
import resource
import select
import struct
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from types import TracebackType
from typing import Any, BinaryIO, Self

_LENGTH = struct.Struct(">Q")


class ChildError(Exception):
    """A call that brought no result; the text says why in one sentence."""


class RaisedError(ChildError):
    """The function itself raised; elsewhere it would raise the same."""


class DiedError(ChildError):
    """The child ended in the middle of a call."""


class Child:
    """Calls `module:function` in a child process; use as a context manager, in one thread."""

    def __init__(self, target: str, seconds: float, megabytes: int) -> None:
        self.target, self.seconds, self.megabytes = target, seconds, megabytes
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def call(self, *args: Any) -> Any:
        """Give the function's result; raise ChildError when it is late, too large, dead, or raised."""
        process = self._process or self._start()
        if self._is_stopped:  # asked after the start: whichever thread comes second sees what the first one did
            self._end()
            raise DiedError("it was stopped")
        deadline = time.monotonic() + self.seconds
        answered = False
        try:
            _write(process.stdin, (args, self.seconds))  # type: ignore[arg-type]
            kind, value = self._read(process, deadline)
            answered = kind == "ok"
        except (BrokenPipeError, EOFError):
            raise DiedError(f"its process ended by itself (exit status {self._end()})") from None
        except TimeoutError:
            raise ChildError(f"it took more than {self.seconds:.0f} s") from None
        finally:
            if not answered:  # Ctrl-C and a task's own time limit too: a half-read answer must never meet the next call
                self._end()
        if kind == "memory":
            raise ChildError(f"it needs more than {self.megabytes} MB of memory")
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
            with contextlib.suppress(OSError):
                process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "pipeline.child", self.target, str(self.megabytes)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own
        return self._process

    def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        with contextlib.suppress(OSError):
            process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        return process.wait()

    def _read(self, process: subprocess.Popen[bytes], deadline: float) -> tuple[str, Any]:
        pipe = process.stdout.fileno()  # type: ignore[union-attr]
        size = _LENGTH.unpack(_exactly(pipe, _LENGTH.size, deadline))[0]
        answer = _exactly(pipe, size, deadline)
        kind, value = pickle.loads(answer)  # noqa: S301 - written by our own code in the child, never by a feed
        return kind, value


class Crew:
    """Children that share the calls of one function; use as a context manager.

    A child is started when a call finds none free. One that dies costs its call one more try, never the others.
    """

    def __init__(self, target: str, seconds: float, megabytes: int, size: int = 1) -> None:
        """Prepare `size` children with the limits of `Child`; none is started before the first call."""
        self.size = size
        self.is_started = False
        self._children = tuple(Child(target, seconds, megabytes) for _ in range(size))
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

    def call(self, *args: Any) -> Future[Any]:
        """Let the next free child work; the result, or the ChildError, comes in the future."""
        self.is_started = True
        return self._threads.submit(_call, self._idle, args)


def _call(idle: "SimpleQueue[Child]", args: tuple[Any, ...]) -> Any:
    child = idle.get()  # as many threads as children
    try:
        try:
            return child.call(*args)
        except DiedError:
            return child.call(*args)
    finally:
        idle.put(child)


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


def _write(pipe: BinaryIO, value: object) -> None:
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def _serve(target: str, megabytes: int) -> None:
    """Answer calls on standard input until it ends; whatever the function prints goes to standard error.

    A call that raises ends the process, which first tells why: its parent starts another at the next call.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.excepthook = partial(_tell, answers)
    calls = sys.stdin.buffer
    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, resource.RLIM_INFINITY))
    while head := calls.read(_LENGTH.size):
        args, seconds = pickle.loads(calls.read(_LENGTH.unpack(head)[0]))  # noqa: S301 - from our own parent
        # The parent ends us at its deadline; were it killed meanwhile, the CPU limit would.
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime + 2 * seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        _write(answers, ("ok", function(*args)))


def _tell(answers: BinaryIO, kind: type[BaseException], error: BaseException, _at: TracebackType | None) -> None:
    """Tell the parent what ended this process, with room for the few bytes that this takes."""
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    if not issubclass(kind, KeyboardInterrupt | BrokenPipeError):
        is_memory = issubclass(kind, MemoryError)
        _write(answers, ("memory" if is_memory else "error", f"{kind.__name__}: {error}"[:500]))


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
