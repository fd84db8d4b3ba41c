"""Give every new story a language, or `und` when unsure."""

import contextlib
from collections.abc import Sequence
from datetime import datetime

from pipeline import log, steps, store
from pipeline.guard import Guard, Hands
from pipeline.model import Language, Story, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import stories

BATCH = 500  # stories a transaction: a second's work, so that a kill costs little and writers wait little


def run(settings: Settings, now: datetime, *, limit: int = 100_000, progress: Progress = silent) -> Tally:
    """Detect the language of stories that have none; the feed's own hint is evidence, not truth."""
    seen = sure = 0
    guard = Guard(settings, "detect", now)

    def gather(n: int, after: int) -> list[Story]:
        with store.read(settings.database_url) as db:
            return stories.undetected(db, n, guard.held, after)

    def keep(part: Sequence[tuple[int, Language]]) -> list[str]:
        with store.begin(settings.database_url) as db:
            stories.set_languages(db, dict(part))
            guard.worked(db, [i for i, _ in part])
        return [found.tag for _, found in part]

    with store.read(settings.database_url) as db:
        is_much = limit >= steps.MUCH and stories.many_wait(db, steps.MUCH, for_judgement=False)
    with steps.crew(settings, steps.detection(), is_much) or contextlib.nullcontext() as crew:
        hands = Hands(guard, steps.detected, lambda s: s.id, crew)
        for todo, found in hands.batches(gather, BATCH, limit):  # gather, decide
            sure += sum(tag != "und" for tag in guard.each(found, keep, key=lambda pair: pair[0]))  # apply
            guard.flush()
            seen += len(todo)
            progress("detect", seen, None)
    return log.tally(Tally("detect", seen, sure, seen - sure - guard.failed, guard.failed))
