"""One file a task: run(settings, now, …) -> Tally: gather, decide, apply.

`perform` runs a step by name and records its tally: the command line and the DAGs call steps through it.
"""

import dataclasses
import importlib
import inspect
import time
from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pipeline import store
from pipeline.model import Tally, Watchlist
from pipeline.settings import Settings
from pipeline.store import runs

if TYPE_CHECKING:  # heavy: a DAG file that names a step must not load the encoder
    from pipeline.core.match import Matcher

Progress = Callable[[str, int, int | None], None]  # step, done so far, of how many (None: not known)

MAIN = ("sync", "fetch", "parse", "detect", "match", "enrich", "cluster", "alert", "deliver")


def silent(step: str, done: int, total: int | None) -> None:
    """Report progress to nobody."""


def matcher(settings: Settings, watchlist: Watchlist) -> "Matcher":
    """Make the matcher that ships with newswatch, for every step that judges."""
    from pipeline import encoder
    from pipeline.core import facts
    from pipeline.core.match import Matcher, Weights

    text = (files("pipeline") / "data" / "matcher.json").read_text(encoding="utf-8")
    return Matcher(watchlist, Weights.from_json(text), encoder.Encoder(settings.encoder), facts.read)


def perform(step: str, settings: Settings, now: datetime, **options: Any) -> Tally:
    """Run one step, take its time, and record its tally in `runs`; an empty database is given its schema first."""
    store.ensure(settings.database_url)
    module = importlib.import_module(f"pipeline.steps.{step}")
    start = time.perf_counter()
    if "progress" not in inspect.signature(module.run).parameters:
        options.pop("progress", None)
    tally: Tally = module.run(settings, now, **options)
    tally = dataclasses.replace(tally, seconds=time.perf_counter() - start)
    with store.begin(settings.database_url) as db:
        runs.add(db, tally, now)
    return tally
