"""Matches with their entities and facts: the current judgement of each story, and the ones before it."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from pipeline.core import text
from pipeline.model import Match, Story
from pipeline.store.engine import insert
from pipeline.store.tables import facts, match_entities, matches, stories


def add(db: sa.Connection, judged: Sequence[tuple[Story, Match]], now: datetime, enrich: bool) -> int:
    """Store judgements and make them the current ones; return how many are at level >= 1.

    Idempotent per (story, watchlist, matcher, words). With `enrich`, stories at level >= 1 that have no article text
    are marked as wanting their page.
    """
    ours = 0
    for story, match in sorted(judged, key=lambda pair: pair[0].id):
        ours += _add(db, story, match, now, enrich)
    return ours


def _add(db: sa.Connection, story: Story, match: Match, now: datetime, enrich: bool) -> bool:
    words = text.content_hash(story.title, story.summary, story.text)
    # The story row is the lock: two processes that judge one story at once take turns here.
    held = sa.select(stories.c.id, stories.c.enrich_attempts, stories.c.text_source).where(stories.c.id == story.id)
    row = db.execute(held.with_for_update()).one_or_none()
    if row is None:
        return False
    old = db.execute(sa.select(matches).where(matches.c.story_id == story.id, matches.c.is_current)).one_or_none()
    same = old is not None and (old.watchlist_version, old.matcher_version, old.content_hash) == (
        match.watchlist_version,
        match.matcher_version,
        words,
    )
    if not same:
        if old is not None:
            db.execute(sa.update(matches).where(matches.c.id == old.id).values(is_current=False))
        values = {
            "story_id": story.id,
            "watchlist_version": match.watchlist_version,
            "matcher_version": match.matcher_version,
            "content_hash": words,
            "level": int(match.level),
            "score": match.score,
            "seed_key": match.seed_key,
            "similarity": match.similarity,
            "topics": list(match.topics),
            "evidence": dict(match.evidence),
            "matched_at": now,
            "is_current": True,
            "clustered_at": None,
        }
        identity = ["story_id", "watchlist_version", "matcher_version", "content_hash"]
        fresh = {k: v for k, v in values.items() if k not in identity}
        db.execute(insert(db, matches).values(**values).on_conflict_do_update(index_elements=identity, set_=fresh))
        _replace_details(db, story, match)
    done = {"judged_at": now}
    if match.level >= 1 and enrich and row.text_source is None and row.enrich_attempts == 0:
        done["enrich_after"] = now
    db.execute(sa.update(stories).where(stories.c.id == story.id).values(**done))
    return match.level >= 1


def _replace_details(db: sa.Connection, story: Story, match: Match) -> None:
    db.execute(sa.delete(match_entities).where(match_entities.c.story_id == story.id))
    db.execute(sa.delete(facts).where(facts.c.story_id == story.id))
    if match.level < 1:
        return
    found: dict[str, list[tuple[str, str]]] = {}
    for m in match.mentions:
        found.setdefault(m.entity, []).append((m.part, m.found))
    rows = [
        {
            "story_id": story.id,
            "entity_key": key,
            "mention_count": len(hits),
            "in_title": any(part == "title" for part, _ in hits),
            "aliases": sorted({written for _, written in hits}),
        }
        for key, hits in sorted(found.items())
    ]
    if rows:
        db.execute(sa.insert(match_entities), rows)
    read = {(f.part, f.start, f.kind): f for f in match.facts}
    if read:
        db.execute(
            sa.insert(facts),
            [
                {
                    "story_id": story.id,
                    "kind": f.kind,
                    "value": f.value,
                    "upper_value": f.upper,
                    "unit": f.unit,
                    "role": f.role,
                    "is_approximate": f.approximate,
                    "part": f.part,
                    "start_offset": f.start,
                    "end_offset": f.end,
                    "written": f.text,
                }
                for f in read.values()
            ],
        )


def stale(db: sa.Connection, watchlist_version: str, matcher_version: str) -> int:
    """Count current matches made with another watchlist or matcher than those given."""
    query = sa.select(sa.func.count()).where(
        matches.c.is_current,
        sa.or_(matches.c.watchlist_version != watchlist_version, matches.c.matcher_version != matcher_version),
    )
    return int(db.scalar(query) or 0)
