"""Steps in processes of their own, to be killed or to run side by side; forked from one that imported them once."""

import contextlib
import importlib
import multiprocessing
from collections.abc import Callable, Mapping
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

from pipeline import steps
from pipeline.model import Tally
from pipeline.settings import Settings

# Not "fork": a child of the tests' own process would inherit its threads, and the sockets of its servers.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["tests.processes", *(f"pipeline.steps.{name}" for name in ("alert", "cluster", "deliver", "fetch", "parse"))]
)


class StepProcess:
    """One run of a step in a process that waits until `go` is called."""

    def __init__(self, step: str, made: Settings, now: datetime, **constants: Any) -> None:
        """Make it; `constants` are given to the step's module."""
        here, there = _CONTEXT.Pipe()
        self._pipe = here
        self._process = _CONTEXT.Process(target=_perform, args=(there, step, made, now, constants), daemon=True)
        self._process.start()
        there.close()
        self.pid = self._process.pid or 0

    def go(self) -> "StepProcess":
        """Let it begin."""
        self._pipe.send("go")
        return self

    def is_running(self) -> bool:
        """Say whether it has not ended."""
        return self._process.exitcode is None

    def kill(self) -> int | None:
        """End it by SIGKILL, unless it has ended; give its exit status."""
        self._process.kill()
        return self.wait()

    def wait(self, seconds: float = 120.0) -> int | None:
        """Wait for its end; give its exit status, -9 when it was killed."""
        self._process.join(seconds)
        return self._process.exitcode

    def tally(self) -> Tally:
        """Wait for its end, and give what it did; EOFError when it broke."""
        told: Tally = self._pipe.recv()
        assert self.wait() == 0
        return told


def start(step: str, made: Settings, now: datetime, **constants: Any) -> StepProcess:
    """Run a step in a process of its own, from now on."""
    return StepProcess(step, made, now, **constants).go()


def together(step: str, made: Settings, now: datetime, **constants: Any) -> list[Tally]:
    """Run a step in two processes at once; give what each did."""
    both = [StepProcess(step, made, now, **constants) for _ in range(2)]
    for process in both:
        process.go()
    return [process.tally() for process in both]


def kill_when(process: StepProcess, is_time: Callable[[], Any]) -> int | None:
    """Kill a process when something is so, or when it has ended."""
    while process.is_running() and not is_time():
        process.wait(0.01)
    return process.kill()


def _perform(pipe: Connection, step: str, made: Settings, now: datetime, constants: Mapping[str, Any]) -> None:
    module = importlib.import_module(f"pipeline.steps.{step}")
    for name, value in constants.items():
        setattr(module, name, value)
    pipe.recv()
    told = steps.perform(step, made, now)
    with contextlib.suppress(BrokenPipeError):  # nobody asks
        pipe.send(told)
