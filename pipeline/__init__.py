"""newswatch finds each happening of a storyline in the world's press, in every language, once.

The whole program, told as a shell line (each word is a step, a file in `pipeline.steps`, and a command):

    watch folder   | sync    -> feeds, watchlists, subscriptions
    due feeds      | fetch   -> fetches, raw bodies      the only step that talks to feeds
    new bodies     | parse   -> stories, sightings       upsert by canonical URL; nothing is stored twice
    new stories    | detect  -> language, confidence     "und" when unsure
    new stories    | match   -> matches, facts           level, score, evidence, watchlist version
    level >= 1     | enrich  -> article text             polite page fetch; better text is judged again
    matched        | cluster -> events                   join, found, merge; with evidence and history
    changed events | alert   -> alerts (outbox)          unique (subscription, event, reason, revision)
    due alerts     | deliver -> mail                     at least once, one Message-ID

As a library (docs/python.md):

    import pipeline
    settings = pipeline.settings(database_url="sqlite:///news.db", watch_dir="my-watch")
    pipeline.run(settings)
    for event in pipeline.events(settings):
        print(event.level, event.title)
"""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipeline.version import __version__

if TYPE_CHECKING:  # nothing heavy is imported before it is asked for: a DAG file imports this package too
    from collections.abc import Callable

    from pipeline import errors as errors
    from pipeline.desk.explain import Explanation
    from pipeline.desk.pages import ToldEvent
    from pipeline.model import Event, Fact, Tally
    from pipeline.settings import Settings

    def settings(**values: object) -> Settings:
        """Read the settings from the environment (NEWSWATCH_…); `values` win.

        Fields and defaults are those of `pipeline.settings.Settings`. Raises errors.ConfigError with the name of the
        setting that is wrong.
        """


__all__ = ["__version__", "errors", "event", "events", "explain", "read_facts", "run", "settings"]


def run(
    settings: Settings,
    now: datetime | None = None,
    *,
    all_feeds: bool = False,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> list[Tally]:
    """Run the main job once: fetch what is due, judge, fold into events, mail; return what each step did, in order.

    `now`: the moment to work at (aware; default: the clock). `all_feeds`: every enabled feed, whatever its schedule.
    `progress(step, done, of)` hears how it goes. An empty database is given its schema. One bad feed, story or mail is
    counted as failed in its step's tally; raises errors.ConfigError for a wrong watch folder or setting, and
    errors.StoreError when the database cannot be used.
    """
    from pipeline import steps

    return steps.run_all(settings, now or datetime.now(UTC), all_feeds=all_feeds, progress=progress or steps.silent)


def events(
    settings: Settings,
    *,
    min_level: int = 1,
    limit: int = 100,
    since: datetime | None = None,
    entity: str | None = None,
) -> list[Event]:
    """Give standing events, the last told first, `limit` at most.

    `min_level`: 0 to 3; `since`: told at or after this moment (aware); `entity`: the key of one that they name.
    Raises errors.StoreError where there is no database yet.
    """
    from pipeline.desk import events as asked

    return asked.newest(settings, limit, min_level, since, entity)


def event(settings: Settings, number: int) -> ToldEvent:
    """Give all of one event: its stories in every language, who states which amount, contradictions, its history.

    A number that was merged away gives the event that it is now. Raises errors.NotFoundError for an unknown one.
    """
    from pipeline.desk import pages

    return pages.event(settings, pages.standing(settings, number))


def explain(settings: Settings, story: str | int) -> Explanation:
    """Give everything stored about one story, by number, address or the first digits of its hash.

    Fields: story, sightings, matches (the current one first, with evidence: names with offsets, contributions of each
    feature in log-odds), seeds, facts, labels, join (why it stands in its event) and event. Raises
    errors.NotFoundError for an unknown story.
    """
    from pipeline.desk import explain as asked

    return asked.run(settings, str(story))


def read_facts(text: str, language: str | None = None) -> tuple[Fact, ...]:
    """Read the quantities of a text of any language: money, power, energy, counts and dates, in order.

    `language` (BCP 47) is a hint that may be wrong. Values are in base units: money in the currency's unit, W, Wh,
    days since 1970-01-01; `start` and `end` are offsets into `text`. Raises nothing.
    """
    from pipeline.core import facts

    return facts.read(text, language)


def __getattr__(name: str) -> Any:
    if name in {"errors", "settings"}:  # modules; `settings` can be called
        return importlib.import_module(f"pipeline.{name}")
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
