"""Matches with their entities and facts: the current judgement of each story, and the ones before it."""

import functools
import operator
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.core import facts
from pipeline.core.text import plain
from pipeline.model import Match, Story
from pipeline.store import facts as fact_store
from pipeline.store.engine import EVERY, insert, within
from pipeline.store.tables import match_entities, matches, refused_entities, stories

_IDENTITY = ("story_id", "watchlist_version", "matcher_version", "content_hash")


def add(db: sa.Connection, judged: Sequence[tuple[Story, Match]], now: datetime, enrich: bool) -> int:
    """Store judgements and make them the current ones; return how many are at level >= 1.

    Idempotent per (story, watchlist, matcher, words). With `enrich`, stories at level >= 1 that have no article text
    are marked as wanting their page. A story that is gone meanwhile is left out.
    """
    ids = sorted({story.id for story, _ in judged})
    if not ids:
        return 0
    # The story rows are the lock: two processes that judge one story at once take turns here, in one order. Not a lock
    # against who only refers to them: clustering does, in another order.
    wanted = sa.select(stories.c.id, stories.c.enrich_attempts, stories.c.text_source, stories.c.facts_version).where(
        stories.c.id.in_(ids)
    )
    held = {r.id: r for r in db.execute(wanted.order_by(stories.c.id).with_for_update(key_share=True))}
    known = (matches.c.id, matches.c.level, *(matches.c[name] for name in _IDENTITY))
    standing = sa.select(*known).where(matches.c.story_id.in_(ids), matches.c.is_current)
    old = {r.story_id: r for r in db.execute(standing)}
    rows, pages, changed, judged_anew = [], [], [], []
    for story, match in sorted((pair for pair in judged if pair[0].id in held), key=lambda pair: pair[0].id):
        row = _row(story, match, now)
        before = old.get(story.id)
        if before is None or any(getattr(before, name) != row[name] for name in _IDENTITY):
            rows.append(row)
            judged_anew.append((story, match))
            if match.level >= 1 or (before is not None and before.level >= 1):
                changed.append((story, match))
        page = held[story.id]
        if match.level >= 1 and enrich and page.text_source is None and page.enrich_attempts == 0:
            pages.append(story.id)
    if rows:
        replaced = [old[row["story_id"]].id for row in rows if row["story_id"] in old]
        if replaced:
            db.execute(sa.update(matches).where(matches.c.id.in_(replaced)).values(is_current=False))
        made = insert(db, matches)
        fresh = {name: made.excluded[name] for name in rows[0] if name not in _IDENTITY}
        db.execute(made.on_conflict_do_update(index_elements=list(_IDENTITY), set_=fresh), rows)
    _replace_refused(db, judged_anew, set(old))
    version = facts.version()
    _replace_details(db, changed, version)
    fresh_ids = {story.id for story, _ in changed}
    again = [
        (story.id, match.facts)
        for story, match in judged
        if match.level >= 1 and story.id in held and story.id not in fresh_ids
        if held[story.id].facts_version != version
    ]
    if again:
        fact_store.reread(db, again, version)
    db.execute(sa.update(stories).where(stories.c.id.in_(list(held))).values(judged_at=now))
    if pages:
        db.execute(sa.update(stories).where(stories.c.id.in_(pages)).values(enrich_after=now))
    return sum(match.level >= 1 for story, match in judged if story.id in held)


def _row(story: Story, match: Match, now: datetime) -> dict[str, Any]:
    return {
        "story_id": story.id,
        "watchlist_version": match.watchlist_version,
        "matcher_version": match.matcher_version,
        "content_hash": plain.content_hash(story.title, story.summary, story.text),
        "level": int(match.level),
        "score": match.score,
        "seed_key": match.seed_key,
        "similarity": match.similarity,
        "topics": list(match.topics),
        "evidence": match.evidence,
        "matched_at": now,
        "is_current": True,
        "clustered_at": None,
    }


def _replace_details(db: sa.Connection, judged: Sequence[tuple[Story, Match]], version: str) -> None:
    if not judged:
        return
    db.execute(sa.delete(match_entities).where(match_entities.c.story_id.in_([story.id for story, _ in judged])))
    ours = [(story, match) for story, match in judged if match.level >= 1]
    if rows := [row for story, match in ours for row in _named(story, match)]:
        db.execute(sa.insert(match_entities), rows)
    fact_store.replace(db, {story.id: match.facts for story, match in ours}, version)
    fact_store.replace(db, {story.id: () for story, match in judged if match.level < 1}, None)


def _replace_refused(db: sa.Connection, judged: Sequence[tuple[Story, Match]], known: Collection[int]) -> None:
    """Keep whom refused stories name; most name nobody, and a batch costs two statements."""
    again = [story.id for story, _ in judged if story.id in known]
    if again:
        db.execute(sa.delete(refused_entities).where(refused_entities.c.story_id.in_(again)))
    rows = [row for story, match in judged if match.level < 1 for row in _named(story, match)]
    if rows:
        db.execute(sa.insert(refused_entities), rows)


def _named(story: Story, match: Match) -> list[dict[str, Any]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for m in match.mentions:
        found.setdefault(m.entity, []).append((m.part, m.found))
    return [
        {
            "story_id": story.id,
            "entity_key": key,
            "mention_count": len(hits),
            "in_title": any(part == "title" for part, _ in hits),
            "aliases": sorted({written for _, written in hits}),
        }
        for key, hits in sorted(found.items())
    ]


def stale(
    db: sa.Connection, watchlist_version: str, matcher_version: str, between: Sequence[int | None] = EVERY
) -> int:
    """Count current matches of stories `between` two numbers that another watchlist or matcher than these made."""
    watchlist, matcher = matches.c.watchlist_version, matches.c.matcher_version
    here = within(matches.c.story_id, between)
    others = (  # "other than" as ranges, which an index finds: almost all of history is of these versions
        sa.select(sa.func.count()).where(matches.c.is_current, here, *which).scalar_subquery()
        for which in (
            [watchlist < watchlist_version],
            [watchlist > watchlist_version],
            [watchlist == watchlist_version, matcher < matcher_version],
            [watchlist == watchlist_version, matcher > matcher_version],
        )
    )
    query = sa.select(functools.reduce(operator.add, others))
    return int(db.scalar(query) or 0)
