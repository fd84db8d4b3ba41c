"""Judge stories again that were judged before: a changed watchlist or matcher applied to history, in chunks.

`backtest` says what would change and writes nothing; `run` makes it so. Stories that were worthless before and match
now are no news: alerting takes them for baseline.
"""

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline import catalog, log, steps, store
from pipeline.errors import ConfigError, NotFoundError
from pipeline.guard import Guard, Hands, moment
from pipeline.model import Level, Match, Story, Tally, Watchlist
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import matches, stories, watchlists
from pipeline.store.rows import history

BATCH = 200  # stories a transaction, as in match
EXAMPLES = 20  # stories named per change in a backtest


def since_of(text: str, now: datetime | None = None) -> datetime:
    """Read a date or a time; a date is the beginning of that day, UTC is meant where nothing is said.

    With `now` a time that is still to come is refused: it would do nothing, and look as if all were well.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as e:
        raise ConfigError(f"since is no date ({text!r}); write 2026-11-01 or 2026-11-01T06:00") from e
    found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    if now is not None and found > now:
        raise ConfigError(f"since is in the future ({text}); stories are judged again from a day that has begun")
    return found


def plan(settings: Settings, since: str, chunk: int, watchlist: str | None = None) -> list[list[int]]:
    """Cut the stories seen since a time into chunks: [first, last] story numbers, at most 1,000 chunks."""
    with store.read(settings.database_url) as db:
        _watchlist(db, watchlist)  # an unknown version fails here, before anything was judged
        ids = history.ids_since(db, since_of(since))
    size = max(chunk, -(-len(ids) // steps.MOST_CHUNKS))
    return [[part[0], part[-1]] for part in (ids[i : i + size] for i in range(0, len(ids), size))]


def run(
    settings: Settings,
    now: datetime,
    *,
    since: str | None = None,
    between: Sequence[int] | None = None,
    watchlist: str | None = None,
    dry_run: bool = False,
    limit: int = 10_000_000,
    progress: Progress = silent,
) -> Tally:
    """Judge stories again, those seen `since` a time or those with numbers `between` two (both counted).

    `watchlist`: a stored version, by default the current one. `detail`: how many levels rise, fall, and are the same.
    `dry_run`: say so, and write nothing. A story that breaks our code keeps its judgement and waits for the match step,
    which tries it again.
    """
    with store.read(settings.database_url) as db:
        judge_with = _watchlist(db, watchlist)
        if between is not None:
            first, last = between
            ids = history.ids_between(db, first, last)
        else:
            ids = history.ids_since(db, since_of(since or "1970-01-01", now))
    ids = ids[:limit]
    matcher = steps.matcher(settings, judge_with)
    guard = Guard(settings, "match", datetime.max.replace(tzinfo=UTC) if dry_run else now)
    one = _Again(settings, now, guard, dry_run)
    work = steps.judgement(settings, matcher)
    with steps.crew(settings, work, len(ids) >= steps.MUCH) or contextlib.nullcontext() as crew:
        hands = Hands(guard, matcher.judge_many, lambda s: s.id, crew)
        done = 0
        for part, todo, found in hands.over(ids, BATCH, one.gather):  # gather, decide
            one.apply(todo, found)
            done += len(part)
            progress("rematch", done, len(ids))
    left = len(ids) - one.ours - guard.failed
    return log.tally(Tally("rematch", len(ids), one.ours, left, guard.failed, detail=dict(one.counts)))


@dataclass(slots=True)
class _Again:
    """One run: what it works with, and what it did."""

    settings: Settings
    now: datetime
    guard: Guard
    dry_run: bool
    ours: int = 0
    counts: Counter[str] = field(default_factory=lambda: Counter(up=0, down=0, same=0))
    levels: dict[int, int | None] = field(default_factory=dict)  # of the stories that are judged again now

    def gather(self, part: Sequence[int]) -> list[Story]:
        """Read stories, and remember their levels."""
        with store.read(self.settings.database_url) as db:
            found = history.get(db, part)
        self.levels.update((story.id, level) for story, level in found)
        return [story for story, _ in found]

    def apply(self, todo: Sequence[Story], found: Sequence[Match]) -> None:
        """Keep a batch's judgements; a story without one, or whose own cannot be kept, waits for the match step."""
        story = {s.id: s for s in todo}
        judged = [(story[m.story_id], m) for m in found]
        kept = dict(self.guard.each(judged, self.keep, key=lambda pair: pair[0].id))
        broken = [s.id for s in todo if s.id not in kept]
        if broken and not self.dry_run:
            with store.begin(self.settings.database_url) as db:
                stories.wait(db, broken)
                self.guard.save(db)
        for one in todo:
            before = self.levels.pop(one.id)
            if one.id in kept:
                self.counts[_change(before, kept[one.id].level)] += 1

    def keep(self, part: Sequence[tuple[Story, Match]]) -> list[tuple[int, Match]]:
        """Store judgements, all or none; a dry run only counts them."""
        if self.dry_run:
            self.ours += sum(match.level > 0 for _, match in part)
        else:
            with store.begin(self.settings.database_url) as db:
                at = moment(self.now, (story.seen_at for story, _ in part))
                more = matches.add(db, part, at, self.settings.enrich)
                self.guard.worked(db, [story.id for story, _ in part])
            self.ours += more
        return [(story.id, match) for story, match in part]


@dataclass(frozen=True, slots=True)
class ChangedStory:
    """A story whose level would change."""

    story: int
    language: str
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """What judging again would change; a change is written "1>0", the level before and the level after."""

    seen: int
    failed: int
    watchlist: str
    matcher: str
    levels: dict[str, int]  # stories by change
    examples: dict[str, list[ChangedStory]]


def backtest(settings: Settings, since: str, *, limit: int = 10_000_000, progress: Progress = silent) -> Backtest:
    """Say what judging again with the watch folder as it stands now would change; write nothing."""
    watchlist = catalog.load(settings.watch_dir or catalog.default_dir()).watchlist
    matcher = steps.matcher(settings, watchlist)
    with store.read(settings.database_url) as db:
        ids = history.ids_since(db, since_of(since))[:limit]
    levels: Counter[str] = Counter()
    examples: dict[str, list[ChangedStory]] = {}
    guard = Guard(
        settings, "match", datetime.max.replace(tzinfo=UTC)
    )  # what breaks is logged and left out; nothing is stored

    def judge(part: Sequence[tuple[Story, int | None]]) -> list[tuple[tuple[Story, int | None], Match]]:
        return list(zip(part, matcher.judge_many([s for s, _ in part]), strict=True))

    for start in range(0, len(ids), BATCH):
        with store.read(settings.database_url) as db:
            todo = history.get(db, ids[start : start + BATCH])
        for (story, before), match in guard.each(todo, judge, key=lambda pair: pair[0].id):
            if before is None or before == match.level:
                continue
            change = f"{before}>{int(match.level)}"
            levels[change] += 1
            if len(examples.setdefault(change, [])) < EXAMPLES:
                examples[change].append(ChangedStory(story.id, story.language, story.title, match.score))
        progress("backtest", min(start + BATCH, len(ids)), len(ids))
    return Backtest(
        seen=len(ids),
        failed=guard.failed,
        watchlist=watchlist.version,
        matcher=matcher.version,
        levels=dict(sorted(levels.items())),
        examples=dict(sorted(examples.items())),
    )


def _watchlist(db: store.Connection, version: str | None) -> Watchlist:
    if version is None:
        return watchlists.current(db)
    found = history.watchlist(db, version)
    if found is None:
        raise NotFoundError(f"there is no watchlist version {version!r} in the store; see the table watchlists")
    return found


def _change(before: int | None, after: Level) -> str:
    if before is None or before == after:
        return "same"
    return "up" if after > before else "down"
