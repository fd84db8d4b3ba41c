"""Known stories under new addresses: found by the guid that their feed or outlet gave them."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from pipeline.core.feeds import moved
from pipeline.model import Feed
from pipeline.store.engine import chunks
from pipeline.store.tables import sightings, stories


def find(db: sa.Connection, feed: Feed, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Find the stories that an unknown address of these rows is: the same guid of the feed, or of the outlet."""
    own = moved.unique([row["_guid"] for row in rows.values()])
    wanted = {row["_guid"]: identity for identity, row in rows.items() if row["_guid"] in own}
    for chunk in chunks(wanted.values()):
        for identity in db.scalars(sa.select(stories.c.url_hash).where(stories.c.url_hash.in_(chunk))):
            wanted.pop(rows[identity]["_guid"])
    found: dict[str, Any] = {}
    for chunk in chunks(wanted):
        query = (
            sa.select(
                stories.c.id,
                stories.c.url_hash,
                stories.c.canonical_url,
                stories.c.outlet,
                sa.func.coalesce(stories.c.raw_title, stories.c.title).label("title"),
                stories.c.published_at,
                sightings.c.guid,
                sightings.c.feed_id,
            )
            .join(sightings, sightings.c.story_id == stories.c.id)
            .where(sightings.c.guid.in_(chunk))
            .order_by(stories.c.id)
        )
        for old in db.execute(query):
            row = rows[wanted[old.guid]]
            if old.url_hash in rows or not (old.feed_id == feed.id or (old.outlet and old.outlet == row["outlet"])):
                continue
            before = (old.canonical_url, old.title, old.published_at)
            after = (row["canonical_url"], row["raw_title"] or row["title"], row["published_at"])
            if moved.is_same(old.guid, len(own) > 1, before, after):
                found[wanted[old.guid]] = old  # the youngest of several
    return found
