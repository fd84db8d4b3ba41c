"""The words near an amount that may say what it is for, and those that say how sure it is."""

from functools import cache

import ahocorasick_rs

from pipeline.core.facts import words
from pipeline.core.facts.spelled import bounds
from pipeline.core.text.phrases import Lexicon, fold, is_letter

Cue = tuple[int, int, str]  # where it begins and ends, and its role, or "intent"


@cache
def _automaton() -> tuple[ahocorasick_rs.AhoCorasick, list[str], list[bool]]:
    """Build the finder of cues: the words, their roles, and whether letters may follow (stems)."""
    found: dict[str, tuple[str, bool]] = {}
    for _, role, listed in words.entries("role"):
        for word in listed:
            stem = fold(word.rstrip("*"))[0].strip()
            if stem not in found or (word.endswith("*") and found[stem][0] == role):
                found[stem] = (role, word.endswith("*"))
    matcher = ahocorasick_rs.AhoCorasick(list(found), matchkind=ahocorasick_rs.MatchKind.Standard)
    return matcher, [role for role, _ in found.values()], [is_stem for _, is_stem in found.values()]


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


def find(folded: str) -> list[Cue]:
    """Find every role cue and intention of a folded text: start, end, role or "intent"."""
    matcher, roles, stems = _automaton()
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
        if end > last and (not stems[index] or end == last + _LONGEST):
            continue
        if cues and cues[-1][0] == start and "intent" not in {cues[-1][2], roles[index]}:
            cues.pop()  # of the cues that begin here the longest is meant, and comes last
        cues.append((start, end, roles[index]))
    covered: set[int] = set()  # "deal valued at": valued, the last word of a cue, is none of its own
    for start, end, name in cues:
        if name != "intent" and " " in folded[start:end]:
            covered.update(range(folded.rindex(" ", start, end) + 1, end))
    return [c for c in cues if c[0] not in covered] if covered else cues


_LONGEST = 60  # letters behind the stem of a word
