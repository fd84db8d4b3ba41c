"""The pieces of a text that two stories may share: parts of words, figures, and names in Latin letters."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from pipeline.core.text import scripts
from pipeline.core.text.fold import fold_letters, words

_DENSE = re.compile(f"[{scripts.letters(*scripts.UNSPACED, 'Hang')}]")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d+)*")
# A name as it travels between scripts: "Cerebras", "GPT-5.5", "Grok-3-mini".
_LATIN = re.compile(r"[A-Za-z0-9\u00c0-\u024f]+(?:[-.][A-Za-z0-9]+)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
# Days, months, years and hours as digits and signs tell them, without a word table: "20日", "18.9.2024", "14:30",
# "20 de marzo de 2025", "March 20, 2025". They say when, and two stories on one happening say it differently.
_DATE = re.compile(
    r"\d{1,4}\s?[日月年号號일월년]"
    r"|(?<![\d.])\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})(?![\d.])"
    r"|(?<!\d)\d{1,2}:\d{2}(?!\d)"
    r"|(?<!\d)\d{1,2}(?:st|nd|rd|th|er|[.ºª])?\s+(?:de |of |d')?[^\W\d_]{3,12}\.?,?\s+(?:del? )?(?:19|20)\d\d(?!\d)"
    r"|(?<!\w)[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d(?!\d)"
)
_LAST_DAY = 31
_FOREIGN = re.compile(r"[^\D0-9]")
_LEAST = 3  # letters of a name; shorter ones are too often something else
_PART = 4  # letters of a part of a name that counts alone: "Connectors" of "Grok-Connectors"


def grams(text: str) -> set[str]:
    """Cut folded text into 4-letter pieces of words, 2-letter ones where a script writes no spaces."""
    found: set[str] = set()
    for word in words(text):
        if _DENSE.search(word):
            found.update(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        else:
            padded = f" {word} "
            found.update(padded[i : i + 4] for i in range(max(1, len(padded) - 3)))
    return found


def figures(text: str) -> set[str]:
    """Give the numbers written in a text by their significant digits: "66.8 bn", "668亿" and "66,800" are all "668".

    The scale is left out on purpose: it is a word, and words for it differ by language ("40 billion" is "400億"), so
    that no table of words is asked. Dates, hours and lone years are left out: they say when, and nearly every story
    has one.
    """
    return {plain for plain, _ in _numbers(text)}


def amounts(text: str) -> set[str]:
    """Give those of `figures` that are no day of a month, whatever its name: "$30", "30%", "30bn", "30億", and from 32.

    "18 أيلول" and "30 milliards" look alike where no table of words is asked, so neither is taken for an amount.
    """
    return {plain for plain, is_amount in _numbers(text) if is_amount}


def _numbers(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the significant digits of each number, and whether it can be no day of a month."""
    plain = _FOREIGN.sub(lambda c: str(unicodedata.digit(c[0])), unicodedata.normalize("NFKC", text))
    plain = _DATE.sub(" ", plain)
    for found in _NUMBER.finditer(plain):
        written = found[0]
        digits = re.sub(r"\D", "", written)
        if not (_YEAR.fullmatch(digits) and len(written) == 4) and digits.strip("0"):
            yield digits.strip("0"), not _may_be_day(written, plain[: found.start()], plain[found.end() :])


def _may_be_day(written: str, before: str, after: str) -> bool:
    if not (written.isdigit() and int(written) <= _LAST_DAY):
        return False
    sign = before[-2:].strip()[-1:]
    is_sum = bool(sign) and unicodedata.category(sign) == "Sc"
    return not (is_sum or after[:1].isalpha() or after[:2].lstrip()[:1] in {"%", "٪"})


def rare(text: str, watched: Iterable[str] = ()) -> set[str]:
    """Give the words in Latin letters that may be names: those with a capital, and all inside another script.

    `watched` are written forms of what the watchlist names: nearly all stories on one firm share those.
    """
    plain = unicodedata.normalize("NFKC", text).replace("\u2010", "-")  # what NFKC makes of other hyphens
    letters = [c for c in plain if c.isalpha()]
    foreign = sum(c >= "\u0250" for c in letters) * 4 > len(letters)
    known = {part for form in watched for part in words(form)}
    found: set[str] = set()
    for word in _LATIN.findall(plain):
        if any(c.isalpha() for c in word) and (foreign or any(c.isupper() for c in word)):
            whole = fold_letters(word)
            pieces = {p for p in re.split(r"[-.]", whole) if len(p) >= _PART and not p.isdigit()}
            found.update(p for p in {whole, *pieces} if len(p) >= _LEAST)
    return found - known
