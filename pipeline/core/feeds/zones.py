"""Time zones as feeds write them: offsets, abbreviations by the feed's language, names of IANA, Windows and CLDR.

A zone that is not understood is None, never UTC: a believed wrong hour orders stories wrongly.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel import Locale
from babel.core import UnknownLocaleError, get_global

from pipeline.core.text import shipped, tags

_OFFSET = re.compile(r"(?:utc|gmt|etc/gmt|ut|z)?\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?(?!\d)(?:'?\d{2}'?)?")
_LOST_PLUS = re.compile(r"(?<!\S)(\d{2})(\d{2})(?!\S)")  # "0900": the plus sign was lost on its way
_IANA = re.compile(r"[a-z_]+/[a-z_+-]+(?:/[a-z_-]+)?")
_TIME = re.compile(
    r"\b(?:time|standard|daylight|summer|zeit|ortszeit|heure|hora|hour|ora|uhr|waktu|giờ|saati|время|времени|время:|"
    r"часу|час|по|de|di|of|local|oficial|بتوقيت|توقيت|à|en|del|d)\b|時間|时间|시간"
)


def east(phrase: str, language: str, local: datetime) -> float | None:
    """Give the hours east of UTC that a phrase names at a `local` time; None when it is no possible zone."""
    phrase = re.sub(r"^[\s,;.|\u00b7\[\]-]+(?![\d\s])|[\s,;.|\u00b7\[\]-]+$", "", phrase.strip())
    if not phrase:
        return 0.0
    found = _OFFSET.search(phrase)
    if found and not _IANA.search(phrase[: found.start()]):
        hours = int(found[2]) + int(found[3] or 0) / 60
        return None if hours > 15 or int(found[3] or 0) > 59 else (-hours if found[1] == "-" else hours)
    lost = _LOST_PLUS.fullmatch(phrase)
    if lost and int(lost[1]) <= 14:
        return int(lost[1]) + int(lost[2]) / 60
    if any(c.isdigit() for c in phrase):
        return None
    for name in (phrase, *re.split(r"[\s,]+", phrase)):
        hours_east = _short(name.replace(".", ""), language)
        if hours_east is not None:
            return hours_east
    zone = _iana(phrase) or _long(phrase, language) or _place(phrase)
    if zone is None:
        return None
    name, _, side = zone.partition("#")
    return _offset(name, local, side)


def _short(name: str, language: str) -> float | None:
    own = _abbreviations()
    for key in (language, tags.base(language), ""):
        if name in own.get(key, {}):
            return own[key][name]
    return None


def is_abbreviation(word: str) -> bool:
    """Tell whether a word is a zone's short name ("ist"), whatever else it means."""
    return word in _abbreviations()[""]


def _offset(zone: str, local: datetime, side: str = "") -> float | None:
    """Give a zone's offset at a local time, or that of its standard or daylight side whatever the date."""
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    if side:
        both = [local.replace(month=month, day=1, tzinfo=info).utcoffset() or timedelta() for month in (1, 7)]
        return (min(both) if side == "standard" else max(both)).total_seconds() / 3600
    return (local.replace(tzinfo=info).utcoffset() or timedelta()).total_seconds() / 3600


def _iana(phrase: str) -> str | None:
    found = _IANA.search(phrase)
    return _iana_names().get(found[0]) if found else None


def _long(phrase: str, language: str) -> str | None:
    for tag in (tags.base(language), "en"):
        if tag and (zone := _long_names(tag).get(phrase.replace(".", ""))):
            return zone
    return None


def _place(phrase: str) -> str | None:
    """Read "Moscow time", "heure de Paris", "北京时间"."""
    places = _places()
    if phrase in places:
        return places[phrase]
    rest = " ".join(_TIME.sub(" ", phrase).split())
    return places.get(rest)


@lru_cache(maxsize=1)
def data() -> dict[str, Any]:
    """Read data/dates.toml."""
    return shipped.table("dates")


@lru_cache(maxsize=1)
def _abbreviations() -> dict[str, dict[str, float]]:
    return {
        language: {name: float(hours) for name, _, hours in (pair.rpartition(":") for pair in pairs.split())}
        for language, pairs in data()["zones"].items()
    }


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    table = {
        name.rpartition("/")[2].replace("_", " ").lower(): name
        for name in sorted(available_timezones())
        if name.count("/") and not name.startswith(("Etc/", "posix/", "right/", "SystemV/"))
    }
    for zone, names in data()["places"].items():
        table.update(dict.fromkeys(names.replace("\n", " ").split(), zone))
        table.update({name.replace("_", " "): zone for name in names.split()})
    return table


@lru_cache(maxsize=1)
def _iana_names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


@lru_cache(maxsize=16)
def _long_names(tag: str) -> dict[str, str]:
    """Long names in one language ("eastern standard time") → IANA zone, with the side that they name."""
    table: dict[str, str] = {}
    try:
        metazones = Locale.parse(tag).meta_zones
    except (UnknownLocaleError, ValueError):
        return table
    first: dict[str, str] = {}
    for zone, metazone in sorted(get_global("meta_zones").items()):
        first.setdefault(metazone, zone)
    if tag == "en":
        for name, zone in get_global("windows_zone_mapping").items():
            table[name.lower().replace(".", "")] = zone + ("#standard" if name.endswith("Standard Time") else "")
    for metazone, names in metazones.items():
        for side, name in names.get("long", {}).items():
            if metazone in first:
                table[str(name).lower().replace(".", "")] = first[metazone] + ("" if side == "generic" else f"#{side}")
    return table
