"""Judge stories again that were judged before: a changed watchlist or matcher applied to history, in chunks.

`backtest` says what would change and writes nothing; `run` makes it so. Stories that were worthless before and match
now are no news: alerting takes them for baseline.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pipeline import catalog, log, steps, store
from pipeline.errors import ConfigError, NotFoundError
from pipeline.model import Level, Tally, Watchlist
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import matches, watchlists
from pipeline.store.rows import history

BATCH = 200  # stories a transaction, as in match
EXAMPLES = 20  # stories named per change in a backtest


def since_of(text: str) -> datetime:
    """Read a date or a time; a date is the beginning of that day, UTC is meant where nothing is said."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as e:
        raise ConfigError(f"since is no date ({text!r}); write 2026-11-01 or 2026-11-01T06:00") from e
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def plan(settings: Settings, since: str, chunk: int, watchlist: str | None = None) -> list[list[int]]:
    """Cut the stories seen since a time into chunks: [first, last] story numbers, at most 1,000 chunks."""
    with store.read(settings.database_url) as db:
        _watchlist(db, watchlist)  # an unknown version fails here, before anything was judged
        ids = history.ids_since(db, since_of(since))
    size = max(chunk, -(-len(ids) // 1000))  # Airflow maps at most 1,024 tasks
    return [[part[0], part[-1]] for part in (ids[i : i + size] for i in range(0, len(ids), size))]


def run(
    settings: Settings,
    now: datetime,
    *,
    since: str | None = None,
    between: Sequence[int] | None = None,
    watchlist: str | None = None,
    limit: int = 10_000_000,
    progress: Progress = silent,
) -> Tally:
    """Judge stories again, those seen `since` a time or those with numbers `between` two (both counted).

    `watchlist`: a stored version, by default the current one. `detail`: how many levels rose, fell, and are the same.
    """
    with store.read(settings.database_url) as db:
        judge_with = _watchlist(db, watchlist)
        if between is not None:
            first, last = between
            ids = history.ids_between(db, first, last)
        else:
            ids = history.ids_since(db, since_of(since or "1970-01-01"))
    ids = ids[:limit]
    matcher = steps.matcher(settings, judge_with)
    counts: Counter[str] = Counter(up=0, down=0, same=0)
    ours = 0
    for start in range(0, len(ids), BATCH):
        with store.read(settings.database_url) as db:  # gather
            todo = history.get(db, ids[start : start + BATCH])
        judged = list(zip((s for s, _ in todo), matcher.judge_many([s for s, _ in todo]), strict=True))  # decide
        with store.begin(settings.database_url) as db:  # apply
            ours += matches.add(db, judged, now, settings.enrich)
        for (_, before), (_, match) in zip(todo, judged, strict=True):
            counts[_change(before, match.level)] += 1
        progress("rematch", min(start + BATCH, len(ids)), len(ids))
    return log.tally(Tally("rematch", seen=len(ids), done=ours, skipped=len(ids) - ours, detail=dict(counts)))


def backtest(settings: Settings, since: str, *, limit: int = 10_000_000, progress: Progress = silent) -> dict[str, Any]:
    """Say what judging again with the watch folder as it stands now would change; write nothing.

    Gives {"seen", "watchlist", "matcher", "levels": {"1>0": n, …}, "examples": {"1>0": [{story, title, …}, …]}}.
    """
    watchlist = catalog.load(settings.watch_dir or catalog.default_dir()).watchlist
    matcher = steps.matcher(settings, watchlist)
    with store.read(settings.database_url) as db:
        ids = history.ids_since(db, since_of(since))[:limit]
    levels: Counter[str] = Counter()
    examples: dict[str, list[dict[str, Any]]] = {}
    for start in range(0, len(ids), BATCH):
        with store.read(settings.database_url) as db:
            todo = history.get(db, ids[start : start + BATCH])
        for (story, before), match in zip(todo, matcher.judge_many([s for s, _ in todo]), strict=True):
            if before is None or before == match.level:
                continue
            change = f"{before}>{int(match.level)}"
            levels[change] += 1
            if len(examples.setdefault(change, [])) < EXAMPLES:
                examples[change].append(
                    {"story": story.id, "language": story.language, "title": story.title, "score": match.score}
                )
        progress("backtest", min(start + BATCH, len(ids)), len(ids))
    return {
        "seen": len(ids),
        "watchlist": watchlist.version,
        "matcher": matcher.version,
        "levels": dict(sorted(levels.items())),
        "examples": dict(sorted(examples.items())),
    }


def _watchlist(db: Any, version: str | None) -> Watchlist:
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
