"""The filters of the list of events as an address has them: what is none filters nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query

_TERM = re.compile(r'"([^"]+)"|(\S+)')
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_KEY = re.compile(r"[\w.-]{1,64}")
# A day before and after must be days too, in every zone and on both databases.
FIRST_DAY, LAST_DAY = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for: `wanted` as the address has it, `terms` the words of the search, `given` for the store."""

    wanted: Mapping[str, str]
    terms: list[str]
    given: Mapping[str, Any]


def terms(words: str) -> list[str]:
    """Cut a search into words and "phrases"."""
    return [" ".join((a or b).split()) for a, b in _TERM.findall(words) if (a or b).strip(' "')]


def _day(text: str) -> datetime | None:
    try:
        day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) if text else None
        return day if day is None or FIRST_DAY <= day <= LAST_DAY else None
    except ValueError:
        return None


def _read(
    q: Annotated[str, Query(max_length=200)] = "",
    topic: str = "",
    entity: str = "",
    language: str = "",
    outlet: Annotated[str, Query(max_length=200)] = "",
    level: Annotated[str, Query(pattern="^[123]?$")] = "",
    since: str = "",
    until: str = "",
) -> Filters:
    wanted = {
        "q": _CONTROL.sub(" ", q).strip(),
        "topic": topic if _KEY.fullmatch(topic) else "",
        "entity": entity if _KEY.fullmatch(entity) else "",
        "language": language if _TAG.fullmatch(language) else "",
        "outlet": _CONTROL.sub(" ", outlet).strip(),
        "level": level,
        "since": since if _day(since) else "",
        "until": until if _day(until) else "",
    }
    end = _day(until)
    given = {k: wanted[k] or None for k in ("topic", "entity", "language", "outlet")}
    until_at = end + timedelta(days=1) if end else None
    return Filters(
        wanted,
        terms(wanted["q"]),
        {**given, "min_level": int(level or 1), "since": _day(since), "until": until_at},
    )


Filtered = Annotated[Filters, Depends(_read)]
