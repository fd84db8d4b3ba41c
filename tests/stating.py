"""State the events of a store as clustering does, for stores that were written by hand."""

from collections.abc import Iterable

import sqlalchemy as sa

from pipeline.core.events import claims
from pipeline.store import candidates, stated
from pipeline.store.tables import events


def state_all(db: sa.Connection) -> None:
    """Make the claims of every standing event from its stories' facts."""
    state(db, db.scalars(sa.select(events.c.id).where(events.c.merged_into.is_(None))).all())


def state(db: sa.Connection, ids: Iterable[int]) -> None:
    """Make the claims of some events from their stories' facts."""
    for event_id in ids:
        members = candidates.members(db, candidates.of_events(db, [event_id]), {})
        stated.put(db, {event_id: claims.stated(members)})
