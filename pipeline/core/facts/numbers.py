"""Numbers in a text: digits of every script, Han signs, words; with separators and scale words resolved."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.core.facts import units
from pipeline.core.facts.scales import Habits, halves, scales, weak
from pipeline.core.text.phrases import pattern

NUMBER = re.compile(r"\d{1,3}(?: \d{3})+(?!\d)(?:[.,٫]\d+)?(?![.,]\d)|\d+(?:[.,'٫٬]\d+)*")
CJK_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2, "兩": 2}
CJK_DIGITS |= {
    "壹": 1,
    "贰": 2,
    "貳": 2,
    "叁": 3,
    "參": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "陸": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_CJK_SMALL = {
    "十": 10.0,
    "百": 100.0,
    "千": 1e3,
    "십": 10.0,
    "백": 100.0,
    "천": 1e3,
    "拾": 10.0,
    "佰": 100.0,
    "仟": 1e3,
}
_CJK_TENS = {"廿": 20.0, "卅": 30.0, "卌": 40.0}
CJK_LARGE = {"万": 1e4, "萬": 1e4, "만": 1e4, "亿": 1e8, "億": 1e8, "억": 1e8, "兆": 1e12, "조": 1e12}
HAN_DIGITS = "〇○零一二三四五六七八九两兩十百千廿卅卌壹贰貳叁肆伍陆陸柒捌玖拾佰仟"
HAN_START = re.compile(f"[{HAN_DIGITS}]")
_FIRST_DIGIT = re.compile(r"(?<![\d.,:])\d")
_HAN_FIRST = re.compile(rf"(?<![{HAN_DIGITS}\d])[{HAN_DIGITS}]")
_CJK_FILL = "多余餘几数來来"
_AND = re.compile(r" (?:and |et |y |e |و ?|и |und )?(?=\d)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its scale: value, where it begins and ends, whether its scale needs a currency."""

    value: float
    start: int
    end: int
    scaled: bool = False
    needs_money: bool = False
    factor: float = 1.0
    words: bool = False


class Numbers:
    """One folded text, its decimal habits, and the numbers in it."""

    def __init__(self, text: str, folded: str, offsets: list[int] | None, language: str | None) -> None:
        self.raw = text
        self.text = folded
        self.offsets = offsets
        self.habits = Habits(folded, language)
        self.word_starts: dict[int, Amount] = {}

    def original(self, start: int, end: int) -> str:
        """Return what stands at start..end of the folded text before folding."""
        return self.raw[self.offsets[start] : self.offsets[end]] if self.offsets else self.raw[start:end]

    def number(self, raw: str, end: int) -> float | None:
        """Turn digits with separators into a value; None when the shape is no quantity (3.5.1)."""
        if len(raw) > 24:
            return None  # a serial number, not a quantity
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
        cjk = self.cjk(start, value, m.end())
        if cjk:
            return cjk
        return self.scale(self._with_half(Amount(value, start, m.end())), comma="," in m[0])

    def _with_half(self, amount: Amount) -> Amount:
        """Add the half that a word beside the digits says: "2 buçuk milyar", "साढ़े 3 अरब", "۱ و نیم میلیارد"."""
        text, lexicon = self.text, halves("half_before")
        if amount.value != int(amount.value):
            return amount
        hit = lexicon.at(text, amount.end + 1) if text[amount.end : amount.end + 1] == " " else None
        if hit:
            return replace(amount, value=amount.value + 0.5, end=hit[0])
        found = lexicon.before(text, amount.start - 1) if text[amount.start - 1 : amount.start] == " " else None
        return replace(amount, value=amount.value + 0.5, start=found[0]) if found else amount

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
                else replace(larger, value=larger.value + total.value, end=total.end)
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
        return found if is_smaller else None

    def _scaled(self, amount: Amount, comma: bool = False) -> Amount:
        text, at, factor = self.text, amount.end, 1.0
        needs = scaled = False
        for _ in range(3):
            i = at + 1 if text[at : at + 1] in {" ", "-"} else at
            if odd := _ODD.match(text, at):
                i = odd.end()  # "$60-odd million"
            link = _DE.match(text, i)
            hit = scales().at(text, i) or (scales().at(text, link.end()) if link and scaled is False else None)
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
        out = replace(amount, value=value, end=at, scaled=scaled, needs_money=needs, factor=factor)
        half = halves("half_after").at(text, at + 1 if text[at : at + 1] == " " else at) if factor >= 1e3 else None
        if half and (half[0] == len(text) or not text[half[0]].isalpha()):
            return replace(out, value=value + factor / 2, end=half[0])  # deux milliards et demi
        if factor == 1e3 and text[at - 4 : at] == " bin":  # Turkish 3 bin 500
            n = re.compile(r" (\d{1,3})(?![\d.,])").match(text, at)
            if n:
                return replace(out, value=value + int(n[1]), end=n.end())
        return out

    def _short(self, word: str, factor: float, start: int) -> float:
        """Say what a short scale means here: bln is 10^12 in Polish only, M behind Rp is miliar."""
        if word == "bln" and self.habits.language() != "pl":
            return 1e9
        is_rupiah = _RUPIAH.search(self.text, max(0, start - 4), start) is not None
        return 1e9 if word in {"m", "m."} and is_rupiah else factor

    def cjk(self, start: int, first: float | None, at: int) -> Amount | None:
        """Read a number with Han or Hangul scale signs: 3兆5000億, 三百亿, 30억 5천만; None when it has none."""
        text = self.text
        total = section = 0.0
        digit = first
        seen = 0
        while at < min(len(text), start + 40):
            c = text[at]
            if text[at : at + 3] in {"百萬瓦", "十億瓦", "百万瓦", "十亿瓦"} and digit is not None:
                break  # megawatt, gigawatt
            if c in _CJK_FILL and seen:
                at += 1
            elif c in CJK_DIGITS:
                digit = (digit or 0.0) * 10 + CJK_DIGITS[c]
                at += 1
            elif c in _CJK_TENS and digit is None and not section:
                section, at, seen = _CJK_TENS[c], at + 1, seen + 1
            elif (
                c in _CJK_SMALL
                and not (c in "천백십" and digit is None)
                and not (digit is None and text[at + 1 : at + 2] == "瓦")
            ):
                section += (1.0 if digit is None else digit) * _CJK_SMALL[c]
                digit, at, seen = None, at + 1, seen + 1
            elif c in CJK_LARGE and (digit is not None or section or total) and text[at : at + 2] != "兆瓦":
                total = (
                    (total + section + (digit or 0.0)) * CJK_LARGE[c]
                    if not total or total < CJK_LARGE[c]
                    else total + (section + (digit or 0.0)) * CJK_LARGE[c]
                )
                section, digit, at, seen = 0.0, None, at + 1, seen + 1
            elif (
                c == " "
                and seen
                and (m := NUMBER.match(text, at + 1))
                and digit is None
                and text[m.end() : m.end() + 1] in CJK_LARGE | _CJK_SMALL
            ) or (c.isdigit() and seen and digit is None and (m := NUMBER.match(text, at))):
                digit, at = self.number(m[0], m.end()), m.end()
            elif (
                c == " "
                and digit is not None
                and text[at + 1 : at + 2] in {"억", "만", "조", "億", "亿", "萬", "万", "兆", "천", "백"}
                and text[at + 1 : at + 3] != "兆瓦"
            ):
                at += 1
            else:
                break
        if not seen:
            return None
        return Amount(total + section + (digit or 0.0), start, at, True, factor=1e4)

    def starts(self) -> Iterator[int]:
        """Yield where a number may begin: digits, Han numerals, and number words before a scale or unit word."""
        text = self.text
        found = {m.start() for m in _FIRST_DIGIT.finditer(text)}
        found |= {m.start() for m in _HAN_FIRST.finditer(text)}
        found |= set(self.word_starts)
        return iter(sorted(found))


_GREAT = pattern(
    r"(?:gw|gigawatt\w*|gigavat\w*|гвт|гигаватт\w*|гігават\w*|tw|terawatt\w*|твт|吉瓦|기가와트|ギガワット)(?![\w·-])"
)
_DE = re.compile(r"(?:de |d')")
_ODD = re.compile("-?(?:odd|plus|some)[ -]")
_RUPIAH = re.compile(r"rp\.? ?$")
