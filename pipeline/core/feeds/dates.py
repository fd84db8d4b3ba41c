"""Dates as feeds write them, in any language, to UTC; None rather than a guess.

A date is looked for first, a time in what is left, then its half of the day, its zone, and words that mean nothing. A
part that remains makes the rest doubtful: the claim is undated then, never a believed midnight or UTC.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pipeline.core.feeds import daynames, zones
from pipeline.core.text import tags

_EPOCH = re.compile(r"^(\d{10})(?:\d{3}|\d{6})?(?:\.\d+)?$")
_BASIC = re.compile(r"^(\d{4})-?(\d{2})-?(\d{2})(?:t?(\d{2}):?(\d{2}):?(\d{2})?(?:[.,]\d+)?)?\s*(?P<zone>z|[+-]\d.*)?$")
_WORD = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e'.\u2019\u200c]|(?<=[^\W\d_])_(?=[^\W\d_]))*"
_LINK = r"(?:\s*[.,/-]\s*|\s+)(?:(?:de|del|da|di|of|von|den)\s+|(?:d|ta)['\u2019]\s?)?"
_ORDINAL = r"(?:st|nd|rd|th|er|re|\u00ba|\u00aa|a|e|\.)?"
# Where a date may stand; groups year, month (a number or a name), day. The first that fits counts.
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]?",
        r"(?<![\d.:/-])(?P<year>\d{4})(?P<mark>[-/.])\s?(?P<month>\d{1,2})(?P=mark)\s?(?P<day>\d{1,2})\.?(?:t(?=\d))?(?!\d\d\d)",
        r"(?<![\d.:/-])(?P<first>\d{1,2})\s?(?P<mark>[./-])\s?(?P<second>\d{1,2})\.?\s?(?P=mark)?\s?(?P<year>\d{4})(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})\s+th\u00e1ng\s+(?P<month>\d{1,2})(?:\s*,|\s+n\u0103m|\s*/)?\s+(?P<year>\d{4})",
        rf"(?<![\d:])(?P<day>\d{{1,2}}){_ORDINAL}{_LINK}(?P<month>{_WORD}){_LINK}(?P<year>\d{{4}}|\d{{2}}(?![\d:.]))(?!\d)",
        rf"(?<![^\W\d_])(?P<month>{_WORD})[\s/-]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|[\s/.-]+)(?P<year>\d{{4}})(?!\d)",
        rf"(?<!\d)(?P<year>\d{{4}})(?:\.|\s?m\.|\s?\u0433\.|\.?\s?gada|-?ko)?[\s,/-]+(?P<month>{_WORD})[\s/-]+(?P<day>\d{{1,2}})(?!\d|:)",
        rf"(?<!\d)(?P<year>\d{{4}})\.?\s?(?:gada|urte)?[\s,]+(?P<day>\d{{1,2}})\.?\s+(?P<month>{_WORD})",
    )
)
_CLOCK = re.compile(
    r"(?<![\d.:+-])(\d{1,2})(?:\s?[:h]\s?|\.|\s?[\u6642\u65f6\u70b9\u9ede\uc2dc]\s?)(\d{2}|(?<=[\u6642\u65f6\u70b9\u9ede\uc2dc\s])\d)(?![\d])"
    r"(?:\s?[:.\u5206\ubd84]\s?(?:(\d{2})(?:[.,:]\d+)?\s?[\u79d2\ucd08]?)?)?\s?(?:\u5206|\ubd84)?(?:\s?(?:uhr|hrs?|hs|h)\b)?"
)
_HOUR = re.compile(
    r"(?<![\d.:+-])(\d{1,2})\s?(?:[\u6642\u65f6\u70b9\u9ede\uc2dc]|uhr\b|h\b|hrs\b|\u0447\b)"
    r"|(?:\b(?:kl|klo|um|at|godz|alle|ore|pukul|jam|l\u00fac|saat|a las|\u00e0|\u00e0s|\u0432|\u043e)\b\.?\s*)"
    r"(\d{1,2})(?![\d:.])"
    r"|(?<![\d.:+-])(\d{1,2})(?=\s?(?:am|pm|a\.m|p\.m)\b)"
)
# Orders of their own, brought into the usual ones: C's asctime, "5 1월 2026", years of Japanese reigns and of Taiwan.
_ORDERS = (
    (
        re.compile(
            rf"({_WORD}) (\d{{1,2}}),? (\d{{1,2}}:\d{{2}}(?::\d{{2}})?) "
            r"(?:([^\d\s]+(?: [^\d\s]+)*|[+-]\d{4}) )?(\d{4})$"
        ),
        r"\2 \1 \5 \3 \4",
    ),
    (re.compile(r"(?<!\d)(\d{1,2}) (\d{1,2})월 (\d{4})"), r"\3-\2-\1"),
    (re.compile(r"(?<!\d)(\d{4})\. ?(\d{1,2})\. ?(\d{1,2})\.?(?!\d)"), r"\1-\2-\3"),
    (re.compile(r"(?<=\d) ?: ?(?=\d)"), ":"),
    (re.compile(r"令和\s?(元|\d{1,2})\s?年"), lambda m: f"{2018 + (1 if m[1] == '元' else int(m[1]))}年"),
    (re.compile(r"(?:中華)?民國\s?(\d{2,3})\s?年"), lambda m: f"{1911 + int(m[1])}年"),
)
_LEFT = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e'.\u2019\u200c-])*\.?|\d+")
_ENGLISH_DAYS = re.compile(r"(?:mon|tues?|wed(?:nes)?|weds|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?")
_ENGLISH = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep september sept", "oct october", "nov november", "dec december"), 1,
    )
    for name in names.split()
}  # fmt: skip
_MARKS = " ,;.|/@:\u00b7\u2022_-"
_NEXT = re.compile(r"\s*([^\s,;|()\u2016-]+)")
_PREVIOUS = re.compile(r"([^\s,;|()\u2016-]+)\s*$")
_DATE = "\u2016"  # stands where the date was found
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)  # to ask whether words are a zone at all
_US = ("en-US", "en-PH", "fil", "tl")  # month first with slashes; "en" alone may be anybody's


# ISO 8601's other calendars: 2026-W48-6, 2026W486, 2026-332, 2026332T180500Z
_CALENDARS = re.compile(
    r"^(?P<year>(?:19|20)\d\d)(?:-?w(?P<week>\d\d)-?(?P<day>\d)|(?:-|(?=\d{3}t))(?P<nth>\d{3}))(?![\d-])(?P<time>(?=t\d{4}(?:\d\d)?\b|t\d{4,6}z))?"
)


def parse(written: str, language: str | None = None) -> datetime | None:
    """Read a date; `language` helps with names, order and zones. None for no date or a doubtful one; no zone is UTC."""
    text, aside = _plain(written)
    if not text:
        return None
    epoch = _EPOCH.match(text)
    if epoch:
        return datetime.fromtimestamp(int(epoch[1]), UTC)
    language = language or ""
    text = _CALENDARS.sub(_of_month, text)
    basic = _BASIC.match(text)
    if basic:
        year, month, day, *time = basic.groups()[:6]
        return _made(
            (int(year), int(month), int(day)), [int(part or 0) for part in time], basic["zone"] or "", language
        )
    for order, usual in _ORDERS:
        text = order.sub(usual, text).strip()
    found = _date(text, language)
    if found is None:
        return None
    date, rest = found
    return _with_time(date, rest, aside, language)


def _of_month(found: re.Match[str]) -> str:
    """Rewrite a date by week or by day of the year as one by month; "" when there is none."""
    try:
        if found["week"]:
            date = datetime.fromisocalendar(int(found["year"]), int(found["week"]), int(found["day"]))
        else:
            date = datetime(int(found["year"]), 1, 1, tzinfo=UTC) + timedelta(days=int(found["nth"]) - 1)
            if found["nth"] == "000" or date.year != int(found["year"]):
                return ""
    except ValueError:
        return ""
    return f"{date:%Y%m%d}" if found["time"] else f"{date:%Y-%m-%d}"


def _plain(written: str) -> tuple[str, str]:
    """Lower case, native digits to ASCII, single spaces; what stands in brackets comes apart."""
    text = written[:100]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.replace("İ", "i"))
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
        text = re.sub(r"[\u200e\u200f\u061c\u202a-\u202e]", "", text)
        text = re.sub(r"[\u2010-\u2015\u2212]", "-", text).replace("\u060c", ",").replace("\u3001", ",")
    text = " ".join(text.lower().split())
    text = re.sub(r"\bth(?:\u1ee9|\.)? (?=[2-7]\b)", "th\u1ee9_", text)  # Vietnamese days by number
    text = re.sub(r"\bthg\.? ?(?=1?\d\b)", "th\u00e1ng ", text)
    aside = ""
    if "(" in text:
        aside = " ".join(re.findall(r"\(([^()]*)\)", text))
        text = re.sub(r"\([^()]*\)?", " ", text)
    for name in daynames.two_words():
        if name in text:
            text = text.replace(name, name.replace(" ", "_"))
    return " ".join(text.replace("[", " ").replace("]", " ").split()).strip(" .,;"), aside


def _date(text: str, language: str) -> tuple[tuple[int, int, int], str] | None:
    """Find the date: (year, month, day) and the text around it; None when there is none or several may be meant."""
    for pattern in _DATES:
        for found in _every(pattern, text):
            parts = found.groupdict()
            rest = f"{text[: found.start()]} {_DATE} {text[found.end() :]}"
            if "first" in parts:
                pair = _day_and_month(
                    int(parts["first"]), int(parts["second"]), parts["mark"], rest, language, parts["year"]
                )
                if pair is None:
                    return None
                return (_year(parts["year"], language), pair[1], pair[0]), rest
            month = int(parts["month"]) if parts["month"].isdigit() else _month(parts["month"], language)
            if month is not None:
                return (_year(parts["year"], language), month, int(parts["day"])), rest
    return None


def _every(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Give matches that may overlap: "10.30 WIB, 28 November 2026" has a date behind what looks like one."""
    found = pattern.search(text)
    while found:
        yield found
        found = pattern.search(text, found.start() + 1)


def _year(written: str, language: str = "") -> int:
    year = int(written)
    if len(written) == 2:  # RFC 822 as first written; Thai years are of the Buddhist calendar
        year += 2500 if language.startswith("th") else 2000 if year < 70 else 1900
    return year - 543 if 2400 <= year <= 2700 else year  # the Buddhist calendar of Thai feeds


def _day_and_month(first: int, second: int, mark: str, rest: str, language: str, year: str) -> tuple[int, int] | None:
    """05.01.2026 is the fifth of January wherever dots are used; with slashes English may put the month first."""
    if second > 12:
        return second, first
    if first > 12 or first == second or mark == "." or (language and not language.startswith(_US) and language != "en"):
        return first, second
    if language in _US:
        return second, first
    named = _day_of_week(rest)  # a day's name decides when it fits one order only
    fits = [
        (day, month)
        for day, month in ((first, second), (second, first))
        if named is not None and _weekday(int(year), month, day) == named
    ]
    return fits[0] if len(fits) == 1 else None


def _weekday(year: int, month: int, day: int) -> int | None:
    try:
        return datetime(year, month, day, tzinfo=UTC).weekday()
    except ValueError:
        return None


def _day_of_week(rest: str) -> int | None:
    words = [word.strip(".") for word in _LEFT.findall(rest)]
    found = {daynames.days()[word] for word in words if word in daynames.days()}
    return found.pop() if len(found) == 1 else None


def _with_time(date: tuple[int, int, int], rest: str, aside: str, language: str) -> datetime | None:
    """Read the time in what stands around a date; None when something there is not understood."""
    clock = _CLOCK.search(rest) or _HOUR.search(rest)
    time, left = [0, 0, 0], rest
    if clock:
        given = [part for part in clock.groups() if part]
        time[: len(given)] = [int(part) for part in given]
        head, tail = rest[: clock.start()], rest[clock.end() :]
        kind, head, tail = _half_of_day(head, tail, language)
        if kind and time[0] <= 12:
            time[0] = time[0] % 12 + (12 if kind == "p" else 0)
        left = f"{head} {tail}"
    named = " ".join(word for word in _without_days(left.replace(_DATE, " ")).split() if word.strip(_MARKS))
    zone = " ".join(word for word in named.split() if not _means_nothing(word.strip(_MARKS)))
    if zone and zones.east(zone, language, NOON) is None and zones.east(named, language, NOON) is not None:
        zone = named  # "W. Europe Standard Time": a name holds what elsewhere means nothing
    elif not zone and aside and zones.east(aside, language, NOON) is not None:
        zone = aside  # "10:00 (KST)"; other remarks in brackets are remarks
    return _made(date, time, zone, language)


def _half_of_day(head: str, tail: str, language: str) -> tuple[str, str, str]:
    """Take the half of the day off what stands before or behind a time; it must stand right beside it."""
    tag = tags.base(language)
    tail = re.sub(r"^\s*([ap])\.?\s?m\b\.?", r" \1m ", tail)
    before, after = daynames.halves(tag)
    for part, found in (("tail", _NEXT.match(tail)), ("head", _PREVIOUS.search(head))):
        if not found:
            continue
        word = found[1].strip(":")
        for form in (word, word.rstrip(".")):
            if form in before or form in after:
                kind = "p" if form in after else "a"
                if part == "tail":
                    return kind, head, tail[found.end() :]
                return kind, head[: found.start()], tail
    return "", head, tail


def _without_days(left: str) -> str:
    """Drop day names of any language; "mar" and "sun" stand for nothing else once the date is found."""
    if not left.isascii():
        for name in daynames.long_days():
            left = left.replace(name, " ") if name in left else left
    return " ".join(word for word in left.split() if not _is_day(word.strip(_MARKS)))


def _is_day(word: str) -> bool:
    if _ENGLISH_DAYS.fullmatch(word):
        return True
    return bool(word) and not zones.is_abbreviation(word) and word.strip(".") in daynames.days()


def _means_nothing(word: str) -> bool:
    return word in daynames.connectors() or word.strip(".") in daynames.connectors()


def _made(date: tuple[int, int, int], time: list[int], zone: str, language: str) -> datetime | None:
    try:
        made = datetime(*date, tzinfo=UTC)
        if time[0] > 24 or time[1] > 59:
            return None
        local = made + timedelta(hours=time[0], minutes=time[1], seconds=min(time[2], 59))  # 24:00, leap seconds
        east = zones.east(zone, language, local)
        return None if east is None else local - timedelta(hours=east)
    except (ValueError, OverflowError):
        return None


def _month(name: str, language: str) -> int | None:
    name = name.strip("._,-")
    if name in _ENGLISH:
        return _ENGLISH[name]
    if not name or name.isdigit():
        return None
    tag = tags.base(language)
    for form in (name, daynames.bare(name), name.removeprefix("ב"), name.removeprefix("d'")):
        known = daynames.months().get(form, {})
        own = known.get(tag) or (known.get("no") or known.get("nb") if tag in {"no", "nn"} else None)
        if own:
            return own
        meant = set(known.values())
        if len(meant) == 1:
            return meant.pop()
    return None
