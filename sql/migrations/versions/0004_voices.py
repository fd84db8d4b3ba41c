"""Independent reports are outlets: count those of stored events anew."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "events",
            "independent_count",
            existing_type=sa.Integer(),
            comment="Outlets that tell it in words of their own; unknown ones count as one.",
        )
    op.execute(
        """
        update events
        set independent_count = (
            select count(distinct case when m.copy_of is null then s.outlet end)
            from event_stories as m
            inner join stories as s on m.story_id = s.id
            where m.event_id = events.id
        )
        where merged_into is null
        """
    )
