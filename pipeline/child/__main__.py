"""The other side: loads and forks children that answer calls, by descriptor 0; prints go to standard error."""

import gc
import importlib
import os
import pickle
import resource
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from pipeline.child.nursery import received
from pipeline.child.work import LENGTH, Work, put, written


def nurse(control: socket.socket) -> None:
    """Load and fork as is told, until the other side is gone."""
    made: dict[Work, Callable[..., Any]] = {}
    while True:
        kind, value = received(control)
        if kind == "wait":
            control.sendall(written(os.waitstatus_to_exitcode(os.waitpid(value, 0)[1])))
            continue
        if value not in made:
            made[value] = _loaded(value)
            gc.freeze()  # what all children share: nobody need look through it, which would copy it too
        if kind == "bear":
            _, pipes, _, _ = socket.recv_fds(control, 1, 2)
            try:
                pid: int | OSError = os.fork()
            except OSError as e:  # of processes, or of memory, there are no more: no work is to blame
                pid = e
            if pid == 0:
                control.close()
                serve(made[value], value, os.fdopen(pipes[0], "rb"), os.fdopen(pipes[1], "wb"))
            for fd in pipes:
                os.close(fd)
            control.sendall(written(pid))


def _end_all(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    """End with all children, of what was raised: nobody goes on for a process that was killed."""
    if not issubclass(kind, EOFError | ConnectionError):  # else the other side is gone
        sys.__excepthook__(kind, error, at)
    os.killpg(0, signal.SIGKILL)  # our group is ours


def _loaded(work: Work) -> Callable[..., Any]:
    module, _, name = work.target.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function if work.made_with is None else function(*work.made_with)


def serve(function: Callable[..., Any], work: Work, calls: BinaryIO, answers: BinaryIO) -> None:
    """Answer calls until there are no more, and end this process.

    A call that raises ends it too, which first tells why: whoever asked starts another at the next call.
    """
    sys.excepthook = partial(_tell, answers)
    _limit(resource.RLIMIT_AS, _held() + work.megabytes * 2**20)
    while head := calls.read(LENGTH.size):
        args = pickle.loads(calls.read(LENGTH.unpack(head)[0]))  # noqa: S301 - from our own parent
        # Who asked ends us at the deadline; were that process killed meanwhile, the CPU limit would.
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + 2 * work.seconds) + 1)
        put(answers, ("ok", function(*args)))
    os._exit(0)


def _limit(which: int, most: int | None) -> None:
    """Set a limit, or take it away, within what the machine's operator allows us at all."""
    allowed = resource.getrlimit(which)[1]
    wanted = allowed if most is None else most if allowed == resource.RLIM_INFINITY else min(most, allowed)
    resource.setrlimit(which, (wanted, allowed))


def _held() -> int:
    """Give the bytes of address space that this process has; 0 where nothing says so, and no limit is kept."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0


def _tell(answers: BinaryIO, kind: type[BaseException], error: BaseException, _at: TracebackType | None) -> None:
    """Tell the other side what ended this process, with room for the few bytes that this takes."""
    _limit(resource.RLIMIT_AS, None)
    if not issubclass(kind, KeyboardInterrupt | BrokenPipeError):
        is_memory = issubclass(kind, MemoryError)
        put(answers, ("memory" if is_memory else "error", f"{kind.__name__}: {error}"[:500]))


if __name__ == "__main__":
    os.putenv(
        "OPENBLAS_NUM_THREADS", "1"
    )  # else numpy starts threads at its import, and a process of several may not fork
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored where who began us ignores it: nobody could be waited for
    told = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # else children kept it open
    sys.excepthook = _end_all
    nurse(told)
