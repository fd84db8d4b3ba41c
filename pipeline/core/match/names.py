"""Find the watchlist's entities, field words and lookalike words in one pass, with offsets into the original text."""

import unicodedata
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import ahocorasick_rs

from pipeline.core.match import endings
from pipeline.core.match.surnames import surnames
from pipeline.core.text import scripts
from pipeline.core.text.fold import Folded, fold, fold_cased, folded, is_word, latinised, script, within
from pipeline.model import Mention, Watchlist

# Scripts written without spaces, or whose particles stick to the name (Hangul): a letter beside a match proves nothing.
_UNSPACED = scripts.blocks(*scripts.UNSPACED, "Hang")
# Indic scripts whose endings are written onto the name (ব্ল্যাকরকের); Hindi writes them apart, Marathi and Nepali do not.
_ENDINGS = scripts.blocks("Deva", "Beng", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh")

_KATAKANA = ((0x30A1, 0x30FA), (0x30FC, 0x30FE))
SHORT_KANA = 3  # letters of a Katakana word below which it must stand alone among Katakana
MAX_TEXT = 50_000  # characters of an article that are searched: 8,000 words, more than any news story has

MAX_ENDING = 4  # letters that may follow a prefix alias: covers the case endings of Slavic, Finnic and Turkic languages
LONG_ENDING = 9  # the same for Indic scripts: "against OpenAI" is one word in Malayalam, and vowel signs count


@lru_cache(maxsize=65536)
def _joined(a: str, b: str) -> bool:
    """Say whether two neighbouring characters belong to one word."""
    if not (is_word(a) and is_word(b)):
        return False
    if within(ord(a), _UNSPACED) or within(ord(b), _UNSPACED):
        return False
    # A name in Latin letters with a native ending ("OpenAIом", "Microsoftতে") ends where its script ends.
    scripts = {script(a), script(b)}
    return "digit" in scripts or len(scripts) == 1 or unicodedata.category(b)[0] == "M"


@dataclass(frozen=True, slots=True)
class Hit:
    """A field or lookalike word found; offsets point into the original text of `part`."""

    word: str
    part: str
    start: int
    end: int
    found: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the watchlist finds in one story."""

    mentions: tuple[Mention, ...] = ()
    fields: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)
    lookalikes: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)
    cues: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)  # what the headline does with names (cues.py)
    sums: tuple[tuple[float, str], ...] = ()  # of money, with their currency, in title and summary


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: str  # "entity", "field", "lookalike"
    key: str
    text: str
    cased: str | None  # folded with its case when case counts
    ending: int  # letters that may follow
    needs: tuple[str, ...] = ()
    inflects: bool = False  # may take an ending of the closed lists (endings.py)
    stem: bool = False  # a name without its last letter: must take one


@dataclass(frozen=True, slots=True)
class _Span:
    pattern: _Pattern
    part: str
    start: int
    end: int


def _word_pattern(kind: str, key: str, word: str) -> _Pattern:
    """Make the pattern of a field or lookalike word, whose rules follow from its form.

    Short words in capitals (AI, KI, ИИ) keep their case, because "ai" is a word in Italian, Romanian and Vietnamese;
    words of five letters and more may take an ending; a trailing * allows one for a shorter word, a trailing | none.
    """
    star, bar = word.endswith("*"), word.endswith("|")
    word = word.rstrip("*|")
    letters = [c for c in word if c.isalpha()]
    acronym = len(letters) <= 4 and word.upper() == word and word.lower() != word
    ending = MAX_ENDING if star or (len(fold(word)) >= 5 and not acronym and not bar) else 0
    return _Pattern(kind, key, word, fold_cased(word) if acronym else None, ending)


class Index:
    """The compiled watchlist: build once, find many times; holds no state of a search, so threads may share it."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Compile the aliases, field words and lookalike words of `watchlist` into one automaton."""
        by_text: dict[str, list[_Pattern]] = {}

        def add(pattern: _Pattern) -> None:
            key = fold(pattern.text)
            if key and pattern not in by_text.setdefault(key, []):
                by_text[key].append(pattern)

        for key, a in [(e.key, a) for e in watchlist.entities for a in e.aliases] + list(surnames(watchlist)):
            cased = fold_cased(a.text) if a.case else None
            ending = MAX_ENDING if a.prefix else 0
            inflects = endings.inflects(a.text)
            add(_Pattern("entity", key, a.text, cased, ending, a.needs, inflects))
            if (stem := endings.stem(a.text)) and (inflects or within(ord(stem[-1]), _ENDINGS)):
                add(_Pattern("entity", key, stem, None, -1, a.needs, stem=True))
            for form in endings.compounds(a.text):
                add(_Pattern("entity", key, form, fold_cased(form), 0, a.needs))
        self._of: dict[str, frozenset[str]] = {}
        for group in watchlist.fields:
            for words in group.words.values():
                for word in words:
                    add(_word_pattern("field", group.key, word))
        for group in watchlist.lookalikes:
            self._of[group.key] = frozenset(group.of)
            for words in group.words.values():
                for word in words:
                    add(_word_pattern("lookalike", group.key, word))
        self._patterns = [by_text[text] for text in by_text]
        # of each text: the longest ending that one of its patterns takes
        self._most = [
            max(LONG_ENDING + 1 if p.inflects or p.stem else p.ending for p in group) for group in self._patterns
        ]
        self._automaton = ahocorasick_rs.AhoCorasick(list(by_text)) if by_text else None

    def find(self, title: str, summary: str, text: str = "") -> Findings:
        """Find everything in the parts of one story; companions may stand in any part, the longest match wins."""
        parts = {"title": title, "summary": summary, "text": text[:MAX_TEXT]}
        spans = [span for part, words in parts.items() if words for span in self._scan(part, words)]
        fields = _longest([s for s in spans if s.pattern.kind == "field"], apart=True)
        lookalikes = _longest([s for s in spans if s.pattern.kind == "lookalike"], apart=True)
        entities = [s for s in spans if s.pattern.kind == "entity" and not self._is_covered(s, lookalikes)]
        present = {s.pattern.key for s in _longest([s for s in entities if not s.pattern.needs])}
        present |= {f"field:{s.pattern.key}" for s in fields}
        present |= _mutual([s for s in entities if s.pattern.needs])
        kept = _longest([s for s in entities if not s.pattern.needs or present.intersection(s.pattern.needs)])
        return Findings(
            mentions=tuple(
                Mention(s.pattern.key, s.pattern.text, s.part, s.start, s.end, parts[s.part][s.start : s.end])
                for s in kept
            ),
            fields=_grouped(fields, parts),
            lookalikes=_grouped(lookalikes, parts),
        )

    def _is_covered(self, span: _Span, lookalikes: Sequence[_Span]) -> bool:
        """Say whether a lookalike of this entity strictly contains the span ("Stargate SG-1" contains "Stargate")."""
        return any(
            s.part == span.part
            and s.start <= span.start
            and span.end <= s.end
            and s.end - s.start > span.end - span.start
            and span.pattern.key in self._of[s.pattern.key]
            for s in lookalikes
        )

    def _scan(self, part: str, original: str) -> list[_Span]:
        if self._automaton is None:
            return []
        plain = folded(original, lower=True)
        spans = self._matches(self._automaton, part, original, plain, plain.text)
        latin = latinised(plain.text)
        if latin is not plain.text and latin != plain.text:
            spans += [s for s in self._matches(self._automaton, part, original, plain, latin) if s not in spans]
        return spans

    def _matches(
        self, automaton: ahocorasick_rs.AhoCorasick, part: str, original: str, plain: Folded, text: str
    ) -> list[_Span]:
        spans: list[_Span] = []
        for number, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
            glued = (
                start > 0 and text[start - 1].isdecimal()
            )  # "200MW", "57조원": a number may be written onto its unit
            if not glued and not _opens(text, start):
                continue
            if end - start <= SHORT_KANA and _is_cut_kana(text, start, end):
                continue
            more = _ending(text, end)
            if more > self._most[number] and not (more <= LONG_ENDING and end - start >= 5):
                continue  # before anybody asks where it stands
            first, last = plain.span(start, end)
            cased: str | None = None
            for pattern in self._patterns[number]:
                if glued and pattern.kind != "field" and not _opens(text, start):
                    continue
                if more > pattern.ending and not _may_end(pattern, text, start, end, more, original[first].isupper()):
                    continue
                if pattern.cased is not None:
                    if cased is None:
                        cased = fold_cased(original[first:last])
                        if text is not plain.text:
                            cased = latinised(cased)
                    if cased != pattern.cased:
                        continue
                spans.append(_Span(pattern, part, first, last))
        return spans


def _is_cut_kana(text: str, start: int, end: int) -> bool:
    """Say whether a Katakana word goes on beside a match: スト is a strike, and no part of アルストム."""
    return within(ord(text[start]), _KATAKANA) and any(
        within(ord(c), _KATAKANA) for c in (text[max(0, start - 1) : start] + text[end : end + 1])
    )


def _may_end(pattern: _Pattern, text: str, start: int, end: int, more: int, capital: bool) -> bool:
    """Say whether the letters that follow a name in one word are an ending that its script and length allow."""
    name, ending = text[start:end], text[end : end + more]
    if pattern.stem:
        return 0 < more <= LONG_ENDING and (capital or not endings.is_cased(name)) and endings.fits_stem(name, ending)
    if more <= LONG_ENDING and end - start >= 5 and within(ord(text[end - 1]), _ENDINGS):
        return True
    return pattern.inflects and (capital or not endings.is_cased(name)) and endings.fits(name, ending)


def _opens(text: str, start: int) -> bool:
    """Say whether a word may begin at `start`; Arabic and Hebrew may have a clitic before it."""
    if start == 0 or not _joined(text[start - 1], text[start]):
        return True
    clitics = endings.CLITICS.get(script(text[start]).lower())
    if clitics is None:
        return False
    begin = start
    while begin > 0 and start - begin < 5 and is_word(text[begin - 1]):
        begin -= 1
    return text[begin:start] in clitics


def _ending(text: str, end: int) -> int:
    """Count the characters of the same word that follow `end`, at most one too many; a digit is too many by itself."""
    i = end
    while i < len(text) and i - end <= LONG_ENDING and _joined(text[i - 1], text[i]):
        if text[i].isdigit():
            return LONG_ENDING + 1
        i += 1
    return i - end


def _mutual(spans: Sequence[_Span]) -> set[str]:
    """Give the entities of two ambiguous names that are each other's companions: "AIP completes Aligned purchase"."""
    return {
        s.pattern.key
        for s in spans
        for t in spans
        if s.pattern.key in t.pattern.needs
        and t.pattern.key in s.pattern.needs
        and s.pattern.key != t.pattern.key
        and (s.part != t.part or s.end <= t.start or t.end <= s.start)
    }


def _longest(spans: Sequence[_Span], apart: bool = False) -> list[_Span]:
    """Keep the longest of overlapping spans; with `apart`, only within one key. In order of position."""
    taken: dict[tuple[str, str], list[tuple[int, int]]] = {}  # spans kept, in order, none overlapping
    kept: list[_Span] = []
    order = sorted(spans, key=lambda s: (s.start - s.end, s.part, s.start, bool(s.pattern.needs), s.pattern.key))
    for s in order:
        others = taken.setdefault((s.part, s.pattern.key if apart else ""), [])
        at = bisect(others, (s.start, s.end))
        if (at == 0 or others[at - 1][1] <= s.start) and (at == len(others) or s.end <= others[at][0]):
            others.insert(at, (s.start, s.end))
            kept.append(s)
    rank = {"title": 0, "summary": 1, "text": 2}
    return sorted(kept, key=lambda s: (rank[s.part], s.start, s.pattern.key))


def _grouped(spans: Sequence[_Span], parts: Mapping[str, str]) -> dict[str, tuple[Hit, ...]]:
    groups: dict[str, list[Hit]] = {}
    for s in spans:
        hit = Hit(s.pattern.text, s.part, s.start, s.end, parts[s.part][s.start : s.end])
        groups.setdefault(s.pattern.key, []).append(hit)
    return {key: tuple(hits) for key, hits in groups.items()}


def before(found: Findings, limit: int) -> Findings:
    """Keep what stands in title, summary and the first `limit` characters of the article."""
    return Findings(
        mentions=tuple(m for m in found.mentions if m.part != "text" or m.end <= limit),
        fields=_cut(found.fields, limit),
        lookalikes=_cut(found.lookalikes, limit),
    )


def _cut(groups: Mapping[str, Any], limit: int) -> dict[str, Any]:
    cut = {k: tuple(h for h in hits if h.part != "text" or h.end <= limit) for k, hits in groups.items()}
    return {k: hits for k, hits in cut.items() if hits}
