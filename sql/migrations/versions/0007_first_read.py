"""A feed's baseline is its first document with entries: when that was read."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "feeds",
        sa.Column(
            "first_read_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Fetch of the first document with entries; until then the next one is its baseline.",
        ),
    )
    # What is known of old stores: documents with entries, else stories that it carried.
    op.execute(
        """
        update feeds
        set first_read_at = coalesce(
            (select min(b.fetched_at) from bodies as b where b.feed_id = feeds.id and b.entry_count > 0),
            (select min(s.seen_at) from sightings as s where s.feed_id = feeds.id)
        )
        """
    )
