"""Alarms of feeds: what silence, emptiness and missing dates mean. Pure: numbers in, sentences out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

RECENT_DAYS = 3  # over which a feed is compared with what is expected of it
MIN_EXPECTED = 8.0  # stories expected in that time below which silence may be chance (Poisson: P(0) = 0.0003)
FAR_FEWER = 0.25  # share of the expected number below which it is far fewer
EMPTY_FETCHES = 2  # answers in a row with a document that holds no entries
UNDATED_RISE = 0.25  # rise of the share of undated stories, against the weeks before
UNDATED_MIN = 10  # recent stories below which a share says nothing
LANGUAGE_PER_DAY = 3.0  # stories a day from which a language's silent day is news (Poisson: P(0) < 0.05)


@dataclass(frozen=True, slots=True)
class FeedNumbers:
    """What a feed did of late."""

    feed_id: int
    url: str
    state: str
    error: str | None  # of its last failing fetch
    expected_per_day: float | None
    known_days: float  # since its first successful fetch
    recent: int  # new stories in the last RECENT_DAYS
    recent_undated: int
    before: int  # in the four weeks before
    before_undated: int
    empty_fetches: int  # successful answers since its document has no entries, 0 when it has some


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a person should look at."""

    kind: str  # all, gone, failing, lying, moved, empty, few, undated, language
    subject: str  # a feed's URL or a language
    text: str
    feed_id: int | None = None


_STATES: Mapping[str, str] = {
    "gone": "answered 410, gone for good; it is not asked any more: remove it, or run with --all-feeds to ask again",
    "failing": "keeps failing; it is asked ever more rarely",
    "lying": "changes under an unchanged ETag or Last-Modified; it is asked unconditionally from now on",
    "moved": "answers with a permanent redirect; the new address is adopted when that has stood for two days",
}


def feed_alarms(numbers: Iterable[FeedNumbers]) -> list[Alarm]:
    """Name what is wrong with feeds, in the order given; a feed that is gone or failing has only that."""
    found: list[Alarm] = []
    for n in numbers:
        if n.state in _STATES:
            error = f" ({n.error})" if n.error and n.state in {"gone", "failing"} else ""
            found.append(Alarm(n.state, n.url, _STATES[n.state] + error, n.feed_id))
        if n.state in {"gone", "failing"}:
            continue
        found += [Alarm(kind, n.url, text, n.feed_id) for kind, text in _of_content(n)]
    return found


def _of_content(n: FeedNumbers) -> Iterable[tuple[str, str]]:
    if n.empty_fetches >= EMPTY_FETCHES:
        yield "empty", f"answered {n.empty_fetches} times with a document that holds no entries"
    expected = (n.expected_per_day or 0.0) * RECENT_DAYS
    if expected >= MIN_EXPECTED and n.known_days > RECENT_DAYS and n.recent < FAR_FEWER * expected:
        yield "few", f"brought {n.recent} stories in {RECENT_DAYS} days; about {expected:.0f} are expected"
    if n.recent >= UNDATED_MIN and n.before >= UNDATED_MIN:
        now, then = n.recent_undated / n.recent, n.before_undated / n.before
        if now - then >= UNDATED_RISE:
            yield "undated", f"{now:.0%} of its new stories have no usable date; before it was {then:.0%}"


def language_alarms(last_day: Mapping[str, int], per_day_before: Mapping[str, float]) -> list[Alarm]:
    """Name the languages from which nothing came in the last day although they bring stories every day."""
    return [
        Alarm("language", language, f"no story in {language} for a day; {rate:.0f} a day are usual")
        for language, rate in sorted(per_day_before.items())
        if language != "und" and rate >= LANGUAGE_PER_DAY and not last_day.get(language)
    ]
