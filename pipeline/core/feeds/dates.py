"""Dates as feeds write them, in any language, to UTC; None rather than a guess.

feedparser reads the standards; here are the faults that news feeds really have: zones it does not know (it takes KST
and WIB for UTC, nine and seven hours wrong), `GMT+9`, month and day names of other languages, native digits.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from babel import Locale

_TIME = r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?"
_ISO = re.compile(
    r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ,]+" + _TIME + r")?"
    r"\s*(?P<zone>z|\d{4}|[a-z]{2,5}|(?:utc|gmt)?[+-].*)?$"
)
_BASIC = re.compile(r"^(\d{4})-?(\d{2})-?(\d{2})(?:t?(\d{2}):?(\d{2}):?(\d{2})?(?:[.,]\d+)?)?\s*(?P<zone>z|[+-]\d.*)?$")
_HAN = re.compile(r"^(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?(?P<rest>.*)$")
_CLOCK = re.compile(r"(\d{1,2})\s*[:時时시点]\s*(?:(\d{1,2})\s*[:分분]?)?\s*(?:(\d{1,2})\s*[秒초]?)?")
_NUMERIC = re.compile(r"^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[\s,t]+" + _TIME + r")?\s*(?P<zone>[a-z+-].*)?$")
_WORDS = re.compile(
    r"^(?:(?P<first>\d{1,2})(?:st|nd|rd|th|er|º|\.)?[\s/-]+(?:de\s+|da\s+)?(?P<month>[^\W\d_][^\s\d,/-]*)"
    r"|(?P<month2>[^\W\d_][^\s\d,/-]*)[\s/-]+(?P<first2>\d{1,2})(?:st|nd|rd|th)?)"
    r"[\s,/.-]+(?:de\s+|del\s+)?(?P<year>\d{4}|\d{2}(?![\d:.]))(?:\s*г\.?)?"
    r"(?:[\s,t]+(?:[^\W\d_]{1,3}\s+)?" + _TIME + r")?\s*(?P<zone>\S.*)?$"
)
_OFFSET = re.compile(r"^(?:utc|gmt|etc/gmt)?\s*([+-])\s*(\d{1,2}):?(\d{2})?(?:\D.*)?$")
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?(?:\.\d+)?$")
_LEAD = re.compile(r"^([^\d\s,+-]+)\s*(,?)\s*(?=\S)")
_DAYS = frozenset(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
# Orders of their own, brought into the usual ones: C's asctime, Korean "5 1월 2026" and "2026. 1. 5."
_ORDERS = (
    (re.compile(r"^([^\W\d]+) (\d{1,2}) ([\d:]{4,8}) (?:(\S+) )?(\d{4})$"), r"\2 \1 \5 \3 \4"),
    (re.compile(r"^(\d{1,2}) (\d{1,2})월 (\d{4})"), r"\3-\2-\1"),
    (re.compile(r"^(\d{4})\. ?(\d{1,2})\. ?(\d{1,2})\.?"), r"\1-\2-\3"),
    (re.compile(r"(?<=\d) ?: ?(?=\d)"), ":"),
)
_HALF = re.compile(r"\b(a\.?\s?m\.?|p\.?\s?m\.?)(?=\W|$)|(오전|오후|上午|下午|午前|午後)")
_AFTERNOON = ("p", "오후", "下午", "午後")

# Hours east of UTC. Names that mean two zones have the reading that news feeds use (IST India, CST and EST North
# America, BST Britain); feedparser knows the North American ones only and takes all others for UTC.
_ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet", "uct"), 0.0),
    **{"bst": 1, "west": 1, "cet": 1, "met": 1, "wat": 1, "cest": 2, "mest": 2, "eet": 2, "cat": 2, "ist": 5.5},
    "sast": 2,
    **{"eest": 3, "msk": 3, "trt": 3, "eat": 3, "ast": -4, "irst": 3.5, "gst": 4, "pkt": 5, "npt": 5.75, "bdt": 6},
    **{"wib": 7, "ict": 7, "wita": 8, "hkt": 8, "sgt": 8, "myt": 8, "pht": 8, "awst": 8, "wit": 9, "jst": 9, "kst": 9},
    **{"acst": 9.5, "aest": 10, "acdt": 10.5, "aedt": 11, "nzst": 12, "nzdt": 13, "brt": -3, "art": -3, "adt": -3},
    **{"edt": -4, "clt": -4, "est": -5, "cdt": -5, "cot": -5, "pet": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7},
    **{"pst": -8, "akdt": -8, "akst": -9, "hst": -10, "et": -5, "ct": -6, "mt": -7, "pt": -8, "nst": -3.5, "ndt": -2.5},
}
_ENGLISH = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep september sept", "oct october", "nov november", "dec december"), 1,
    )
    for name in names.split()
}  # fmt: skip
# Languages whose month names are known; of names that several use for different months (srp, lip, lis) the entry's
# own language decides, and without one nothing does.
_LANGUAGES = (
    "af", "am", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "es", "et", "eu", "fa",
    "fi", "fil", "fr", "ga", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ka", "kk", "km", "kn",
    "ky", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "mt", "my", "nb", "ne", "nl", "nn", "pa", "pl", "ps",
    "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sr_Latn", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "uz",
    "vi",
)  # fmt: skip


def parse(written: str, language: str | None = None) -> datetime | None:
    """Read a date; `language` helps with names and order. None for no date or an ambiguous one; no zone means UTC."""
    text = _plain(written)
    if not text:
        return None
    if _EPOCH.match(text):
        return datetime.fromtimestamp(float(text[:10]), UTC)
    half, text = _half_of_day(text)
    for read in (_numbers, _numeric, _words):
        made = read(text, language or "", half)
        if made:
            return made
    return None


def _plain(written: str) -> str:
    """Lower case, native digits to ASCII, single spaces, no day name in front."""
    text = unicodedata.normalize("NFKC", written[:100])
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    text = " ".join(re.sub(r"[\u2010-\u2015\u2212]", "-", text).lower().split())
    text = re.sub(r"\(.*?\)", "", text).strip(" .,;")
    # A day name: words before the first number that are no month ("Sen, 5 Jan", "الثلاثاء 5", "thứ hai, ngày 5").
    lead = _LEAD.match(text)
    while lead and lead[1] not in _ENGLISH and (lead[2] or lead[1][:3] in _DAYS or _month(lead[1], "") is None):
        text = text[lead.end() :]
        lead = _LEAD.match(text)
    for order, usual in _ORDERS:
        text = order.sub(usual, text).rstrip()
    return text


def _half_of_day(text: str) -> tuple[str, str]:
    found = _HALF.search(text)
    if not found:
        return "", text
    kind = "p" if found[0].startswith(_AFTERNOON) else "a"
    return kind, " ".join((text[: found.start()] + " " + text[found.end() :]).split())


def _numbers(text: str, _language: str, half: str) -> datetime | None:
    found = _ISO.match(text) or _BASIC.match(text)
    if found:
        year, month, day, *time = found.groups()[:6]
        return _made(year, month, day, time, found["zone"], half)
    found = _HAN.match(text)
    if not found:
        return None
    clock = _CLOCK.search(found["rest"])
    time = list(clock.groups()[:3]) if clock else [None, None, None]
    return _made(found[1], found[2], found[3], time, found["rest"][clock.end() :] if clock else "", half)


def _numeric(text: str, language: str, half: str) -> datetime | None:
    """05.01.2026 is the fifth of January wherever dots are used; with slashes only English puts the month first."""
    found = _NUMERIC.match(text)
    if not found:
        return None
    first, mark, second, year, *time = found.groups()[:7]
    day_first = mark == "." or (language and not language.startswith("en"))
    if not day_first and int(first) <= 12 and int(second) <= 12 and first != second:
        return None
    day, month = (second, first) if int(second) > 12 else (first, second)
    return _made(year, month, day, time, found["zone"], half)


def _words(text: str, language: str, half: str) -> datetime | None:
    found = _WORDS.match(text)
    if not found:
        return None
    month = _month((found["month"] or found["month2"]).strip("."), language)
    if month is None:
        return None
    year = found["year"]
    if len(year) == 2:  # RFC 822 as first written
        year = f"{'20' if year < '70' else '19'}{year}"
    time = [found.group(i) for i in (6, 7, 8)]
    return _made(year, str(month), found["first"] or found["first2"], time, found["zone"], half)


def _made(year: str, month: str, day: str, time: list[str | None], zone: str | None, half: str) -> datetime | None:
    hour, minute, second = (int(part or 0) for part in time)
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    east = _zone(zone)
    number = int(year)
    if 2400 <= number <= 2700:
        number -= 543  # the Buddhist calendar of Thai feeds
    if east is None:
        return None
    try:
        made = datetime(number, int(month), int(day), tzinfo=UTC)
        if hour > 24 or minute > 59:
            return None
        return made + timedelta(hours=hour - east, minutes=minute, seconds=min(second, 59))  # 24:00, leap seconds
    except (ValueError, OverflowError):
        return None


def _zone(zone: str | None) -> float | None:
    """Give hours east of UTC; 0 for no zone or one nobody knows, None when an offset is impossible."""
    if not zone:
        return 0.0
    zone = zone.strip()
    found = _OFFSET.match(zone)
    if found:
        east = int(found[2]) + int(found[3] or 0) / 60
        return None if east > 15 else (-east if found[1] == "-" else east)
    bare = re.match(r"^(\d{2})(\d{2})$", zone)  # "0900": the plus sign was lost on its way
    if bare and int(bare[1]) <= 14:
        return int(bare[1]) + int(bare[2]) / 60
    name = re.match(r"^[a-z]+", zone)
    return float(_ZONES.get(name[0], 0.0)) if name else 0.0


def _month(name: str, language: str) -> int | None:
    if name in _ENGLISH:
        return _ENGLISH[name]
    if not name or name.isdigit():
        return None
    known = _months().get(name, {})
    own = known.get(language.split("-")[0])
    if own:
        return own
    meant = set(known.values())
    return meant.pop() if len(meant) == 1 else None


@lru_cache(maxsize=1)
def _months() -> dict[str, dict[str, int]]:
    """Month names of many languages by CLDR: name → language → month; made when the first foreign date comes."""
    table: dict[str, dict[str, int]] = {}
    for tag in _LANGUAGES:
        months = Locale.parse(tag).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    plain = unicodedata.normalize("NFKC", name).lower().strip(". ")
                    if plain and not plain[0].isdecimal():
                        table.setdefault(plain, {})[tag.split("_")[0]] = number
    return table
