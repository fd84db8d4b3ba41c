"""Outlets that a carrier only names, met by their host too: where they are watched, one outlet counts once."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from pipeline.core.feeds import outlets
from pipeline.core.text import tags, url
from pipeline.store.tables import feeds


def bring(db: sa.Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Give rows whose outlet is a name the host of the watched feed, of their language, whose address spells it."""
    named = [row for row in rows if row["outlet"] and row["declared_language"] and not outlets.is_host(row["outlet"])]
    if not named:
        return
    hosts: dict[str, set[str]] = {}
    query = sa.select(feeds.c.host, feeds.c.language).where(feeds.c.language.is_not(None)).distinct()
    for host, language in db.execute(query):
        address = f"https://{host}/"
        if host and outlets.carrier(address) is None:
            hosts.setdefault(_main(language), set()).add(url.outlet(address))
    for row in named:
        row["outlet"] = outlets.at_home(row["outlet"], hosts.get(_main(row["declared_language"]), ()))


def _main(language: str) -> str:
    return tags.base(language).lower()
