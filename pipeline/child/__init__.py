"""Pure functions run in child processes: with a deadline, a memory limit, and safe against a crash of libraries.

A nursery, a process of one thread, loads what a function needs and forks children that have it: loading is paid once,
beside what this process does, and a child that was ended is replaced in milliseconds. This process itself never forks:
its children would inherit threads and locks, and a daemonic worker (Celery's) may have none by `multiprocessing`.
"""

from pipeline.child.crew import Crew
from pipeline.child.nursery import Nursery, current, kept
from pipeline.child.one import Child
from pipeline.child.work import ChildError, DiedError, RaisedError, Work

__all__ = ["Child", "ChildError", "Crew", "DiedError", "Nursery", "RaisedError", "Work", "current", "kept"]
