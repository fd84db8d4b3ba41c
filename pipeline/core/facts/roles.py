"""What an amount is for: the role that a cue on its side, in its clause and nearest to it gives."""

import re
from bisect import bisect
from collections.abc import Callable, Mapping

from pipeline.core.facts import words
from pipeline.core.facts.cues import Cue, find
from pipeline.core.facts.numbers import Numbers
from pipeline.core.facts.wholes import APART, Wholes, stops
from pipeline.core.text.phrases import fold, pattern

Span = tuple[int, int]

_LIMIT = 45.0  # a cue that costs more than this many characters says nothing
_TIGHT = 8  # characters between a cue and the amount that it stands right beside
_MOST_LISTED = 9  # amounts of a list before and behind one
_COMMA = re.compile("[,、]|(?<= )-(?= )")


class Roles:
    """Chooses the roles of the amounts of one folded text."""

    def __init__(
        self, folded: str, kinds: Mapping[Span, str], is_capital: Callable[[int], bool], reader: Numbers
    ) -> None:
        """`kinds`: its amounts in order, with their kinds; `is_capital` as for `stops`."""
        self.folded = folded
        self.cues = find(folded, reader.habits, reader.original)
        self.kinds = kinds
        self.amounts = amounts = list(kinds)
        self.stops = stops(folded, is_capital)
        self.wholes = Wholes(folded, amounts, self.cues, self.stops)
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
        return not between and gap != " " and _LISTED.fullmatch(gap) is not None

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
        listed = _enumeration(folded, start, end, self.amounts)
        near = [c for c in self.cues if c[0] >= left and c[1] <= right + 2 and not start <= c[0] < end]
        if kind == "money" and _PER_UNIT.match(folded, end):
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
        elif len({_MEANS.get(c[2], c[2]) for c in known}) == 1 and self._is_alone(left, right, listed):
            best = next(
                (c for c in known if not self.wholes.silences(c, amount) and not self._has_comma(c, listed)), None
            )  # one thing is said, of one amount
            if best:
                self.why[amount] = ("the only cue of a clause with one amount", best)
        if best and best[2] == "capacity" and (head := self._head(best, known)):
            best = head
            self.why[amount] = ("what the word beside the amount hangs on", best)
        name = best[2] if best else ""
        wants = [c for c in near if c[2] == "intent" and start - c[1] < 120 and c[0] - end < 90]
        if kind == "money" and name in _PARTS and self.wholes.is_total(amount):
            self.why[amount] = ("says that it includes debt", None)
            return "potential"
        if name in _MEANS:
            return _MEANS[name]
        if best and name == "mobilised":
            return "target" if wants and not _UP_TO.search(folded[max(left, start - 16) : start]) else "potential"
        if best and name == "raised":
            done = _DONE.match(folded, best[0])
            return "target" if any(not done or 0 <= best[0] - c[1] <= 14 for c in wants) else "raised"
        goal = not name and wants and kind == "money"
        if goal and (_GOAL.search(folded, max(left, start - 40), start) or self.wholes.is_equity(amount)):
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
        if before and any(before[1] <= a and b <= at + 1 for a, b in self.stops):
            before = None
        if behind and any(to <= a and b <= behind[0] + 1 for a, b in self.stops):
            behind = None
        if not before or not behind:
            return before or behind
        left, right = self._gap(before[1], at, _AFTER), self._gap(to, behind[0], _BEFORE)
        if left == 1 < right < 3 and self._has_cue(before, True):
            return behind  # กำไร 3,400 ล้านบาท รายได้รวม 4.2 หมื่นล้านบาท
        if left == right:
            if not left:
                return None
            return before if self._has_cue(behind, False) and not self._has_cue(before, True) else behind
        return before if left < right else behind

    def _has_cue(self, amount: Span, is_before: bool) -> bool:
        """Whether a cue of its own stands right before, or right behind, an amount."""
        cues = (c for c in self.cues if c[2] in _ALLOWED.get(self.kinds[amount], _MONEY))
        if is_before:
            return any(c[1] <= amount[0] <= c[1] + _TIGHT and self._gap(c[1], amount[0], _BEFORE) < 2 for c in cues)
        return any(amount[1] <= c[0] <= amount[1] + _TIGHT and self._gap(amount[1], c[0], _AFTER) < 2 for c in cues)

    def _head(self, cue: Cue, known: list[Cue]) -> Cue | None:
        """Return the word for demand on which one for capacity hangs: "zapotrzebowanie na moc wzrośnie do 4 GW"."""
        return next((c for c in known if c[2] == "consumption" and 0 < cue[0] - c[1] <= _TIGHT), None)

    def _is_site(self, cue: Cue, amount: Span) -> bool:
        """Whether a plant or a campus stands right beside its power: "a 2-gigawatt campus", "centrale de 1 300 MW"."""
        if cue[0] >= amount[1]:
            return cue[0] - amount[1] <= 6 and not self._joints(amount[1], cue[0])
        return self._gap(cue[1], amount[0], _BEFORE) < 2

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
        return len(APART.findall(self.folded[start:end].lstrip(")）")))

    def _far(self, cue: Cue, amount: Span) -> float:
        at, to, name = cue
        start, end = amount
        if at < end:
            return max(0, start - to)
        if name not in {"raised", "invested"} and _OF.fullmatch(self.folded[end:at]):
            return 3  # "$20bn in revenue", "2.600 M€ de beneficio"
        return (at - end) * 1.3 + (10 if at - end > 2 else 1)


# Between two amounts of a list: a comma, "and" or "from", then perhaps a name and a preposition.
_LISTED = pattern(
    r"(?:[,،、;，] ?)?(?:(?<=[,;、，] )|(?<=[,;、，])| ?(?:and|while|und|et|y|e|и|а|та|і|i|a|och|og|en|ja|es|ve|dan|"
    r"serta|si|va|ed|و|ו|और|এবং|na|from) |和|及|、|と|및 ?|그리고 )"
    r"(?:[^\s,;.]{1,18} )?(?:[^\s,;.]{1,4} )?(?:[^\s,;.]{1,3})?"
)
# What binds an amount to the cue behind it ("$20bn in revenue", 500億円を調達), and a cue to the amount behind it.
_AFTER = pattern(
    r" (?:of|in|de|del|di|da|do|d'|en|em|an|von|van|av|af|w|v|u|k|za|dalam|का|की|के|में|से|को|এর|র) |[の的を]|[의을를] ?"
)
_BEFORE = pattern(r" (?:of|de|di|von|van|pa|fra|от|של|i|za|na|в|у|на|à|a|at|to) |:|: |は|为|為|達|达|至|到")
_OF = pattern(r" ?(?:of|in|de|del|di|da|do|d'|en|em|an|von|av|af|i|w|v|u|k|за|в|на|dalam)? ?(?:(?!و)[^\s,;.]{3,12} )?")
# A price of one: a share, a megawatt hour, a kilowatt; never what a deal or a firm is worth.
_PER_UNIT = pattern(
    r" ?(?:/ ?(?:mwh|kwh|kw|mw|gw|mmbtu|share|aktie|t\b|мвт|квт|мвт·ч)|"
    r"(?:(?:per|a|each|pro|je|par|por|per ogni|za|za jedna|za jednu|за|за одну|за один) )(?:shares?|aktien?|"
    r"action|accion|acao|azione|aandeel|saham|lembar saham|akcj\w+|akci\w+|акци\w+|акці\w+|mwh|kwh|kw\b|mw\b|gw\b|"
    r"megawatt hour|megawatt-hour|kilowatt hour|kilowatt|megawatt|mw-h|мвт|квт)|pa aktie|per aksje|hisse basina|"
    r"للسهم|للسهم الواحد|لكل سهم|प्रति शेयर|प्रति यूनिट|প্রতি শেয়ার)"
)
_MEANS = {"site": "capacity", "spent": "invested"}
_WEAK = {"site": 30, "spent": 15}  # said of many an amount, so anything nearer counts first
_ALLOWED = {"power": {"capacity", "consumption", "site"}, "energy": {"capacity", "consumption"}}
_MONEY = set(words.ROLES) - _ALLOWED["power"] - {"loan", "intent", "none"}
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
    i = bisect(others, (start, end))
    for a, b in others[i : i + _MOST_LISTED]:
        if end <= a <= end + 30 and _is_list(folded[end:a]):
            end = b
    for a, b in reversed(others[max(0, i - _MOST_LISTED) : i]):
        if start - 30 <= b <= start and _is_list(folded[b:start]):
            start = a
    return start, end


_AND = frozenset(
    fold(x)[0]
    for x in [
        "", "and", "et", "und", "y", "e", "и", "та", "а", "і", "i", "a", "och", "og", "en", "ja", "és", "ve", "dan",
        "si", "și", "va", "và", "ed", "و", "ו", "και", "和", "及", "與", "と", "및", "और", "এবং", "และ", "או", "or",
        "plus", "+", "na",
    ]
)  # fmt: skip


def _is_list(gap: str) -> bool:
    short = len(gap) <= 7 and gap.strip(" ,()/;、，") in _AND
    return short or _TOLD_TWICE.fullmatch(gap) is not None


# "US$80 miliar atau setara dengan Rp1.331 triliun", "$5bn (about €4.6bn)": one sum in two currencies has one role.
_TOLD_TWICE = pattern(
    r"[,、]? ?[(（\[]?(?:(?:or|ou|oder|o|atau|или|або|veya|أو|या|或|eller|lub|nebo|of|tai|vagy|sau|ή|หรือ|hoac|또는|"
    r"או) ?)?(?:about|around|roughly|some|nearly|equivalent to|equal to|sekitar|setara(?: dengan)?|environ|soit|quasi|"
    r"etwa|rund|umgerechnet|circa|ca\.?|unos|cerca de|pari a|около|примерно|что эквивалентно|близько|приблизно|okolo|"
    r"ok\.?|czyli|约合|约|約|相当于|相當於|折合|약|한화 약|한화|kira-kira|yaklasik|حوالي|ما يعادل|نحو|करीब|लगभग|प्रायः|"
    r"khoang|tuong duong|ราว|ประมาณ|คิดเป็น|περιπου|noin|omkring|cirka|drygt|mintegy|כ-?)? ?"
)
_GOAL = pattern("target|goal|objecti|objetivo|ziel|sasaran|obiettivo|hedef|цел|目标|目標|목표|هدف|लक्ष्य|cel |doel")
