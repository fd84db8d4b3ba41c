"""Corrections of threads stand beside those of events."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "corrections",
            "kind",
            existing_type=sa.String(length=16),
            comment="together, apart: one happening or not; linked, unlinked: one thread or not.",
        )
