"""What is due: a stored "not before" that has come, or that lies further away than anything may be put off.

A clock that was wrong for one run must not silence a feed, a host, a page or a mail for a year: each kind of waiting
has a bound of its own, and what waits longer is due at once (the check `waits_beyond_bound` names it).
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

SLACK = timedelta(hours=1)  # that clocks may differ
FEED = timedelta(days=8)  # the longest back-off, a week, with its jitter (core.feeds.poll)
HOST = timedelta(days=2)  # the longest Retry-After that counts (core.feeds.headers)
CLAIM = timedelta(hours=5)  # a lease is an hour at most; its worker prolongs it
PAGE = timedelta(days=2)  # an article page waits for its host at the longest
ALERT = timedelta(days=8)  # a weekly digest; what failed is tried again within a day


def is_due(
    column: sa.ColumnElement[Any], now: datetime | None = None, bound: timedelta = ALERT
) -> sa.ColumnElement[bool]:
    """Whether a "not before" has come, or is none that may be; without a time `bounds` gives it later."""
    if now is None:
        return sa.or_(column <= sa.bindparam("due_by"), column > sa.bindparam("due_beyond"))
    return sa.or_(column <= now, column > now + bound + SLACK)


def bounds(now: datetime, bound: timedelta = ALERT) -> dict[str, datetime]:
    """Give the values of a statement that was written without a time."""
    return {"due_by": now, "due_beyond": now + bound + SLACK}


def is_waiting(column: sa.ColumnElement[Any], now: datetime, bound: timedelta) -> sa.ColumnElement[bool]:
    """Whether a "not before" is still to come, and may be."""
    return sa.and_(column > now, column <= now + bound + SLACK)
