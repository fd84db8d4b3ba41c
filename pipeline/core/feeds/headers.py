"""What servers wish for in their headers: how long an answer is fresh, when to come again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_RETRY_AFTER_S = 2 * 86400.0  # a host that asks for more is asked again then: nobody is lost to a typing error


def retry_after(value: str | None, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or HTTP date, as seconds from now; None when absent or unreadable."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), MAX_RETRY_AFTER_S)
    when = http_date(value)
    return None if when is None else min(max(0.0, (when - now).total_seconds()), MAX_RETRY_AFTER_S)


def http_date(value: str | None) -> datetime | None:
    """Read an HTTP date; None when it is none."""
    try:
        when = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def server_wish(headers: Mapping[str, str], now: datetime) -> float | None:
    """Give the seconds for which the server calls its answer fresh (Cache-Control max-age, else Expires), or None."""
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return None
    if found := re.search(r"(?<!s-)\bmax-?age\s*=\s*\"?(\d{1,10})", control):
        try:
            age = float(headers.get("age", "0"))
        except ValueError:
            age = 0.0
        return max(0.0, float(found[1]) - max(0.0, age)) or None
    if (expires := http_date(headers.get("expires"))) is None:
        return None
    seconds = (expires - (http_date(headers.get("date")) or now)).total_seconds()
    return seconds if seconds > 0 else None
