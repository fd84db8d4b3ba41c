"""The nursery outlasts what happens to it, to its children and to who began it, and leaves nobody behind."""

import operator
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from pipeline.child import Child, Crew, DiedError, RaisedError, Work, current, kept

ROOT = Work("math:sqrt", 20, 500)


def test_a_killed_nursery_is_replaced_and_takes_its_children_along() -> None:
    """The machine runs out of memory: another one bears the next child, and nobody of the old ones is left."""
    with Child(ROOT) as root:
        assert root.call(9) == 3.0
        born = root._process
        assert born is not None
        os.kill(born.bearer.pid, signal.SIGKILL)
        born.bearer.wait()
        os.kill(born.pid, signal.SIGKILL)
        with pytest.raises(DiedError):
            root.call(16)
        assert root.call(25) == 5.0
        assert root._process is not None
        assert root._process.bearer is not born.bearer


def test_nobody_outlives_who_is_killed() -> None:
    """SIGKILL of a worker, while one child works and another has nothing to do, leaves neither nursery nor children."""
    code = """
from pipeline.child import Crew, Work
with Crew(Work("time:sleep", 600, 500), 2) as crew:
    crew.call(0).result()
    endless = crew.call(500)
    crew.call(1).result()
    children = [c._process for c in crew._children if c._process]
    print(*(c.pid for c in children), children[0].bearer.pid, flush=True)
    endless.result()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        pids = [int(word) for word in worker.stdout.readline().split()]
        assert len(pids) == 3
        assert all(psutil.pid_exists(pid) for pid in pids)
        worker.kill()
    _, alive = psutil.wait_procs([psutil.Process(p) for p in pids if psutil.pid_exists(p)], timeout=60)
    assert not alive


def test_what_cannot_be_loaded_is_told() -> None:
    """Whoever asked does it in this process, where it says what broke; others' children are born as before."""
    with kept(), Crew(Work("math:no_such_thing", 20, 500)) as broken, Child(ROOT) as root:
        with pytest.raises(RaisedError, match="no_such_thing"):
            broken.call(9).result()
        assert root.call(9) == 3.0


def test_a_function_is_made_once_for_all_children() -> None:
    """What it is made with is loaded by the nursery: its children only call it."""
    made = Work("functools:partial", 20, 500, (operator.mul, 3), "three times")
    with Crew(made, 2) as crew:
        assert [f.result() for f in [crew.call(n) for n in range(8)]] == [n * 3 for n in range(8)]
    assert made != Work("functools:partial", 20, 500, (operator.mul, 4), "four times")


def test_crews_of_a_job_share_a_nursery_that_loads_ahead() -> None:
    """What comes later is loaded while several children work; nothing is, where one is enough."""
    later = Work("functools:partial", 20, 500, (operator.add, 1), "one more")
    asked: list[int] = []

    def then() -> list[Work]:
        asked.append(1)
        return [later]

    with kept(then):
        nursery = current()
        assert nursery is not None
        with Crew(ROOT) as alone:
            assert alone.call(9).result() == 3.0
        assert not nursery.knows(later)
        for _ in range(2):
            with Crew(ROOT, 2) as crew:
                assert [f.result() for f in [crew.call(n * n) for n in range(4)]] == [0, 1, 2, 3]
                bearers = {c._process.bearer for c in crew._children if c._process}
        assert len(bearers) == len(asked) == 1
        assert nursery.knows(later)
        with Crew(later) as crew:
            assert crew.call(1).result() == 2
    assert current() is None
    assert all(b.poll() is not None for b in bearers)


def test_a_machine_that_has_no_process_left_is_no_fault_of_what_is_asked() -> None:
    """The error is the machine's, on whichever side it comes; nobody takes what was asked for broken."""
    full = "import os, errno\ndef fork(): raise BlockingIOError(errno.EAGAIN, 'no process left')\nos.fork = fork"
    with Child(Work("builtins:exec", 20, 500, (full, {}))) as child, pytest.raises(BlockingIOError):
        child.call()


def test_a_word_that_was_cut_short_never_meets_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C or a task's time limit while the nursery is asked: its late answer is not taken for a child's number."""
    with kept():
        with Child(ROOT) as root:
            assert root.call(9) == 3.0
            first = root._process

            def cut(_control: object) -> None:
                raise KeyboardInterrupt

            with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
                patched.setattr("pipeline.child.nursery.received", cut)
                root.close()
        nursery = current()
        assert first is not None
        assert nursery is not None
        born = nursery.bear(ROOT)
        assert born.pid > 0
        assert psutil.pid_exists(born.pid)
        assert born.bearer is not first.bearer


def test_who_is_left_alone_while_it_loads_says_nothing(tmp_path: Path) -> None:
    """A worker that is killed while its nursery loads costs no traceback, and no child goes on."""
    code = """
import threading
from pipeline.child import Child, Work, kept
with kept():
    works = Child(Work("time:sleep", 600, 500))
    works.call(0)
    threading.Thread(target=works.call, args=(500,)).start()
    print(works._process.pid, works._process.bearer.pid, flush=True)
    Child(Work("time:sleep", 20, 500, (2,), "slow")).call(1)
"""
    said = tmp_path / "said"
    with (
        said.open("wb") as err,
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=err) as worker,
    ):
        assert worker.stdout is not None
        pids = [int(word) for word in worker.stdout.readline().split()]
        time.sleep(0.3)
        worker.kill()
    _, alive = psutil.wait_procs([psutil.Process(p) for p in pids if psutil.pid_exists(p)], timeout=20)
    assert not alive
    assert not said.read_text()


def test_who_ignores_ended_children_has_them_waited_for() -> None:
    """A worker that ignores SIGCHLD hands that on: one ended child costs the others nothing all the same."""
    code = """
import signal
from pipeline.child import Child, RaisedError, Work, kept
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
root = Work("math:sqrt", 20, 500)
with kept(), Child(root) as one, Child(root) as other:
    one.call(4), other.call(4)
    try:
        other.call(-1)
    except RaisedError:
        print(one.call(9))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (said.stdout, said.stderr) == ("3.0\n", "")


def test_who_begins_a_nursery_by_hand_is_not_ended_by_it() -> None:
    """Without the other side there are no children yet, and its group is another's."""
    with subprocess.Popen(
        ["/bin/sh", "-c", f"{sys.executable} -m pipeline.child </dev/null 2>/dev/null; echo went on"],
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as shell:
        assert shell.communicate(timeout=60)[0] == "went on\n"


def test_a_worker_that_has_limits_itself_has_children_all_the_same() -> None:
    """A service's own limits (LimitAS=, ulimit -v) bound ours: none may be raised above them."""
    code = """
import ctypes, resource
from pipeline.child import Child, Work
ctypes.CDLL(None).prctl(24, 24, 0, 0, 0)  # who may raise all limits, as root may, gives that up
for which, most in ((resource.RLIMIT_AS, 2**34), (resource.RLIMIT_CPU, 90)):
    resource.setrlimit(which, (most, most))
with Child(Work("math:sqrt", 20, 500)) as root:
    print(root.call(9))
with Child(Work("math:sqrt", 600, 2**16)) as root:
    print(root.call(16))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (said.stdout, said.stderr) == ("3.0\n4.0\n", "")
