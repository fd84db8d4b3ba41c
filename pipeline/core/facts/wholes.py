"""Phrases of folded texts that say what an amount contains or is named after: debt, equity, an investment fund."""

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from pipeline.core.facts import units
from pipeline.core.facts.phrasing import apart, bare_with, phrase, with_debt
from pipeline.core.text.phrases import any_of, pattern

Span = tuple[int, int]

# What leads from the debt to its amount.
_OF_DEBT = pattern(
    r" (?:(?:of|de|di|von|van|na|pa|av|da|sebesar|senilai|w wysokosci|ve vysi|vo vyske|в размере|у розмірі|في|"
    r"بقيمه|به ارزش|של|ύψους) )"
)
_NEXT = 16  # characters between a debt and its amount
# A fund, a firm and an investor are called after investment; their amounts are not invested by that.
_FUND = any_of(
    r"\binvestment[- ](?:fund|firm|compan|group|bank|arm|vehicle|manager|giant|house|partnership|platform|trust|"
    r"authority|holding|corp|plan)\w*|\binvestors?\b|\binvestisseurs?\b|\binvestor(?:en|ów|u|i|e|y|s)?\b|"
    r"\binversor\w*|"
    r"\binvestitor\w*|\bинвестор\w*|\bінвестор\w*|"
    r"\b(?:fonds|fons|fondo|fundo|fond|societe|sociedad|compania|firme|banque|banco|vehicule|vehiculo|groupe|"
    r"grupo|gruppo|"
    r"gestora|empresas?) (?:d'|de |di |do |da )inv\w+|\b(?:perusahaan|dana|firma|syarikat) (?:investasi|pelaburan)|"
    r"\b(?:fundusz|firm|spolk)\w* inwestycyjn\w*|\bquy dau tu|"
    r"\binvest\w+(?:fond|gesell|firm|vehik|bank|bolag|selskab|"
    r"selskap|rahasto|yhtio)\w*|\bинвест\w+ (?:фонд|компан|фирм|банк|групп|корпор|гигант)\w*|"
    r"\bінвест\w+ (?:фонд|компан|фірм|банк|груп)\w*|\byatirim (?:fon|sirket|ortakli|banka|grub)\w*|"
    r"\binvest\w+ (?:fond|fund|podjetj|drustv|spolecnost|spolocnost|alap|tarsasag|fonds)\w*|"
    r"επενδυτικ\w+ (?:ταμει|εταιρ|ομιλ|κεφαλ)\w*|"
    r"(?:投资|投資)(?:运用|運用)?(?:公司|基金|机构|機構|集团|集團|银行|銀行|ファンド|会社|家|者|人|財團|财团|平台)|"
    r"투자 ?(?:회사|사|자|펀드|은행|그룹|가|기업|기구)(?![가-힣])|(?:شركه|صندوق|شركات|صناديق|مجموعه|"
    r"ذراع) (?:ال)?استثمار\w*|"
    r"المستثمر\w*|(?:صندوق|شركت|گروه) سرمايه گذاري|سرمايه گذاران|निवेश (?:कंपनी|फर्म|कोष|फंड|समूह)|निवेशक\w*|"
    r"(?:קרן|חברת|קבוצת) ה?השקעות|משקיעי\w*|กองทุนเพื่อการลงทุน|กองทุนลงทุน|นักลงทุน"
)
# After an amount, "to invest in" says what the money is for.
_PURPOSE = any_of(
    r"\b(?:to invest|for investments?|for investing|pour investir|para invertir|de invertir|para investir|"
    r"per investire|"
    r"untuk berinvestasi|untuk menginvestasikan|zu investieren|om te investeren|at investere|att investera|"
    r"для (?:инвест|вложен|інвест|вкладен)\w+|centrad\w+ en (?:la )?inversion)"
)
_SIZE = pattern(r"(?:-plus|\+)? ?-?(?:funds?|fonds|fondo|fundo)\b|(?:的)?基金|のファンド| ?규모의? 펀드")
_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?:[.,]\d+)*(?!\d)")


_AROUND = 60  # letters of a phrase on either side of the word that it hangs on


def _spans(expression: re.Pattern[str], folded: str, words: Sequence[Span]) -> list[Span]:
    """Find phrases around some words: each expression has a hundred branches, and a text mostly other words."""
    found: list[Span] = []
    done = 0
    for start, end in words:
        low, high = max(done, start - _AROUND), min(len(folded), end + _AROUND)
        found += [m.span() for m in expression.finditer(folded, low, high)]
        done = max(done, max((b for _, b in found), default=0), low)
    return found


_STOP = re.compile(r"[.!?;·](?= )|[\n。！？；।؟]|\|")  # where a clause ends, but for the point of an abbreviation
_ABBREVIATION = pattern(
    r"(?:^|[\s(])(?:ok|ca|cca|approx|est|mrd|mld|mln|mio|mia|mds|mill|milj|mil|tis|tys|no|nr|vs|inc|corp|co|ltd|st|dr|"
    r"mr|bzw|kr|rs|re|rp|tk|ksh|us|u\.s|s\.a|p\.a|max|min|zl|zb|млрд|млн|трлн|тыс|тис|долл|дол|руб|грн|р|г|рр|пр|др|"
    r"лв|щ\.д|хил|εκατ|δισ|τρισ|δολ|रु|रू|டி|ரூ|రూ|ر\.س)$"
)


def stops(folded: str, is_capital: Callable[[int], bool]) -> list[Span]:
    """Find where clauses end; `is_capital` says of a place whether a capital letter stood there.

    The point of an abbreviation ends none ("ok. 900 MW", "1,5 mrd. euroa") unless a capital that is no unit follows.
    """
    found = []
    for m in _STOP.finditer(folded):
        if m[0] == "." and _ABBREVIATION.search(folded, max(0, m.start() - 7), m.start()):
            at = m.end() + 1
            if not is_capital(at) or units.currencies().at(folded, at):
                continue
        found.append(m.span())
    return found


class Wholes:
    """What the phrases of one folded text say about its amounts, given the places of all of them."""

    def __init__(
        self,
        folded: str,
        amounts: list[Span],
        cues: Sequence[tuple[int, int, str]],
        ends: Sequence[Span],
        language: str,
    ) -> None:
        """`cues` are the text's: phrases of debt are looked for around words for debt; `ends` are those of clauses."""
        self.folded = folded
        self._ends = ends
        self._apart = apart(language)
        self._amounts = sorted(amounts)
        debts = [(a, b) for a, b, name in cues if name in {"debt", "loan"}]
        invested = [(a, b) for a, b, name in cues if name == "invested"]
        self.debts = [s for s in _spans(with_debt(), folded, debts) if not self._is_debts_own(s)] if debts else []
        self.funds = _spans(_FUND, folded, invested) if invested else []
        self.purposes = _spans(_PURPOSE, folded, invested) if invested else []
        self._totals = {a for a in map(self._total, self.debts) if a}

    @cached_property
    def _equities(self) -> list[Span]:
        return [m.span() for m in phrase("equity").finditer(self.folded)]

    def silences(self, cue: tuple[int, int, str], amount: Span) -> bool:
        """Whether a cue gives `amount` no role: debt that is included, a fund's name, a purpose."""
        start, end, name = cue
        if name == "debt":
            return any(a <= start < b for a, b in self.debts) or self.is_equity(amount)
        if name == "invested":
            spans = [*self.funds, *(self.purposes if start >= amount[1] else ())]
            return any(a < end and start < b for a, b in spans) or _SIZE.match(self.folded, amount[1]) is not None
        return False

    def _is_debts_own(self, said: Span) -> bool:
        """Whether a phrase that only says "with debt" leads to the amount of that debt: "with debt of $5bn"."""
        after = next((a for a, _ in self._amounts if a >= said[1]), -1)
        if after < 0 or after - said[1] > _NEXT or not bare_with().match(self.folded, said[0]):
            return False
        return _OF_DEBT.fullmatch(self.folded, said[1], after) is not None

    def is_total(self, amount: Span) -> bool:
        """Whether the text says of this amount that it includes debt."""
        return amount in self._totals

    def is_equity(self, amount: Span) -> bool:
        """Whether the words right beside this amount call it equity."""
        start, end = amount
        for a, b in self._equities:
            if b <= start and any(e <= a and a - e <= 6 for _, e in self._amounts):
                continue  # "30 billion of equity and 100 billion": the first amount's
            low, high = (end, a) if a >= end else (b, start)
            between = any(s < high and low < e for s, e in self._amounts if (s, e) != amount)
            if low <= high <= low + 12 and not between and not re.search("[,;.、]", self.folded[low:high]):
                return True
        return False

    def _total(self, said: Span) -> Span | None:
        """Choose the amount that a phrase of debt completes: with fewer commas and joints between, then the nearer."""
        start, end = said
        before = max((a for a in self._numbers if a[1] <= start and start - a[1] <= 45), default=None)
        after = min((a for a in self._numbers if a[0] >= end and a[0] - end <= 55), default=None)
        if before and (self.is_equity(before) or self._stops(before[1], start)):
            before = None
        if after and (self.is_equity(after) or self._stops(end, after[0])):
            after = None
        if not before or not after:
            return before or after
        left = len(self._apart.findall(self.folded[before[1] : start]))
        right = len(self._apart.findall(self.folded[end : after[0]]))
        if left != right:
            return before if left < right else after
        return before if not left and start - before[1] <= after[0] - end else after

    @cached_property
    def _numbers(self) -> list[Span]:
        # "puis 100 milliards avec la dette": no currency, so no amount, but the phrase is that number's
        plain = [m.span() for m in _NUMBER.finditer(self.folded)]
        return sorted([*self._amounts, *(n for n in plain if not any(a < n[1] and n[0] < b for a, b in self._amounts))])

    def _stops(self, start: int, end: int) -> bool:
        return any(start <= a and b <= end + 1 for a, b in self._ends)
