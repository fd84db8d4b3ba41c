"""Why a reader was mailed: the sentence of the mail, and what decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column(
        "alerts",
        sa.Column(
            "why",
            sa.Text(),
            nullable=True,
            comment="Why its reader was mailed, in one sentence of the mail's language.",
        ),
    )
    op.add_column(
        "alerts",
        sa.Column(
            "evidence",
            JSON,
            nullable=True,
            comment="What decided: level, topics and entities that were asked for; once sent also names, seed, news.",
        ),
    )
