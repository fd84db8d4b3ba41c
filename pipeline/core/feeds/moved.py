"""Whether an entry with a known guid and a new address is the article that had that guid before.

Guids repeat and lie, so one alone proves nothing: something else of the article must have stayed.
"""

import re
from collections import Counter
from collections.abc import Collection
from datetime import datetime

_NUMBER = re.compile(r"\d{4,}")
_DATE = re.compile(r"(?:19|20)\d{2}(?:[01]\d(?:[0-3]\d)?)?")
_OWN = re.compile(r"\d{5,}|[0-9a-f]{12,}|[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)
ALIKE = 0.5  # of the shorter title's words (pairs of letters where no spaces are written)
MIDNIGHT = (0, 0, 0)


def unique(guids: Collection[str | None]) -> frozenset[str]:
    """Give the guids that one entry of a document has for itself."""
    return frozenset(guid for guid, times in Counter(g for g in guids if g).items() if times == 1)


def is_same(
    guid: str,
    is_series: bool,
    old: tuple[str, str, datetime | None],
    new: tuple[str, str, datetime | None],
) -> bool:
    """Tell whether two (address, title, published) of one guid are one article.

    `is_series`: the document has several entries, each with a guid of its own.
    """
    if old[2] is not None and old[2] == new[2] and (old[2].hour, old[2].minute, old[2].second) != MIDNIGHT:
        return True
    if _numbers(old[0]) & _numbers(new[0]) or _alike(old[1], new[1]):
        return True
    own = _OWN.search(guid)
    return is_series and own is not None and not _DATE.fullmatch(own[0])


def _numbers(address: str) -> set[str]:
    """Give the article numbers in an address; dates are none."""
    return {n for n in _NUMBER.findall(address.split("://", 1)[-1].partition("/")[2]) if not _DATE.fullmatch(n)}


def _alike(one: str, other: str) -> bool:
    parts = _parts(one), _parts(other)
    least = min(map(len, parts))
    return least >= 3 and len(parts[0] & parts[1]) >= ALIKE * least


def _parts(title: str) -> set[str]:
    words = re.findall(r"\w+", title.casefold())
    if any("\u2e80" <= c <= "\ud7ff" for c in title):
        return {word[i : i + 2] for word in words for i in range(max(1, len(word) - 1))}
    return set(words)
