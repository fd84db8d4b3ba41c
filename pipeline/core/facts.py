"""Quantities in a text of any language: money, energy, power, dates and counts, with their offsets and roles."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import ahocorasick_rs

from pipeline.core import cues, days, units
from pipeline.core.lexicon import Lexicon, fold, is_letter, pattern
from pipeline.core.scales import Habits, duals, number_words, scales, weak
from pipeline.model import Fact

_NUMBER = re.compile(r"\d{1,3}(?: \d{3})+(?!\d)(?:[.,٫]\d+)?(?![.,]\d)|\d+(?:[.,'٫٬]\d+)*")
_CJK_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_CJK_SMALL = {"十": 10.0, "百": 100.0, "千": 1e3, "십": 10.0, "백": 100.0, "천": 1e3}
_CJK_LARGE = {"万": 1e4, "萬": 1e4, "만": 1e4, "亿": 1e8, "億": 1e8, "억": 1e8, "兆": 1e12, "조": 1e12}
_HAN_START = re.compile("[〇零一二三四五六七八九两兩十百千]")
_CJK_FILL = "多余餘几数來来"
_LINK = pattern(
    r"[ \-]?(?:de |d'|di |of |des |da |dos |za |de los |de las |ng |na |من |к |से (?:ज़्यादा|अधिक) |(?:-?এর|এরও) বেশি |'?[dt][ae]n fazla |"
    r"以上の|を超える|여 ?|개? 이상의 |개가 넘는 |多|余|餘|plus de |more than )?"
)
_AFTER_SKIP = re.compile(r" ?(?:\((?=[$€£¥]))?")
_BAD_AFTER = pattern(r" ?(?:%|percent|per cent|pct|prozent|procent|por ciento|pour cent|per cento|por cento|процент|persen|yuzde|पर्सेंट|प्रतिशत|퍼센트|パーセント|百分|درصد|في المئه|في الماءه|بالمئه|بالمائه|شتكا|٪|אחוז|เปอร์เซ็นต์|শতাংশ|சதவீத|శాతం|phan tram|százalék|szazalek|prosent|prosentti|τοις εκατο|procenat|asteen|percen|peratus|pst)|:\d|-\d+-\d|º|°|/\d")
_CJK_COUNTERS = re.compile("[家間间社个個名人개명座户戶万]")


@dataclass(frozen=True, slots=True)
class _Amount:
    """A number with its scale: value, where it begins and ends, whether its scale needs a currency."""

    value: float
    start: int
    end: int
    scaled: bool = False
    needs_money: bool = False
    factor: float = 1.0
    words: bool = False


class _Reader:
    """One text on its way from digits to facts."""

    def __init__(self, text: str, folded: str, offsets: list[int] | None, language: str | None) -> None:
        self.raw = text
        self.text = folded
        self.offsets = offsets
        self.habits = Habits(folded, language)
        self.word_starts = self.find_words()

    def original(self, start: int, end: int) -> str:
        """Return what stands at start..end of the folded text before folding."""
        return self.raw[self.offsets[start] : self.offsets[end]] if self.offsets else self.raw[start:end]

    # ------------------------------------------------------------------------------------------------ numbers

    def number(self, raw: str, end: int) -> float | None:
        """Turn digits with separators into a value; None when the shape is no quantity (3.5.1)."""
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
        if not sign:
            grouped = signs[0] == ","  # nothing tells: English
        else:
            grouped = sign != signs[0]
        return float("".join(parts)) if grouped else float(f"{parts[0]}.{parts[1]}")

    def amount(self, start: int) -> _Amount | None:
        """Read the digits at `start` with the scale words behind them."""
        m = _NUMBER.match(self.text, start)
        if not m:
            return None
        value = self.number(m[0], m.end())
        if value is None:
            return None
        cjk = self.cjk(start, value, m.end())
        if cjk:
            return cjk
        return self.scale(_Amount(value, start, m.end()), comma="," in m[0])

    def scale(self, amount: _Amount, comma: bool = False) -> _Amount:
        """Multiply by the scale words that follow; then add a smaller amount ("1 milyar 200 milyon")."""
        text, at, factor = self.text, amount.end, 1.0
        needs = scaled = False
        for _ in range(3):
            i = at + 1 if text[at : at + 1] in {" ", "-"} else at
            link = re.compile(r"(?:de |d')").match(text, i)
            hit = scales().at(text, i) or (scales().at(text, link.end()) if link and scaled is False else None)
            if hit and isinstance(hit[1], str):
                word = text[i : hit[0]]
                if hit[1] == "b?":
                    step = self.habits.billion(amount.value, text[max(0, amount.start - 4) : amount.start], text[hit[0] :][:5], comma, word.endswith("s"))
                else:
                    step = self.habits.bilion(amount.value, text[max(0, amount.start - 4) : amount.start], text[hit[0] :][:5])
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
                    factor, at, scaled, needs = short[1], short[0], True, True
            break
        value = amount.value * factor
        if value > 1e17:
            return amount
        out = replace(amount, value=value, end=at, scaled=scaled, needs_money=needs, factor=factor)
        if scaled and not needs and factor > 1e3:
            m = re.compile(r" (?:and |et |y |e |و ?|и |und )?(?=\d)").match(text, at)
            n = _NUMBER.match(text, m.end()) if m else None
            if n and self.number(n[0], n.end()) is not None:
                rest = self.scale(_Amount(float(self.number(n[0], n.end()) or 0), m.end() if m else at, n.end()))
                if rest.scaled and not rest.needs_money and rest.factor < factor and rest.value < factor:
                    return replace(out, value=value + rest.value, end=rest.end)
        return out

    def cjk(self, start: int, first: float | None, at: int) -> _Amount | None:
        """Read a number with Han or Hangul scale signs: 3兆5000億, 三百亿, 30억 5천만; None when it has none."""
        text = self.text
        total = section = 0.0
        digit = first
        seen = 0
        while at < len(text):
            c = text[at]
            if c in _CJK_FILL and seen:
                at += 1
            elif c in _CJK_DIGITS:
                digit = (digit or 0.0) * 10 + _CJK_DIGITS[c]
                at += 1
            elif c in _CJK_SMALL and not (c in "천백십" and digit is None) and not (digit is None and text[at + 1 : at + 2] == "瓦"):
                section += (1.0 if digit is None else digit) * _CJK_SMALL[c]
                digit, at, seen = None, at + 1, seen + 1
            elif c in _CJK_LARGE and (digit is not None or section or total) and text[at : at + 2] != "兆瓦":
                total = (total + section + (digit or 0.0)) * _CJK_LARGE[c] if not total or total < _CJK_LARGE[c] else total + (section + (digit or 0.0)) * _CJK_LARGE[c]
                section, digit, at, seen = 0.0, None, at + 1, seen + 1
            elif c == " " and seen and (m := _NUMBER.match(text, at + 1)) and digit is None and text[m.end() : m.end() + 1] in _CJK_LARGE | _CJK_SMALL:
                digit, at = self.number(m[0], m.end()), m.end()
            elif c.isdigit() and seen and digit is None and (m := _NUMBER.match(text, at)):
                digit, at = self.number(m[0], m.end()), m.end()
            elif c == " " and digit is not None and text[at + 1 : at + 2] in {"억", "만", "조", "億", "亿", "萬", "万", "兆", "천", "백"} and text[at + 1 : at + 3] != "兆瓦":
                at += 1
            else:
                break
        if not seen:
            return None
        return _Amount(total + section + (digit or 0.0), start, at, True, factor=1e4)

    # ------------------------------------------------------------------------------------------------ units

    def prefix(self, start: int) -> tuple[int, str] | None:
        """Find the currency written right before `start`; returns its start and code."""
        at = start - 1 if start and self.text[start - 1] == " " else start
        hit = units.prefixes().before(self.text, at)
        if hit and self.text[hit[0] : at] in units.CODES and not self.original(hit[0], at).isupper():
            return None
        return hit

    def suffix(self, end: int, amount: _Amount) -> tuple[int, str] | None:
        """Find the currency written right after `end`; returns its end and code."""
        link = _LINK.match(self.text, end)
        for at in dict.fromkeys((end, link.end() if link else end, end + 1 if self.text[end : end + 1] == " " else end)):
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
            return {"da": "DKK", "nb": "NOK", "no": "NOK", "nn": "NOK", "sv": "SEK", "cs": "CZK", "is": "ISK"}.get(guess, "SEK")
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

    def starts(self) -> Iterator[int]:
        """Yield where a number may begin: digits, Han numerals, and number words before a scale or unit word."""
        text = self.text
        found = {m.start() for m in re.finditer(r"(?<![\d.,:])\d", text)}
        found |= {m.start() for m in re.finditer(r"(?<![〇零一二三四五六七八九两兩十百千\d])[〇零一二三四五六七八九两兩十百千]", text)}
        found |= set(self.word_starts)
        return iter(sorted(found))

    def find_words(self) -> dict[int, _Amount]:
        """Find numbers written as words: where they begin, with what they say."""
        out: dict[int, _Amount] = {}
        for _, at, _end in _anchors().find_matches_as_indexes(self.text):
            if at and is_letter(self.text[at]) and is_letter(self.text[at - 1]):
                continue
            dual = duals().at(self.text, at)
            if dual:
                out[at] = _Amount(dual[1], at, dual[0], True, factor=1e3, words=True)
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
                rule = _TREACHEROUS.get(phrase)
                if rule and not re.compile(rule).match(self.text, at):
                    continue
                out[word[0]] = _Amount(word[1], word[0], stop, words=True)
            elif word is None and self.text[at] in _ARABIC_SCALE and not re.search(r"\d ?$|\d ?(?:الف|مئه) ?$", self.text[max(0, at - 8) : at]):
                hit = scales().at(self.text, at)
                if hit and hit[0] - at <= 6 and isinstance(hit[1], float) and self.suffix(hit[0], _Amount(1, at, at, True)):
                    out[at] = _Amount(hit[1], at, hit[0], True, factor=hit[1], words=True)
        return out

    def quantity(self, start: int, part: str) -> tuple[Fact | None, int]:
        """Read the quantity whose number begins at `start`; returns it and where to go on."""
        text = self.text
        before = text[start - 1] if start else " "
        sign = self.prefix(start)
        if text[start].isdigit():
            if not sign and (is_letter(before) and before.isascii() or is_letter(before) and "\u0370" <= before <= "\u05ff"):
                return None, start + 1  # GB200, H100
            if not sign and before in "-_#@/" and start > 1 and text[start - 2].isalnum() and not "\u0590" <= text[start - 2] <= "\u06ff" and (before != "/" or text[start - 2].isdigit()):
                return None, start + 1  # GPT-4
            amount = self.amount(start)
            if amount is None:
                m = _NUMBER.match(text, start)
                return None, m.end() if m else start + 1
        elif start in self.word_starts:
            word = self.word_starts[start]
            amount = word if word.scaled else self.scale(word)
        else:
            amount = self.cjk(start, None, start)
            if amount is None:
                return None, start + 1
            if before in "数數几幾" or (not sign and amount.end - start < 2):
                return None, max(amount.end, start + 1)
        if _BAD_AFTER.match(text, amount.end):
            return None, amount.end
        # Swahili, Sinhala and Hausa put the scale before the number: dola bilioni 30.
        if not amount.scaled:
            amount, sign = self.leading_scale(amount, sign)
        upper: _Amount | None = None
        mine = self.suffix(amount.end, amount)
        follow = cues.range_follows(text, sign[0] if sign else amount.start, mine[0] if mine and not sign else amount.end)
        if follow is not None:
            upper = self.far_end(follow, amount)
        if upper and _BAD_AFTER.match(text, upper.end):
            return None, upper.end
        last = upper or amount
        low = amount
        if upper and not amount.scaled and upper.scaled:
            low = replace(amount, value=amount.value * upper.factor if upper.factor not in (1e4,) else amount.value, scaled=True, needs_money=upper.needs_money)
            if upper.factor == 1e4:  # Han scales are folded into the value: the sign behind the number is the scale
                ratio = re.search(r"[万萬만亿億억兆조]+", text[upper.start : upper.end])
                for c in ratio[0] if ratio else "":
                    low = replace(low, value=low.value * _CJK_LARGE[c])
        fact = self.money(low, last, sign, part) or self.other(low, last, part)
        if fact and upper and fact.upper is None and low.value < upper.value:
            fact = replace(fact, upper=upper.value * (fact.value / low.value if low.value else 1.0))
        if fact is None and upper:
            fact = self.money(amount, amount, sign, part) or self.other(amount, amount, part)
        return fact, amount.end

    def far_end(self, at: int, low: _Amount) -> _Amount | None:
        """Read the second number of a range at `at`, past its own currency sign."""
        while at < len(self.text) and not self.text[at].isdigit() and at - 5 < len(self.text):
            hit = units.prefixes().at(self.text, at)
            if not hit:
                break
            at = hit[0] + (self.text[hit[0] : hit[0] + 1] == " ")
        if at >= len(self.text):
            return None
        if self.text[at].isdigit():
            high = self.amount(at)
        elif _HAN_START.match(self.text, at):
            high = self.cjk(at, None, at)
        else:
            high = self.word_starts.get(at)
            high = self.scale(high) if high and not high.scaled else high
        if high is None:
            return None
        if low.scaled and not high.scaled:
            return None
        value = low.value if low.scaled or not high.scaled else low.value * high.factor
        return high if value < high.value or high.factor == 1e4 else None

    def leading_scale(self, amount: _Amount, sign: tuple[int, str] | None) -> tuple[_Amount, tuple[int, str] | None]:
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

    def money(self, low: _Amount, last: _Amount, sign: tuple[int, str] | None, part: str) -> Fact | None:
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

    def other(self, low: _Amount, last: _Amount, part: str) -> Fact | None:
        """Make a fact of power, energy or a count when its unit follows."""
        text = self.text
        if last.needs_money and last.factor <= 1e6 and text[last.end - 1] in "km" and text[last.end - 2].isdigit():
            thing = units.counted().at(text, last.end + 1)  # 200k GPUs
            if thing:
                return Fact("count", low.value, thing[1], "", low.start, thing[0], part=part)
        if last.needs_money:
            plain = _NUMBER.match(text, last.start)
            if not plain or last.value == 0:
                return None
            ratio = float(self.number(plain[0], plain.end()) or 0) / last.value
            low, last = replace(low, value=low.value * ratio), replace(last, end=plain.end(), needs_money=False, scaled=False)
        link = _LINK.match(text, last.end)
        for at in dict.fromkeys((last.end, link.end() if link else last.end)):
            hit = units.watts().at(text, at)
            if hit:
                kind, factor = hit[1]
                if (not last.scaled and text[at : hit[0]] == "度") or self.original(at, hit[0]) == "Mw":
                    return None  # degrees (kilowatt hours come by the ten thousand), and the magnitude of an earthquake
                if factor == 1.0 and not last.scaled and low.value < 1e3:
                    return None
                return Fact(kind, low.value * factor, "Wh" if kind == "energy" else "W", "", low.start, hit[0], part=part)
        unit = units.watts().before(text, low.start - 1) if text[low.start - 1 : low.start] == " " else None
        if unit and low.start - unit[0] > 6:  # Swahili: megawati 450
            kind, factor = unit[1]
            return Fact(kind, low.value * factor, "Wh" if kind == "energy" else "W", "", unit[0], last.end, part=part)
        if low.value < 2 or low.value != int(low.value) and not low.scaled:
            return None
        at = link.end() if link else last.end
        for skipped in range(3 if _ADJECTIVES_BEFORE.match(text[at : at + 1]) else 1):
            thing = units.counted().at(text, at)
            if thing:
                if low.words and thing[1] not in {"companies", "data centers"}:
                    return None  # "six people", "two countries" are no figures
                glued = at == last.end and text[at - 1].isdigit() and is_letter(text[at])
                year = 1900 <= low.value <= 2100 and low.end - low.start == 4 and not low.scaled
                if glued or ((thing[1] == "people" or year or text[at : thing[0]] in _ONLY_NEXT) and skipped):
                    return None
                return Fact("count", low.value, thing[1], "", low.start, thing[0], part=part)
            word = _WORD.match(text, at)
            if not word or word[1] in _NO_ADJECTIVE:
                return None
            at = word.end()
        return None


_WORD = re.compile(r"((?=[^\W\d_])[^\W_]{3,14}) ")
_ADJECTIVES_BEFORE = re.compile("[a-z\u0370-\u052f]")
_ONLY_NEXT = {"land", "stellen", "ludi", "case", "chip", "lares", "postes", "emplois", "pays"}
_NO_ADJECTIVE = set(
    "the and for with from that which when into over los las del por para con des les aux par pour dans sur und der die das von mit fur auf dan yang untuk dari "
    "per year years jahre ans anos tahun days percent million billion degli delle dei che con och att med som til for pada oleh hours dollars dollar euros sur "
    "yil yas ar vuotta minutes miles times points more than other kilometers".split()
)
_TRADITIONAL = re.compile("[億萬國這會與將數電廠]")
_SYMBOLS = {"$", "€", "£", "¥", "₩", "₹", "₽", "₺", "us$", "₪", "฿", "₴", "rp", "rm", "rs", "usd", "eur"}
_NEEDS_SCALE = {
    "pounds", "pound", "won", "pfund", "pond", "pund", "libras", "rand", "liber", "лев", "ポンド", "파운드", "ปอนด์", "পাউন্ড", "पाउंड", "bang", "funt"
}  # fmt: skip
_ARABIC_SCALE = "مبت"
# Number words that are something else in another language: what must follow them.
_TREACHEROUS = {
    "on": "mily|trily|bin ", "to": "milliard|millioner|mia|gigawatt|terawatt", "en": "miljard |miljon |milliard |million kroner|biljon ", "a": "billion |million |trillion |thousand ",
    "se": "zzz", "dos": "mil |millones|billones|gigav|empresas", "et": "milliard |million kr", "het": "milliard|millio ", "sei": "miliardi|milioni", "one": "billion|million|trillion|gigawatt",
    "un": "milli|milion|mili|bili|triли|billon|trill|gigawatt", "sau": "ty|trieu", "ba": "ty|trieu", "bay": "ty|trieu", "nam": "ty|trieu", "hai": "ty|trieu", "bon": "ty|trieu", "due": "mili",
    "bes": "mily|trily", "do": "zzz", "half": "billion|million|trillion", "hat": "milli", "ot": "milli", "ni": "mil", "sex": "milj|mill", "fire": "milli|mia", "a hundred": "billion|million|thousand", "uma": "zzz",
    "me": "zzz", "onze": "milli|mil |entrepr|empres", "ten": "billion|million|trillion|compan|gigaw", "tri": "zzz", "doi": "zzz", "tam": "ty|trieu", "muoi": "ty|trieu", "uc": "mily|trily", "sto": "mili|mld|мил", "tre": "mili|mill|milj|mia", "fem": "mil|mia", "ti": "milli|mia", "bir": "mily|trily|bin", "sata": "mil", "nam muoi": "ty|trieu", "de": "zzz",
}  # fmt: skip


def _text_link(text: str, at: int) -> int | None:
    """Return the end of the word before a linking "de" at `at` (a o suta de milioane); None without one."""
    m = re.search(r"(?:de|d'|di) $", text[max(0, at - 4) : at])
    return at - (min(at, 4) - m.start()) - 1 if m and at > 4 else None


@cache
def _anchors() -> ahocorasick_rs.AhoCorasick:
    """Return the words before which a number may be written as a word."""
    words = [w for w in scales() if len(w) > 2 and is_letter(w[0])]
    words += [w for w in units.watts() if len(w) > 4 and is_letter(w[0])]
    words += list(duals())
    words += [w for w in units.counted() if len(w) > 4 and is_letter(w[0])]
    return ahocorasick_rs.AhoCorasick(sorted(set(words)), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


def read(text: str, language: str | None = None, part: str = "text") -> tuple[Fact, ...]:
    """Read the quantities of a text, in order, with offsets into `text`.

    `language` is a hint, it may be wrong or None; `part` is copied into the facts ("title", "summary", "text").
    Values are in base units: money in the currency's unit, W, Wh, days since 1970-01-01 (`upper` = last day of a
    month or year), counts of the unit's things.
    """
    folded, offsets = fold(text)
    if not _may_have(folded):
        return ()
    found = sorted(_Reader(text, folded, offsets, language).facts(part), key=lambda f: f.start)
    if not found:
        return ()
    near = cues.find(folded)
    out = []
    spans = [(f.start, f.end) for f in found if f.kind != "date"]
    for fact in found:
        role, vague = "", False
        if fact.kind not in {"date", "count"}:
            role = cues.role(folded, near, fact.start, fact.end, fact.kind, [s for s in spans if s != (fact.start, fact.end)])
        if fact.kind != "date":
            vague = cues.is_approximate(folded, fact.start, fact.end)
        start, end = fact.start, fact.end
        while end > start and folded[end - 1] == " ":
            end -= 1
        if offsets:
            start, end = offsets[start], offsets[end]
        out.append(replace(fact, role=role, start=start, end=end, text=text[start:end], approximate=vague))
    return tuple(out)


def _may_have(folded: str) -> bool:
    return bool(re.search(r"\d", folded) or _HAN_START.search(folded) or _anchors().find_matches_as_indexes(folded))


def _bounds(fact: Fact) -> tuple[float, float]:
    """Return the values that a fact admits: its range, wider when it is approximate."""
    high = fact.value if fact.upper is None else fact.upper
    if fact.kind == "date":
        return fact.value, high
    slack = 0.10 if fact.approximate else 0.02
    return fact.value * (1 - slack), high * (1 + slack)


def agree(a: Fact, b: Fact) -> bool:
    """Whether two facts state the same quantity: same kind and unit, and values that rounding can explain.

    Roles are not compared: "raised" in one language is read as "" in another more often than amounts coincide.
    """
    if a.kind != b.kind or a.unit != b.unit:
        return False
    (low_a, high_a), (low_b, high_b) = _bounds(a), _bounds(b)
    return low_a <= high_b and low_b <= high_a


def contradict(a: Fact, b: Fact) -> bool:
    """Whether two facts cannot both be true of one thing: same kind, unit and role, values further apart than rounding.

    Dates never contradict (a story has many), nor facts without a role.
    """
    if a.kind != b.kind or a.unit != b.unit or a.role != b.role or not a.role or a.kind == "date":
        return False
    (low_a, high_a), (low_b, high_b) = _bounds(a), _bounds(b)
    gap = max(low_a - high_b, low_b - high_a)
    return gap > 0.08 * max(abs(high_a), abs(high_b))


def contradictions(mine: Iterable[Fact], theirs: Iterable[Fact]) -> list[tuple[Fact, Fact]]:
    """Pair the facts of two texts that contradict, leaving out what the other side also states somewhere."""
    left, right = list(mine), list(theirs)
    return [
        (a, b)
        for a in left
        for b in right
        if contradict(a, b) and not any(agree(a, c) for c in right) and not any(agree(c, b) for c in left)
    ]
