"""Propose names that the watchlist lacks: what stands where an event is about an entity and no alias of it does."""

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.match.names import MAX_ENDING, Findings
from pipeline.core.text import scripts, tags
from pipeline.core.text.fold import fold, is_word, script, within
from pipeline.core.watchlist.phonetic import ALIKE, alike
from pipeline.model import Entity

MIN_STORIES = 2  # stories that must write a name before it is proposed
ABOUT = 1 / 3  # share of an event's stories that must name an entity for the event to be about it
# Without likeness of sound (Han, translated names) only company speaks for a name: it must stand in most stories that
# lack the entity, in more than two of them, and practically nowhere else.
COMPANY_STORIES, COMPANY_SHARE, COMPANY_ELSEWHERE = 3, 0.6, 0.1
COMPANY_BACKGROUND = 20  # other stories of the language, below which "nowhere else" means nothing
MIN_STEM = 4  # letters of a stem that endings may follow; one more where no form is the bare stem
RARE = 0.005  # a name may stand in one of 200 other stories: those may be ours, and missed for want of this very name
MOST = 5  # proposals per entity and language

_HAN = scripts.blocks("Hani")
_KANA = ((0x30A1, 0x30FF), (0x31F0, 0x31FF))
_HANGUL = ((0xAC00, 0xD7A3),)
_RUNNING = scripts.blocks("Thai", "Laoo", "Mymr", "Khmr")  # no spaces between words
_BEFORE = ((0x0E40, 0x0E44), (0x0EC0, 0x0EC4))  # Thai and Lao vowels that are written before their consonant
_CLITICS = "وفبلك" + "והבלמשכ"  # one-letter words that Arabic and Hebrew write onto the next one
_INSIDE = "'’&.+\u200c\u200d"  # may stand within a word
_RUNS = re.compile(
    f"(?P<han>[{scripts.letters('Hani')}·・]+)"
    "|(?P<kana>[A-Za-z]*[\u30a1-\u30ff\u31f0-\u31ff]+[A-Za-z]*)"
    "|(?P<hangul>[\uac00-\ud7a3]+[A-Za-z]*)"
    f"|(?P<running>[{scripts.letters('Thai', 'Laoo', 'Mymr', 'Khmr')}]+)"
)
_CASED = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "digit"}  # a name has a capital, wherever it stands in the word
_BETWEEN = {" ", "-", "\u00a0", "‑"}
_WORDS_IN_NAME = 4
_HAN_LENGTHS, _RUNNING_LENGTHS = range(2, 7), range(4, 15)


@dataclass(frozen=True, slots=True)
class Naming:
    """What one story names: what may be a name in it, and the entities that the watchlist finds."""

    id: int
    language: str
    outlet: str
    event: int | None  # None: in no event, it only says what is common
    names: Mapping[str, str]  # folded -> as written: what may be a name in it
    entities: frozenset[str]  # those that the watchlist finds


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name proposed for an entity, with what speaks for it."""

    entity: str
    language: str  # of most of its stories; "any" from three languages on
    text: str
    prefix: bool  # it was met with endings
    stories: tuple[int, ...]  # in events about the entity, without any alias of it
    outlets: tuple[str, ...]
    events: tuple[int, ...]
    lacking: int  # stories of that language in such events that lack the entity
    elsewhere: int  # other stories that write it
    sounds_like: str  # the known name that it sounds like; empty: only its company speaks for it
    alike: float
    also: tuple[str, ...] = field(default=())  # the forms that were met


def told(
    number: int,
    language: str,
    outlet: str,
    event: int | None,
    parts: Mapping[str, str],
    found: Findings,
    only: Container[str] | None = None,
) -> Naming:
    """Prepare one story: `parts` are its title, summary and opening, `found` is what the watchlist finds in them.

    `only` keeps of its names those (folded) that matter: stories in no event are many, and ask nothing of their own.
    """
    names: dict[str, str] = {}
    for part, text in parts.items():
        taken = [(m.start, m.end) for m in found.mentions if m.part == part]
        words = [(h.start, h.end) for hits in found.fields.values() for h in hits if h.part == part]
        words += [(h.start, h.end) for hits in found.lookalikes.values() for h in hits if h.part == part]
        for start, end in candidates(text):
            if any(start < b and a < end for a, b in taken) or any(a <= start and end <= b for a, b in words):
                continue
            written = text[start:end]
            key = fold(written)
            if len(key) >= 2 and not key.replace(" ", "").isdigit() and (only is None or key in only):
                names.setdefault(key, written)
    return Naming(number, language, outlet, event, names, frozenset(m.entity for m in found.mentions))


def candidates(text: str) -> Iterator[tuple[int, int]]:
    """Give the places of what may be a name: by capitals, by script, or (scripts without capitals) by words."""
    for run in _RUNS.finditer(text):
        start, end = run.span()
        if run["han"]:
            yield from ((i, i + n) for n in _HAN_LENGTHS for i in range(start, end - n + 1))
        elif run["kana"]:
            if end - start >= 2:
                yield start, end
        elif run["hangul"]:  # particles stick to the end of a word
            yield from ((start, start + n) for n in range(2, min(end - start, 10) + 1))
        else:
            yield from _running(text, start, end)
    tokens = [(a, b) for a, b in _tokens(text) if not _RUNS.match(text[a])]
    scripts = [script(text[a]) for a, _ in tokens]
    small = [s in _CASED and not any(c.isupper() for c in text[a:b]) for (a, b), s in zip(tokens, scripts, strict=True)]
    for i, (start, first_end) in enumerate(tokens):
        glued = scripts[i] in {"ARABIC", "HEBREW"} and text[start] in _CLITICS and first_end - start >= 5
        for j in range(i, min(i + _WORDS_IN_NAME, len(tokens))):
            if small[j] or (j > i and text[tokens[j - 1][1] : tokens[j][0]] not in _BETWEEN):
                break
            yield start, tokens[j][1]
            if glued:
                yield start + 1, tokens[j][1]


def _running(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a run without spaces into whole syllables: no mark stands first or is cut off, no vowel before its place."""
    marks = [unicodedata.category(c)[0] == "M" for c in text[start:end]] + [False]
    before = [within(ord(c), _BEFORE) for c in text[start:end]]
    for i in range(end - start):
        if marks[i] or (i and before[i - 1]):
            continue
        for n in _RUNNING_LENGTHS:
            j = i + n
            if j <= end - start and not marks[j] and not before[j - 1]:
                yield start + i, start + j


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """Give the words of a text; marks are part of them (Indic vowels), and so is a joiner or an apostrophe within."""
    start = None
    for i, char in enumerate(text):
        inside = is_word(char) or (start is not None and char in _INSIDE and i + 1 < len(text) and is_word(text[i + 1]))
        if inside and start is None:
            start = i
        elif not inside and start is not None:
            yield start, i
            start = None
    if start is not None:
        yield start, len(text)


def suggest(entities: Sequence[Entity], stories: Sequence[Naming]) -> list[Suggestion]:
    """Propose names for entities, the best first in each.

    `entities` are all of the watchlist. Every story counts, so the caller leaves copies out.
    """
    placed: dict[int, list[Naming]] = {}
    for s in stories:
        if s.event is not None:
            placed.setdefault(s.event, []).append(s)
    about = {event: _about(members) for event, members in placed.items()}
    names = {key for members in placed.values() for s in members for key in s.names}
    at: dict[str, list[Naming]] = {}
    for s in stories:
        for key in s.names:
            if key in names:
                at.setdefault(key, []).append(s)
    world = _World(at, about, Counter(tags.base(s.language) for s in stories), len(stories))
    taken = {fold(a.text) for e in entities for a in e.aliases}  # stood there and was refused by its own rules
    found: list[Suggestion] = []
    for entity in entities:
        lacking = [
            s for members in placed.values() for s in members if s.event is not None
            and entity.key in about[s.event] and entity.key not in s.entities
        ]  # fmt: skip
        if len(lacking) >= MIN_STORIES:
            found += _of_entity(entity, lacking, world, taken)
    return _one_owner(found)


@dataclass(frozen=True, slots=True)
class _World:
    at: Mapping[str, Sequence[Naming]]  # where each name is written
    about: Mapping[int, frozenset[str]]
    languages: Mapping[str, int]
    total: int


def _about(members: Sequence[Naming]) -> frozenset[str]:
    """Name the entities that an event is about: found in a third of its stories and in two of them."""
    counts = Counter(key for s in members for key in s.entities)
    return frozenset(k for k, n in counts.items() if n >= max(MIN_STORIES, ABOUT * len(members)))


def _of_entity(entity: Entity, lacking: Sequence[Naming], world: _World, taken: Container[str]) -> list[Suggestion]:
    known = sorted({entity.name} | {a.text for a in entity.aliases if a.language in {"any", "en"} and not a.needs})
    short_of = Counter(tags.base(s.language) for s in lacking)
    forms = _forms(lacking, taken)
    found = []
    for stem, keys in sorted(forms.items()):
        support = {s.id: s for s in lacking if any(k in s.names for k in keys)}
        if len(support) < MIN_STORIES:
            continue
        others = {
            s.id for k in keys for s in world.at[k]
            if s.id not in support and entity.key not in s.entities
            and (s.event is None or entity.key not in world.about[s.event])
        }  # fmt: skip
        name, likeness = max(((n, alike(stem, n)) for n in known), key=lambda pair: (pair[1], pair[0]))
        languages = Counter(s.language for s in support.values())
        language, _ = max(languages.items(), key=lambda item: (item[1], item[0]))
        language = language if len(languages) < 3 and language != "und" else "any"
        short = sum(short_of[base] for base in {tags.base(tag) for tag in languages})
        if likeness >= ALIKE:
            if len(others) > max(len(support), RARE * world.total):
                continue
        elif (
            len(support) < COMPANY_STORIES
            or world.languages[tags.base(language)] - len(support) < COMPANY_BACKGROUND
            or within(ord(stem[0]), _RUNNING)  # any piece of any word keeps company
            or len(support) < COMPANY_SHARE * short
            or len(others) > COMPANY_ELSEWHERE * len(support)
        ):
            continue
        met = Counter(s.names[k] for s in support.values() for k in keys if k in s.names)
        text = _written(met, stem)
        found.append(
            Suggestion(
                entity=entity.key,
                language=language,
                text=text,
                prefix=len(keys) > 1,
                stories=tuple(sorted(support)),
                outlets=tuple(sorted({s.outlet for s in support.values()})),
                events=tuple(sorted({s.event for s in support.values() if s.event is not None})),
                lacking=short,
                elsewhere=len(others),
                sounds_like=name if likeness >= ALIKE else "",
                alike=likeness if likeness >= ALIKE else 0.0,
                also=tuple(sorted(set(met) - {text})),
            )
        )
    return _thinned(found)


def _forms(stories: Iterable[Naming], taken: Container[str]) -> dict[str, list[str]]:
    """Group names by stem: "блэкрок" stands for "блэкрока", "розентал" for "розенталь" and "розенталя"."""
    groups: list[tuple[str, list[str]]] = []
    for key in sorted({k for s in stories for k in s.names if k not in taken}):
        stem = _common_stem(groups[-1][0], key) if groups else ""
        if stem:
            groups[-1] = (stem, [*groups[-1][1], key])
        else:
            groups.append((key, [key]))
    return dict(groups)


def _common_stem(stem: str, key: str) -> str:
    """Give the stem of two forms that differ in their endings only; empty when they are two names."""
    n = next((i for i, (a, b) in enumerate(zip(stem, key, strict=False)) if a != b), min(len(stem), len(key)))
    if n < (MIN_STEM if n == len(stem) else MIN_STEM + 1) or " " in stem[n:] + key[n:]:
        return ""
    if len(stem) - n > 2 or len(key) - n > MAX_ENDING or within(ord(key[n - 1]), (*_HAN, *_KANA, *_HANGUL, *_RUNNING)):
        return ""
    return key[:n]


def _written(met: Mapping[str, int], stem: str) -> str:
    """Write a stem as it was met: the commonest form that is the stem, or begins with it letter by letter."""
    whole = min(met, key=lambda w: (fold(w) != stem, -met[w], w))
    return whole if len(fold(whole)) != len(whole) else whole[: len(stem)]


def _thinned(found: Sequence[Suggestion]) -> list[Suggestion]:
    """Keep the best of names that contain one another: the one that sounds most alike, else the longest."""
    kept: list[Suggestion] = []
    per_language: Counter[str] = Counter()
    for s in sorted(found, key=lambda s: (-s.alike, -len(s.stories), -len(s.text), s.text)):
        is_known = any(fold(s.text) in fold(k.text) or fold(k.text) in fold(s.text) for k in kept)
        if not is_known and per_language[s.language] < MOST:
            per_language[s.language] += 1
            kept.append(s)
    return kept


def _one_owner(found: Sequence[Suggestion]) -> list[Suggestion]:
    """Give a name to the entity that it sounds most like; without sound, to the only one whose company it keeps."""
    best: dict[str, float] = {}
    claims = Counter(fold(s.text) for s in found)
    for s in found:
        best[fold(s.text)] = max(best.get(fold(s.text), 0.0), s.alike)
    kept = [s for s in found if (s.alike and s.alike == best[fold(s.text)]) or claims[fold(s.text)] == 1]
    return sorted(kept, key=lambda s: (s.entity, -s.alike, -len(s.stories), s.language, s.text))
