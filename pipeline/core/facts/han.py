"""Numbers written with the signs of Chinese, Japanese and Korean: 3兆5000億, 三百亿, 30억 5천만, 삼천억."""

import re
from collections.abc import Callable, Iterator

NUMBER = re.compile(r"\d{1,3}(?: \d{3})+(?!\d)(?:[.,٫]\d+)?(?![.,]\d)|\d+(?:[.,'٫٬]\d+)*")
CJK_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2, "兩": 2}
CJK_DIGITS |= {c: i % 9 + 1 for i, c in enumerate("壹贰叁肆伍陆柒捌玖壹貳參肆伍陸柒捌玖")}
_SMALL = {"十": 10.0, "拾": 10.0, "십": 10.0, "百": 100.0, "佰": 100.0, "백": 100.0, "千": 1e3, "仟": 1e3, "천": 1e3}
_TENS = {"廿": 20.0, "卅": 30.0, "卌": 40.0}
CJK_LARGE = {"万": 1e4, "萬": 1e4, "만": 1e4, "亿": 1e8, "億": 1e8, "억": 1e8, "兆": 1e12, "조": 1e12}
_AFTER_SPACE = frozenset(CJK_LARGE) | {"천", "백"}
HAN_DIGITS = "〇○零一二三四五六七八九两兩十百千廿卅卌壹贰貳叁肆伍陆陸柒捌玖拾佰仟"
HAN_START = re.compile(f"[{HAN_DIGITS}]")
FIRST = re.compile(rf"[{HAN_DIGITS}](?<![{HAN_DIGITS}\d].)")
# Numbers in Hangul letters, only before a scale and a currency or unit (삼천억 원): their letters build words too.
_SYLLABLES = "일이삼사오육칠팔구십백천"
_HANGUL = re.compile(
    rf"(?<![가-힣\d.,])[{_SYLLABLES}]{{1,7}}[만억조](?: ?[{_SYLLABLES}]{{1,7}}[만억조])*"
    "(?= ?(?:원|달러|유로|엔|위안|파운드|루피|개|명|가구|장|대|킬로와트|메가와트))"
)
_HAN_OF = str.maketrans(_SYLLABLES + "만억조", "一二三四五六七八九十百千万億兆")
_NUMERIC = re.compile(rf"[\d{HAN_DIGITS}]")
_FILL = "多余餘几数來来"
_MOST = 40  # characters of one number
_WATTS = frozenset({"百萬瓦", "十億瓦", "百万瓦", "十亿瓦"})


def read(
    text: str, start: int, first: float | None, at: int, number: Callable[[str, int], float | None]
) -> tuple[float, int] | None:
    """Read the number at `start`, whose digits up to `at` say `first`; returns its value and end.

    `number` turns digits and where they end into a value. None when there is no scale sign.
    """
    total = section = 0.0
    digit = first
    seen = 0
    while at < min(len(text), start + _MOST):
        c = text[at]
        if text[at : at + 3] in _WATTS and digit is not None:
            break  # megawatt, gigawatt
        if c in _FILL and seen:
            at += 1
        elif c in CJK_DIGITS:
            digit = (digit or 0.0) * 10 + CJK_DIGITS[c]
            at += 1
        elif c in _TENS and digit is None and not section:
            section, at, seen = _TENS[c], at + 1, seen + 1
        elif (
            c in _SMALL
            and not (c in "천백십" and digit is None)
            and not (digit is None and text[at + 1 : at + 2] == "瓦")
        ):
            section += (1.0 if digit is None else digit) * _SMALL[c]
            digit, at, seen = None, at + 1, seen + 1
        elif c in CJK_LARGE and (digit is not None or section or total) and text[at : at + 2] != "兆瓦":
            part = section + (digit or 0.0)
            is_smaller = total >= CJK_LARGE[c]
            total = total + part * CJK_LARGE[c] if is_smaller else (total + part) * CJK_LARGE[c]
            section, digit, at, seen = 0.0, None, at + 1, seen + 1
        elif (m := _goes_on(text, at, digit, seen)) is not None:
            digit, at = number(m[0], m.end()), m.end()
        elif c == " " and digit is not None and text[at + 1 : at + 2] in _AFTER_SPACE and text[at + 1 :][:2] != "兆瓦":
            at += 1
        else:
            break
    return (total + section + (digit or 0.0), at) if seen else None


def _goes_on(text: str, at: int, digit: float | None, seen: int) -> re.Match[str] | None:
    """Find the digits of a smaller part behind a scale sign: 3兆*5000*億, 30억 *5*천만."""
    if not seen or digit is not None:
        return None
    if text[at].isdigit():
        return NUMBER.match(text, at)
    m = NUMBER.match(text, at + 1) if text[at] == " " else None
    return m if m and (text[m.end() : m.end() + 1] in CJK_LARGE or text[m.end() : m.end() + 1] in _SMALL) else None


def is_numeric(text: str) -> bool:
    """Whether a text has a number in digits or in the signs of Chinese, Japanese and Korean."""
    return _NUMERIC.search(text) is not None or next(hangul(text), None) is not None


def hangul(text: str) -> Iterator[tuple[int, int, float]]:
    """Find the numbers in Hangul letters: start, end, value."""
    if "억" in text or "조" in text or "만" in text:
        for m in _HANGUL.finditer(text):
            signs = m[0].replace(" ", "").translate(_HAN_OF)
            found = read(signs, 0, None, 0, lambda *_: None)
            if found and found[1] == len(signs):
                yield m.start(), m.end(), found[0]
