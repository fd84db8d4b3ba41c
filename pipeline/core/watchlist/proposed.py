"""Propose names and field words of a storyline from its seed articles, for a person to decide."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.core.text.fold import fold
from pipeline.core.watchlist import signs, suggest
from pipeline.model import Seed

_WORD = re.compile(r"[\u0900-\u0dff]{3,}|[\u0590-\u06ff]{3,}|[^\W\d_]{5,}")  # where vowels are marks, or not written
_RUNNING = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_UNSPACED = re.compile(rf"[\u3040-\u30ff\u3400-\u9fff{_RUNNING}]")
_UNCASED = re.compile(rf"[\u0590-\u06ff\u0900-\u0dff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3{_RUNNING}]")
_QUOTED = re.compile(r"[「『]([^」』\n]{2,20})[」』]|«([^»\n]{2,30})»|“([^”\n]{2,30})”")
# One name in two scripts: 北嶺サーモン, ミナト水産, NTTデータ
_MIXED = re.compile(r"[\u3400-\u9fff]{1,6}[\u30a1-\u30ff]{2,}|[\u30a1-\u30ff]{2,}[\u3400-\u9fff]{1,4}")


@dataclass(frozen=True, slots=True)
class ProposedName:
    """What may be a name: as most often written, how often it was met, and in how many seeds."""

    text: str
    met: int
    seeds: int


class _Met:
    """What was met, folded: how often, how written, in which seeds, and whether something marks it as a name."""

    def __init__(self) -> None:
        self.met: Counter[str] = Counter()
        self.written: dict[str, Counter[str]] = {}
        self.spread: dict[str, set[str]] = {}
        self.quoted: set[str] = set()

    def add(self, word: str, seed: Seed, least: int = 0) -> None:
        """Count one more; at least `least` in all."""
        folded = fold(word)
        self.met[folded] = max(self.met[folded], least) if least else self.met[folded] + 1
        self.written.setdefault(folded, Counter())[word] += 1
        self.spread.setdefault(folded, set()).add(seed.key)

    def best(self, folded: str) -> str:
        """Give the form most often written."""
        return self.written[folded].most_common(1)[0][0]

    def covers(self, whole: str, piece: str) -> bool:
        """Whether a longer form takes the place of its piece: as often, or of a word without capitals half as often."""
        factor = 2 if _UNCASED.search(whole) and " " not in piece else 1
        return self.met[whole] * factor >= self.met[piece]


def names(seeds: Sequence[Seed], most: int) -> tuple[list[ProposedName], list[str]]:
    """Give the names that the seeds repeat, and of what nothing marks as a name the words most often met."""
    count = _Met()
    for seed in seeds:
        _look(seed, count)
    ranked = sorted(count.met, key=lambda k: (-len(count.spread[k]), -count.met[k], k))
    often = [k for k in ranked if count.met[k] >= 2 and (len(count.spread[k]) == len(seeds) or count.met[k] >= 3)]
    often = [k for k in often if not _is_no_name(count.best(k), seeds)]
    marked = {k for k in often if k in count.quoted or _is_marked(count.best(k), seeds)}
    chosen = _whole([k for k in often if k in marked], count)
    rest = [k for k in _whole(often, count) if k not in marked and not any(k in c for c in chosen)]
    if not chosen:
        chosen, rest = rest or ranked[:1], []
    made = [ProposedName(count.best(k), count.met[k], len(count.spread[k])) for k in chosen[:most]]
    return made, [count.best(k) for k in _once(rest)[:most]]


def field_words(seeds: Sequence[Seed], chosen: Sequence[ProposedName], most: int) -> dict[str, list[str]]:
    """Give by language the words that the seeds repeat, names and words of any business left out."""
    parts = {part for name in chosen for part in fold(name.text).split()}
    count = _Met()
    for seed in seeds:
        _look(seed, count)
    parts |= {part for k in count.met if not _UNCASED.search(k) for part in k.split()}
    words: dict[str, _Met] = {}
    for seed in seeds:
        known = signs.of(seed.language)
        found = words.setdefault(seed.language, _Met())
        for word in _words(f"{seed.title} {seed.title} {seed.text}"):
            folded = fold(word)
            is_name = any(folded in p for p in parts) if _UNSPACED.search(word) else folded in parts
            if not is_name and not (known and known.is_common(word)):
                found.add(word, seed)
    return {lang: _most(found, most) for lang, found in words.items()}


def _body(seed: Seed) -> str:
    return f"{seed.title}. {seed.text}"


def _look(seed: Seed, count: _Met) -> None:
    body = _body(seed)
    opens = {m.end() for m in re.finditer(r"(?:^|[.!?…»”\"]\s+|\n)", body)}
    places = {*suggest.candidates(body), *(m.span() for m in _MIXED.finditer(body))}
    for start, end in sorted(places):
        word = body[start:end]
        if _is_glued(body, start) and _is_no_name(body[start - 1 : end], [seed]):
            continue
        is_opening = start in opens and " " not in word and not _UNCASED.search(word)
        if len(fold(word)) < 3 or (is_opening and body.count(word) < 3):
            continue  # a capital at the beginning of a sentence says nothing
        count.add(word, seed)
    for word in (m[1] or m[2] or m[3] for m in _QUOTED.finditer(body)):  # a ship, a plan: no capital says it
        if body.count(word) >= 2:
            count.add(word, seed, least=body.count(word))
            count.quoted.add(fold(word))


def _is_no_name(word: str, seeds: Sequence[Seed]) -> bool:
    known = [found for seed in seeds if (found := signs.of(seed.language))]
    return any(found.is_common(word) or found.is_phrase(word) for found in known)


def _is_marked(word: str, seeds: Sequence[Seed]) -> bool:
    """Whether capitals or something in a seed marks a form as a name; what nobody can tell counts as one."""
    if not _UNCASED.search(word):
        return True
    found = [(signs.of(seed.language), _body(seed)) for seed in seeds if word in _body(seed)]
    if any(known is None for known, _ in found):
        return True
    languages = {known for known, _ in found}
    return any(k.is_name(word, "\n".join(body for _, body in found)) for k in languages if k)


def _whole(found: Sequence[str], count: _Met) -> list[str]:
    """Leave out what is only a piece of another one, or one with something more."""
    chosen: list[str] = []
    for k in found:
        if any(_holds(c, k) or (_holds(k, c) and not count.covers(k, c)) for c in chosen):
            continue
        chosen = [c for c in chosen if not _holds(k, c)] + [k]
    return [k for k in chosen if not any(_holds(o, k) and count.covers(o, k) for o in found if o != k)]


def _once(found: Sequence[str]) -> list[str]:
    """Leave out what is another one with an article or a preposition written onto it."""
    return list({signs.bare(k): k for k in reversed(found)}.values())[::-1]


def _holds(whole: str, piece: str) -> bool:
    if whole == piece:
        return False
    if _UNSPACED.search(whole):
        return piece in whole
    return f" {piece} " in f" {whole} " or any(_is_glued(t, 1) and t[1:] == piece for t in whole.split())


def _is_glued(text: str, start: int) -> bool:
    """Whether Arabic or Hebrew wrote a letter onto what begins here."""
    return start > 0 and "\u0590" <= text[start - 1] <= "\u06ff" and text[start - 1].isalpha()


def _words(text: str) -> Iterator[str]:
    """Give what may be words of the field: of Han two to four characters, Kana in a row, else words of five letters."""
    for run in re.findall(r"[\u3400-\u9fff]{2,}", text):
        yield from (run[i : i + n] for n in (2, 3, 4) for i in range(len(run) - n + 1))
    yield from re.findall(r"[\u30a1-\u30ff]{3,}", text)
    yield from (w.lower() for w in _WORD.findall(text) if not _UNSPACED.search(w))


def _most(found: _Met, most: int) -> list[str]:
    whole = _once(_whole([k for k, _ in found.met.most_common()], found))
    return [found.best(k) for k in whole if found.met[k] >= 2][:most] or [found.best(k) for k in whole[:3]]
