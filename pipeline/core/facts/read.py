"""From numbers to quantities: the currency, unit or thing beside each number of one text, and ranges."""

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.core.facts import days, units
from pipeline.core.facts.numbers import CJK_LARGE, HAN_START, NUMBER, Amount
from pipeline.core.facts.ranges import range_follows
from pipeline.core.facts.scales import scales
from pipeline.core.facts.things import Things
from pipeline.core.text.phrases import is_letter, pattern
from pipeline.model import Fact

_LINK = pattern(
    r"[ \-]?(?:de |d'|di |of |des |da |dos |za |de los |de las |ng |na |من |к |से (?:ज़्यादा|अधिक) |(?:-?এর|এরও) বেশি |"
    r"'?[dt][ae]n fazla |"
    r"以上の|を超える|여 ?|개? 이상의 |개가 넘는 |多|余|餘|plus de |more than )?"
)
_BAD_AFTER = pattern(
    r" ?(?:%|percent|per cent|pct|prozent|procent|por ciento|pour cent|per cento|por cento|процент|persen|yuzde|"
    r"पर्सेंट|प्रतिशत|퍼센트|パーセント|百分|درصد|في المئه|في الماءه|بالمئه|بالمائه|شتكا|٪|אחוז|เปอร์เซ็นต์|শতাংশ|சதவீத|శాతం|"
    r"phan tram|százalék|szazalek|prosent|prosentti|τοις εκατο|procenat|asteen|percen|peratus|pst)|:\d|-\d+-\d|º|°|/\d"
)

_RATE = pattern(
    r" ?(?:/|per |pro |par |por )(?:us\$|usd|\$|€|eur\b|dol|dollar|доллар|долар|euro)"
)  # what a dollar costs


class Reader(Things):
    """One text on its way from numbers to facts."""

    def prefix(self, start: int) -> tuple[int, str] | None:
        """Find the currency written right before `start`; returns its start and code."""
        at = start - 1 if start and self.text[start - 1] == " " else start
        hit = units.prefixes().before(self.text, at)
        if hit and self.text[hit[0] : at] in units.CODES and not self.original(hit[0], at).isupper():
            return None
        return hit

    def suffix(self, end: int, amount: Amount) -> tuple[int, str] | None:
        """Find the currency written right after `end`; returns its end and code."""
        link = _LINK.match(self.text, end)
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
            if hit[1] in {"GBP", "KRW", "ZAR", "BGN", "CNY", "MAD"} and word in _NEEDS_SCALE and not amount.scaled:
                continue
            return hit
        return None

    def currency(self, code: str) -> str:
        """Settle the crowns and the 元 that only the language tells apart."""
        language = self.habits.hint
        if code == "QQQ":
            guess = language if language in {"da", "nb", "no", "nn", "sv", "cs", "is"} else self.habits.language()
            return {"da": "DKK", "nb": "NOK", "no": "NOK", "nn": "NOK", "sv": "SEK", "cs": "CZK", "is": "ISK"}.get(
                guess, "SEK"
            )
        return code

    def facts(self, part: str) -> Iterator[Fact]:
        """Yield the facts of the text in order."""
        text = self.text
        taken = days.find(text)
        for start, end, first, last in taken:
            yield Fact("date", first, "day", "", start, end, part=part, upper=last)
        done = 0
        busy = [(s, e) for s, e, _, _ in taken]
        for start in self.starts():
            if start < done or any(s <= start < e for s, e in busy):
                continue
            fact, end = self.quantity(start, part)
            if fact:
                done = fact.end
                yield fact
            else:
                done = max(done, end)

    def quantity(self, start: int, part: str) -> tuple[Fact | None, int]:
        """Read the quantity whose number begins at `start`; returns it and where to go on."""
        text = self.text
        before = text[start - 1] if start else " "
        sign = self.prefix(start)
        if text[start].isdigit():
            if not sign and (
                (is_letter(before) and before.isascii()) or (is_letter(before) and "\u0370" <= before <= "\u05ff")
            ):
                return None, start + 1  # GB200, H100
            if (
                not sign
                and before in "-_#@/"
                and start > 1
                and text[start - 2].isalnum()
                and not "\u0590" <= text[start - 2] <= "\u06ff"
                and (before != "/" or text[start - 2].isdigit())
            ):
                return None, start + 1  # GPT-4
            amount = self.amount(start)
            if amount is None:
                m = NUMBER.match(text, start)
                return None, m.end() if m else start + 1
        elif start in self.word_starts:
            word = self.word_starts[start]
            amount = word if word.scaled else self.scale(word)
        else:
            amount = self.cjk(start, None, start) or self.single(start)
            if amount is None:
                return None, start + 1
            is_bare = not sign and amount.end - start < 2 and not (amount.words or self.has_unit(amount.end))
            if before in "数數几幾上" or is_bare:
                return None, max(amount.end, start + 1)
        if _BAD_AFTER.match(text, amount.end) or _RATE.match(text, amount.end):
            return None, amount.end
        # Swahili, Sinhala and Hausa put the scale before the number: dola bilioni 30.
        if not amount.scaled:
            amount, sign = self.leading_scale(amount, sign)
        upper: Amount | None = None
        mine = self.suffix(amount.end, amount)
        follow = range_follows(text, sign[0] if sign else amount.start, mine[0] if mine and not sign else amount.end)
        if follow is not None:
            upper = self.far_end(follow, amount, sign, mine)
        if upper and _BAD_AFTER.match(text, upper.end):
            return None, upper.end
        last = upper or amount
        low = amount
        if upper and not amount.scaled and upper.scaled:
            low = replace(
                amount,
                value=amount.value * upper.factor if upper.factor not in (1e4,) else amount.value,
                scaled=True,
                needs_money=upper.needs_money,
            )
            if upper.factor == 1e4:  # Han scales are folded into the value: the sign behind the number is the scale
                ratio = re.search(r"[万萬만亿億억兆조]+", text[upper.start : upper.end])
                for c in ratio[0] if ratio else "":
                    low = replace(low, value=low.value * CJK_LARGE[c])
        fact = self.money(low, last, sign, part) or self.other(low, last, part)
        if fact and upper and fact.upper is None and low.value < upper.value:
            fact = replace(fact, upper=upper.value * (fact.value / low.value if low.value else 1.0))
        if fact is None and upper:
            fact = self.money(amount, amount, sign, part) or self.other(amount, amount, part)
        return fact, amount.end

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
        in_order = value < high.value <= _WIDEST * max(value, 1.0)
        return high if in_order or high.factor == 1e4 else None

    def has_unit(self, end: int) -> bool:
        """Whether a currency or a unit of power or energy stands right at `end`."""
        at = end + 1 if self.text[end : end + 1] == " " else end
        return bool(units.currencies().at(self.text, at) or units.watts().at(self.text, at))

    def leading_scale(self, amount: Amount, sign: tuple[int, str] | None) -> tuple[Amount, tuple[int, str] | None]:
        """Look for a scale word before the number, and the currency before that."""
        at = amount.start - 1
        if at < 3 or self.text[at] != " ":
            return amount, sign
        hit = scales().before(self.text, at)
        if not hit or not isinstance(hit[1], float) or hit[1] < 1e5:
            return amount, sign
        money = self.prefix(hit[0])
        if not money and hit[0]:
            found = units.currencies().before(self.text, hit[0] - 1 if self.text[hit[0] - 1] == " " else hit[0])
            money = found
        if not money:
            return amount, sign
        return replace(amount, value=amount.value * hit[1], start=hit[0], scaled=True, factor=hit[1]), money

    def money(self, low: Amount, last: Amount, sign: tuple[int, str] | None, part: str) -> Fact | None:
        """Make a money fact when a currency stands before or after."""
        after = self.suffix(last.end, last)
        if not sign and not after:
            return None
        if sign and not after and units.watts().at(self.text, last.end):
            return None  # "1万亿人民币 2000万千瓦": the name belongs to the amount before it
        end = last.end
        code = sign[1] if sign else ""
        if after and (not sign or sign[1] in {"USD", "QQQ"} or after[1] == sign[1]):
            if not sign or after[1] == sign[1] or self.text[last.end : last.end + 1] != "$":
                end, code = after
        elif after and self.text[last.end : after[0]] == "元":
            end = after[0]
        start = sign[0] if sign else low.start
        packed = units.PACKED.get(self.text[last.end : end].strip())
        if packed:
            low = replace(low, value=low.value * packed)
        if low.needs_money and not sign and after and self.text[low.end - 1] == "t" and after[1] not in {"USD", "EUR"}:
            return None
        return Fact("money", low.value, self.currency(code), "", start, end, part=part)

    def other(self, low: Amount, last: Amount, part: str) -> Fact | None:
        """Make a fact of power, energy or a count when its unit follows."""
        text = self.text
        if last.needs_money and last.factor <= 1e6 and text[last.end - 1] in "km" and text[last.end - 2].isdigit():
            thing = units.counted().at(text, last.end + 1)  # 200k GPUs
            if thing:
                return Fact("count", low.value, thing[1], "", low.start, thing[0], part=part)
        if last.needs_money:
            plain = NUMBER.match(text, last.start)
            if not plain or last.value == 0:
                return None
            ratio = float(self.number(plain[0], plain.end()) or 0) / last.value
            low, last = (
                replace(low, value=low.value * ratio),
                replace(last, end=plain.end(), needs_money=False, scaled=False),
            )
        link = _LINK.match(text, last.end)
        in_brackets = last.end + 1 if text[last.end : last.end + 1] == "(" else last.end
        for at in dict.fromkeys((last.end, link.end() if link else last.end, in_brackets)):
            hit = units.watts().at(text, at)
            if hit:
                kind, factor = hit[1]
                if (not last.scaled and text[at : hit[0]] == "度") or self.original(at, hit[0])[:2] in {"Mw", "mW"}:
                    return None  # degrees (kilowatt hours come by the ten thousand), and the magnitude of an earthquake
                if factor == 1.0 and not last.scaled and low.value < 1e3:
                    return None
                return Fact(
                    kind, low.value * factor, "Wh" if kind == "energy" else "W", "", low.start, hit[0], part=part
                )
        unit = units.watts().before(text, low.start - 1) if text[low.start - 1 : low.start] == " " else None
        if unit and low.start - unit[0] > 6:  # Swahili: megawati 450
            kind, factor = unit[1]
            return Fact(kind, low.value * factor, "Wh" if kind == "energy" else "W", "", unit[0], last.end, part=part)
        if low.value < 2 or (low.value != int(low.value) and not low.scaled):
            return None
        counted = self.counter(last.end)
        return self.things(low, last, link.end() if link else last.end, part, False) or (
            self.things(low, last, counted, part, True) if counted else None
        )


_WIDEST = 50.0  # "from 1 to 50 billion" is the widest range that anybody means


def _is_dollar(sign: str, name: str) -> bool:
    """Whether a $ and a name say one currency: "$5 to 6 billion Australian dollars"."""
    return sign == "USD" and name in {"AUD", "CAD", "SGD", "HKD", "TWD", "NZD", "MXN"}


_TRADITIONAL = re.compile("[億萬國這會與將數電廠]")
_SYMBOLS = {"$", "€", "£", "¥", "₩", "₹", "₽", "₺", "us$", "₪", "฿", "₴", "rp", "rm", "rs", "usd", "eur"}
_NEEDS_SCALE = {
    "pounds", "pound", "won", "pfund", "pond", "pund", "libras", "rand", "liber", "лев",
    "ポンド", "파운드", "ปอนด์", "পাউন্ড", "पाउंड", "bang", "funt"
}  # fmt: skip
