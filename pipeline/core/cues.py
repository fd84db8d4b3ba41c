"""Words near an amount that say what it is for, how sure it is, and that a range follows."""

import re
from functools import cache

import ahocorasick_rs

from pipeline.core.lexicon import Lexicon, fold, is_letter, pattern
from pipeline.core.rolewords import APPROX_AFTER, APPROX_BEFORE, INTENT, ROLES

_RANGE = pattern(
    r" ?(?:-|~|\.\.\.?|…|/(?= ?\d)|to|a|az|سے|bis|bis zu|tot|al|til|till|do|до|à|hingga|sampai|sampai dengan|ila|"
    r"den|до|"
    r"to about|ate|ao|fino a|pana la|la|den|đến|toi|ถึง|الى|إلى|تا|से|থেকে|முதல்|至|到|から|에서|עד|εως|hadi|ig|"
    r"fino ai|tul|iki|lidz|kuni|ile|și|ή|or|ou|oder|o|atau|"
    r"veya|или|або|lub|nebo|vagy|eller|tai|hoac|หรือ|او|أو|يا|या|বা|或|あるいは|또는)(?: |(?=[\d$€£¥₹]))"
)
_BETWEEN = pattern(r" ?(?:(?:and|et|und|en|y|e|dan|и|та|i|a|ve|si|ja|och|og|va|และ|و|और|এবং|மற்றும்|和|και|ו-?|na|at|ir|"
r"un|in|s) |[לו]-?(?=\d))")
_BETWEEN_CUE = pattern(
    r"(?:between|entre|zwischen|tussen|fra i|fra|tra|antara|между|між|mezi|medzi|miedzy|med|mellan|mellem|mellom|"
    r"izmedu|intre|valilla|giua|ระหว่าง|بين|بین|के बीच|介于|介於|μεταξυ|בין|kati ya|entre|tarp|starp|између|помеѓу) "
    r"(?:about |around |\S{1,4} ?)?$"
)


@cache
def _automaton() -> tuple[ahocorasick_rs.AhoCorasick, list[str], list[int]]:
    stems: list[str] = []
    roles: list[str] = []
    for role, words in (*ROLES.items(), ("intent", INTENT)):
        for word in words.split(","):
            stem = fold(word.lstrip())[0]
            if stem and stem not in stems:
                stems.append(stem)
                roles.append(role)
    matcher = ahocorasick_rs.AhoCorasick(stems, matchkind=ahocorasick_rs.MatchKind.Standard)
    return matcher, roles, [len(s) for s in stems]


@cache
def _words(phrases: str) -> Lexicon[bool]:
    lexicon: Lexicon[bool] = Lexicon()
    lexicon.add(phrases, True)
    return lexicon


def is_approximate(folded: str, start: int, end: int) -> bool:
    """Whether the words right before `start` or right after `end` say that the amount is not exact."""
    at = start
    while at and folded[at - 1] == " ":
        at -= 1
    if _words(APPROX_BEFORE).before(folded, at):
        return True
    while end < len(folded) and folded[end] == " ":
        end += 1
    return _words(APPROX_AFTER).at(folded, end) is not None


def range_follows(folded: str, start: int, end: int) -> int | None:
    """Return where the second number of a range would begin, for an amount at start..end; None when none can."""
    found = _RANGE.match(folded, end)
    if found is None and _BETWEEN_CUE.search(folded[max(0, start - 30) : start]):
        found = _BETWEEN.match(folded, end)
    return found.end() if found else None


def find(folded: str) -> list[tuple[int, int, str]]:
    """Find every role cue and intention of a folded text: start, end, role or "intent"."""
    matcher, roles, _ = _automaton()
    cues = []
    for index, start, end in matcher.find_matches_as_indexes(folded, overlapping=True):
        inside = start and is_letter(folded[start]) and is_letter(folded[start - 1])
        # Arabic and Hebrew glue the article and prepositions to the word; Germanic languages compound.
        if inside and not ("\u0590" <= folded[start] <= "\u06ff") and end - start < 7:
            continue
        if folded[max(0, start - 4) : start] == "non-":
            continue
        while end < len(folded) and is_letter(folded[end]) and is_letter(folded[end - 1]):
            end += 1
        cues.append((start, end, roles[index]))
    return cues


_STOP = re.compile(r"[.!?;](?= )|[\n。！？；।؟]|\|")


Span = tuple[int, int]


def role(
    folded: str, cues: list[tuple[int, int, str]], start: int, end: int, kind: str, others: list[Span]
) -> str:
    """Choose the role of the amount at start..end by the nearest cue of its clause; "" when none is near.

    `others` are the places of the text's other amounts: a cue beyond one of them is its cue first.
    """
    allowed = {"capacity", "consumption"} if kind in {"power", "energy"} else set(ROLES) - {"capacity", "consumption"}
    left = max((m.end() for m in _STOP.finditer(folded, max(0, start - 120), start)), default=max(0, start - 120))
    stop = _STOP.search(folded, end, min(len(folded), end + 90))
    right = stop.start() if stop else min(len(folded), end + 90)
    listed = _enumeration(folded, start, end, others)
    best, best_cost, intent = "", 60.0, False
    for at, to, name in cues:
        if at < left or to > right + 2 or start <= at < end:
            continue
        if name == "intent":
            intent = True
            continue
        if name not in allowed:
            continue
        after = at >= end
        far = (at - end) * 1.3 + (10 if at - end > 2 else 1) if after else max(0, start - to)
        cost = far - 0.1 * (to - at)
        if after and at >= listed[1]:
            cost -= 1.3 * (listed[1] - end)
        low, high = (end, at) if after else (to, start)
        cost += sum(45 for a, b in others if low <= a and b <= high and not listed[0] <= a < listed[1])
        if name == "potential":
            cost -= 25
        if name == "debt" and after and at - end > 3:
            cost += 10
        if cost < best_cost:
            best, best_cost = name, cost
    if best == "raised" and intent:
        return "target"
    if not best and intent and kind == "money" and _names_goal(folded[max(left, start - 40) : start]):
        return "target"
    return best


def _enumeration(folded: str, start: int, end: int, others: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the span of the amounts listed together with this one ("$8bn, $3bn and $1bn were raised")."""
    for a, b in others:
        if end <= a <= end + 7 and not folded[end:a].strip(" ,()/").count(" "):
            end = b
    for a, b in reversed(others):
        if start - 7 <= b <= start and not folded[b:start].strip(" ,()/").count(" "):
            start = a
    return start, end


_GOAL = pattern("target|goal|objecti|objetivo|ziel|sasaran|obiettivo|hedef|цел|目标|目標|목표|هدف|लक्ष्य|cel |doel")


def _names_goal(before: str) -> bool:
    return _GOAL.search(before) is not None
