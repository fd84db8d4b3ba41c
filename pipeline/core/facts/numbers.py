"""Numbers in a text: digits of every script, Han signs, words; with separators and scale words resolved."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import ahocorasick_rs

from pipeline.core.facts import units
from pipeline.core.facts.scales import TREACHEROUS, Habits, duals, number_words, scales, weak
from pipeline.core.text.phrases import is_letter

NUMBER = re.compile(r"\d{1,3}(?: \d{3})+(?!\d)(?:[.,٫]\d+)?(?![.,]\d)|\d+(?:[.,'٫٬]\d+)*")
_CJK_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_CJK_SMALL = {"十": 10.0, "百": 100.0, "千": 1e3, "십": 10.0, "백": 100.0, "천": 1e3}
CJK_LARGE = {"万": 1e4, "萬": 1e4, "만": 1e4, "亿": 1e8, "億": 1e8, "억": 1e8, "兆": 1e12, "조": 1e12}
HAN_START = re.compile("[〇零一二三四五六七八九两兩十百千]")
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
        self.word_starts = self.find_words()

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
        return self.scale(Amount(value, start, m.end()), comma="," in m[0])

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
            link = re.compile(r"(?:de |d')").match(text, i)
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
                    factor = 1e9 if text[i : short[0]] == "bln" and self.habits.language() != "pl" else short[1]
                    at, scaled, needs = short[0], True, True
            break
        value = amount.value * factor
        if value > 1e17:
            return amount
        out = replace(amount, value=value, end=at, scaled=scaled, needs_money=needs, factor=factor)
        if factor == 1e3 and text[at - 4 : at] == " bin":  # Turkish 3 bin 500
            n = re.compile(r" (\d{1,3})(?![\d.,])").match(text, at)
            if n:
                return replace(out, value=value + int(n[1]), end=n.end())
        return out

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
            elif c in _CJK_DIGITS:
                digit = (digit or 0.0) * 10 + _CJK_DIGITS[c]
                at += 1
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
        found = {m.start() for m in re.finditer(r"(?<![\d.,:])\d", text)}
        found |= {
            m.start()
            for m in re.finditer(r"(?<![〇零一二三四五六七八九两兩十百千\d])[〇零一二三四五六七八九两兩十百千]", text)
        }
        found |= set(self.word_starts)
        return iter(sorted(found))

    def find_words(self) -> dict[int, Amount]:
        """Find numbers written as words: where they begin, with what they say."""
        out: dict[int, Amount] = {}
        for _, at, _end in anchors().find_matches_as_indexes(self.text):
            if at and is_letter(self.text[at]) and is_letter(self.text[at - 1]):
                continue
            dual = duals().at(self.text, at)
            if dual:
                out[at] = Amount(dual[1], at, dual[0], True, factor=1e3, words=True)
                continue
            stop = at
            while stop and self.text[stop - 1] in " -":
                stop -= 1
            word = number_words().before(self.text, stop)
            joined = _text_link(self.text, at) if word is None else None
            if joined:
                word, stop = number_words().before(self.text, joined), joined
            if word and not (word[0] and self.text[word[0] - 1].isdigit()):
                phrase = self.text[word[0] : stop]
                rule = TREACHEROUS.get(phrase)
                if rule and not re.compile(rule).match(self.text, at):
                    continue
                out[word[0]] = Amount(word[1], word[0], stop, words=True)
            elif (
                word is None
                and self.text[at] in _ARABIC_SCALE
                and not re.search(r"\d ?$|\d ?(?:الف|مئه) ?$", self.text[max(0, at - 8) : at])
            ):
                hit = scales().at(self.text, at)
                if (
                    hit
                    and hit[0] - at <= 7
                    and isinstance(hit[1], float)
                    and units.currencies().at(self.text, hit[0] + 1)
                ):
                    out[at] = Amount(hit[1], at, hit[0], True, factor=hit[1], words=True)
        return out


_ARABIC_SCALE = "مبت"


def _text_link(text: str, at: int) -> int | None:
    """Return the end of the word before a linking "de" at `at` (a o suta de milioane); None without one."""
    m = re.search(r"(?:de|d'|di) $", text[max(0, at - 4) : at])
    return at - (min(at, 4) - m.start()) - 1 if m and at > 4 else None


@cache
def anchors() -> ahocorasick_rs.AhoCorasick:
    """Return the words before which a number may be written as a word."""
    words = [w for w in scales() if len(w) > 2 and is_letter(w[0])]
    words += [w for w in units.watts() if len(w) > 4 and is_letter(w[0])]
    words += list(duals())
    words += [w for w in units.counted() if len(w) > 4 and is_letter(w[0])]
    return ahocorasick_rs.AhoCorasick(sorted(set(words)), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
