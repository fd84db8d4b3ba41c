"""What an amount is for: the role that a cue on its side, in its clause and nearest to it gives."""

import re
from bisect import bisect
from collections.abc import Callable, Mapping

from pipeline.core.facts import words
from pipeline.core.facts.cues import Cue, find
from pipeline.core.facts.links import AFTER, BEFORE, LISTED, OF, PER_UNIT, UP_TO, enumeration
from pipeline.core.facts.numbers import Numbers
from pipeline.core.facts.phrasing import apart, phrase
from pipeline.core.facts.wholes import Wholes, stops

Span = tuple[int, int]

_LIMIT = 45.0  # a cue that costs more than this many characters says nothing
_TIGHT = 8  # characters between a cue and the amount that it stands right beside
_NEAR = 40  # characters from a verb to the amount that is its object
_NUMBER_NEXT = re.compile(r"[^\d,.;:!?()]{0,6}(?<![\w$€£])\d")
_SHORT_WORD = re.compile(r" (?:\w{1,6} )?")
_COMMA = re.compile("[,、]|(?<= )-(?= )")


class Roles:
    """Chooses the roles of the amounts of one folded text."""

    def __init__(
        self, folded: str, kinds: Mapping[Span, str], is_capital: Callable[[int], bool], reader: Numbers
    ) -> None:
        """`kinds`: its amounts in order, with their kinds; `is_capital` as for `stops`."""
        self.folded = folded
        self.cues = find(folded, reader.habits, reader.original)
        self._apart = apart(reader.hint)
        self.is_head_first = reader.hint in _HEAD_FIRST
        self.kinds = kinds
        self.amounts = amounts = list(kinds)
        self.stops = stops(folded, is_capital)
        self.wholes = Wholes(folded, amounts, self.cues, self.stops, reader.hint)
        self.why: dict[Span, tuple[str, Cue | None]] = {}  # amount -> the rule that gave its role, and by which cue
        self._owners: dict[Cue, Span | None] = {}
        self._before: tuple[int, str, str] = (-1, "", "")  # where the last amount ended, its role and kind

    def role(self, start: int, end: int) -> str:
        """Choose the role of the amount at start..end, which come in order; "" when nothing near says one."""
        kind = self.kinds[start, end]
        name = self._role(start, end, kind)
        if not name and kind == self._before[2] and self._continues(self._before[0], start):
            name = self._before[1]
            self.why[start, end] = ("goes on with the list before it", None)
        self._before = (end, name, kind)
        return name

    def _continues(self, end: int, start: int) -> bool:
        """Whether an amount goes on with a list: "SpaceX at $1tn and xAI at $250bn"; no cue and no end between."""
        gap = self.folded[end:start] if 0 <= end <= start else ""
        between = any(end <= at < start for at, _, _ in self.cues) or any(end <= a < start for a, _ in self.stops)
        return not between and gap != " " and LISTED.fullmatch(gap) is not None

    def _role(self, start: int, end: int, kind: str) -> str:
        """Choose the role by the nearest cue of the clause.

        A cue beyond another amount, or nearer to another, is that amount's first.
        """
        folded, amount = self.folded, (start, end)
        allowed = _ALLOWED.get(kind, _MONEY)
        left = max((b for _, b in self.stops if b <= start), default=0)
        left = max(left, start - 150)
        right = min((a for a, _ in self.stops if a >= end), default=len(folded))
        right = min(right, end + 110)
        listed = enumeration(folded, start, end, self.amounts)
        near = [c for c in self.cues if c[0] >= left and c[1] <= right + 2 and not start <= c[0] < end]
        if kind == "money" and PER_UNIT.match(folded, end):
            self.why[amount] = ("is the price of one: a share, a megawatt hour", None)
            return "cost" if any(c[2] == "cost" and 0 <= start - c[1] < 25 for c in near) else "price"
        known = [c for c in near if c[2] in allowed and (c[2] != "site" or self._is_site(c, amount))]
        best, best_cost = None, _LIMIT
        for cue in known:
            cost = self._cost(cue, amount, listed)
            if cost >= best_cost or self.wholes.silences(cue, amount) or not self._is_mine(cue, listed):
                continue
            best, best_cost = cue, cost
        if best is not None:
            self.why[amount] = (f"nearest cue, at a cost of {best_cost:.0f} of {_LIMIT:.0f}", best)
        elif lone := self._lone(known, amount, left, right, listed):
            best = lone
            self.why[amount] = ("the only cue of a clause with one amount", best)
        if best and best[2] == "capacity" and (head := self._head(best, known)):
            best = head
            self.why[amount] = ("what the word beside the amount hangs on", best)
        if best and best[2] not in {"potential", "mobilised"} and (head := self._leader(best, known)):
            best = head
            self.why[amount] = ("what the word beside the amount says more of", best)
        name = best[2] if best else ""
        if name == "other":
            return ""
        wants = [c for c in near if c[2] == "intent" and start - c[1] < 120 and c[0] - end < 90]
        if kind == "money" and name in _PARTS and self.wholes.is_total(amount):
            if self._before[1] in _RESULTS:
                self.why[amount] = ("is the debt beside a result, no total of it", None)
                return "debt"
            self.why[amount] = ("says that it includes debt", None)
            return "potential"
        if name in _MEANS:
            return _MEANS[name]
        if best and name == "mobilised":
            return "target" if wants and not UP_TO.search(folded[max(left, start - 16) : start]) else "potential"
        if best and name == "raised":
            done = phrase("done").match(folded, best[0])
            return "target" if any(not done or 0 <= best[0] - c[1] <= 14 for c in wants) else "raised"
        goal = not name and wants and kind == "money"
        if goal and (phrase("goal").search(folded, max(left, start - 40), start) or self.wholes.is_equity(amount)):
            self.why[amount] = ("is named a goal, or equity that is wanted", wants[0])
            return "target"
        return name

    def _is_mine(self, cue: Cue, listed: Span) -> bool:
        owner = self._owner(cue)
        return owner is not None and listed[0] <= owner[0] < listed[1]

    def _owner(self, cue: Cue) -> Span | None:
        """Return the amount whose cue this is: of the one before and the one behind it, that which it is bound to.

        None when both are bound to it as closely.
        """
        if cue not in self._owners:
            self._owners[cue] = self._find_owner(cue)
        return self._owners[cue]

    def _find_owner(self, cue: Cue) -> Span | None:
        at, to, name = cue
        i = bisect(self.amounts, (at, at))
        before = self.amounts[i - 1] if i else None
        behind = next((a for a in self.amounts[i : i + 2] if a[0] >= to - 1), None)
        before, behind = (
            a if a and name in _ALLOWED.get(self.kinds[a], _MONEY) and not self.wholes.silences(cue, a) else None
            for a in (before, behind)
        )
        if before and self._leads_on(before, cue):
            before = None
        if before and any(before[1] <= a and b <= at + 1 for a, b in self.stops):
            before = None
        if behind and any(to <= a and b <= behind[0] + 1 for a, b in self.stops):
            behind = None
        if not before or not behind:
            return before or behind
        left, right = self._gap(before[1], at, AFTER), self._gap(to, behind[0], BEFORE)
        if left == 1 < right < 3 and self._has_cue(before, True):
            return behind  # กำไร 3,400 ล้านบาท รายได้รวม 4.2 หมื่นล้านบาท
        if left == right:
            if not left:
                return None
            return before if self._has_cue(behind, False) and not self._has_cue(before, True) else behind
        return before if left < right else behind

    def _leads_on(self, before: Span, cue: Cue) -> bool:
        """Whether a cue past a comma or an "and" has a number of its own behind it: ", won 45", ", needs $290m"."""
        if self._gap(before[1], cue[0], AFTER) < 4:
            return False
        number = _NUMBER_NEXT.match(self.folded, cue[1])
        if number and not self._joints(cue[1], number.end()):
            return True
        behind = next((a for a in self.amounts if a[0] >= cue[1]), None)
        if not behind or behind[0] - cue[1] > _NEAR or self.kinds[behind] == self.kinds[before]:
            return False
        return not any(cue[1] <= a < behind[0] for a, _ in self.stops) and not self._joints(cue[1], behind[0])

    def _has_cue(self, amount: Span, is_before: bool) -> bool:
        """Whether a cue of its own stands right before, or right behind, an amount."""
        cues = (c for c in self.cues if c[2] in _ALLOWED.get(self.kinds[amount], _MONEY))
        if is_before:
            return any(c[1] <= amount[0] <= c[1] + _TIGHT and self._gap(c[1], amount[0], BEFORE) < 2 for c in cues)
        return any(amount[1] <= c[0] <= amount[1] + _TIGHT and self._gap(amount[1], c[0], AFTER) < 2 for c in cues)

    def _lone(self, known: list[Cue], amount: Span, left: int, right: int, listed: Span) -> Cue | None:
        """Return the cue of a clause, or of a part between commas, that says one thing of one amount."""
        commas = [m.span() for m in _COMMA.finditer(self.folded, left, right)]
        low = max((b for _, b in commas if b <= listed[0]), default=left)
        high = min((a for a, _ in commas if a >= listed[1]), default=right)
        for start, end in ((left, right), (low, high)):
            cues = [c for c in known if start <= c[0] and c[1] <= end + 2]
            if len({_MEANS.get(c[2], c[2]) for c in cues}) == 1 and self._is_alone(start, end, listed):
                fit = (c for c in cues if not self.wholes.silences(c, amount) and not self._has_comma(c, listed))
                if found := next(fit, None):
                    return found
        return None

    def _head(self, cue: Cue, known: list[Cue]) -> Cue | None:
        """Return the word for demand on which one for capacity hangs: "zapotrzebowanie na moc wzrośnie do 4 GW"."""
        return next((c for c in known if c[2] == "consumption" and 0 < cue[0] - c[1] <= _TIGHT), None)

    def _leader(self, cue: Cue, known: list[Cue]) -> Cue | None:
        """Return the cue that another stands behind and says more of.

        "Defisit anggaran" is the deficit of a budget, and damage that is valued, in all languages, no valuation.
        """
        for c in known:
            gap = self.folded[c[1] : cue[0]]
            if self.is_head_first and gap == " ":
                return c
            if cue[2] == "valuation" and c[2] in _VALUED and _SHORT_WORD.fullmatch(gap):
                return c
        return None

    def _is_site(self, cue: Cue, amount: Span) -> bool:
        """Whether a plant or a campus stands right beside its power: "a 2-gigawatt campus", "centrale de 1 300 MW"."""
        if cue[0] >= amount[1]:
            return cue[0] - amount[1] <= 6 and not self._joints(amount[1], cue[0])
        return self._gap(cue[1], amount[0], BEFORE) < 2

    def _gap(self, start: int, end: int, link: re.Pattern[str]) -> int:
        """Say how loosely what stands between an amount and a cue binds them: from 0, a link, to 5, another cue."""
        while start < end and self.folded[start] in ")）」』":
            start += 1
        gap = self.folded[start:end]
        if link.fullmatch(gap):
            return 0
        if not gap.strip(" ()（）\"'«»“”„"):
            return 1
        if any(start <= a and b <= end and name != "intent" for a, b, name in self.cues):
            return 5
        if self._joints(start, end):
            return 4
        return 2 if gap.count(" ") <= 2 and len(gap) <= 16 else 3

    def _is_alone(self, left: int, right: int, listed: Span) -> bool:
        return not any(left <= a < right and not listed[0] <= a < listed[1] for a, _ in self.amounts)

    def _cost(self, cue: Cue, amount: Span, listed: Span) -> float:
        (at, to, name), (start, end) = cue, amount
        after = at >= end
        low, high = (end, at) if after else (to, start)
        cost = self._far(cue, amount) - 0.1 * (to - at)
        if after and at >= listed[1]:
            cost -= 1.3 * (listed[1] - end)
        elif not after and to <= listed[0]:
            cost -= start - listed[0]
        others = [o for o in self.amounts if o != amount and not listed[0] <= o[0] < listed[1]]
        cost += sum(45 for a, b in others if low <= a and b <= high)
        commas = _COMMA.finditer(self.folded, low, high)
        cost += sum(20 if self.folded[m.start() - 1] > "\u3040" else 14 for m in commas)  # Han says more a sign
        if name in {"potential", "mobilised"}:
            cost -= 15
        cost += _WEAK.get(name, 0)
        if name == "debt" and after and at - end > 3:
            cost += 10
        return cost

    def _has_comma(self, cue: Cue, listed: Span) -> bool:
        """Whether a comma or a dash stands between a cue and the amounts that are told with this one."""
        low, high = (cue[1], listed[0]) if cue[0] < listed[0] else (listed[1], cue[0])
        return _COMMA.search(self.folded, low, high) is not None

    def _joints(self, start: int, end: int) -> int:
        return len(self._apart.findall(self.folded[start:end].lstrip(")）")))

    def _far(self, cue: Cue, amount: Span) -> float:
        at, to, name = cue
        start, end = amount
        if at < end:
            return max(0, start - to)
        if name not in {"raised", "invested"} and OF.fullmatch(self.folded[end:at]):
            return 3  # "$20bn in revenue", "2.600 M€ de beneficio"
        return (at - end) * 1.3 + (10 if at - end > 2 else 1)


_HEAD_FIRST = frozenset(
    {"id", "ms", "vi", "th", "tl", "sw", "fr", "es", "pt", "it", "ca", "gl", "ro", "ar", "he", "fa"}
)
_MEANS = {"site": "capacity", "spent": "invested"}
_WEAK = {"site": 30, "spent": 15}  # said of many an amount, so anything nearer counts first
_ALLOWED = {"power": {"capacity", "consumption", "site"}, "energy": {"capacity", "consumption"}}
_MONEY = set(words.ROLES) - _ALLOWED["power"] - {"loan", "intent", "none"}
# An amount that includes debt is more than these.
_PARTS = {"", "raised", "invested", "debt", "potential", "mobilised", "spent"}
_VALUED = {"loss"}
_RESULTS = {"profit", "loss", "revenue", "cost", "price"}
