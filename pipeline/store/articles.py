"""Article pages: which stories wait for theirs, what fetching it brought, and the robots.txt of hosts."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.core.text import url
from pipeline.store import due, faults
from pipeline.store.engine import insert
from pipeline.store.tables import hosts, stories

SITES_TEXT = "the page is not the article: others of the site have the same text"
WINDOW = 500  # due stories looked at in one query


@dataclass(frozen=True, slots=True)
class Wanted:
    """A story whose page is wanted; it is ours until `enrich_after`, which claiming has put off."""

    id: int
    url: str
    length: int  # characters of summary and text that are known already
    attempts: int  # this one included
    seen_at: datetime
    title: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class PageFetch:
    """What fetching a story's page brought: text, or why not and when to try again (None: never)."""

    story_id: int
    text: str | None = None
    method: str | None = None
    error: str | None = None
    retry_at: datetime | None = None
    counts: bool = True  # False: nobody could say yet whether the page may be asked for, so it was no attempt


@dataclass(frozen=True, slots=True)
class Robots:
    """A host's robots.txt as it was read; `text` is None when the host could not say."""

    text: str | None
    read_at: datetime


def claim(db: sa.Connection, now: datetime, until: datetime, limit: int, per_host: int | None = None) -> list[Wanted]:
    """Take stories whose page is due, oldest first, at most `per_host` of one host, and put them off until `until`.

    So nobody else takes them meanwhile. The due ones are walked by their index until `limit` are ours: a host that has
    more than its share stays due and hides nobody behind it.
    """
    is_due = sa.and_(stories.c.enrich_after.is_not(None), due.is_due(stories.c.enrich_after, now, due.PAGE))
    query = sa.select(stories.c.id, stories.c.url, stories.c.enrich_after).where(is_due)
    query = query.order_by(stories.c.enrich_after, stories.c.id).limit(WINDOW)
    window = db.execute(query).all()
    taken: Counter[str] = Counter()
    found: list[Wanted] = []
    while window and len(found) < limit:
        rest = {row.id: url.host(row.url) for row in window}
        while chosen := _share(rest, taken, limit - len(found), per_host or limit):
            ours = _take(db, is_due, chosen, until)  # not all of them: another worker may be faster
            found += ours
            taken.update(rest[one.id] for one in ours)
            rest = {i: host for i, host in rest.items() if i not in chosen}
        last = window[-1]
        behind = sa.or_(stories.c.enrich_after > last.enrich_after, stories.c.id > last.id)
        window = db.execute(query.where(stories.c.enrich_after >= last.enrich_after, behind)).all()
    return found


def _share(rest: Mapping[int, str], taken: Mapping[str, int], room: int, per_host: int) -> set[int]:
    """Choose at most `room` of {story: host}, so that no host has more than its share with what was taken of it."""
    counts = Counter(taken)
    chosen: set[int] = set()
    for story_id, host in rest.items():
        if len(chosen) < room and counts[host] < per_host:
            chosen.add(story_id)
            counts[host] += 1
    return chosen


def _take(db: sa.Connection, is_due: Any, ids: Collection[int], until: datetime) -> list[Wanted]:
    where = sa.and_(stories.c.id.in_(list(ids)), is_due)
    free = db.scalars(sa.select(stories.c.id).where(where).with_for_update(skip_locked=True, key_share=True)).all()
    length = sa.func.length(stories.c.summary) + sa.func.coalesce(sa.func.length(stories.c.text), 0)
    update = (
        sa.update(stories)
        .where(stories.c.id.in_(free), is_due)
        .values(enrich_after=until, enrich_attempts=stories.c.enrich_attempts + 1)
        .returning(
            stories.c.id,
            stories.c.url,
            length.label("length"),
            stories.c.enrich_attempts,
            stories.c.seen_at,
            stories.c.title,
            stories.c.summary,
        )
    )
    rows = sorted(db.execute(update), key=lambda row: row.id) if free else []
    return [
        Wanted(row.id, row.url, row.length, row.enrich_attempts, row.seen_at, row.title, row.summary) for row in rows
    ]


def _is_the_sites(db: sa.Connection, story_id: int, text: str, reason: str) -> bool:
    """Whether stories of the outlet under other titles have exactly this text: it is the site's, and taken from all.

    The reason, which names the text, stays with them: so it does not matter in which order their pages come.
    """
    mine = sa.select(stories.c.outlet, stories.c.title).where(stories.c.id == story_id)
    outlet, title = db.execute(mine).one()
    other = sa.and_(stories.c.id != story_id, stories.c.outlet == outlet, stories.c.title != title)
    same = sa.and_(sa.func.length(stories.c.text) == len(text), stories.c.text == text)
    where = sa.and_(other, sa.or_(same, stories.c.enrich_error == reason))
    if not outlet or db.execute(sa.select(stories.c.id).where(where).limit(1)).first() is None:
        return False
    from_pages = sa.and_(stories.c.outlet == outlet, same, stories.c.enriched_at.is_not(None))
    gone = {"text": None, "text_source": None, "enriched_at": None, "enrich_error": reason, "judged_at": None}
    db.execute(sa.update(stories).where(from_pages).values(**gone))
    return True


def save(db: sa.Connection, pages: Sequence[PageFetch], now: datetime) -> Collection[int]:
    """Store texts, which are to be judged again, and failures, which leave their story as it was.

    Returns the stories whose text is not theirs but the site's.
    """
    shared = set()
    for page in pages:
        values: dict[str, object]
        reason = f"{SITES_TEXT} ({hashlib.sha256(page.text.encode()).hexdigest()[:16]})" if page.text else ""
        if page.text and _is_the_sites(db, page.story_id, page.text, reason):
            shared.add(page.story_id)
            values = {"enrich_error": reason, "enrich_after": None}
        elif page.text is not None:
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
            if not page.counts:
                values["enrich_attempts"] = stories.c.enrich_attempts - 1
        db.execute(sa.update(stories).where(stories.c.id == page.story_id).values(**values))
    faults.forget(db, "story", [page.story_id for page in pages if page.text is not None])
    return shared


def reopen(db: sa.Connection, ids: Sequence[int], now: datetime) -> None:
    """Make pages due whose attempts ended with a fault of ours, with fresh attempts."""
    for story_id in ids:
        where = sa.and_(stories.c.id == story_id, stories.c.enriched_at.is_(None), stories.c.enrich_error.is_not(None))
        db.execute(sa.update(stories).where(where).values(enrich_after=now, enrich_attempts=0))


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
    is_waiting = due.is_waiting(hosts.c.not_before, now, due.HOST)
    query = sa.select(hosts.c.host, hosts.c.not_before).where(hosts.c.host.in_(list(names)), is_waiting)
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
