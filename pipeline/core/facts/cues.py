"""The words near an amount that may say what it is for, and those that say how sure it is."""

from functools import cache

import ahocorasick_rs

from pipeline.core.facts import numerals, words
from pipeline.core.facts.scales import Habits
from pipeline.core.facts.spelled import bounds
from pipeline.core.text.phrases import Lexicon, fold, is_letter

Cue = tuple[int, int, str]  # where it begins and ends, and its role, or "intent"


Says = tuple[str, bool, frozenset[str]]  # a role, whether letters may follow, the languages that say it


@cache
def _automaton() -> tuple[ahocorasick_rs.AhoCorasick, list[list[Says]]]:
    """Build the finder of cues, and what each says in which languages."""
    found: dict[str, dict[tuple[str, bool], set[str]]] = {}
    for tag, role, listed in words.entries("role"):
        for word in listed:
            stem = fold(word.rstrip("*"))[0].strip()
            found.setdefault(stem, {}).setdefault((role, word.endswith("*")), set()).update(numerals.sisters(tag))
    matcher = ahocorasick_rs.AhoCorasick(list(found), matchkind=ahocorasick_rs.MatchKind.Standard)
    says = [[(role, is_stem, frozenset(tags)) for (role, is_stem), tags in of.items()] for of in found.values()]
    return matcher, says


@cache
def _speakers() -> frozenset[str]:
    """Return the languages that have cues of their own."""
    return frozenset(tag for tag, _, _ in words.entries("role"))


class Speech:
    """Which languages' words count in a text: the hint's, and that which its commonest words tell; all without one."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._hint = habits.hint if habits.hint in _speakers() else ""
        self._guess: str | None = None

    def has(self, tags: frozenset[str]) -> bool:
        """Whether one of the languages counts."""
        if not self._hint or self._hint in tags:
            return True
        if self._guess is None:
            guess = self._habits.language()
            self._guess = guess if guess in _speakers() else ""
        return self._guess in tags


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


def find(folded: str, speech: Speech) -> list[Cue]:
    """Find every role cue and intention of a folded text in its languages."""
    matcher, says = _automaton()
    cues: list[Cue] = []
    for index, start, end in matcher.find_matches_as_indexes(folded, overlapping=True):
        inside = start and is_letter(folded[start]) and is_letter(folded[start - 1])
        # Arabic and Hebrew glue the article and prepositions to the word; Germanic languages compound.
        if inside and not ("\u0590" <= folded[start] <= "\u06ff") and end - start < 7:
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
        for role, is_stem, tags in says[index]:
            if (end > last and not is_stem) or not speech.has(tags):
                continue
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


_LONGEST = 60  # letters behind the stem of a word
