"""Stories and sightings: what parsing found, and what waits to be detected or judged."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.core.text import plain, url
from pipeline.model import Entry, Feed, Language, Story
from pipeline.store import faults, homes, moves
from pipeline.store.engine import EVERY, chunks, insert, within
from pipeline.store.tables import former_titles, sightings, stories

MAX_CHANGES = 24  # an entry that flaps is stopped after so many rewrites
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)  # words without a date yield to words with one


def add(
    db: sa.Connection, feed: Feed, entries: Sequence[Entry], now: datetime, baseline: bool = False
) -> tuple[int, int]:
    """Store a document's entries; return how many stories are new and how many had their words changed.

    Identity is the canonical URL, so a second call with the same entries changes nothing. Where feeds word one story
    differently, the words that claim the latest date stand (of equal claims, those of the feed declared first), so that
    neither the order of arrival matters nor two feeds make a story flap. `now` is when the document was fetched: an old
    document that is parsed again does not bring old words back.
    """
    rows: dict[str, dict[str, Any]] = {}
    for entry in entries:  # of two entries of one address the first counts, as in parsing
        row = _row(feed, entry, now, baseline)
        rows.setdefault(row["url_hash"], row)
    if not rows:
        return 0, 0
    homes.bring(db, rows.values())
    known_as = moves.find(db, feed, rows)
    at_new_address = {old.url_hash for old in known_as.values()}
    for identity, old in known_as.items():
        row = rows.pop(identity)
        rows.setdefault(old.url_hash, row | {"url_hash": old.url_hash, "canonical_url": old.canonical_url})
    ordered = [rows[k] for k in sorted(rows)]  # one order for all writers: no deadlocks
    made = insert(db, stories).on_conflict_do_nothing(index_elements=["url_hash"]).returning(stories.c.url_hash)
    new = set(db.scalars(made, ordered))
    known = _known(db, rows)
    changed = 0
    former = []
    for identity, old in sorted(known.items(), key=lambda item: int(item[1].id)):  # the order in which others update
        row = rows[identity]
        if identity in new:
            continue
        values = _changes(old, row, now)
        if identity in at_new_address:
            values["url"] = row["url"]
        if "title" in values:
            changed += 1
            if old.title != row["title"]:
                former.append(
                    {"story_id": old.id, "title": old.title, "replaced_at": now, "feed_id": old.words_feed_id}
                )
        if values:
            db.execute(sa.update(stories).where(stories.c.id == old.id).values(**values))
        if "judged_at" in values:  # other words: what these broke says nothing of them
            faults.forget(db, "story", [old.id])
    if former:
        db.execute(sa.insert(former_titles), former)
    seen = [
        {"story_id": known[k].id, "feed_id": feed.id, "seen_at": now, "guid": rows[k]["_guid"], "url": rows[k]["url"]}
        for k in sorted(rows)
    ]
    db.execute(insert(db, sightings).on_conflict_do_nothing(), seen)
    return len(new), changed


def _known(db: sa.Connection, identities: Iterable[str]) -> dict[str, Any]:
    """Give what stands of these stories, by identity."""
    columns = sa.select(
        stories.c.id,
        stories.c.url_hash,
        stories.c.content_hash,
        stories.c.title,
        stories.c.text.is_(None).label("is_bare"),
        stories.c.words_feed_id,
        stories.c.words_at,
        stories.c.change_count,
        stories.c.updated_at,
        stories.c.published_at,
        stories.c.story_at,
    )
    return {
        r.url_hash: r for chunk in chunks(identities) for r in db.execute(columns.where(stories.c.url_hash.in_(chunk)))
    }


_WORDS = (
    "title",
    "raw_title",
    "kind",
    "update_number",
    "summary",
    "content_hash",
    "words_at",
    "words_feed_id",
    "declared_language",
    "country",
)


def _changes(old: Any, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Give what an entry of a known story changes in its row."""
    values = _earlier(old, row)
    text = {"text": row["text"], "text_source": row["text_source"]} if row["text"] else {}
    if old.content_hash != row["content_hash"] and _wins(old, row, now):
        values |= {k: row[k] for k in _WORDS} | text
        values |= {"updated_at": now, "change_count": old.change_count + 1, "language": None, "judged_at": None}
    elif old.is_bare and text:  # whose words count is one question, whether there is a text another
        values |= text | {"judged_at": None}
    return values


def _wins(old: Any, row: Mapping[str, Any], now: datetime) -> bool:
    """Whether other words of a known story take the place of those that stand."""
    if old.change_count >= MAX_CHANGES:
        return False
    if old.words_feed_id == row["words_feed_id"]:
        return old.updated_at is None or old.updated_at <= now
    mine, theirs = row["words_at"] or UNDATED, old.words_at or UNDATED
    return (mine, -row["words_feed_id"]) > (theirs, -(old.words_feed_id or 0))


def _earlier(old: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the earliest claim of publication, whichever feed makes it."""
    claimed = row["published_at"]
    if claimed is None or (old.published_at is not None and old.published_at <= claimed):
        return {}
    return {"published_at": claimed, "published_raw": None, "story_at": min(claimed, old.story_at)}


def _row(feed: Feed, entry: Entry, now: datetime, baseline: bool) -> dict[str, Any]:
    return {
        "url_hash": url.key(entry.canonical_url),
        "canonical_url": entry.canonical_url,
        "url": entry.url,
        "outlet": url.outlet(entry.url) if entry.outlet is None else entry.outlet,
        "title": entry.title,
        "raw_title": entry.raw_title or None,
        "kind": entry.kind[:60] or None,
        "update_number": entry.update,
        "summary": entry.summary,
        "text": entry.text or None,
        "text_source": "feed" if entry.text else None,
        "author": entry.author,
        "categories": list(entry.categories),
        "country": feed.spec.country,
        "declared_language": entry.language or feed.spec.language,
        "published_at": entry.published_at,
        "published_raw": entry.published_raw,
        "seen_at": now,
        "story_at": min(entry.published_at, now) if entry.published_at else now,
        "content_hash": plain.content_hash(entry.raw_title or entry.title, entry.summary),
        "first_feed_id": feed.id,
        "words_feed_id": feed.id,
        "words_at": max((t for t in (entry.published_at, entry.updated_at) if t), default=None),
        "baseline": baseline,
        "_guid": entry.guid,
    }


NOUN = (  # what `noun` reads
    stories.c.id,
    stories.c.canonical_url,
    stories.c.url,
    stories.c.title,
    stories.c.summary,
    stories.c.text,
    stories.c.language,
    stories.c.language_confidence,
    stories.c.published_at,
    stories.c.seen_at,
    stories.c.outlet,
    stories.c.country,
    stories.c.declared_language,
    stories.c.baseline,
)


def noun(row: Any) -> Story:
    """Make the noun of a row that carries the story columns."""
    return Story(
        id=row.id,
        canonical_url=row.canonical_url,
        url=row.url,
        title=row.title,
        summary=row.summary,
        text=row.text or "",
        language=row.language or "und",
        language_confidence=row.language_confidence or 0.0,
        published_at=row.published_at,
        seen_at=row.seen_at,
        outlet=row.outlet,
        country=row.country,
        declared_language=row.declared_language,
        baseline=row.baseline,
    )


def undetected(db: sa.Connection, limit: int, held: faults.Held | None = None, after: int = 0) -> list[Story]:
    """Give stories above number `after` that no language was detected for, oldest first, without `held` ones."""
    waits = (stories.c.language.is_(None), stories.c.id > after, *_free(held))
    return [noun(r) for r in db.execute(sa.select(*NOUN).where(*waits).order_by(stories.c.id).limit(limit))]


def many_wait(db: sa.Connection, n: int, *, for_judgement: bool, between: Sequence[int | None] = EVERY) -> bool:
    """Say whether at least `n` stories `between` two numbers wait for their language, or with one for judgement."""
    waits = [stories.c.language.is_(None)]
    if for_judgement:
        waits = [stories.c.judged_at.is_(None), stories.c.language.is_not(None)]
    here = within(stories.c.id, between)
    query = sa.select(stories.c.id).where(*waits, here).order_by(stories.c.id).limit(1).offset(n - 1)
    return db.scalar(query) is not None


def _free(held: faults.Held | None) -> list[sa.ColumnElement[bool]]:
    return [held.free("story", stories.c.id)] if held else []


def set_languages(db: sa.Connection, found: Mapping[int, Language]) -> None:
    """Store detected languages by story id."""
    if found:
        db.execute(
            sa.update(stories)
            .where(stories.c.id == sa.bindparam("_id"))
            .values(
                language=sa.bindparam("_tag"),
                language_confidence=sa.bindparam("_confidence"),
                language_reason=sa.bindparam("_reason"),
            ),
            [
                {"_id": i, "_tag": f.tag, "_confidence": f.confidence, "_reason": f.reason}
                for i, f in sorted(found.items())
            ],
        )


def unjudged(
    db: sa.Connection,
    limit: int,
    held: faults.Held | None = None,
    after: int = 0,
    between: Sequence[int | None] = EVERY,
) -> list[Story]:
    """Give stories above `after` that wait, with their language, for judgement, oldest first, no `held` ones."""
    query = sa.select(*NOUN).where(*_waits(held), stories.c.id > after, within(stories.c.id, between))
    return [noun(r) for r in db.execute(query.order_by(stories.c.id).limit(limit))]


def cuts(db: sa.Connection, size: int, most: int, held: faults.Held | None = None) -> list[int]:
    """Give the number of each `size`-th story that waits for judgement, of the first one too, without `held` ones.

    Where that were more than `most`, in larger steps.
    """
    step = max(size, -(-int(db.scalar(sa.select(sa.func.count()).where(*_waits(held))) or 0) // most))
    place = sa.func.row_number().over(order_by=stories.c.id).label("place")
    queue = sa.select(stories.c.id, place).where(*_waits(held)).subquery()
    return list(db.scalars(sa.select(queue.c.id).where((queue.c.place - 1) % step == 0).order_by(queue.c.id)))


def _waits(held: faults.Held | None) -> list[sa.ColumnElement[bool]]:
    return [stories.c.judged_at.is_(None), stories.c.language.is_not(None), *_free(held)]


def get_many(db: sa.Connection, ids: Sequence[int]) -> list[Story]:
    """Give stories by number, in the order of their numbers."""
    return [noun(r) for r in db.execute(sa.select(*NOUN).where(stories.c.id.in_(ids)).order_by(stories.c.id))]


def find(db: sa.Connection, what: str) -> Story | None:
    """Find a story by number, address or a unique start of its identity hash."""
    query = sa.select(*NOUN)
    if what.isdigit() and len(what) < 19:
        row = db.execute(query.where(stories.c.id == int(what))).one_or_none()
        if row:
            return noun(row)
    canonical = url.canonical(what)
    if canonical:
        row = db.execute(query.where(stories.c.url_hash == url.key(canonical))).one_or_none()
        return noun(row) if row else None
    if len(what) >= 6:
        rows = db.execute(query.where(stories.c.url_hash.startswith(what, autoescape=True)).limit(2)).all()
        return noun(rows[0]) if len(rows) == 1 else None
    return None


def wait(db: sa.Connection, ids: Sequence[int]) -> None:
    """Let stories wait for judgement again; what they were judged stands until then."""
    if ids:
        db.execute(sa.update(stories).where(stories.c.id.in_(ids)).values(judged_at=None))
