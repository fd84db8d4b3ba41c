"""Counting facts of other readers reads no story: which of ours this reader read stands in an index."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_index(
        "ix_stories_facts_version",
        "stories",
        ["facts_version", "id"],
        sqlite_where=sa.text("facts_version is not null"),
        postgresql_where=sa.text("facts_version is not null"),
    )
