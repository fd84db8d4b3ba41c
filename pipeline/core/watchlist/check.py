"""Vet a watchlist: aliases that collide, that companions cannot tell apart, that are too common, that never fired."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.core.match.names import Findings, Index
from pipeline.core.text import tags
from pipeline.core.text.fold import fold, fold_cased
from pipeline.model import Alias, Entity, Role, Watchlist

# A name that stands in one of 200 texts that are not ours costs the dear encoder 0.5 ms on each of them, and one of
# those texts will look like ours one day. In one language it may be a common word though rare in all: 1 in 50 there.
COMMON, COMMON_IN_LANGUAGE = 0.005, 0.02
FEWEST = 4  # firings below which a share is chance
LANGUAGE_TEXTS = 100  # texts of one language from which its share says something
EXPECTED = 10  # stories of a language that name an entity, from which an alias of that language should have fired


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to know about an alias; `wrong` says that a person should act."""

    kind: str  # collides, field, lookalike, void, self, hidden, common, unused, unseen
    entity: str
    alias: str
    text: str
    wrong: bool = True


def collisions(watchlist: Watchlist, index: Index) -> list[Fault]:
    """Find aliases that another alias, a field word or a lookalike word takes, and companions that ask for nothing."""
    shared = list(_shared(watchlist))
    told = {(f.entity, f.alias) for f in shared}
    alone = [
        f
        for entity in watchlist.entities
        for alias in entity.aliases
        if (entity.key, alias.text) not in told
        for f in _alone(entity, alias, watchlist, index)
    ]
    return list(dict.fromkeys([*shared, *alone]))


def _shared(watchlist: Watchlist) -> Iterator[Fault]:
    """Find written forms that two entities claim; the matcher gives them to one by a rule that nobody meant."""
    by_form: dict[str, list[tuple[str, Alias]]] = {}
    for entity in watchlist.entities:
        for alias in entity.aliases:
            by_form.setdefault(fold(alias.text), []).append((entity.key, alias))
    for form, claims in by_form.items():
        for i, (key, alias) in enumerate(claims):
            for other_key, other in claims[:i]:
                if key == other_key or (alias.case and other.case and fold_cased(alias.text) != fold_cased(other.text)):
                    continue
                if alias.needs and other.needs and not set(alias.needs) & set(other.needs):
                    text = f'"{other.text}" of {other_key} is the same; only their companions tell them apart'
                    yield Fault("collides", key, alias.text, text, wrong=False)
                else:
                    winner = min((bool(alias.needs), key), (bool(other.needs), other_key))[1]
                    text = f'"{other.text}" of {other_key} is the same word ("{form}"); {winner} always gets it'
                    yield Fault("collides", key, alias.text, text)


def _alone(entity: Entity, alias: Alias, watchlist: Watchlist, index: Index) -> Iterator[Fault]:
    """Look for an alias in its own text: it must be found there, or with companions only beside one of them."""
    if not fold(alias.text):
        yield Fault("hidden", entity.key, alias.text, "nothing of it is left after folding: it can never be found")
        return
    found = index.find(alias.text, "")
    whole = fold(alias.text)
    for key, hits in found.fields.items():
        if any(fold(h.found) == whole for h in hits):
            text = f"it is a word of the field {key} too: wherever it stands, that field does"
            yield Fault("field", entity.key, alias.text, text, wrong=False)
    for group in watchlist.lookalikes:
        hits = found.lookalikes.get(group.key, ())
        if (entity.key in group.of or not group.of) and any(fold(h.found) == whole for h in hits):
            text = f"it is a word of its own lookalike {group.key}: it speaks for and against"
            yield Fault("lookalike", entity.key, alias.text, text, wrong=not alias.needs)
    here = _names(found, entity.key, alias)
    if here and alias.needs:
        free = [a.text for a in entity.aliases if not a.needs and fold(a.text) == fold(alias.text)]
        if free:
            text = f'"{free[0]}" stands in the list without companions: they are never asked for'
            yield Fault("void", entity.key, alias.text, text)
        else:
            yield Fault("self", entity.key, alias.text, "its own words are its companion: it stands alone")
    elif not here:
        near = [index.find(alias.text, words) for need in alias.needs for words in _companions(need, watchlist)]
        if not any(_names(f, entity.key, alias) for f in near):
            others = sorted({m.entity for f in (found, *near) for m in f.mentions if m.part == "title"})
            who = f"{', '.join(others)} stands in its place" if others else "a lookalike word covers it"
            if alias.needs and not any(_companions(n, watchlist) for n in alias.needs):
                who = "none of its companions has an alias that stands alone"
            yield Fault("hidden", entity.key, alias.text, f"it is not found even in its own words: {who}")


def _names(found: Findings, key: str, alias: Alias) -> bool:
    return any(m.entity == key and m.part == "title" and fold(m.found) == fold(alias.text) for m in found.mentions)


def _companions(need: str, watchlist: Watchlist) -> list[str]:
    """Give words that stand for a companion: its first aliases that need nothing, or the first words of its field."""
    kind, _, key = need.rpartition(":")
    if kind == "field":
        words = [w for g in watchlist.fields if g.key == key for ws in g.words.values() for w in ws]
    else:
        words = [a.text for e in watchlist.entities if e.key == key for a in e.aliases if not a.needs]
    return [w.removesuffix("*") for w in words[:3]]


@dataclass(slots=True)
class Census:
    """Counts where aliases fire: add texts one by one, then ask."""

    ours: int = 0  # texts that are ours
    others: int = 0
    languages: Counter[str] = field(default_factory=Counter)  # other texts by language
    in_ours: Counter[tuple[str, str]] = field(default_factory=Counter)  # (entity, alias) -> texts
    in_others: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_language: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # (entity, alias, language) -> others
    named: Counter[tuple[str, str]] = field(default_factory=Counter)  # (entity, language) -> texts that name it

    def add(self, language: str, found: Findings, ours: bool) -> None:
        """Count one text: each alias once, however often it stands there."""
        language = tags.base(language)
        fired = {(m.entity, m.alias) for m in found.mentions}
        self.named.update((entity, language) for entity in {entity for entity, _ in fired})
        if ours:
            self.ours += 1
            self.in_ours.update(fired)
        else:
            self.others += 1
            self.languages[language] += 1
            self.in_others.update(fired)
            self.by_language.update((entity, alias, language) for entity, alias in fired)


def common(watchlist: Watchlist, census: Census, where: str, share: float = COMMON) -> list[Fault]:
    """Find aliases that fire too often in texts that are not ours (`where` names them), the commonest first.

    A person should act where the entity makes stories ours by itself: a party or context decides nothing alone.
    """
    roles = {e.key: set(e.roles) for e in watchlist.entities}
    faults = []
    for (entity, alias), n in sorted(census.in_others.items(), key=lambda item: (-item[1], item[0])):
        of_all = n / census.others
        language, in_language = _commonest(census, entity, alias)
        if n < FEWEST or n <= census.in_ours[entity, alias] or not (of_all >= share or language):
            continue
        inside = census.in_ours[entity, alias]
        told = f"it fires in {n} of {census.others:,} {where} that are not ours, and in {inside} that are"
        if language:
            told += f"; in {language} in {in_language} of {census.languages[language]}"
        faults.append(
            Fault("common", entity, alias, told, wrong=bool(roles.get(entity, set()) & {Role.SUBJECT, Role.WATCHED}))
        )
    return faults


def _commonest(census: Census, entity: str, alias: str) -> tuple[str, int]:
    """Name the language in which an alias is commonest, if it is a common word there."""
    shares = [
        (census.by_language[entity, alias, language] / texts, language)
        for language, texts in census.languages.items()
        if texts >= LANGUAGE_TEXTS and census.by_language[entity, alias, language] >= FEWEST
    ]
    share, language = max(shares, default=(0.0, ""))
    return (language, census.by_language[entity, alias, language]) if share >= COMMON_IN_LANGUAGE else ("", 0)


def unused(watchlist: Watchlist, censuses: Sequence[Census]) -> list[Fault]:
    """List aliases that never fired: "unused" where their language names the entity otherwise, "unseen" elsewhere."""
    fired = {(entity, fold(form)) for c in censuses for entity, form in (*c.in_ours, *c.in_others)}
    named: Counter[tuple[str, str]] = Counter()
    for census in censuses:
        named.update(census.named)
    texts = sum(census.ours + census.others for census in censuses)
    rows = [
        (_expected(named, entity.key, alias.language), entity.key, alias)
        for entity in watchlist.entities
        for alias in _once(entity.aliases)
        if (entity.key, fold(alias.text)) not in fired
    ]
    rows.sort(key=lambda row: (-row[0], row[1], row[2].text))
    return [
        Fault(
            "unused" if n >= EXPECTED else "unseen",
            key,
            a.text,
            f"never in {texts:,} texts; of those in {a.language} {n} name {key} by another word",
            wrong=False,
        )
        for n, key, a in rows
    ]


def _expected(named: Counter[tuple[str, str]], entity: str, language: str) -> int:
    if language == "any":
        return sum(n for (key, _), n in named.items() if key == entity)
    return named[entity, tags.base(language)]


def _once(aliases: Iterable[Alias]) -> list[Alias]:
    """Keep each written form once: a form of several languages fires for all of them."""
    return list({a.text: a for a in reversed(tuple(aliases))}.values())
