"""Labelled stories as people write them down, one JSON object a line: read strictly, dates as exact as they are."""

import calendar
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from pipeline.core.text import plain, url
from pipeline.errors import ConfigError
from pipeline.model import Story

_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LabelledStory:
    """One labelled story; `span` when its date says no more than a day, a month or a year."""

    story: Story
    event: str
    span: tuple[datetime, datetime] | None


def parse(content: str, name: str) -> list[LabelledStory]:
    """Read labelled stories; raise ConfigError naming file and line of the first that is malformed.

    Lines are {lang, title, summary, url, date, event}, or {lang, title, text, date, cluster}, first sentence read.
    """
    lines = []
    for number, row in rows(content, name):
        language, title = _get(row, "lang", name, number), _get(row, "title", name, number)
        label = row.get("event", row.get("cluster"))
        body = row.get("summary")
        if not isinstance(body, str):
            body = _first_sentence(title, _get(row, "text", name, number))
        address = row.get("url") or row.get("id") or f"line:{number}"
        moment, span = when(str(row.get("date") or ""), name, number)
        story = _story(number, language, title, body, str(address), moment)
        lines.append(LabelledStory(story, "" if label is None else str(label), span))
    return lines


def parse_pairs(content: str, name: str) -> Iterator[tuple[list[LabelledStory], bool]]:
    """Read pairs {lang1, title1, text1, lang2, title2, text2, same}: two stories, and whether they tell one thing."""
    for number, row in rows(content, name):
        sides = []
        for i, side in enumerate("12"):
            lang, title, body = (_get(row, f"{key}{side}", name, number) for key in ("lang", "title", "text"))
            sides.append(LabelledStory(_story(i, lang, title, body, f"pair:{number}:{side}", _UNKNOWN), "", None))
        yield sides, str(row.get("same")).lower() in {"1", "true", "yes"}


def rows(content: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Give the JSON objects of a text with their line numbers; empty lines are left out."""
    for number, written in enumerate(content.split("\n"), 1):
        if not written.strip():
            continue
        try:
            row = json.loads(written)
        except ValueError as e:
            raise ConfigError(f"{name}, line {number}: not JSON ({e}); one object a line is expected") from e
        if not isinstance(row, dict):
            raise ConfigError(f"{name}, line {number}: a JSON object is expected, not {type(row).__name__}")
        yield number, row


def _get(row: Mapping[str, Any], key: str, name: str, number: int) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise ConfigError(f"{name}, line {number}: {key!r} is missing or no text")
    return value


def _first_sentence(title: str, body: str) -> str:
    for part in body.split("\n"):
        if part.strip() and part.strip() != title.strip():
            return part.strip()
    return ""


def _story(number: int, language: str, title: str, body: str, address: str, moment: datetime) -> Story:
    return Story(
        id=number,
        canonical_url=url.canonical(address) or f"{address}#{number}",
        url=address,
        title=plain.plain(title, plain.MAX_TITLE),
        summary=plain.plain(body),
        language=language,
        language_confidence=1.0,
        published_at=moment,
        outlet=url.outlet(address) if "://" in address else "",
    )


def when(written: str, name: str, number: int) -> tuple[datetime, tuple[datetime, datetime] | None]:
    """Read a date: ISO 8601, RFC 822, or only a day, month or year, which then is a span; "" is unknown."""
    short = written.strip().replace("/", "-")
    parts = short.split("-")
    try:
        if not short:
            return _UNKNOWN, (_UNKNOWN, datetime(2200, 1, 1, tzinfo=UTC))
        if all(p.isdigit() for p in parts) and len(parts) <= 3:
            numbers = [int(p) for p in parts]
            year, month, day = (*numbers, 1, 1)[:3]
            last = (12, 31) if len(parts) == 1 else (month, calendar.monthrange(year, month)[1])
            first = datetime(year, month, day, tzinfo=UTC)
            end = first if len(parts) == 3 else datetime(year, *last, tzinfo=UTC)
            return first, (first, end + timedelta(hours=23, minutes=59))
        try:
            moment = datetime.fromisoformat(written.strip())
        except ValueError:
            moment = parsedate_to_datetime(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC), None
    except (ValueError, TypeError, IndexError, OverflowError) as e:
        raise ConfigError(
            f"{name}, line {number}: date {written!r} is not understood; write 2025-03-19, 2025-03 or ISO 8601"
        ) from e
