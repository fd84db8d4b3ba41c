"""Numbers in a text: digits of every script, Han signs, words; with separators and scale words resolved."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.core.facts import han, units
from pipeline.core.facts.han import NUMBER
from pipeline.core.facts.scales import SCALE_FIRST, Habits, Speech, halves, scales, weak
from pipeline.core.text.phrases import pattern

# Rs.500, ரூ.500; that a digit comes first makes the search quick
_FIRST_DIGIT = re.compile(r"\d(?:(?<![\d.,:].)|(?<=[^\d][,:].)|(?<=[^\W\d_]\..)|(?<=[\u0900-\u0dff]\..))")
_HUNDREDS = re.compile(r" (\d{1,3})(?![\d.,])")
_AND = re.compile(r" (?:and |et |y |e |و ?|и |und )?(?=\d)")


class Amount(NamedTuple):
    """A number with its scale: value, where it begins and ends, whether its scale needs a currency."""

    value: float
    start: int
    end: int
    scaled: bool = False
    needs_money: bool = False
    factor: float = 1.0
    words: bool = False
    is_han: bool = False  # its scale is a Han or Hangul sign, which is in the value already


class Quantity(NamedTuple):
    """A number with its unit, before its role is known: what a Fact is made of, at places of the folded text."""

    kind: str
    value: float
    unit: str
    start: int
    end: int
    upper: float | None = None


class Numbers:
    """One folded text, its decimal habits, and the numbers in it."""

    def __init__(self, text: str, folded: str, offsets: list[int] | None, language: str | None) -> None:
        self.raw = text
        self.text = folded
        self.offsets = offsets
        self.habits = Habits(folded, language)
        self.hint = self.habits.hint
        self.scale_first = self.hint in SCALE_FIRST
        self.speech = Speech(self.habits)
        self.word_starts: dict[int, Amount] = {}

    def original(self, start: int, end: int) -> str:
        """Return what stands at start..end of the folded text before folding."""
        return self.raw[self.offsets[start] : self.offsets[end]] if self.offsets else self.raw[start:end]

    def number(self, raw: str, end: int) -> float | None:
        """Turn digits with separators into a value; None when the shape is no quantity (3.5.1)."""
        if len(raw) > 24:
            return None  # a serial number, not a quantity
        if raw.isdigit():
            return float(raw)
        text = raw.replace("'", "").replace("٬", "").replace(" ", "").replace("٫", ".")
        if "٫" in raw:
            return float(text.replace(",", ""))
        signs = re.findall(r"[.,]", text)
        if not signs:
            return float(text)
        parts = re.split(r"[.,]", text)
        if len(set(signs)) == 2:
            if signs.count(signs[-1]) > 1:
                return None
            return float("".join(parts[:-1]) + "." + parts[-1])
        if len(signs) > 1:
            if len(parts[-1]) == 3 and all(len(p) in (2, 3) for p in parts[1:]):
                return float("".join(parts))
            return None
        if len(parts[1]) != 3 or parts[0].startswith("0") or len(parts[0]) > 3 or " " in raw:
            return float(f"{parts[0]}.{parts[1]}")
        if parts[1] == "000":
            return float("".join(parts))  # nobody writes three zeros of decimals
        at = end + 1 if self.text[end : end + 1] in {" ", "-"} else end
        if not (scales().at(self.text, at) or weak().at(self.text, at) or units.watts().at(self.text, at)):
            return float("".join(parts))  # money and things have no three decimals
        if parts[1][-1] == "0" and scales().at(self.text, at) is None:
            return float("".join(parts))  # 1.580 TWh: nobody writes a useless zero
        if _GREAT.match(self.text, at):
            return float(f"{parts[0]}.{parts[1]}")  # nobody has 2,295 gigawatts
        sign = self.habits.decimal()
        grouped = sign != signs[0] if sign else signs[0] == ","  # nothing tells: English
        return float("".join(parts)) if grouped else float(f"{parts[0]}.{parts[1]}")

    def amount(self, start: int) -> Amount | None:
        """Read the digits at `start` with the scale words behind them."""
        m = NUMBER.match(self.text, start)
        if not m:
            return None
        value = self.number(m[0], m.end())
        if value is None:
            return None
        if not self.text[m.end() : m.end() + 2].isascii() and (cjk := self.cjk(start, value, m.end())):
            return cjk
        return self.scale(self._with_half(Amount(value, start, m.end())), comma="," in m[0])

    def _with_half(self, amount: Amount) -> Amount:
        """Add the half that a word beside the digits says: "2 buçuk milyar", "साढ़े 3 अरब", "۱ و نیم میلیارد"."""
        text, lexicon = self.text, halves("half_before")
        if amount.value != int(amount.value):
            return amount
        hit = lexicon.at(text, amount.end + 1) if text[amount.end : amount.end + 1] == " " else None
        if hit:
            return amount._replace(value=amount.value + 0.5, end=hit[0])
        found = lexicon.before(text, amount.start - 1) if text[amount.start - 1 : amount.start] == " " else None
        return amount._replace(value=amount.value + 0.5, start=found[0]) if found else amount

    def scale(self, amount: Amount, comma: bool = False) -> Amount:
        """Multiply by the scale words that follow; then add smaller amounts ("1 milyar 200 milyon").

        The amounts of one number grow smaller, so that it has a handful of them however long the text goes on.
        """
        parts = [self._scaled(amount, comma)]
        while (following := self._follower(parts[-1])) is not None:
            parts.append(following)
        total = parts.pop()
        while parts:
            larger = parts.pop()
            total = (
                larger
                if total.value >= larger.factor
                else larger._replace(value=larger.value + total.value, end=total.end)
            )
        return total

    def _follower(self, amount: Amount) -> Amount | None:
        """Read the amount of a smaller scale behind a scaled one; None where it ends there."""
        at = amount.end
        if not amount.scaled or amount.needs_money or amount.factor <= 1e3:
            return None
        m = _AND.match(self.text, at)
        n = NUMBER.match(self.text, m.end()) if m else None
        value = self.number(n[0], n.end()) if n else None
        if m is None or n is None or value is None:
            return None
        found = self._scaled(Amount(value, m.end(), n.end()))
        is_smaller = found.scaled and not found.needs_money and found.factor < amount.factor
        return found if is_smaller and not self._counts_alone(amount.start, found.end) else None

    def _counts_alone(self, start: int, end: int) -> bool:
        """Whether a number of things stands behind a sum: "R$ 3 bilhões e 3 mil empregos"."""
        if not units.counted().at(self.text, end + 1):
            return False
        return units.prefixes().before(self.text, start - (self.text[start - 1 : start] == " ")) is not None

    def _scaled(self, amount: Amount, comma: bool = False) -> Amount:
        text, at, factor = self.text, amount.end, 1.0
        needs = scaled = False
        for _ in range(3):
            i = at + 1 if text[at : at + 1] in {" ", "-"} else at
            if text[at : at + 1] in _ODD_FIRST and (odd := _ODD.match(text, at)):
                i = odd.end()  # "$60-odd million"
            hit = scales().at(text, i)
            if self.hint in _SETTLED:
                hit = self.settled(i, hit)
            if not hit and not scaled and text[i : i + 1] == "d" and (link := _DE.match(text, i)):
                hit = scales().at(text, link.end())
            if hit and isinstance(hit[1], str):
                word = text[i : hit[0]]
                if hit[1] == "b?":
                    step = self.habits.billion(
                        amount.value,
                        text[max(0, amount.start - 4) : amount.start],
                        text[hit[0] :][:5],
                        comma,
                        word.endswith("s"),
                    )
                else:
                    step = self.habits.bilion(
                        amount.value, text[max(0, amount.start - 4) : amount.start], text[hit[0] :][:5]
                    )
                factor, at, scaled = factor * step, hit[0], True
                continue
            if hit and isinstance(hit[1], float) and not (hit[1] == 1e2 and amount.value > 99):
                factor, at, scaled = factor * hit[1], hit[0], True
                if text[at : at + 1] == "." and text[at + 1 : at + 2] == " " and at - i <= 4:
                    at += 1
                continue
            if not scaled:
                short = weak().at(text, i)
                if short and (i == at or short[0] - i > 1 or text[i] in "bmtk"):
                    factor = self._short(text[i : short[0]], short[1], amount.start)
                    at, scaled, needs = short[0], True, True
            break
        value = amount.value * factor
        if value > 1e17:
            return amount
        if factor == 1.0 and not scaled:
            return amount
        out = amount._replace(value=value, end=at, scaled=scaled, needs_money=needs, factor=factor)
        half = halves("half_after").at(text, at + 1 if text[at : at + 1] == " " else at) if factor >= 1e3 else None
        if half and (half[0] == len(text) or not text[half[0]].isalpha()):
            return out._replace(value=value + factor / 2, end=half[0])  # deux milliards et demi
        return self._with_hundreds(out, comma) if factor == 1e3 and not needs else out

    def _with_hundreds(self, amount: Amount, comma: bool) -> Amount:
        """Add what stands behind a word for thousand: "3 bin 500", "2 mil 500 millones", "1 हजार 200 करोड़"."""
        text = self.text
        n = _HUNDREDS.match(text, amount.end)
        if not n or amount.value >= 1e6:
            return amount
        whole = amount._replace(value=amount.value + int(n[1]), end=n.end())
        at = n.end() + 1 if text[n.end() : n.end() + 1] == " " else n.end()
        scale = scales().at(text, at) or weak().at(text, at)
        if scale and scale[0] - at > 1 and not (isinstance(scale[1], float) and scale[1] < 1e5):
            return self._scaled(whole._replace(scaled=False), comma)
        packed = text[at : at + 3] in units.PACKED and text[at + 3 : at + 4].isalpha() is False
        is_whole = packed or text[amount.end - 4 : amount.end] == " bin" or units.watts().at(text, at)
        return whole if is_whole else amount

    def settled(self, at: int, hit: tuple[int, float | str] | None) -> tuple[int, float | str] | None:
        """Settle a scale word at `at` that is another's when folded: Yoruba bílíọ̀nù, Vietnamese vạn."""
        if self.hint == "yo":
            return (hit[0], 1e9) if hit and self.text[at] == "b" else hit
        if not hit and self.text[at : at + 4] == "van ":
            return (at + 3, 1e4) if self.original(at, at + 3).lower() == "vạn" else None
        return hit

    def _short(self, word: str, factor: float, start: int) -> float:
        """Say what a short scale means here: bln is 10^12 in Polish only, M behind Rp is miliar."""
        if word == "bln" and self.habits.language() != "pl":
            return 1e9
        is_rupiah = _RUPIAH.search(self.text, max(0, start - 4), start) is not None
        return 1e9 if word in {"m", "m."} and is_rupiah else factor

    def cjk(self, start: int, first: float | None, at: int) -> Amount | None:
        """Read a number with Han or Hangul scale signs, whose digits up to `at` say `first`; None when it has none."""
        found = han.read(self.text, start, first, at, self.number)
        return Amount(found[0], start, found[1], True, factor=1e4, is_han=True) if found else None

    def starts(self) -> Iterator[int]:
        """Yield where a number may begin: digits, Han numerals, and number words before a scale or unit word."""
        text = self.text
        found = {m.start() for m in _FIRST_DIGIT.finditer(text)}
        for start, end, value in han.hangul(text):
            self.word_starts[start] = Amount(value, start, end, True, factor=1e4, words=True, is_han=True)
        found |= {m.start() for m in han.FIRST.finditer(text)}
        found |= set(self.word_starts)
        return iter(sorted(found))


_GREAT = pattern(
    r"(?:gw|gigawatt\w*|gigavat\w*|гвт|гигаватт\w*|гігават\w*|tw|terawatt\w*|твт|吉瓦|기가와트|ギガワット)(?![\w·-])"
)
_DE = re.compile(r"(?:de |d')")
_SETTLED = frozenset({"yo", "vi"})  # languages with a scale word that is another's when folded
_ODD_FIRST = frozenset("-ops")
_ODD = re.compile("-?(?:odd|plus|some)[ -]")
_RUPIAH = re.compile(r"rp\.? ?$")
