"""Faults: items that broke our code cost themselves and nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "faults",
        sa.Column("step", sa.String(length=24), nullable=False, comment="Step that could not work the item through."),
        sa.Column("item_kind", sa.String(length=16), nullable=False, comment="story, event, subscription, alert."),
        sa.Column("item_id", ID, autoincrement=False, nullable=False, comment="Number of that row."),
        sa.Column(
            "version",
            sa.String(length=64),
            nullable=False,
            comment="Version of the code that failed: another one tries again.",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="Kind of error, its words and where it was raised."),
        sa.Column(
            "attempts",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="How often this version failed at it.",
        ),
        sa.Column("first_failed_at", UTC, nullable=False, comment="When it failed first."),
        sa.Column("failed_at", UTC, nullable=False, comment="When it failed last."),
        sa.Column(
            "retry_at",
            UTC,
            nullable=False,
            comment="When the same version tries again; the item is left alone until then.",
        ),
        sa.PrimaryKeyConstraint("step", "item_kind", "item_id", name=op.f("pk_faults")),
        comment="Items that broke our code: each costs itself, is told, and is tried again when the code changes.",
    )
