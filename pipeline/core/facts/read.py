"""From numbers to quantities: the currency, unit or thing beside each number of one text, and ranges."""

import re
from collections.abc import Iterator

from pipeline.core.facts import days, units
from pipeline.core.facts.han import CJK_LARGE, HAN_START, NUMBER
from pipeline.core.facts.money import LINK, Money
from pipeline.core.facts.numbers import Amount, Quantity
from pipeline.core.facts.phrasing import phrase
from pipeline.core.facts.ranges import is_step, range_follows
from pipeline.core.text.phrases import is_letter, pattern

_BAD_AFTER = pattern(
    r" ?(?:%|٪|(?:/|per |pro |par |por )(?:us\$|usd|\$|€|eur\b|dol|dollar|доллар|долар|euro))|"  # what a dollar costs
    r":\d|-\d+-\d|º|°|/\d"
)


class FactReader(Money):
    """One text on its way from numbers to facts."""

    def facts(self) -> Iterator[Quantity]:
        """Yield the facts of the text in order."""
        text = self.text
        taken = days.find(text)
        for start, end, first, last in taken:
            yield Quantity("date", first, "day", start, end, last)
        done = 0
        whole: Quantity | None = None  # when it was the last number
        busy = {at for s, e, _, _ in taken for at in range(s, e)}
        for start in self.starts():
            if start < done or start in busy:
                continue
            fact, end = self.quantity(start)
            if not fact and whole and text[start].isdigit():
                fact = self.without_currency(start, whole)
            whole = fact if fact and fact.kind == "money" and max(fact.value, fact.upper or 0) >= 1e6 else None
            if fact:
                done = fact.end
                yield fact
            else:
                done = max(done, end)

    def quantity(self, start: int) -> tuple[Quantity | None, int]:
        """Read the quantity whose number begins at `start`; returns it and where to go on."""
        text = self.text
        before = text[start - 1] if start else " "
        sign = self.prefix(start)
        if text[start].isdigit():
            if not sign and self.is_of_name(start):
                return None, start + 1
            amount = self.amount(start)
            if amount is None:
                m = NUMBER.match(text, start)
                return None, m.end() if m else start + 1
        elif start in self.word_starts:
            word = self.word_starts[start]
            amount = word if word.scaled else self.scale(word)
            if word.scaled and not sign and before == " ":
                sign = units.currencies().before(text, start - 1)  # shilingi bilioni mbili
        else:
            amount = self.cjk(start, None, start) or self.single(start)
            if amount is None:
                return None, start + 1
            is_bare = not sign and amount.end - start < 2 and not (amount.words or self.has_unit(amount.end))
            if before in "数數几幾上" or is_bare:
                return None, max(amount.end, start + 1)
        if self.is_share(amount.end):
            return None, amount.end
        # Swahili, Sinhala and Hausa put the scale before the number: dola bilioni 30.
        if not amount.scaled:
            amount, sign = self.leading_scale(amount, sign)
        upper: Amount | None = None
        mine = self.suffix(amount.end, amount)
        follow = range_follows(text, sign[0] if sign else amount.start, mine[0] if mine and not sign else amount.end)
        if follow is not None:
            upper = self.far_end(follow, amount, sign, mine)
        if upper and self.is_share(upper.end):
            return None, upper.end
        low = self.scaled_as(amount, upper) if upper else amount
        last = upper or amount
        fact = self.money(low, last, sign) or self.other(low, last)
        if fact and upper and fact.upper is None and low.value < upper.value:
            fact = fact._replace(upper=upper.value * (fact.value / low.value if low.value else 1.0))
        if fact is None and upper:
            fact = self.money(amount, amount, sign) or self.other(amount, amount)
        return fact, amount.end

    def is_of_name(self, start: int) -> bool:
        """Whether the digits at `start`, before which no currency stands, go on with a name."""
        text = self.text
        before = text[start - 1] if start else " "
        if is_letter(before) and (before.isascii() or "\u0370" <= before <= "\u05ff"):
            return True  # GB200, H100
        if before == ".":
            return True  # v.2
        return (  # GPT-4
            before in "-_#@/"
            and not (before == "-" and self.hint in units.HYPHENS)
            and start > 1
            and text[start - 2].isalnum()
            and not "\u0590" <= text[start - 2] <= "\u06ff"
            and (before != "/" or text[start - 2].isdigit())
        )

    def scaled_as(self, low: Amount, upper: Amount) -> Amount:
        """Give the near end of a range the scale that only its far end bears."""
        if low.scaled or not upper.scaled:
            return low
        value = low.value
        if upper.is_han:  # the sign behind the number is the scale of both
            signs = re.search(r"[万萬만亿億억兆조]+", self.text[upper.start : upper.end])
            for c in signs[0] if signs else "":
                value *= CJK_LARGE[c]
        else:
            value *= upper.factor
        return low._replace(value=value, scaled=True, needs_money=upper.needs_money)

    def is_share(self, end: int) -> bool:
        """Whether what stands behind a number at `end` makes it a share, a rate or a time, no quantity."""
        at = end + (self.text[end : end + 1] == " ")
        return _BAD_AFTER.match(self.text, end) is not None or phrase("percent").match(self.text, at) is not None

    def far_end(
        self, at: int, low: Amount, sign: tuple[int, str] | None, mine: tuple[int, str] | None
    ) -> Amount | None:
        """Read the second number of a range at `at`, past its own currency sign.

        A range has one currency ("$5bn or S$6.5bn" is one sum told twice), and its ends are of one order.
        """
        own = sign[1] if sign else mine[1] if mine else ""
        while at < len(self.text) and not self.text[at].isdigit():
            hit = units.prefixes().at(self.text, at)
            if not hit:
                break
            if hit[1] != own:
                return None
            at = hit[0] + (self.text[hit[0] : hit[0] + 1] == " ")
        if at >= len(self.text):
            return None
        if self.text[at].isdigit():
            high = self.amount(at)
        elif HAN_START.match(self.text, at):
            high = self.cjk(at, None, at)
        else:
            high = self.word_starts.get(at)
            high = self.scale(high) if high and not high.scaled else high
        if high is None or (low.scaled and not high.scaled):
            return None
        after = self.suffix(high.end, high)
        if own and after and after[1] != own and {own, after[1]} != {"USD", "QQQ"} and not _is_dollar(own, after[1]):
            return None
        if mine and not sign and not low.scaled and high.scaled:
            return None  # "86.25 USD to 10 billion USD"
        value = low.value if low.scaled or not high.scaled else low.value * high.factor
        if low.scaled and is_step(self.text, (sign or [low.start])[0], value, high.value):
            return None
        in_order = value < high.value <= _WIDEST * max(value, 1.0)
        return high if in_order or high.is_han else None

    def other(self, low: Amount, last: Amount) -> Quantity | None:
        """Make a fact of power, energy or a count when its unit follows."""
        text = self.text
        if last.needs_money and last.factor <= 1e6 and text[last.end - 1] in "km" and text[last.end - 2].isdigit():
            thing = units.counted().at(text, last.end + 1)  # 200k GPUs
            if thing:
                return Quantity("count", low.value, thing[1], low.start, thing[0])
        hit = (
            units.watts().at(text, last.end + 1) if last.needs_money and text[last.end : last.end + 1] == " " else None
        )
        if hit and hit[1][0] == "energy":  # 2 tỷ kWh
            return Quantity("energy", low.value * hit[1][1], "Wh", low.start, hit[0])
        if last.needs_money:
            plain = NUMBER.match(text, last.start)
            if not plain or last.value == 0:
                return None
            ratio = float(self.number(plain[0], plain.end()) or 0) / last.value
            low, last = (
                low._replace(value=low.value * ratio),
                last._replace(end=plain.end(), needs_money=False, scaled=False),
            )
        link = LINK.match(text, last.end)
        in_brackets = last.end + 1 if text[last.end : last.end + 1] == "(" else last.end
        for at in dict.fromkeys((last.end, link.end() if link else last.end, in_brackets)):
            hit = units.watts().at(text, at)
            if hit:
                kind, factor = hit[1]
                if (not last.scaled and text[at : hit[0]] == "度") or self.original(at, hit[0])[:2] in {"Mw", "mW"}:
                    return None  # degrees (kilowatt hours come by the ten thousand), and the magnitude of an earthquake
                if factor == 1.0 and not last.scaled and low.value < 1e3:
                    return None
                return Quantity(kind, low.value * factor, "Wh" if kind == "energy" else "W", low.start, hit[0])
        unit = units.watts().before(text, low.start - 1) if text[low.start - 1 : low.start] == " " else None
        if unit and low.start - unit[0] > 6:  # Swahili: megawati 450
            kind, factor = unit[1]
            return Quantity(kind, low.value * factor, "Wh" if kind == "energy" else "W", unit[0], last.end)
        if low.value < 2 or (low.value != int(low.value) and not low.scaled):
            return None
        if self.scale_first and (first := self.before(low, last)):
            return first  # sw ajira 3,000 na nyumba 120,000
        fact = self.things(low, last, link.end() if link else last.end, False)
        counted = self.counter(last.end) if not fact else None
        if counted:
            fact = self.things(low, last, counted, True)
        return fact if fact and fact.unit != "people" else self.before(low, last) or fact


_WIDEST = 50.0  # "from 1 to 50 billion" is the widest range that anybody means


def _is_dollar(sign: str, name: str) -> bool:
    """Whether a $ and a name say one currency: "$5 to 6 billion Australian dollars"."""
    return sign == "USD" and name in {"AUD", "CAD", "SGD", "HKD", "TWD", "NZD", "MXN"}
