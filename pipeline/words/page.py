"""How the page writes times, amounts, languages and the words of our tables for people."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError

from pipeline.core.match.vocabulary import SAYS
from pipeline.core.text.plain import called as called
from pipeline.words.language import Words

LEVELS = {
    0: "not for us",
    1: "about a watched entity",
    2: "about the seeds’ subject",
    3: "tells the seeds’ happening",
}
STATES = {
    "new": "never read yet",
    "ok": "brings what it should",
    "quiet": "brings less than expected",
    "slow": "answers slowly or asks us to wait",
    "failing": "cannot be read",
    "moved": "redirects for good",
    "gone": "says that it is gone",
    "lying": "changes under an unchanged validator",
    "off": "not polled",
}
HOW = {
    "found": "founded the event",
    "join": "joined by likeness",
    "merge": "came with an event that was merged",
    "manual": "put here by a correction",
}
CHANGES = {
    "founded": "founded",
    "joined": "joined",
    "level": "level changed",
    "language": "a new language",
    "copy": "marked as a copy",
    "merged": "merged",
    "split": "split",
    "left": "left",
    "title": "title changed",
    "fact": "a new claim",
}
# What the clusterer's features say, for a reader; the matcher's are told by core/match/features.
_FEATURES = {
    "meaning": "meaning of both",
    "e5": "meaning (broad encoder)",
    "title": "meaning of the titles",
    "cross": "a title's meaning against the other text",
    "acts": "what was done",
    "contained": "a title's words in the other text",
    "names_alike": "shared names, weighted",
    "nameless": "no watched name in one of them",
    "rare": "shared names that nobody watches",
    "rare_apart": "other names that nobody watches",
    "figures": "shared numbers",
    "figures_apart": "other numbers",
    "same_language": "one language",
    "words": "shared words",
    "words_same_language": "shared words, one language",
    "names": "shared watched names",
    "names_apart": "names that only one has",
    "names_unknown": "no names to compare",
    "amounts": "amounts that agree",
    "numbers": "numbers that agree",
    "gap": "time between them",
    "bias": "start",
    "": "start",
}


def iso(at: datetime | None) -> str:
    """Write a time for machines."""
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def when(at: datetime | None) -> str:
    """Write a time in UTC, which the page says once at its foot."""
    return "never" if at is None else f"{at.astimezone(UTC):%-d %b %Y, %H:%M}"


def day(at: datetime | None) -> str:
    """Write the day of a time."""
    return "never" if at is None else f"{at.astimezone(UTC):%-d %b %Y}"


def ago(at: datetime | None, now: datetime) -> str:
    """Tell roughly how long ago, or in how long."""
    if at is None:
        return "never"
    span = now - at
    told = interval(abs(span.total_seconds()))
    return f"in {told}" if span < timedelta(0) else f"{told} ago"


def interval(seconds: float) -> str:
    """Tell a span of time in its largest unit."""
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size or (size < 86400 and seconds >= size):
            return f"{seconds / size:.0f} {unit}"
    return "under a minute"


@lru_cache(maxsize=512)
def language(tag: str | None) -> str:
    """Name a BCP 47 tag in English ("zh-Hant" is Chinese (Traditional))."""
    if not tag or tag == "und":
        return "language unclear"
    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (ValueError, UnknownLocaleError):
        return tag


def number(value: float) -> str:
    """Write a number with groups of thousands; a fraction keeps four digits in all."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:.4g}"


@lru_cache(maxsize=1)
def _english() -> Words:
    return Words("en")


def amount(fact: object) -> str:
    """Write a fact's value with unit and range; it may be a row of the store or a noun."""
    return _english().amount(fact)


def role(key: str) -> str:
    """Write a fact's role."""
    return key.replace("_", " ") if key else "role not told"


def feature(key: str) -> str:
    """Name a feature of matcher or clusterer; one of an earlier version is told by its own name."""
    head, _, tail = key.partition(":")
    named = SAYS.get(head) or _FEATURES.get(head, head.replace("_", " "))
    return f"{named} ({tail})" if tail else named


def host(url: object) -> str:
    """Give the host of an address."""
    try:
        return urlsplit(str(url or "")).hostname or ""
    except ValueError:
        return ""
