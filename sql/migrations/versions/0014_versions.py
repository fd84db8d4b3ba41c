"""Counting judgements of other versions reads those only, not all of history."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_index(
        "ix_matches_versions",
        "matches",
        ["watchlist_version", "matcher_version"],
        sqlite_where=sa.text("is_current = 1"),
        postgresql_where=sa.text("is_current"),
    )
