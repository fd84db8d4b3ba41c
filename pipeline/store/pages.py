"""Article pages: which stories wait for theirs, what fetching it brought, and the robots.txt of hosts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pipeline.store.engine import insert
from pipeline.store.tables import hosts, stories


@dataclass(frozen=True, slots=True)
class Wanted:
    """A story whose page is wanted; it is ours until `enrich_after`, which claiming has put off."""

    id: int
    url: str
    length: int  # characters of summary and text that are known already
    attempts: int  # this one included


@dataclass(frozen=True, slots=True)
class Page:
    """What fetching a story's page brought: text, or why not and when to try again (None: never)."""

    story_id: int
    text: str | None = None
    method: str | None = None
    error: str | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Robots:
    """A host's robots.txt as it was read; `text` is None when the host could not say."""

    text: str | None
    read_at: datetime


def claim(db: sa.Connection, now: datetime, until: datetime, limit: int) -> list[Wanted]:
    """Take stories whose page is due and put them off until `until`, so that nobody else takes them meanwhile."""
    due = sa.and_(stories.c.enrich_after.is_not(None), stories.c.enrich_after <= now)
    ids = sa.select(stories.c.id).where(due).order_by(stories.c.enrich_after, stories.c.id).limit(limit)
    found = db.scalars(ids.with_for_update(skip_locked=True)).all()
    if not found:
        return []
    length = sa.func.length(stories.c.summary) + sa.func.coalesce(sa.func.length(stories.c.text), 0)
    update = (
        sa.update(stories)
        .where(stories.c.id.in_(found), due)
        .values(enrich_after=until, enrich_attempts=stories.c.enrich_attempts + 1)
        .returning(stories.c.id, stories.c.url, length.label("length"), stories.c.enrich_attempts)
    )
    rows = sorted(db.execute(update), key=lambda row: row.id)
    return [Wanted(row.id, row.url, row.length, row.enrich_attempts) for row in rows]


def save(db: sa.Connection, pages: Sequence[Page], now: datetime) -> None:
    """Store texts, which are to be judged again, and failures, which leave their story as it was."""
    for page in pages:
        values: dict[str, object]
        if page.text is not None:
            values = {
                "text": page.text,
                "text_source": page.method,
                "enriched_at": now,
                "enrich_after": None,
                "enrich_error": None,
                "judged_at": None,
            }
        else:
            values = {"enrich_error": page.error, "enrich_after": page.retry_at}
        db.execute(sa.update(stories).where(stories.c.id == page.story_id).values(**values))


def give_back(db: sa.Connection, waits: Mapping[int, datetime]) -> None:
    """Put stories off without counting an attempt: their host rests."""
    for story_id, until in waits.items():
        values = {"enrich_after": until, "enrich_attempts": stories.c.enrich_attempts - 1}
        db.execute(sa.update(stories).where(stories.c.id == story_id).values(**values))


def robots(db: sa.Connection, names: Collection[str]) -> dict[str, Robots]:
    """Read the stored robots.txt of hosts."""
    query = sa.select(hosts.c.host, hosts.c.robots, hosts.c.robots_at)
    rows = db.execute(query.where(hosts.c.host.in_(list(names)), hosts.c.robots_at.is_not(None)))
    return {row.host: Robots(row.robots, row.robots_at) for row in rows}


def rests(db: sa.Connection, names: Collection[str], now: datetime) -> dict[str, datetime]:
    """Give the hosts that asked not to be asked now, and until when."""
    query = sa.select(hosts.c.host, hosts.c.not_before).where(hosts.c.host.in_(list(names)), hosts.c.not_before > now)
    return {row.host: row.not_before for row in db.execute(query)}


def save_hosts(db: sa.Connection, found: Mapping[str, Robots], waits: Mapping[str, datetime]) -> None:
    """Store robots.txt files, and rests that hosts asked for."""
    for host in sorted(found):
        values: dict[str, object] = {"robots": found[host].text, "robots_at": found[host].read_at}
        _upsert(db, host, values)
    for host in sorted(waits):
        _upsert(db, host, {"not_before": waits[host]})


def _upsert(db: sa.Connection, host: str, values: dict[str, object]) -> None:
    query = insert(db, hosts).values(host=host, **values)
    db.execute(query.on_conflict_do_update(index_elements=["host"], set_=values))
