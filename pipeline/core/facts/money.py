"""The currency beside each number of one text: signs, codes and names before and behind it."""

import re
from collections.abc import Sequence

from pipeline.core.facts import units
from pipeline.core.facts.numbers import Amount, Quantity
from pipeline.core.facts.phrasing import of_which
from pipeline.core.facts.scales import scales
from pipeline.core.facts.spelled import Anchored
from pipeline.core.facts.things import Things
from pipeline.core.text.phrases import pattern

LINK = pattern(
    r"[ \-]?(?:de |d'|di |of |des |da |dos |za |de los |de las |ng |na |oo |من |к |से (?:ज़्यादा|अधिक) |"
    r"(?:-?এর|এরও) বেশি |"
    r"'?[dt][ae]n fazla |"
    r"以上の|を超える|여 ?|개? 이상의 |개가 넘는 |多|余|餘|plus de |more than )?"
)


class Money(Things):
    """Reads the sums of one text."""

    def __init__(
        self, text: str, folded: str, offsets: list[int] | None, language: str | None, anchored: Sequence[Anchored]
    ) -> None:
        """Take a text, how it is folded, and the places of `anchors` in that."""
        self._suffixes: dict[tuple[int, bool], tuple[int, str] | None] = {}
        super().__init__(text, folded, offsets, language, anchored)

    def prefix(self, start: int) -> tuple[int, str] | None:
        """Find the currency written right before `start`; returns its start and code."""
        at = start - 1 if start and self.text[start - 1] == " " else start
        if at == start and self.text[start - 1 : start] in units.LOCAL and (local := self._local(start)):
            return local
        hit = units.prefixes().before(self.text, at)
        if hit and self.text[hit[0] : at] in units.CODES and not self.original(hit[0], at).isupper():
            return None
        return hit

    def _local(self, start: int) -> tuple[int, str] | None:
        """Read a capital as a currency's sign: R3 billion, P2.3 bilyon."""
        at = start - 1
        code, languages = units.LOCAL[self.text[at]]
        if self.hint not in languages or not self.original(at, start).isupper():
            return None
        glue = "$" if self.hint in units.HYPHENS else "$-"  # zu engu-R2.5 billion
        if at and (self.text[at - 1].isalnum() or self.text[at - 1] in glue):
            return None
        amount = self.amount(start)
        return (at, code) if amount and amount.scaled and amount.factor >= 1e6 else None

    def suffix(self, end: int, amount: Amount) -> tuple[int, str] | None:
        """Find the currency written right after `end`; returns its end and code."""
        key = end, amount.scaled
        if key not in self._suffixes:
            self._suffixes[key] = self._suffix(end, amount.scaled)
        return self._suffixes[key]

    def _suffix(self, end: int, is_scaled: bool) -> tuple[int, str] | None:
        link = LINK.match(self.text, end)
        for at in dict.fromkeys(
            (end, link.end() if link else end, end + 1 if self.text[end : end + 1] == " " else end)
        ):
            hit = units.currencies().at(self.text, at)
            if not hit:
                continue
            word = self.text[at : hit[0]]
            if word == "元" and _TRADITIONAL.search(self.text):
                hit = hit[0], "HKD" if "hk" in self.habits.tag else "TWD"
            if word in units.CODES and not self.original(at, hit[0]).isupper():
                continue  # "30 try", "17 års"
            if word in _SYMBOLS and re.compile(r" ?\d").match(self.text, hit[0]) and self.text[end : end + 1] == " ":
                continue  # "13 $30bn": the sign belongs to the next amount
            if hit[1] in {"GBP", "KRW", "ZAR", "BGN", "CNY", "MAD"} and word in _NEEDS_SCALE and not is_scaled:
                continue
            return hit
        return None

    def currency(self, code: str) -> str:
        """Settle the crowns and the 元 that only the language tells apart."""
        language = self.hint
        if code == "QQQ":
            guess = language if language in {"da", "nb", "no", "nn", "sv", "cs", "is"} else self.habits.language()
            return {"da": "DKK", "nb": "NOK", "no": "NOK", "nn": "NOK", "sv": "SEK", "cs": "CZK", "is": "ISK"}.get(
                guess, "SEK"
            )
        return code

    def has_unit(self, end: int) -> bool:
        """Whether a currency or a unit of power or energy stands right at `end`."""
        at = end + 1 if self.text[end : end + 1] == " " else end
        return bool(units.currencies().at(self.text, at) or units.watts().at(self.text, at))

    def leading_scale(self, amount: Amount, sign: tuple[int, str] | None) -> tuple[Amount, tuple[int, str] | None]:
        """Look for a scale word before the number, and the currency before that or, in some languages, behind both."""
        scale_first = self.scale_first
        at = (sign[0] if sign and scale_first else amount.start) - 1
        if at < 3 or self.text[at] != " ":
            return amount, sign
        hit = scales().before(self.text, at)
        hit = self.settled(hit[0], hit) if hit and self.hint == "yo" else hit
        factor = hit[1] if hit else 0.0
        if not hit or not isinstance(factor, float) or factor < 1e5:
            return amount, sign
        scaled = amount._replace(value=amount.value * factor, start=hit[0], scaled=True, factor=factor)
        if scale_first and sign:
            return scaled, (hit[0], sign[1])  # ig nde naira 50
        if scale_first and self.suffix(amount.end, amount):
            return scaled, sign  # rw miliyoni 30 z'amadolari
        before = hit[0] - 1 if hit[0] and self.text[hit[0] - 1] == " " else hit[0]
        money = self.prefix(hit[0]) or (units.currencies().before(self.text, before) if before else None)
        return (scaled, money) if money else (amount, sign)

    def money(self, low: Amount, last: Amount, sign: tuple[int, str] | None) -> Quantity | None:
        """Make a money fact when a currency stands before or after."""
        after = self.suffix(last.end, last)
        if not sign and not after:
            return None
        if sign and not after and units.watts().at(self.text, last.end):
            return None  # "1万亿人民币 2000万千瓦": the name belongs to the amount before it
        if not last.scaled and _FOREIGN_SCALE.match(self.text, last.end):
            return None
        end = last.end
        code = sign[1] if sign else ""
        if after and (not sign or sign[1] in {"USD", "QQQ"} or after[1] == sign[1]):
            if not sign or after[1] == sign[1] or self.text[last.end : last.end + 1] != "$":
                end, code = after
        elif after and self.text[last.end : after[0]] == "元":
            end = after[0]
        start = sign[0] if sign else low.start
        if code == "SSS":
            of = units.shillings().at(self.text, end + 1)
            end, code = of or (end, "TZS")
        packed = units.PACKED.get(self.text[last.end : end].strip())
        if packed:
            low = low._replace(value=low.value * packed)
        if low.needs_money and not sign and after and self.text[low.end - 1] == "t" and after[1] not in {"USD", "EUR"}:
            return None
        return Quantity("money", low.value, self.currency(code), start, end)

    def without_currency(self, start: int, whole: Quantity) -> Quantity | None:
        """Read a part in the currency of the sum just before it: "6 700 milliards de dollars, dont 5 200 milliards".

        Only where the text says that it is a part, in the same clause, and names no thing behind the number.
        """
        gap = self.text[whole.end : start]
        if len(gap) > _NEAR or not of_which().search(gap) or _CLAUSE_ENDS.search(gap):
            return None
        amount = self.amount(start)
        if not amount or not amount.scaled or amount.needs_money or amount.factor < 1e6:
            return None
        if units.watts().at(self.text, amount.end + 1) or units.counted().at(self.text, amount.end + 1):
            return None
        return Quantity("money", amount.value, whole.unit, start, amount.end)


# A scale word of a language that has no file: £11 miliwn, US$400 miriyoni. What it multiplies by is not known, so
# nothing is.
_FOREIGN_SCALE = pattern(r" (?:ma)?(?:(?:m|bh?)i[lr]+(?:[ijy]+[aouw]|[ijy]?ar)|t[ie]?r[iy][lr]+[ijy]+[aouw])")
_NEAR = 60  # characters between a sum and its part
_CLAUSE_ENDS = re.compile(r"[.!?](?= )|[\n。！？；।|]")
_TRADITIONAL = re.compile("[億萬國這會與將數電廠]")
_SYMBOLS = {"$", "€", "£", "¥", "₩", "₹", "₽", "₺", "us$", "₪", "฿", "₴", "rp", "rm", "rs", "usd", "eur"}
_NEEDS_SCALE = {
    "pounds", "pound", "won", "pfund", "pond", "pund", "libras", "rand", "liber", "лев",
    "ポンド", "파운드", "ปอนด์", "পাউন্ড", "पाउंड", "bang", "funt"
}  # fmt: skip
