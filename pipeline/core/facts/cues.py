"""The words near an amount that may say what it is for, and those that say how sure it is."""

from collections.abc import Callable
from functools import cache

import ahocorasick_rs

from pipeline.core.facts import words
from pipeline.core.facts.scales import TWINS, Habits
from pipeline.core.facts.spelled import bounds
from pipeline.core.text.phrases import Lexicon, fold, is_letter, pattern

Cue = tuple[int, int, str]  # where it begins and ends, and its role, or "intent"


Says = tuple[str, bool, str]  # a role, whether letters may follow, its accents if they count


@cache
def _automaton(language: str) -> tuple[ahocorasick_rs.AhoCorasick, list[list[Says]]] | None:
    """Build the finder of a language's cues (of all languages: ""), and what each says; None where it has none."""
    found: dict[str, dict[Says, None]] = {}
    wanted = {language, TWINS.get(language, language)}
    for tag, role, listed in words.entries("role"):
        for word in listed if not language or tag in wanted else ():
            stem = fold(word.rstrip("*"))[0].strip()
            accented = word if len(stem) < _SHORT and tag == "vi" and not word.isascii() else ""
            found.setdefault(stem, {})[role, word.endswith("*"), accented] = None
    if not found:
        return None
    matcher = ahocorasick_rs.AhoCorasick(list(found), matchkind=ahocorasick_rs.MatchKind.Standard)
    return matcher, [list(says) for says in found.values()]


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


def find(folded: str, habits: Habits, original: Callable[[int, int], str]) -> list[Cue]:
    """Find every role cue and intention of a folded text; `original` gives what was folded.

    The words of the hint's language count; where it has none here, those of the language that the text's commonest
    words tell; without a hint those of all, since a short text tells no language.
    """
    if habits.hint in {"", "und"}:
        return _find(folded, "", original)
    cues = _find(folded, habits.hint, original)
    if all(name == "intent" for _, _, name in cues) and (guess := habits.language()) != habits.hint:
        return _find(folded, guess, original) if guess else []
    return cues


def _find(folded: str, language: str, original: Callable[[int, int], str]) -> list[Cue]:
    automaton = _automaton(language)
    if automaton is None:
        return []
    matcher, says = automaton
    cues: list[Cue] = []
    compounds = not language or language in _COMPOUNDS
    for index, start, end in matcher.find_matches_as_indexes(folded, overlapping=True):
        inside = start > 0 and is_letter(folded[start]) and is_letter(folded[start - 1])
        if inside and (not compounds or (end - start < _INSIDE and folded[start] < "\u0590")):
            continue
        if inside and "\u0590" <= folded[start] <= "\u06ff" and not _GLUED.search(folded, max(0, start - 6), start):
            continue
        if start > 3 and folded[start - 1] == "-" and folded.startswith("non", start - 4):
            continue
        last, most = end, min(len(folded), end + _LONGEST)
        while end < most and is_letter(folded[end]) and is_letter(folded[end - 1]):
            end += 1
        if end == last + _LONGEST:
            continue
        for role, is_stem, accented in says[index]:
            if end > last and not is_stem:
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
