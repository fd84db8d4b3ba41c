"""Judge every new story against the watchlist, and keep what decided it."""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from pipeline import log, steps, store
from pipeline.core import facts
from pipeline.guard import Guard, Hands, moment
from pipeline.model import Match, Story, Tally
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import facts as fact_store
from pipeline.store import matches, stories, watchlists

BATCH = 200  # stories a transaction: some seconds when many need the dear encoder


def plan(settings: Settings, now: datetime) -> list[list[int | None]]:
    """Cut all story numbers into chunks [first, last] in which `match_chunk` stories wait each, at most 1,000 chunks.

    The first chunk begins with 1 and the last has no end (None): whatever comes to wait meanwhile lies in one of them.
    """
    with store.read(settings.database_url) as db:
        starts = stories.cuts(db, settings.match_chunk, steps.MOST_CHUNKS, Guard(settings, "match", now).held)
    return [[first, end and end - 1] for first, end in pairwise([1, *starts[1:], None])]


def run(
    settings: Settings,
    now: datetime,
    *,
    between: Sequence[int | None] = (None, None),
    limit: int = 100_000,
    progress: Progress = silent,
) -> Tally:
    """Judge stories that wait, with the current watchlist; matches, entities and facts are stored together.

    `between`: only those with these numbers and the ones between (None: no bound), a chunk of `plan`. `detail` counts
    the judgements there that another watchlist or matcher made, and the facts that another reader read: over all
    chunks the sums are those of the whole. A story that breaks our code costs itself only: see `pipeline.guard`.
    """
    with store.read(settings.database_url) as db:
        watchlist = watchlists.current(db)
    matcher = steps.matcher(settings, watchlist)
    seen = ours = 0
    guard = Guard(settings, "match", now)

    def gather(n: int, after: int) -> list[Story]:
        with store.read(settings.database_url) as db:
            return stories.unjudged(db, n, guard.held, after, between)

    def keep(part: Sequence[tuple[Story, Match]]) -> list[int]:
        with store.begin(settings.database_url) as db:
            guard.worked(db, [story.id for story, _ in part])
            at = moment(now, (story.seen_at for story, _ in part))
            return [matches.add(db, part, at, settings.enrich)]

    with store.read(settings.database_url) as db:
        is_much = limit >= steps.MUCH and stories.many_wait(db, steps.MUCH, for_judgement=True, between=between)
    with steps.crew(settings, steps.judgement(settings, matcher), is_much) or contextlib.nullcontext() as crew:
        hands = Hands(guard, matcher.judge_many, lambda s: s.id, crew)
        for todo, found in hands.batches(gather, BATCH, limit):  # gather, decide
            story = {s.id: s for s in todo}
            judged = [(story[m.story_id], m) for m in found]
            ours += sum(guard.each(judged, keep, key=lambda pair: pair[0].id))  # apply
            guard.flush()
            seen += len(todo)
            progress("match", seen, None)
    with store.read(settings.database_url) as db:
        stale = matches.stale(db, watchlist.version, matcher.version, between)
        stale_facts = fact_store.stale(db, facts.version(), between)
    detail = {"stale": stale, "stale_facts": stale_facts}
    return log.tally(Tally("match", seen, ours, seen - ours - guard.failed, guard.failed, detail=detail))
