"""Say once a week what the watchlist may lack: names beside ours, forms that never match, entities gone silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.match.names import Index
from pipeline.core.watchlist import check, suggest
from pipeline.model import Role, Watchlist

MOST = 10  # of each kind: more is not read
ENOUGH = 500  # stories below which silence says nothing


@dataclass(frozen=True, slots=True)
class Seen:
    """One stored story, as far as names are concerned."""

    number: int
    language: str
    outlet: str
    event: int | None
    ours: bool
    copied: bool
    parts: Mapping[str, str]  # title, summary, text


@dataclass(frozen=True, slots=True)
class Lacks:
    """What a watchlist may lack, the best grounded first, at most `MOST` of each."""

    names: tuple[suggest.Suggestion, ...] = ()
    unmatched: tuple[tuple[str, str], ...] = ()  # (entity, form): it is named often in that language, never so
    silent: tuple[str, ...] = ()  # watched entities that no story names


def lacks(watchlist: Watchlist, stories: Sequence[Seen]) -> Lacks:
    """Look for what `watchlist` lacks, in stories of its own."""
    index, census = Index(watchlist), check.Census()
    found = [index.find(s.parts["title"], s.parts["summary"], s.parts["text"]) for s in stories]
    for s, f in zip(stories, found, strict=True):
        census.add(s.language, f, s.ours)
    pairs = [(s, f) for s, f in zip(stories, found, strict=True) if not s.copied]
    told = [suggest.told(s.number, s.language, s.outlet, s.event, s.parts, f, None) for s, f in pairs if s.event]
    names = frozenset(name for t in told for name in t.names)
    if names:
        told += [suggest.told(s.number, s.language, s.outlet, None, s.parts, f, names) for s, f in pairs if not s.event]
    named = {m.entity for f in found for m in f.mentions}
    ours = [e.key for e in watchlist.entities if {Role.SUBJECT, Role.PARTY, Role.WATCHED} & set(e.roles)]
    never = [f for f in check.unused(watchlist, [census]) if f.kind == "unused"]
    return Lacks(
        names=tuple(suggest.suggest(watchlist.entities, told)[:MOST]),
        unmatched=tuple((f.entity, f.alias) for f in never[:MOST]),
        silent=tuple(key for key in ours if key not in named)[:MOST] if len(stories) >= ENOUGH else (),
    )
