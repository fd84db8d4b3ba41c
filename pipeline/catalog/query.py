"""Make feeds of a news search's URL template and the watchlist: one per language edition."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from pipeline.catalog.schema import QueryFeedTable
from pipeline.model import Alias, Entity, FeedSpec, WordGroup

ANY = 2  # names of "any" language asked for, per entity
OWN = 3  # names of the edition's own language
WORDS = 3  # field words
# News searches read some 2,000 characters of a query; one letter of most scripts takes six to nine of them here.
MAX_QUERY = 1800


def expand(table: QueryFeedTable, entities: Mapping[str, Entity], fields: Mapping[str, WordGroup]) -> list[FeedSpec]:
    """Make the feeds of one [[query_feeds]] table, in order of its editions."""
    feeds = []
    for edition in table.editions:
        names = [name for key in table.entities for name in _names(entities[key].aliases, edition.language)]
        words = _words(fields[table.field], edition.language) if table.field else []
        for part, asked in enumerate(_queries(names, words), 1):
            places = {
                "query": quote(asked, safe=""),
                "hl": quote(edition.hl, safe=""),
                "country": edition.country,
                "ceid": quote(edition.ceid, safe=""),
                "language": edition.language,
            }
            feeds.append(
                FeedSpec(
                    url=table.template.format_map(places),
                    title=f"{table.title} ({edition.language}, {edition.country}{f', {part}' if part > 1 else ''})",
                    language=edition.language,
                    country=edition.country,
                    tags=(*table.tags, "query"),
                    expected_per_day=table.expected_per_day,
                    enabled=table.enabled,
                )
            )
    return feeds


def unnamed(table: QueryFeedTable, entities: Mapping[str, Entity]) -> int | None:
    """Give the first edition in whose language no entity of the table has a name to ask for."""
    for i, edition in enumerate(table.editions):
        if not any(_names(entities[key].aliases, edition.language) for key in table.entities):
            return i
    return None


def _fallbacks(language: str) -> Iterable[str]:
    """Name the languages of an edition, best first: "pt-BR", then "pt"; a script never falls back ("zh-Hant")."""
    yield language
    head, _, region = language.rpartition("-")
    if head and len(region) <= 3:
        yield head


def _can_ask(alias: Alias) -> bool:
    """Say whether a search for this name alone brings little else: it needs no companion, or has three words."""
    return not alias.needs or len(alias.text.split()) >= 3


def _names(aliases: Sequence[Alias], language: str) -> list[str]:
    askable = [a for a in aliases if _can_ask(a)]
    names = [a.text for a in askable if a.language == "any"][:ANY]
    for own in _fallbacks(language):
        if found := [a.text for a in askable if a.language == own]:
            names += found[:OWN]
            break
    return names


def _words(group: WordGroup, language: str) -> list[str]:
    for own in _fallbacks(language):
        if found := group.words.get(own):
            return [w.removesuffix("*") for w in found[:WORDS]]
    return [w.removesuffix("*") for w in group.words.get("en", group.words.get("any", ()))[:WORDS]]


def _queries(names: Sequence[str], words: Sequence[str]) -> list[str]:
    """Write the OR of all names as few queries as their length allows: a name left out would be missed for ever."""
    tail = f" ({_any_of(words)})" if words else ""
    kept = list({name.casefold().replace("’", "'"): name for name in reversed(names)}.values())[::-1]  # first spelling
    parts: list[list[str]] = [[]]
    for name in kept:
        if parts[-1] and len(quote(_any_of([*parts[-1], name]) + tail, safe="")) > MAX_QUERY:
            parts.append([])
        parts[-1].append(name)
    return [f"({_any_of(part)}){tail}" if tail else _any_of(part) for part in parts]


def _any_of(names: Sequence[str]) -> str:
    return " OR ".join('"' + name.replace('"', " ").strip() + '"' for name in names)
