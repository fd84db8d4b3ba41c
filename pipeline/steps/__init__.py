"""One file a task: run(settings, now, …) -> Tally: gather, decide, apply.

`perform` runs a step by name and records its tally: the command line and the DAGs call steps through it.
"""

import dataclasses
import importlib
import inspect
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pipeline.errors import ConfigError, NotFoundError
from pipeline.model import Language, Match, Member, Story, Tally, Watchlist

if TYPE_CHECKING:  # heavy: a DAG file that names a step must not load the encoder, the store or pydantic
    from pipeline.child import Crew
    from pipeline.core.match.judge import Matcher
    from pipeline.encoder import Encoder
    from pipeline.settings import Settings

Progress = Callable[[str, int, int | None], None]  # step, done so far, of how many (None: not known)

MAIN = ("sync", "fetch", "parse", "detect", "match", "enrich", "cluster", "alert", "deliver")
CHILD_SECONDS = 900.0  # of one call: 50 stories that all ask the dear encoder take 30 s
CHILD_MEGABYTES = 4096  # of address space; a child that judges holds 300 MB
MOST_CHUNKS = 1000  # of a plan: Airflow maps at most 1,024 tasks
MUCH = 1000  # stories that wait: from here on children are worth their start
WATCH = ("targets", "outcomes", "heartbeat")  # after it: hooks, "did it get out?", and the operator's weekly mail


def silent(step: str, done: int, total: int | None) -> None:
    """Report progress to nobody."""


def encoder(settings: "Settings") -> "Encoder":
    """Give this process's encoder: judging and clustering one story in one run encodes it once."""
    return _encoder(settings.encoder, os.getpid())


@lru_cache(maxsize=2)
def _encoder(name: str, pid: int) -> "Encoder":
    from pipeline.encoder import Encoder

    return Encoder(name)


def matcher(settings: "Settings", watchlist: Watchlist) -> "Matcher":
    """Make the matcher for every step that judges: with the weights that ship, or with those of `matcher_file`."""
    from pipeline.core.match.judge import Matcher, MatchWeights, default_weights

    if settings.matcher_file is None:
        return Matcher(watchlist, default_weights(), encoder(settings))
    try:
        weights = MatchWeights.from_json(settings.matcher_file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise ConfigError(
            f"NEWSWATCH_MATCHER_FILE: {settings.matcher_file} cannot be used ({e}); "
            "give a file that `newswatch fit` wrote, or unset it"
        ) from e
    return Matcher(watchlist, weights, encoder(settings))


def crew(settings: "Settings", function: str, is_much: bool) -> "Crew | None":
    """Give children for one of the functions below; None where this process does it all itself.

    A child loads for some seconds: `is_much` says that there is work for longer.
    """
    from pipeline.child import Crew

    if settings.hands == 1 or not is_much:
        return None
    return Crew(f"{__name__}:{function}", CHILD_SECONDS, CHILD_MEGABYTES, settings.hands)


def judged(settings: "Settings", version: str, part: Sequence[Story]) -> list[Match]:
    """Judge stories with a stored version of the watchlist, in a child."""
    return _matcher_of(settings, version).judge_many(part)


@lru_cache(maxsize=1)
def _matcher_of(settings: "Settings", version: str) -> "Matcher":
    from pipeline import store
    from pipeline.store.rows import history

    with store.read(settings.database_url) as db:
        watchlist = history.watchlist(db, version)
    if watchlist is None:
        raise NotFoundError(f"there is no watchlist version {version!r} in the store any more")
    return matcher(settings, watchlist)


def detected(part: Sequence[Story]) -> list[tuple[int, Language]]:
    """Detect the languages of stories, by number: the feed's own hint is evidence, not truth."""
    from pipeline.detector import Detector

    texts = [(s.title, s.summary, (s.declared_language,) if s.declared_language else ()) for s in part]
    return list(zip((s.id for s in part), Detector().detect_many(texts), strict=True))


def encoded(settings: "Settings", part: Sequence[Member], hands: int = 1) -> list[tuple[int, Mapping[str, Any]]]:
    """Encode stories for clustering, by number; `hands` at once, in threads."""
    made = encoder(settings).stories([(m.story.title, m.story.summary) for m in part], hands)
    return list(zip((m.story.id for m in part), made, strict=True))


def run_all(
    settings: "Settings", now: datetime, *, all_feeds: bool = False, progress: Progress = silent
) -> list[Tally]:
    """Run the main job once, in order, and look after it; return what each step did.

    Better article text is judged again before clustering. `all_feeds`: every enabled feed, whatever its schedule.
    """
    tallies: list[Tally] = []
    early: list[Tally] = []  # of parsing what came while some feeds kept us waiting

    def parse() -> None:
        early.append(perform("parse", settings, now))

    from pipeline import store

    with store.kept(settings.database_url):
        for step in (*MAIN, *WATCH):
            options: dict[str, Any] = {"all_feeds": all_feeds, "meanwhile": parse} if step == "fetch" else {}
            tallies.append(perform(step, settings, now, progress=progress, **options))
            if step == "parse":
                tallies[-1] = _sum([*early, tallies[-1]])
            if step == "enrich" and tallies[-1].done:
                tallies.append(perform("match", settings, now, progress=progress))
    return tallies


def _sum(tallies: Sequence[Tally]) -> Tally:
    """Add up what the calls of one step did."""
    detail: dict[str, Any] = {}
    for tally in tallies:
        for key, value in tally.detail.items():
            detail[key] = detail.get(key, 0) + value if isinstance(value, int | float) else value
    numbers = {n: sum(getattr(t, n) for t in tallies) for n in ("seen", "done", "skipped", "failed", "seconds")}
    return Tally(tallies[-1].step, **numbers, detail=detail)


def perform(step: str | ModuleType, settings: "Settings", now: datetime, **options: Any) -> Tally:
    """Run one step, take its time, and record its tally in `runs`; an empty database is given its schema first.

    `step` is one of this package's modules, or its name. A step that is told `dry_run` leaves no trace there either.
    """
    from pipeline import store
    from pipeline.store import runs

    module = importlib.import_module(f"pipeline.steps.{step}") if isinstance(step, str) else step
    if "progress" not in inspect.signature(module.run).parameters:
        options.pop("progress", None)
    with store.kept(settings.database_url):
        store.ensure(settings.database_url)
        start = time.perf_counter()
        tally: Tally = module.run(settings, now, **options)
        tally = dataclasses.replace(tally, seconds=time.perf_counter() - start)
        if not options.get("dry_run"):
            with store.begin(settings.database_url) as db:
                runs.add(db, tally, now)
    return tally
