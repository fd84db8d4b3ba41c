"""Explicit dates in running text: day, month and year, month and year, or a year with a word that makes it one."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache

from pipeline.core.facts import words
from pipeline.core.facts.words import branches
from pipeline.core.text import cldr
from pipeline.core.text.phrases import Lexicon, is_letter, pattern

Found = tuple[int, int, float, float | None]  # start, end, first day, last day of a month or year
_Span = tuple[float, float | None] | None
_MOST = 150  # dates of one text
_EPOCH = date(1970, 1, 1).toordinal()
_YEAR = re.compile(r"(?<![\d.,$€£¥/:-])(?:19|20|21|24|25)\d\d(?!\d|[.,/:]\d)")
_ISO = re.compile(r"(?<![\d-])((?:19|20)\d\d)-(\d\d)-(\d\d)(?![\d-])")
_HAN = re.compile(
    r"(?<!\d)((?:19|20|"
    r"21)\d\d) ?[年년](?![代대度도]) ?(?:(\d{1,2}) ?[月월](?: ?(\d{1,2}) ?[日일号號])?)?"
)
_DOTTED = re.compile(r"(?<![\d.,/-])(\d{1,2})([./]) ?(\d{1,2})\2 ?((?:19|20)\d\d)(?![\d/]|\.\d)")
_VIETNAMESE = re.compile(r"(?:(\d{1,2}) )?thang (\d{1,2})(?: nam |/|, )((?:19|20)\d\d)(?!\d)")
# What may stand between day and month: ordinal endings and small words.
_DAY_BEFORE = pattern(
    r"(?<![\d.,/:])(?<![\da-z]-)(\d{1,2})(?:st|nd|rd|th|er|e|\.|º|°|ο?η|ης|-?го|-?й|-?ви|-?ри|-?ти|-?ми|-?dik[aei]?)?,?"
    r"(?: (?:de|d'|of|di|na|din|ng|do|e|वीं))? ?$"
)
_YEAR_LINK = pattern(r"(?:[,.]|(?<!\w)(?:de|del|do|of|af|i|di|m\.))? ?$")
_DAY_AFTER = re.compile(r" ?(\d{1,2})(?:st|nd|rd|th|\.|-[aeá]n|-i|-jen|-jan)?(?: d\.)?(?!\d)(?! ?[%:])")
_DAY_NEXT = re.compile(r"\.? (?:gada|m\.|metu) (\d{1,2})\.? ")
_DAY_LEFT = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?,? $")
_NOT_AFTER = pattern(
    r"(?:s|er|ern|-an|-tal|-tallet|-luku\w*|-х|-те|-ті|'ler|'lar|lerde|s\.)\b|"
    r" ?(?:%|percent|per cent|gw|mw|tw|kw|milli|billi|mili|compan|jobs|people|euro|dolla|dola|\$|€|x\b|meter|met\b|"
    r"km\b|points|"
    r"entrepr|unterneh|empres|orang|perusah|personnes|foyers|homes|emplois|дол|млн|чел|家|人|명|개|名)"
)

# CLDR knows the genitive of dates, not the locative of "in March"; stems of those that its forms do not give.
_INFLECTING = ("pl", "cs", "sk", "sl", "hr", "uk", "be", "ru", "fi", "et", "lv", "lt", "hu", "tr", "az", "kk", "el")


@cache
def _before() -> re.Pattern[str]:
    """Return what makes the number behind it a year: "by ", "d'ici à ", ปี; Hebrew glues it to the number."""
    spaced: list[str] = []
    glued = [r"(?:^|[^\w])[בל]-?"]
    for part in branches("date", "before"):
        bare = part.removesuffix(r"(?!\w)")
        (spaced if bare != part else glued).append(bare)
    return re.compile(rf"(?:^|[^\w])(?:{'|'.join(spaced)})[ -]$|(?:{'|'.join(glued)}) ?$")


@cache
def _after() -> re.Pattern[str]:
    """Return what makes the number before it a year: " года", "'de", 년; a suffix may come after an apostrophe."""
    suffixes = [
        part if part[0] in "'\\" or not part.endswith(r"(?!\w)") else f"'?-?{part}"
        for part in branches("date", "suffix")
    ]
    return re.compile(rf"(?:{'|'.join(suffixes)})| (?:{'|'.join(branches('date', 'after'))})")


@cache
def months() -> Lexicon[int]:
    """Return the month names of CLDR's locales, wide and abbreviated, as inflected in dates and as they stand alone."""
    lexicon: Lexicon[int] = Lexicon()
    for width in ("wide", "abbreviated"):
        for written in cldr.names().written.values():
            for month, name in written[width]:
                if not any(c.isdigit() for c in name) and len(name.strip(". ")) > 2:
                    lexicon.add([name, name.rstrip(".")], month)
    for tag in _INFLECTING:
        for month, name in cldr.names().written[tag]["wide"]:
            if len(name) > 4:
                lexicon.add([name + "*4", name[:-1] + "*3"], month)
    for name in list(lexicon):
        if "\u0590" <= name[0] <= "\u05ff":  # Hebrew glues its prepositions to the month
            found = lexicon.at(name, 0)
            for glued in "במלהש":
                lexicon.add([glued + name], found[1] if found else 0)
    for _, key, listed in words.entries("date"):
        if key.isdigit():
            lexicon.add(listed, int(key))
    return lexicon


def _day(year: int, month: int, day: int) -> float | None:
    try:
        return float(date(year, month, day).toordinal() - _EPOCH)
    except ValueError:
        return None


def _span(year: int, month: int | None, day: int | None) -> _Span:
    first = _day(year, month or 1, day or 1)
    if first is None or day:
        return None if first is None else (first, None)
    following = _day(year + (month or 12) // 12, (month or 12) % 12 + 1, 1)
    return first, (following or first + 1) - 1


def find(folded: str) -> list[Found]:
    """Find the explicit dates of a folded text, in order, without overlaps.

    A month or a year comes as its first and last day.
    """
    found: list[Found] = []
    taken: set[int] = set()

    def keep(start: int, end: int, span: _Span) -> None:
        if span and len(found) < _MOST and taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            found.append((start, end, *span))

    if not re.search(r"\d{4}", folded):
        return found
    for m in _ISO.finditer(folded):
        keep(m.start(), m.end(), _span(int(m[1]), int(m[2]), int(m[3])))
    for m in _HAN.finditer(folded):
        end = m.start(1) + len(m[0].rstrip())
        keep(m.start(), end, _span(int(m[1]), int(m[2] or 0) or None, int(m[3] or 0) or None))
    for m in _DOTTED.finditer(folded):
        day, month = int(m[1]), int(m[3])
        if m[2] == "/" and month > 12:
            day, month = month, day  # American order, recognisable only then
        elif m[2] == "/" and day <= 12 and day != month:
            continue  # 3/4/2025: nobody knows
        keep(m.start(), m.end(), _span(int(m[4]), month, day))
    for m in _VIETNAMESE.finditer(folded):
        keep(m.start(), m.end(), _span(int(m[3]), int(m[2]), int(m[1] or 0) or None))
    for m in _YEAR.finditer(folded):
        _around_year(folded, m, keep)
    return sorted(found)


def _month_before(folded: str, end: int) -> tuple[int, int] | None:
    """Find the month name that ends at `end`, or at the point behind it; returns its start and number."""
    if folded[end : end + 1] == ".":
        found = months().before(folded, end + 1)
        if found:
            return found
    start = end
    while start and (is_letter(folded[start - 1]) or folded[start - 1] == "'"):
        start -= 1
    inflected = months().at(folded, start) if start < end else None
    if inflected and inflected[0] == end:
        return start, inflected[1]
    return months().before(folded, end)


_GAP_AFTER = re.compile(r" ?(?:m(?![a-z])\.?)?[ .,]{0,3}")  # hu 2024. szeptember 17., lt 2024 m. rugsėjo 17 d.


def _around_year(folded: str, m: re.Match[str], keep: Callable[[int, int, _Span], None]) -> None:
    """Look for a month and a day around a year, then for a word that makes the bare number a year."""
    year, start, end = int(m[0]), m.start(), m.end()
    if year >= 2400:  # Thai Buddhist era
        if not re.search(r"[\u0e00-\u0e7f]\.? ?$", folded[max(0, start - 3) : start]):
            return
        year -= 543
    names = months()
    link = _YEAR_LINK.search(folded, max(0, start - 6), start)
    before = link.start() if link else start
    while before and folded[before - 1] in " ,":
        before -= 1
    month = _month_before(folded, before - (folded[before - 1 : before] == ")"))
    if month:  # 17 septembre 2024, September 2024
        at = month[0]
        if at > 2 and folded[at - 1] in "/(":  # يناير/كانون الثاني
            at = (_month_before(folded, at - 1 - (folded[at - 2] == " ")) or month)[0]
        day = _DAY_BEFORE.search(folded[max(0, at - 14) : at])
        if day and 1 <= int(day[1]) <= 31:
            keep(max(0, at - 14) + day.start(1), end, _span(year, month[1], int(day[1])))
        else:
            keep(at, end, _span(year, month[1], None))
        return
    left = max(0, start - 8)
    day = _DAY_LEFT.search(folded[left:start])
    if day:  # September 17, 2024
        at = left + day.start()
        while at and folded[at - 1] == " ":
            at -= 1
        named = _month_before(folded, at)
        if named:
            keep(named[0], end, _span(year, named[1], int(day[1])))
            return
    gap = _DAY_NEXT.match(folded, end)
    named_after = names.at(folded, gap.end()) if gap else None
    if gap and named_after:  # lv 2024. gada 17. septembrī
        keep(start, named_after[0], _span(year, named_after[1], int(gap[1])))
        return
    gap = _GAP_AFTER.match(folded, end)
    at = gap.end() if gap else end
    after = names.at(folded, at) if at > end else None
    if after:
        day = _DAY_AFTER.match(folded, after[0])
        if day:
            keep(start, day.end(), _span(year, after[1], int(day[1])))
            return
        if after[0] - at > 4:  # hu 2024 szeptemberében, tr 2024 Eylülünde
            keep(start, after[0], _span(year, after[1], None))
            return
    if _NOT_AFTER.match(folded, end):
        return
    if _before().search(folded[max(0, start - 16) : start]) or _after().match(folded, end):
        keep(start, end, _span(year, None, None))
