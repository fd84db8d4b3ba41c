"""The door to watch folders: feeds, watchlist, seeds and subscriptions as people edit them.

A folder is read whole or refused whole: CatalogError names file, line, what was expected and what to do.
"""

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Iterable
from functools import lru_cache
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from pipeline.catalog import check, query, read, schema, seeds
from pipeline.errors import CatalogError
from pipeline.model import (
    Alias,
    Entity,
    FeedSpec,
    FieldRole,
    Frequency,
    Role,
    Seed,
    Subscription,
    Topic,
    Watch,
    Watchlist,
    WordGroup,
)

_UNSAID = (
    ("whole", False),
    ("role", FieldRole.SEEDS),
)  # later keys count only where said: old folders keep their version
FEEDS, WATCHLIST, SUBSCRIPTIONS, SEEDS = "feeds.toml", "watchlist.toml", "subscriptions.toml", "seeds"


def default_dir() -> Path:
    """Give the watch folder that ships with newswatch."""
    return Path(__file__).resolve().parent.parent / "data" / "watch"


def load(watch_dir: Path) -> Watch:
    """Read a watch folder; raise CatalogError naming file and line of what is wrong in the first wrong file."""
    if not watch_dir.is_dir():
        raise CatalogError(
            f"{watch_dir}: no such folder; "
            "set NEWSWATCH_WATCH_DIR to a watch folder, or make one with `newswatch init DIR --example`"
        )
    for path in sorted(watch_dir.glob("*.toml")):
        if path.name not in {FEEDS, WATCHLIST, SUBSCRIPTIONS}:
            hint = read.suggest(path.name, {FEEDS, WATCHLIST, SUBSCRIPTIONS})
            raise CatalogError(f"{path}: not a file of a watch folder; {hint} Rename or remove it")
    listed = read.read(watch_dir / WATCHLIST, schema.WatchlistFile)
    check.watchlist(listed)
    read.refuse(listed.path, listed.faults)
    watchlist = _watchlist(listed.text, seeds.read_all(watch_dir / SEEDS))
    entities = {e.key: e for e in watchlist.entities}
    fields = {f.key: f for f in watchlist.fields}

    fed = read.read(watch_dir / FEEDS, schema.FeedsFile)
    check.feeds(fed, entities, fields)
    read.refuse(fed.path, fed.faults)
    feeds = [_feed(row) for row in fed.model.feeds]
    urls: dict[str, tuple[str, int]] = {f.url: ("feeds", i) for i, f in enumerate(feeds)}  # where each stands
    for i, row in enumerate(fed.model.query_feeds):
        if (empty := query.unnamed(row, entities)) is not None:
            fed.fault(
                ("query_feeds", i, "editions", empty),
                "no entity of this query feed has a name to ask for in this language; "
                "give one an alias that needs no companion, or remove the edition",
            )
            continue
        for feed in query.expand(row, entities, fields):
            if feed.url in urls:
                before = fed.line(*urls[feed.url])
                fed.fault(("query_feeds", i), f'"{feed.title}" asks the same as line {before}; remove one of them')
            urls.setdefault(feed.url, ("query_feeds", i))
            feeds.append(feed)
    read.refuse(fed.path, fed.faults)

    subscribed = read.read(watch_dir / SUBSCRIPTIONS, schema.SubscriptionsFile)
    check.subscriptions(subscribed, [t.key for t in watchlist.topics], entities)
    read.refuse(subscribed.path, subscribed.faults)
    return Watch(tuple(feeds), watchlist, tuple(_subscription(row) for row in subscribed.model.subscriptions))


def copy_default(target: Path) -> list[Path]:
    """Write the default watch folder to `target` for editing; raise CatalogError unless it is new or empty."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CatalogError(f"{target}: not an empty folder; name a new one, so that nothing of yours is overwritten")
    try:
        shutil.copytree(
            default_dir(), target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
        )
    except OSError as e:
        raise CatalogError(f"{target}: cannot be written ({e.strerror}); name a folder that can") from e
    return sorted(p for p in target.rglob("*") if p.is_file())


def version(watchlist: Watchlist) -> str:
    """Hash the meaning of a watchlist: orders, comments and spaces do not count, everything else does."""
    return hashlib.sha256(_canonical(watchlist).encode()).hexdigest()[:16]


def _canonical(value: Any) -> str:
    """Write what a watchlist means as JSON; lists in an order of their own, since none means anything by its order."""
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        return _table((str(k), v) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return f"[{','.join(sorted(map(_canonical, value)))}]"
    if dataclasses.is_dataclass(value):
        said = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value) if f.name != "version")
        return _table(row for row in said if row not in _UNSAID)
    return json.dumps(value)


def _table(rows: Iterable[tuple[str, Any]]) -> str:
    return "{" + ",".join(f"{encode_basestring(k)}:{_canonical(v)}" for k, v in sorted(rows)) + "}"


@lru_cache(maxsize=2)
def _watchlist(text: str, found: tuple[Seed, ...]) -> Watchlist:
    file = read.model(text, schema.WatchlistFile)
    made = Watchlist(
        version="",
        name=file.name,
        entities=tuple(_entity(row) for row in file.entities),
        topics=tuple(Topic(t.key, dict(t.title), tuple(t.entities)) for t in file.topics),
        fields=tuple(WordGroup(g.key, _words(g.words), role=FieldRole(g.role)) for g in file.fields),
        lookalikes=tuple(WordGroup(g.key, _words(g.words), tuple(g.of)) for g in file.lookalikes),
        seeds=found,
    )
    return dataclasses.replace(made, version=version(made))


def _words(words: schema.Words) -> dict[str, tuple[str, ...]]:
    return {language: tuple(dict.fromkeys(group)) for language, group in words.items()}


def _entity(row: schema.EntityTable) -> Entity:
    aliases = tuple(
        Alias(a.text, language, a.case, a.prefix, tuple(a.needs or ()))
        for language, group in row.aliases.items()
        for a in group
    )
    return Entity(row.key, row.name, row.kind, tuple(Role(r) for r in row.roles), aliases, row.wikidata, row.whole)


def _feed(row: schema.FeedTable) -> FeedSpec:
    return FeedSpec(row.url, row.title, row.language, row.country, tuple(row.tags), row.expected_per_day, row.enabled)


def _subscription(row: schema.SubscriptionTable) -> Subscription:
    given = row.model_dump()
    for name in ("topics", "entities", "story_languages", "targets"):
        given[name] = tuple(given[name])
    given["frequency"] = Frequency(row.frequency)
    given["quiet_hours"] = (row.quiet_hours[0], row.quiet_hours[1]) if row.quiet_hours else None
    return Subscription(**given)
