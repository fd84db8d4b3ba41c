"""Find the watchlist's entities, field words and lookalike words in a text, in one pass, with offsets into the original."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import ahocorasick_rs

from pipeline.model import Mention, Watchlist

# Scripts written without spaces, or whose particles stick to the name (Hangul): a letter beside the match proves nothing.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1100, 0x11FF),  # Hangul jamo
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # 々 〇
    (0x3040, 0x30FF),  # Kana
    (0x3130, 0x318F),  # Hangul compatibility jamo
    (0x31F0, 0x31FF),  # Kana extensions
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7FF),  # Hangul syllables
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_GLUED = ((0x3005, 0x3007), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))  # Han and Kana

# Indic scripts whose case endings are written onto the name (ব্ল্যাকরকের); Devanagari and Gurmukhi write them apart.
_ENDINGS = ((0x0980, 0x09FF), (0x0A80, 0x0AFF), (0x0B00, 0x0D7F), (0x0D80, 0x0DFF))

# One-letter words that Arabic and Hebrew write onto the next word: "and", "in", "to", "like", "the" …
_CLITICS = {
    "arabic": {"و", "ف", "ب", "ل", "ك", "س", "ال", "وال", "بال", "لل", "فال", "كال", "ول", "وب", "فل", "فب", "ولل", "وبال"},
    "hebrew": {"ו", "ה", "ב", "ל", "מ", "ש", "כ", "וה", "וב", "ול", "ומ", "וש", "שה", "שב", "של", "מה", "כש", "ושה", "לה"},
}

# Letters that no decomposition opens, and variants that writers mix freely.
_SPECIAL = {
    "ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H",
    "ی": "ي", "ى": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ہ": "ه", "ھ": "ه", "ۀ": "ه", "ة": "ه", "ە": "ه", "ۃ": "ه",
    "ґ": "г", "Ґ": "Г",
    "’": "'", "‘": "'", "ʼ": "'", "＇": "'", "`": "'", "´": "'", "׳": "'", "ʻ": "'",
    "״": '"', "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "‐": " ", "‑": " ", "‒": " ", "–": " ", "—": " ", "-": " ", "−": " ", "­": "",
    "·": " ", "・": " ", "･": " ", "•": " ", "‧": " ", "•": " ", "᛫": " ", "ー": "ー",
    "ـ": "",  # tatweel
}  # fmt: skip

# Cyrillic and Greek letters that look Latin: read as Latin only inside a word that also has Latin letters.
_LOOKS = str.maketrans("авеікмнорстухјѕԁһԛԝіοανικρυχ", "abeikmhopctyxjsdhqwioavikpux")

MAX_ENDING = 4  # letters that may follow a prefix alias: covers the case endings of Slavic, Finnic and Turkic languages


def _within(code: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(low <= code <= high for low, high in ranges)


@lru_cache(maxsize=65536)
def _fold_char(char: str) -> str:
    """Fold one character, letter case kept."""
    if char.isspace():
        return " "
    if char in _SPECIAL:
        return _SPECIAL[char]
    out = []
    for c in unicodedata.normalize("NFKD", char):
        category = unicodedata.category(c)
        if category == "Cf":  # joiners, direction marks, soft hyphen
            continue
        # Classes 0 and 9 hold the vowels and viramas of Indic and the tones of Thai, 8 the voicing of Kana: letters there.
        if category == "Mn" and unicodedata.combining(c) not in (0, 8, 9, 84, 91, 103, 107, 118, 122, 129, 130, 132):
            continue
        out.append(_SPECIAL.get(c, c))
    # Recomposed, so that one Hangul syllable stays one letter: 로 must not be found inside 록.
    return unicodedata.normalize("NFC", "".join(out))


@lru_cache(maxsize=65536)
def _fold_lower(char: str) -> str:
    """Fold one character and its case; folding twice brings nothing new (ß gives ss, İ gives i)."""
    return "".join(_fold_char(c) for c in _fold_char(char).casefold())


@lru_cache(maxsize=65536)
def _is_glued(char: str) -> bool:
    return _within(ord(char), _GLUED)


def _units(text: str) -> Iterable[tuple[str, int, int]]:
    """Split a text into composed characters with their offsets; only text that is not NFC needs it."""
    i = 0
    while i < len(text):
        j = i + 1
        while j < len(text) and (unicodedata.combining(text[j]) or "\u1160" <= text[j] <= "\u11ff"):
            j += 1
        composed = unicodedata.normalize("NFC", text[i:j])
        for k, char in enumerate(composed):
            yield char, i if k == 0 else min(i + k, j - 1), j if k == len(composed) - 1 else i + k + 1
        i = j


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `starts[i]`, `ends[i]` are the original offsets that folded character i came from."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def _fold(text: str, lower: bool) -> Folded:
    fold_char = _fold_lower if lower else _fold_char
    units: Iterable[tuple[str, int, int]]
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        units = zip(text, range(len(text)), range(1, len(text) + 1), strict=True)
    else:
        units = _units(text)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for char, start, end in units:
        for c in fold_char(char):
            if c == " ":
                # One space for many, and none beside Han or Kana: "AI 基础设施" is written both ways.
                if not out or out[-1] == " " or _is_glued(out[-1]):
                    continue
            elif out and out[-1] == " " and _is_glued(c):
                out.pop(), starts.pop(), ends.pop()
            out.append(c)
            starts.append(start)
            ends.append(end)
    return Folded("".join(out), starts, ends)


def fold(text: str) -> str:
    """Fold a text for comparison: NFKD without marks, case folded, tatweel and joiners gone, spaces and dashes alike.

    Idempotent. Marks that are letters of their script (Indic vowels, Thai tones, Kana voicing) stay.
    """
    return _fold(text, lower=True).text.strip()


def _fold_cased(text: str) -> str:
    return _fold(text, lower=False).text.strip()


def _is_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"


@lru_cache(maxsize=65536)
def _script(char: str) -> str:
    if char.isdigit():
        return "digit"
    return unicodedata.name(char, "?").split(" ", 1)[0].split("-", 1)[0]


def _joined(a: str, b: str) -> bool:
    """Say whether two neighbouring characters belong to one word."""
    if not (_is_word(a) and _is_word(b)):
        return False
    if _within(ord(a), _UNSPACED) or _within(ord(b), _UNSPACED):
        return False
    # A name in Latin letters with a native ending ("OpenAIом", "Microsoftতে") ends where its script ends.
    scripts = {_script(a), _script(b)}
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
class Found:
    """All that the watchlist finds in one story."""

    mentions: tuple[Mention, ...] = ()
    fields: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)
    lookalikes: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: str  # "entity", "field", "lookalike"
    key: str
    text: str
    cased: str | None  # folded with its case when case counts
    ending: int  # letters that may follow
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Span:
    pattern: _Pattern
    part: str
    start: int
    end: int


def _word_pattern(kind: str, key: str, word: str) -> _Pattern:
    """Make the pattern of a field or lookalike word, whose rules follow from its form.

    Short words in capitals (AI, KI, ИИ) keep their case, because "ai" is a word in Italian, Romanian and Vietnamese;
    words of five letters and more may take an ending; a trailing * allows one for a shorter word.
    """
    star = word.endswith("*")
    word = word.removesuffix("*")
    letters = [c for c in word if c.isalpha()]
    acronym = len(letters) <= 4 and word.upper() == word and word.lower() != word
    ending = MAX_ENDING if star or (len(fold(word)) >= 5 and not acronym) else 0
    return _Pattern(kind, key, word, _fold_cased(word) if acronym else None, ending)


class Index:
    """The compiled watchlist: build once, find many times; holds no state of a search, so threads may share it."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Compile the aliases, field words and lookalike words of `watchlist` into one automaton."""
        by_text: dict[str, list[_Pattern]] = {}

        def add(pattern: _Pattern) -> None:
            folded = fold(pattern.text)
            if folded and pattern not in by_text.setdefault(folded, []):
                by_text[folded].append(pattern)

        for entity in watchlist.entities:
            for a in entity.aliases:
                cased = _fold_cased(a.text) if a.case else None
                add(_Pattern("entity", entity.key, a.text, cased, MAX_ENDING if a.prefix else 0, a.needs))
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
        self._automaton = ahocorasick_rs.AhoCorasick(list(by_text)) if by_text else None
        self._fields = tuple(group.key for group in watchlist.fields)

    def find(self, title: str, summary: str, text: str = "") -> Found:
        """Find everything in the parts of one story; companions may stand in any part, the longest match wins."""
        parts = {"title": title, "summary": summary, "text": text}
        spans = [span for part, words in parts.items() if words for span in self._scan(part, words)]
        fields = _longest([s for s in spans if s.pattern.kind == "field"], apart=True)
        lookalikes = _longest([s for s in spans if s.pattern.kind == "lookalike"], apart=True)
        entities = [s for s in spans if s.pattern.kind == "entity" and not self._is_covered(s, lookalikes)]
        present = {s.pattern.key for s in _longest([s for s in entities if not s.pattern.needs])}
        present |= {f"field:{s.pattern.key}" for s in fields}
        kept = _longest([s for s in entities if not s.pattern.needs or present.intersection(s.pattern.needs)])
        return Found(
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
        folded = _fold(original, lower=True)
        spans = self._matches(part, original, folded, folded.text)
        latin = _latinised(folded.text)
        if latin != folded.text:
            spans += [s for s in self._matches(part, original, folded, latin) if s not in spans]
        return spans

    def _matches(self, part: str, original: str, folded: Folded, text: str) -> list[_Span]:
        assert self._automaton is not None
        spans: list[_Span] = []
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if not _opens(text, start):
                continue
            more = _ending(text, end)
            first, last = folded.starts[start], folded.ends[end - 1]
            cased: str | None = None
            for pattern in self._patterns[number]:
                if more > pattern.ending and not (
                    more <= MAX_ENDING and end - start >= 5 and _within(ord(text[end - 1]), _ENDINGS)
                ):
                    continue
                if pattern.cased is not None:
                    if cased is None:
                        cased = _fold_cased(original[first:last])
                        if text is not folded.text:
                            cased = _latinised(cased)
                    if cased != pattern.cased:
                        continue
                spans.append(_Span(pattern, part, first, last))
        return spans


def _opens(text: str, start: int) -> bool:
    """Say whether a word may begin at `start`; Arabic and Hebrew may have a clitic before it."""
    if start == 0 or not _joined(text[start - 1], text[start]):
        return True
    clitics = _CLITICS.get(_script(text[start]).lower())
    if clitics is None:
        return False
    begin = start
    while begin > 0 and start - begin < 5 and _is_word(text[begin - 1]):
        begin -= 1
    return text[begin:start] in clitics


def _ending(text: str, end: int) -> int:
    """Count the characters of the same word that follow `end`; a digit counts as too many."""
    i = end
    while i < len(text) and _joined(text[i - 1], text[i]):
        if text[i].isdigit():
            return 99
        i += 1
    return i - end


def _latinised(text: str) -> str:
    """Read Cyrillic and Greek look-alikes as Latin in words that also hold Latin letters ("ОpenAI" with a Cyrillic О)."""
    if text.isascii():
        return text
    out: list[str] = []
    changed = False
    for word in text.split(" "):
        if not word.isascii():
            scripts = {_script(c) for c in word if c.isalpha()}
            if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK"}:
                # The capitals of a case-checked slice as well.
                word = "".join(
                    c if c.isascii() else (t.upper() if c.isupper() else t)
                    for c in word
                    for t in (c.lower().translate(_LOOKS) if len(c.lower()) == 1 else c,)
                )
                changed = True
        out.append(word)
    return " ".join(out) if changed else text


def _longest(spans: Sequence[_Span], apart: bool = False) -> list[_Span]:
    """Keep the longest of overlapping spans; with `apart`, only within one key. In order of position."""
    taken: dict[tuple[str, str], list[tuple[int, int]]] = {}
    kept: list[_Span] = []
    order = sorted(spans, key=lambda s: (s.start - s.end, s.part, s.start, bool(s.pattern.needs), s.pattern.key))
    for s in order:
        others = taken.setdefault((s.part, s.pattern.key if apart else ""), [])
        if all(s.end <= low or high <= s.start for low, high in others):
            others.append((s.start, s.end))
            kept.append(s)
    rank = {"title": 0, "summary": 1, "text": 2}
    return sorted(kept, key=lambda s: (rank[s.part], s.start, s.pattern.key))


def _grouped(spans: Sequence[_Span], parts: Mapping[str, str]) -> dict[str, tuple[Hit, ...]]:
    groups: dict[str, list[Hit]] = {}
    for s in spans:
        hit = Hit(s.pattern.text, s.part, s.start, s.end, parts[s.part][s.start : s.end])
        groups.setdefault(s.pattern.key, []).append(hit)
    return {key: tuple(hits) for key, hits in groups.items()}
