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
from functools import lru_cache, partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pipeline.errors import ConfigError, NewswatchError
from pipeline.model import Language, Match, Member, Story, Tally, Watchlist, Written

if TYPE_CHECKING:  # heavy: a DAG file that names a step must not load the encoder, the store or pydantic
    from pipeline.child import Crew, Work
    from pipeline.core.match.judge import Matcher, MatchWeights
    from pipeline.encoder import Encoder
    from pipeline.settings import Settings

Progress = Callable[[str, int, int | None], None]  # step, done so far, of how many (None: not known)

MAIN = ("sync", "fetch", "parse", "detect", "match", "enrich", "cluster", "alert", "deliver")
CHILD_SECONDS = 900.0  # of one call: 50 stories that all ask the dear encoder take 30 s
CHILD_MEGABYTES = 4096  # a child that judges needs 300
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


def crew(settings: "Settings", work: "Work", is_much: bool) -> "Crew | None":
    """Give children for one of the works below; None where this process does it all itself.

    A nursery loads for a second: `is_much` says that there is work for longer. What the job's nursery has loaded need
    not be loaded here.
    """
    from pipeline.child import Crew, current

    nursery = current()
    if settings.hands == 1 or not (is_much or (nursery and nursery.knows(work))):
        return None
    return Crew(work, settings.hands)


def _work(made_by: Callable[..., object], made_with: tuple[Any, ...], name: str = "") -> "Work":
    from pipeline.child import Work

    return Work(f"{__name__}:{made_by.__name__}", CHILD_SECONDS, CHILD_MEGABYTES, made_with, name)


def judgement(settings: "Settings", by: "Matcher") -> "Work":
    """Give the work of judging stories, for a crew: plain values, so that children load neither store nor settings."""
    return _work(judging, (by.watchlist, by.weights, settings.encoder), f"{by.watchlist.version} {by.version}")


def judging(watchlist: Watchlist, weights: "MatchWeights", encoder: str) -> Callable[[Sequence[Story]], list[Match]]:
    """Make what judges stories in a child."""
    from pipeline.core.match.judge import Matcher

    made = Matcher(watchlist, weights, _encoder(encoder, os.getpid()))
    _ = made.index  # compiled now, for all children
    return partial(_judged, made)


def _judged(by: "Matcher", part: Sequence[Story]) -> list[Match]:
    """Judge; the evidence comes as a text, which the other side takes in and stores three times as fast."""
    return [dataclasses.replace(m, evidence=Written.of(m.evidence)) for m in by.judge_many(part)]


def detection() -> "Work":
    """Give the work of detecting languages, for a crew."""
    return _work(detecting, ())


def detecting() -> Callable[[Sequence[Story]], list[tuple[int, Language]]]:
    """Make what detects languages in a child."""
    detected(())
    return detected


def detected(part: Sequence[Story]) -> list[tuple[int, Language]]:
    """Detect the languages of stories, by number: the feed's own hint is evidence, not truth."""
    from pipeline.detector import Detector

    texts = [(s.title, s.summary, (s.declared_language,) if s.declared_language else ()) for s in part]
    return list(zip((s.id for s in part), Detector().detect_many(texts), strict=True))


def encoding_of(settings: "Settings") -> "Work":
    """Give the work of encoding stories, for a crew."""
    return _work(encoding, (settings.encoder,), settings.encoder)


def encoding(name: str) -> Callable[[Sequence[Member]], list[tuple[int, Mapping[str, Any]]]]:
    """Make what encodes stories in a child."""
    return partial(_encoded, _encoder(name, os.getpid()))


def encoded(settings: "Settings", part: Sequence[Member], hands: int = 1) -> list[tuple[int, Mapping[str, Any]]]:
    """Encode stories for clustering, by number; `hands` at once, in threads."""
    return _encoded(encoder(settings), part, hands)


def _encoded(by: "Encoder", part: Sequence[Member], hands: int = 1) -> list[tuple[int, Mapping[str, Any]]]:
    made = by.stories([(m.story.title, m.story.summary) for m in part], hands)
    return list(zip((m.story.id for m in part), made, strict=True))


def run_all(
    settings: "Settings", now: datetime, *, all_feeds: bool = False, progress: Progress = silent
) -> list[Tally]:
    """Run the main job once, in order, and look after it; return what each step did.

    Better article text is judged again before clustering. `all_feeds`: every enabled feed, whatever its schedule.
    """
    tallies: list[Tally] = []
    early: list[Tally] = []  # of parsing what came while some feeds kept us waiting

    from pipeline import child, store

    def parse() -> None:
        early.append(perform("parse", settings, now))

    def later() -> list[child.Work]:
        return [detection(), *_judgement_by_default(settings)]

    with store.kept(settings.database_url), child.kept(later):
        for step in (*MAIN, *WATCH):
            options: dict[str, Any] = {"all_feeds": all_feeds, "meanwhile": parse} if step == "fetch" else {}
            tallies.append(perform(step, settings, now, progress=progress, **options))
            if step == "parse":
                tallies[-1] = _sum([*early, tallies[-1]])
            if step == "enrich" and tallies[-1].done:
                tallies.append(perform("match", settings, now, progress=progress))
    return tallies


def _judgement_by_default(settings: "Settings") -> list["Work"]:
    """Give what `match` will ask of a crew; nothing where it may be broken: the step says that in its own words."""
    from pipeline import store
    from pipeline.store import watchlists

    if settings.matcher_file is not None:
        return []
    try:
        with store.read(settings.database_url) as db:
            watchlist = watchlists.current(db)
        return [judgement(settings, matcher(settings, watchlist))]
    except NewswatchError:  # no such encoder
        return []


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
