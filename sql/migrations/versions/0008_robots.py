"""Pages that were called forbidden: some sites could not say just then, so recent ones are asked about again."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

RECENT = timedelta(days=3)  # what is older has been told without its page


def upgrade() -> None:
    stories = sa.table(
        "stories",
        sa.column("seen_at", sa.DateTime(timezone=True)),
        sa.column("enrich_error", sa.Text),
        sa.column("enrich_after", sa.DateTime(timezone=True)),
        sa.column("enrich_attempts", sa.Integer),
    )
    last = op.get_bind().scalar(sa.select(sa.func.max(stories.c.seen_at)))
    if last is None:
        return
    op.execute(
        sa.update(stories)
        .where(stories.c.enrich_error == "robots.txt forbids it", stories.c.seen_at > last - RECENT)
        .values(enrich_error=None, enrich_after=stories.c.seen_at, enrich_attempts=0)
    )
