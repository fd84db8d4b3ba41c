"""The child process keeps its promises: results, deadlines, limits, and life after a crash."""

import errno
import os
import time

import pytest

from pipeline.child import Child, ChildError, Crew, DiedError, Nursery, RaisedError, Work
from pipeline.child.nursery import Born

ROOT = Work("math:sqrt", 20, 500)


def is_gone(process: Born) -> bool:
    """Whether a child has ended and was waited for."""
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_result_and_error() -> None:
    """A call gives the function's result; what it raises is a reason, and the next call works."""
    with Child(Work("math:sqrt", 10, 500)) as root:
        assert root.call(9) == 3.0
        first = root._process
        assert root.call(16) == 4.0
        assert root._process is first
        with pytest.raises(ChildError, match="ValueError"):
            root.call(-1)
        assert root.call(4) == 2.0


def test_large_values_pass() -> None:
    """Megabytes go both ways."""
    with Child(Work("builtins:bytes", 20, 800)) as copy:
        content = os.urandom(8 * 2**20)
        assert copy.call(content) == content


def test_deadline() -> None:
    """A call that takes too long ends, and the next one works."""
    with Child(Work("time:sleep", 0.5, 500)) as sleep:
        started = time.monotonic()
        with pytest.raises(ChildError, match="more than"):
            sleep.call(30)
        assert time.monotonic() - started < 5
        assert sleep.call(0) is None


def test_memory() -> None:
    """A call that needs too much memory ends, and the next one works."""
    with Child(Work("builtins:bytearray", 20, 300)) as grow:
        with pytest.raises(ChildError, match="memory"):
            grow.call(2**30)
        assert len(grow.call(10)) == 10


def test_crash() -> None:
    """A library that kills its process kills the child only."""
    with Child(Work("os:_exit", 10, 500)) as end:
        with pytest.raises(ChildError, match="ended by itself"):
            end.call(3)
        with pytest.raises(ChildError, match="exit status 4"):
            end.call(4)


def test_printing_does_no_harm() -> None:
    """What a function prints must not reach the pipe of answers."""
    with Child(Work("builtins:print", 10, 500)) as say:
        assert say.call("noise") is None
        assert say.call("more noise") is None


def test_close_leaves_no_process() -> None:
    """The child ends with its context."""
    with Child(Work("math:sqrt", 10, 500)) as root:
        root.call(1)
        process = root._process
        assert process is not None
    assert is_gone(process)


def test_a_crew_answers_each_call_in_its_own_future() -> None:
    """Calls are shared out, one that fails costs no other, and no process is left."""
    with Crew(Work("math:sqrt", 20, 500), 2) as crew:
        assert not crew.is_started
        futures = [crew.call(n) for n in (1, 4, -1, 9, 16)]
        assert isinstance(futures.pop(2).exception(), RaisedError)
        assert [f.result() for f in futures] == [1, 2, 3, 4]
        processes = [c._process for c in crew._children if c._process]
        assert 1 <= len(processes) <= 2
    assert all(map(is_gone, processes))


def test_a_call_whose_child_died_is_tried_once_more() -> None:
    """A killed child (out of memory, an operator) costs nothing; a call that kills every child is told."""
    with Crew(Work("os:kill", 20, 500)) as crew:
        assert crew.call(os.getpid(), 0).result() is None
        process = crew._children[0]._process
        assert process is not None
        process.kill()
        process.wait()
        assert crew.call(os.getpid(), 0).result() is None
    with Crew(Work("os:_exit", 20, 500)) as crew, pytest.raises(DiedError, match="exit status 3"):
        crew.call(3).result()


def test_a_call_whose_child_died_says_so_where_no_other_can_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """What may have killed a child is never said to be the machine's fault: who hears that does it himself."""
    bear = Nursery.bear
    born: list[Born] = []

    def once(self: Nursery, work: Work) -> Born:
        if born:
            raise BlockingIOError(errno.EAGAIN, "no process left")
        born.append(bear(self, work))
        return born[0]

    monkeypatch.setattr(Nursery, "bear", once)
    with Crew(Work("os:_exit", 20, 500)) as crew, pytest.raises(DiedError):
        crew.call(3).result()


def test_a_crew_that_is_left_early_waits_for_nobody() -> None:
    """An error in the step ends children that work, at once."""
    started = time.monotonic()
    with pytest.raises(RuntimeError), Crew(Work("time:sleep", 60, 500), 2) as crew:
        begun = [crew.call(30) for _ in range(4)]
        raise RuntimeError("the step breaks")
    assert time.monotonic() - started < 20
    assert all(f.cancelled() or f.exception() for f in begun)
