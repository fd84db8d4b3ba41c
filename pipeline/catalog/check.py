"""Check what no single value shows: keys and addresses that stand twice, names that nothing bears."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from pipeline.catalog.read import SourceFile, suggest
from pipeline.catalog.schema import FeedsFile, SubscriptionsFile, WatchlistFile
from pipeline.core.text import telling
from pipeline.words.texts import LANGUAGES, language_of


def watchlist(source: SourceFile[WatchlistFile]) -> None:
    """Note double keys, double names, and companions, topics and lookalikes of entities that do not exist."""
    file = source.model
    for table in ("topics", "entities", "fields", "lookalikes"):
        _once(source, table, "key", lambda row: str(row.key))
    entities = {e.key for e in file.entities}
    companions = entities | {f"field:{f.key}" for f in file.fields}
    for i, topic in enumerate(file.topics):
        _known(source, ("topics", i, "entities"), topic.entities, entities, "entity")
    for i, group in enumerate(file.lookalikes):
        _known(source, ("lookalikes", i, "of"), group.of, entities, "entity")
    for i, entity in enumerate(file.entities):
        if not any(entity.aliases.values()):
            source.fault(("entities", i), f'the entity "{entity.key}" has no alias; add one under [entities.aliases]')
        for language, aliases in entity.aliases.items():
            seen: dict[str, int] = {}
            for j, alias in enumerate(aliases):
                path = ("entities", i, "aliases", language, j)
                if alias.text in seen:
                    before = source.line("entities", i, "aliases", language, seen[alias.text])
                    source.fault(path, f'the alias "{alias.text}" stands already in line {before}; remove one of them')
                seen.setdefault(alias.text, j)
                _known(source, path, alias.needs or (), companions, "entity or field")
                if alias.needs == [entity.key] and not any(
                    not a.needs for others in entity.aliases.values() for a in others
                ):
                    source.fault(
                        path, f'the alias "{alias.text}" needs "{entity.key}", which has no alias that needs nothing'
                    )


def feeds(source: SourceFile[FeedsFile], entities: Iterable[str], fields: Iterable[str]) -> None:
    """Note double addresses and query feeds of entities or fields that the watchlist does not have."""
    _once(source, "feeds", "url", lambda row: _same_address(row.url), "address")
    known, known_fields = set(entities), set(fields)
    for i, row in enumerate(source.model.query_feeds):
        _known(source, ("query_feeds", i, "entities"), row.entities, known, "entity")
        _known(source, ("query_feeds", i, "field"), [row.field] if row.field else [], known_fields, "field")
        seen: dict[tuple[str, str], int] = {}
        for j, edition in enumerate(row.editions):
            name = (edition.hl, edition.country)
            if name in seen:
                before = source.line("query_feeds", i, "editions", seen[name])
                source.fault(
                    ("query_feeds", i, "editions", j),
                    f'the edition hl = "{edition.hl}", country = "{edition.country}" stands already in line {before}; '
                    "remove one of them",
                )
            seen.setdefault(name, j)


def subscriptions(source: SourceFile[SubscriptionsFile], topics: Iterable[str], entities: Iterable[str]) -> None:
    """Note double keys, wishes for topics or entities that the watchlist lacks, and languages that mails lack."""
    _once(source, "subscriptions", "key", lambda row: str(row.key))
    known_topics, known = set(topics), set(entities)
    for i, row in enumerate(source.model.subscriptions):
        _known(source, ("subscriptions", i, "topics"), row.topics, known_topics, "topic")
        _known(source, ("subscriptions", i, "entities"), row.entities, known, "entity")
        if language_of(row.language) is None:
            source.fault(
                ("subscriptions", i, "language"),
                f'mails are not written in "{row.language}"; choose one of {", ".join(LANGUAGES)}',
            )


def _same_address(url: str) -> str:
    """Write an address so that two spellings of one feed compare equal."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{(parts.hostname or '').removeprefix('www.')}:{parts.port or ''}{parts.path.rstrip('/')}{query}"


def _once(source: SourceFile[Any], table: str, name: str, identity: Callable[[Any], str], word: str = "key") -> None:
    seen: dict[str, int] = {}
    for i, row in enumerate(getattr(source.model, table)):
        same = identity(row)
        if same in seen:
            before = source.line(table, seen[same], name)
            cure = "remove one of them" if word == "address" else "choose another"
            shown = telling.told(row.url, path=True) if word == "address" else getattr(row, name)
            source.fault((table, i, name), f'the {word} "{shown}" stands already in line {before}; {cure}')
        seen.setdefault(same, i)


def _known(
    source: SourceFile[Any], path: tuple[str | int, ...], names: Sequence[str], known: set[str], word: str
) -> None:
    for j, name in enumerate(names):
        if name not in known:
            source.fault((*path, j), f'no {word} has the key "{name}"; {suggest(name, known)}')
