"""Words near an amount that say what it is for, how sure it is, and that a range follows."""

import re
from functools import cache

import ahocorasick_rs

from pipeline.core.facts.rolewords import APPROX_AFTER, APPROX_BEFORE, INTENT, ROLES
from pipeline.core.facts.wholes import STOP, Wholes
from pipeline.core.text.phrases import Lexicon, fold, is_letter, pattern

_RANGE = pattern(
    r" ?(?:-|~|\.\.\.?|…|/(?= ?\d)|to|a|az|سے|bis|bis zu|tot|al|til|till|do|до|à|hingga|sampai|sampai dengan|ila|"
    r"den|до|"
    r"to about|ate|ao|fino a|pana la|la|den|đến|toi|ถึง|الى|إلى|تا|से|থেকে|முதல்|至|到|から|에서|עד|εως|hadi|ig|"
    r"fino ai|tul|iki|lidz|kuni|ile|și|ή|or|ou|oder|o|atau|"
    r"veya|или|або|lub|nebo|vagy|eller|tai|hoac|หรือ|او|أو|يا|या|বা|或|あるいは|또는)(?: |(?=[\d$€£¥₹]))"
)
_BETWEEN = pattern(
    r" ?(?:(?:and|et|und|en|y|e|dan|и|та|i|a|ve|si|ja|och|og|va|และ|و|और|এবং|மற்றும்|和|και|ו-?|na|at|ir|"
    r"un|in|s) |[לו]-?(?=\d))"
)
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
        if folded[max(0, start - 4) : start] == "non-" or folded[max(0, start - 3) : start + 4] == "se reun":
            continue  # "se réunir" is to meet
        while end < len(folded) and is_letter(folded[end]) and is_letter(folded[end - 1]):
            end += 1
        cues.append((start, end, roles[index]))
    return cues


_LIMIT = 60.0  # a cue that costs more than this many characters says nothing
_COMMA = re.compile("[,、]|(?<= )-(?= )")

Span = tuple[int, int]
Cue = tuple[int, int, str]


class Roles:
    """Chooses the roles of the amounts of one folded text."""

    def __init__(self, folded: str, amounts: list[Span]) -> None:
        self.folded = folded
        self.cues = find(folded)
        self.amounts = amounts
        self.wholes = Wholes(folded, amounts, {name for _, _, name in self.cues})

    def role(self, start: int, end: int, kind: str) -> str:
        """Choose the role of the amount at start..end by the nearest cue of its clause; "" when none is near.

        A cue beyond another amount, or nearer to another, is that amount's first.
        """
        folded, amount = self.folded, (start, end)
        allowed = _ALLOWED.get(kind, _MONEY)
        left = max((m.end() for m in STOP.finditer(folded, max(0, start - 120), start)), default=max(0, start - 120))
        stop = STOP.search(folded, end, min(len(folded), end + 90))
        right = stop.start() if stop else min(len(folded), end + 90)
        listed = _enumeration(folded, start, end, self.amounts)
        near = [c for c in self.cues if c[0] >= left and c[1] <= right + 2 and not start <= c[0] < end]
        best, best_cost = None, _LIMIT
        for cue in near:
            at, to, name = cue
            if name in allowed and not self.wholes.silences(name, at, to, amount):
                cost = self._cost(cue, amount, listed)
                if cost < best_cost:
                    best, best_cost = cue, cost
        name = best[2] if best else ""
        wants = [c for c in near if c[2] == "intent"]
        if kind == "money" and name in _PARTS and self.wholes.is_total(amount):
            return "potential"
        if name in _MEANS:
            return _MEANS[name]
        if best and name == "mobilised":
            return "target" if wants and not _UP_TO.search(folded[max(left, start - 16) : start]) else "potential"
        if best and name == "raised":
            done = _DONE.match(folded, best[0])
            return "target" if any(not done or 0 <= best[0] - c[1] <= 14 for c in wants) else "raised"
        goal = not name and wants and kind == "money"
        if goal and (_names_goal(folded[max(left, start - 40) : start]) or self.wholes.is_equity(amount)):
            return "target"
        return name

    def _cost(self, cue: Cue, amount: Span, listed: Span) -> float:
        (at, to, name), (start, end) = cue, amount
        after = at >= end
        low, high = (end, at) if after else (to, start)
        cost = self._far(cue, amount) - 0.1 * (to - at)
        if after and at >= listed[1]:
            cost -= 1.3 * (listed[1] - end)
        others = [o for o in self.amounts if o != amount and not listed[0] <= o[0] < listed[1]]
        cost += sum(45 for a, b in others if low <= a and b <= high)
        # "$5bn of commitments towards a $10bn fund": the cue is the first amount's, though it stands beside both
        if any(o[1] <= at and at - o[1] <= 4 and o[1] <= start for o in others):
            cost += 50
        commas = _COMMA.finditer(self.folded, low, high)
        cost += sum(20 if self.folded[m.start() - 1] > "\u3040" else 14 for m in commas)  # Han says more a sign
        if name in {"potential", "mobilised"}:
            cost -= 25
        cost += _WEAK.get(name, 0)
        if name == "debt" and after and at - end > 3:
            cost += 10
        return cost

    @staticmethod
    def _far(cue: Cue, amount: Span) -> float:
        at, to, _ = cue
        start, end = amount
        return (at - end) * 1.3 + (10 if at - end > 2 else 1) if at >= end else max(0, start - to)


_MEANS = {"site": "capacity", "spent": "invested"}
_WEAK = {"site": 15, "spent": 15}  # said of many an amount, so anything nearer counts first
_ALLOWED = {"power": {"capacity", "consumption", "site"}, "energy": {"capacity", "consumption"}}
_MONEY = set(ROLES) - _ALLOWED["power"] - {"loan"}
# An amount that includes debt is more than these.
_PARTS = {"", "raised", "invested", "debt", "potential", "mobilised", "spent"}
# What was done is no intention, though the sentence has one: "raised $6bn and plans to build".
_DONE = pattern(
    r"(?:raised|secured|recaudo|recaudaron|captou|levantou|levanto|arrecadou|raccolto|привлекл[аио]|привлек\b|"
    r"собрал[аио]?\b|залучи[лв]\w*|зібра\w*|zebral\w*|pozyskal\w*|ziskal\w*|opgehaald|gyujtott\w*|גייסה|גייסו|جمعت)\b"
)
_UP_TO = pattern(
    r"(?:up to|as much as|jusqu'a|bis zu|hasta|ate|fino a|hingga|sampai|do|до|tot|op til|opp til|upp till|jopa|akar|"
    r"pana la|al|len toi|toi|εως|ما يصل الى|يصل الى|تا|עד|ถึง|高达|高達|最高|最多|至多|最大|최대|a total of|"
    r"total\w*) ?\S{0,4} ?$"
)


def _enumeration(folded: str, start: int, end: int, others: list[Span]) -> Span:
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
