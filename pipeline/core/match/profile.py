"""Sort a watchlist by what its entities and fields are to the seeds, once, so that features know roles and no names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.core import facts as quantities
from pipeline.core.match import cues
from pipeline.core.match.names import Index
from pipeline.model import FieldRole, Role, Seed, Watchlist

LEAD = 220  # characters that say what a story is about; what comes later may be in passing
SUMS = 1_000  # characters of a seed in which its sums stand


@dataclass(frozen=True, slots=True)
class Profile:
    """A watchlist sorted by what its entities are to the seeds; made once."""

    subjects: frozenset[str]  # what the seeds are about
    hosts: frozenset[str]  # take part in the subject and are ours only through it
    newcomers: frozenset[str]  # take part in it and are watched on their own
    watched: frozenset[str]
    whole: frozenset[str]  # watched, and their whole business is the field
    products: frozenset[str]  # watched things that people use: they act only when something happens to them
    proxies: frozenset[str]  # context that stands for a watched entity: it shares a topic with one
    allies: frozenset[str]  # context that stands for the subject
    known: frozenset[str]  # named in the seeds
    principals: frozenset[str]  # named in the first third of a seed: who acts there, not who supplies or comments
    cast: frozenset[str]  # named in a seed's title or first sentence
    guests: frozenset[str]  # who joins there, when a group of two and more partners stands already
    claims: frozenset[str]  # all that can make a story ours
    firms: frozenset[str]  # everything but people and places
    strangers: frozenset[str]  # firms of the same trade that the seeds do not know and no topic holds
    fields: frozenset[str]  # keys of the seeds' fields
    near: frozenset[str]  # of their neighbours, whose words the seeds use
    apart: frozenset[str]  # of their neighbours, whose words the seeds do not use
    other: frozenset[str]  # of fields that say "not ours"
    told: frozenset[str] = frozenset()  # the act that the seeds tell: a deed, or another stage of a deal
    sums: tuple[tuple[float, str], ...] = ()  # of money that the seeds agree on
    lookalike_of: Mapping[str, frozenset[str]] = field(default_factory=dict)


@lru_cache(maxsize=2)
def compiled(watchlist: Watchlist) -> tuple[Index, Profile]:
    """Compile a watchlist; kept, since a job judges more than once and each time costs a seventh of a second."""
    index = Index(watchlist)
    return index, profile(watchlist, index)


def profile(watchlist: Watchlist, index: Index) -> Profile:
    """Sort the entities of `watchlist` by role, topic and appearance in the seeds, its fields by theirs."""
    role = {r: frozenset(e.key for e in watchlist.entities if r in e.roles) for r in Role}
    subjects, parties, watched = role[Role.SUBJECT], role[Role.PARTY], role[Role.WATCHED]
    allies: set[str] = set()
    proxies: set[str] = set()
    for topic in watchlist.topics:
        side = allies if subjects.intersection(topic.entities) else proxies
        side.update(role[Role.CONTEXT].intersection(topic.entities))
    firms = frozenset(e.key for e in watchlist.entities if e.kind not in {"person", "place"})
    read = [
        (s, index.find("", "", f"{s.title}. {s.text}" if s.title not in s.text else s.text)) for s in watchlist.seeds
    ]
    named = [(m.entity, m.end * 3 <= len(s.text)) for s, found in read for m in found.mentions]
    spoken = {key for _, found in read for key in found.fields}
    field_of = {r: frozenset(g.key for g in watchlist.fields if g.role == r) for r in FieldRole}
    cast = frozenset(m.entity for s in watchlist.seeds for m in index.find(s.title, "", s.text[:LEAD]).mentions)
    hosts, newcomers = parties - watched, parties & watched
    persons = frozenset(e.key for e in watchlist.entities if e.kind == "person")
    named_in_seeds = {key for key, _ in named}
    told = _told(watchlist.seeds)
    said = [set(sums(s.title, s.language) + sums(s.text[:SUMS], s.language)) for s in watchlist.seeds]
    return Profile(
        subjects=subjects,
        hosts=hosts,
        newcomers=newcomers,
        watched=watched,
        whole=frozenset(e.key for e in watchlist.entities if e.whole and e.key in watched),
        products=frozenset(e.key for e in watchlist.entities if e.kind == "product" and e.key in watched),
        proxies=frozenset(proxies - allies),
        allies=frozenset(allies),
        known=frozenset(key for key, _ in named),
        principals=frozenset(key for key, early in named if early),
        cast=cast,
        guests=cast & (newcomers | (proxies - allies) & persons) if len(hosts & named_in_seeds) >= 2 else frozenset(),
        claims=subjects | parties | watched | proxies | allies,
        firms=firms,
        strangers=firms - subjects - parties - watched - proxies - allies - {key for key, _ in named},
        fields=field_of[FieldRole.SEEDS],
        near=field_of[FieldRole.NEAR] & spoken,
        apart=field_of[FieldRole.NEAR] - spoken,
        other=field_of[FieldRole.OTHER],
        told=told,
        sums=tuple(sorted(set[tuple[float, str]].intersection(*said))) if said else (),
        lookalike_of={g.key: frozenset(g.of) for g in watchlist.lookalikes},
    )


def _told(seeds: Sequence[Seed]) -> frozenset[str]:
    """Give the acts that most seeds tell in their headlines, else in their openings; others are background."""
    for titles in (True, False):
        said = [set(cues.find(s.title, "", "" if titles else s.text[:LEAD], s.language)) for s in seeds]
        counts = {act: sum(act in acts for acts in said) for act in cues.ACTS}
        if most := max(counts.values(), default=0):
            return frozenset(act for act, n in counts.items() if n == most)
    return frozenset()


def sums(text: str, language: str) -> tuple[tuple[float, str], ...]:
    """Read the sums of money in `text` as (value, currency)."""
    return tuple((f.value, f.unit) for f in quantities.read(text, language) if f.kind == "money") if text else ()


def agreed(found: Sequence[tuple[float, str]], ours: Sequence[tuple[float, str]]) -> tuple[bool, bool]:
    """Say whether one of the seeds' sums is among those found, and whether only other ones of its currency are."""
    comparable = [(v, w) for v, unit in found for w, own in ours if unit == own]
    same = any(abs(v - w) <= 0.03 * w for v, w in comparable)
    return same, bool(comparable) and not same
