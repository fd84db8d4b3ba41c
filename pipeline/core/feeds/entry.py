"""What every feed format shares: raw values to a clean entry, or to a refusal that says why."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.core.feeds import dates, outlets
from pipeline.core.text import plain, url
from pipeline.model import Entry, Refusal

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web: a broken clock or an empty field
FUTURE = timedelta(days=2)  # time zones and embargoes; later claims are absurd
MAX_TAGS = 20
SUMMARY_OF_TEXT = 600  # characters of the full text that stand in for a missing summary


def make(
    base: str,
    links: Sequence[str],
    title: str,
    summary: str,
    full: str,
    source: outlets.Origin = outlets.Origin(),  # noqa: B008 - frozen
    **rest: Any,
) -> Entry | Refusal:
    """Make an entry of clean title, summary and text; refuse what has no address or no words.

    The first of `links` that makes an http(s) address against `base` counts; one that only carries the article's own
    gives way to it.
    """
    if not links:
        return Refusal("no-link", plain.clip(title, 100))
    address = next((a for a in (url.resolve(base, plain.safe(link)) for link in links) if a), None)
    address = outlets.article(address) if address else None
    identity = url.canonical(address) if address else None
    if address is None or identity is None:
        return Refusal("bad-link", plain.safe(links[0])[:100])
    headline = title or plain.clip(summary or full, 120)
    if not headline:
        return Refusal("no-text", address[:200])
    told = outlets.told(address, headline, source)
    if not told.has_summary or _repeats(summary, headline, told):
        summary = ""
    summary = summary or plain.clip(full, SUMMARY_OF_TEXT)
    return Entry(
        url.without_credentials(address),
        identity,
        told.title,
        summary,
        full if full != summary else "",
        outlet=told.outlet,
        told_by=told.name,
        raw_title=headline if told.title != headline else "",
        **rest,
    )


def _repeats(summary: str, headline: str, told: outlets.Teller) -> bool:
    """Whether a summary says no more than the headline and who told it, as searches write it."""
    if not told.name:
        return False
    said = outlets.squeezed(summary)
    return said in {outlets.squeezed(f"{title} {told.name}") for title in (headline, told.title)}


def unique(made: Iterable[Entry | Refusal]) -> tuple[tuple[Entry, ...], tuple[Refusal, ...]]:
    """Part entries from refusals; the first entry of an address counts, since feeds put the newest wording first."""
    entries: dict[str, Entry] = {}
    refusals: list[Refusal] = []
    for one in made:
        if isinstance(one, Refusal):
            refusals.append(one)
        elif one.canonical_url in entries:
            refusals.append(Refusal("repeat", one.url[:200]))
        else:
            entries[one.canonical_url] = one
    return tuple(entries.values()), tuple(refusals)


def when(claims: Iterable[Any], language: str | None, now: datetime) -> tuple[datetime | None, str | None]:
    """Give the first believable of the claimed dates, and the first claim as written when none is believed."""
    written = [plain.safe(str(claim)).strip()[:100] for claim in claims if claim]
    for claim in written:
        found = dates.parse(claim, language)
        if found and EARLIEST <= found <= now + FUTURE:
            return found, None
    return None, next((w for w in written if w), None)


def tag(value: Any) -> str | None:
    """Give a declared language as a tag, None when it is none (`"en_US "` → `en-US`)."""
    found = str(value or "").split(",")[0].strip().replace("_", "-")
    return found[:35] if found[:1].isalpha() and found.isascii() and found.replace("-", "").isalnum() else None


def categories(names: Iterable[Any]) -> tuple[str, ...]:
    """Give the first categories as plain text, each once."""
    clean = (plain.plain(str(name), 100) for name, _ in zip(names, range(MAX_TAGS), strict=False) if name)
    return tuple(dict.fromkeys(c for c in clean if c))
