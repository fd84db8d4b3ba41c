"""The words near an amount that may say what it is for, and those that say how sure it is."""

from collections.abc import Callable
from functools import cache

import ahocorasick_rs

from pipeline.core.facts import words
from pipeline.core.facts.scales import Speech
from pipeline.core.facts.spelled import bounds
from pipeline.core.text.phrases import Lexicon, fold, is_letter, pattern

Cue = tuple[int, int, str]  # where it begins and ends, and its role, or "intent"


Says = tuple[str, bool, str, frozenset[str]]  # a role, whether letters may follow, its accents if they count, languages


@cache
def _automaton() -> tuple[ahocorasick_rs.AhoCorasick, list[list[Says]]]:
    """Build the finder of cues, and what each says in which languages."""
    found: dict[str, dict[tuple[str, bool, str], set[str]]] = {}
    for tag, role, listed in words.entries("role"):
        for word in listed:
            stem = fold(word.rstrip("*"))[0].strip()
            accented = word if len(stem) < _SHORT and tag == "vi" and not word.isascii() else ""
            says = found.setdefault(stem, {}).setdefault((role, word.endswith("*"), accented), set())
            says.add(tag)
    matcher = ahocorasick_rs.AhoCorasick(list(found), matchkind=ahocorasick_rs.MatchKind.Standard)
    return matcher, [[(*key, frozenset(tags)) for key, tags in of.items()] for of in found.values()]


@cache
def _after() -> Lexicon[str]:
    lexicon: Lexicon[str] = Lexicon()
    for key in ("most", "least", "about"):
        for _, name, listed in words.entries("quantifier"):
            if name == f"{key}_after":
                lexicon.add(listed, "" if key == "about" else key)
    return lexicon


def bound(folded: str, start: int, end: int) -> str | None:
    """Say what the words right beside an amount make of it: "most", "least", "" (about); None when it is exact."""
    left = max(0, start - 4)
    at = left + len(folded[left:start].rstrip(" "))
    if hit := bounds().before(folded, at):
        return hit[1]
    while end < len(folded) and folded[end] == " ":
        end += 1
    return hit[1] if (hit := _after().at(folded, end)) else None


def find(folded: str, speech: Speech, original: Callable[[int, int], str]) -> list[Cue]:
    """Find every role cue and intention of a folded text in its languages; `original` is what was folded."""
    matcher, says = _automaton()
    cues: list[Cue] = []
    for index, start, end in matcher.find_matches_as_indexes(folded, overlapping=True):
        inside = start > 0 and is_letter(folded[start]) and is_letter(folded[start - 1])
        if inside and end - start < _INSIDE and folded[start] < "\u0590":
            continue
        if inside and "\u0590" <= folded[start] <= "\u06ff" and not _GLUED.search(folded, max(0, start - 6), start):
            continue
        if (
            folded[max(0, start - 4) : start] == "non-"
            or folded[max(0, start - 3) : start + 4] == "se reun"
            or folded.startswith("investig", start)
        ):
            continue  # "se réunir" is to meet
        last, most = end, min(len(folded), end + _LONGEST)
        while end < most and is_letter(folded[end]) and is_letter(folded[end - 1]):
            end += 1
        if end == last + _LONGEST:
            continue
        for role, is_stem, accented, tags in says[index]:
            if (end > last and not is_stem) or (inside and not tags & _COMPOUNDS) or not speech.has(tags):
                continue
            if accented and original(start, end).lower() != accented:
                continue  # nợ is debt, nó is it
            if cues and cues[-1][0] == start and "intent" not in {cues[-1][2], role}:
                cues.pop()  # of the cues that begin here the longest is meant, and comes last
            cues.append((start, end, role))
    covered: set[int] = set()  # "deal valued at": valued, the last word of a cue, is none of its own
    for start, end, name in cues:
        if name == "none":
            covered.update(range(start, end))
        elif name != "intent" and " " in folded[start:end]:
            covered.update(range(folded.rindex(" ", start, end) + 1, end))
    return [c for c in cues if c[0] not in covered] if covered else cues


# Languages in which a cue may begin inside a word.
_COMPOUNDS = frozenset(["de", "nl", "af", "sv", "da", "no", "is", "fi", "et", "hu", "ar", "fa", "ur", "he"])
# The article, prepositions and "and", which Arabic and Hebrew write in one with the word behind them.
_GLUED = pattern(r"(?:^|[^\w])(?:[وف]?(?:[بلكس]?ال|لل|[بلكسيت])|[وف]|[ושבלמכהד]{1,3})$")
_INSIDE = 6  # letters of a cue that a compound may end in: Jahresgewinn
_SHORT = 5  # letters: below that a Vietnamese syllable without its accents is a dozen words
_LONGEST = 60  # letters behind the stem of a word
