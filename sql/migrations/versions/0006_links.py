"""Threads: which event follows which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("event_id", _ID, nullable=False, comment="The later event."),
        sa.Column("follows_id", _ID, nullable=False, comment="The earlier event."),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="follows."),
        sa.Column("strength", sa.Float(), nullable=False, comment="Probability that both belong to one thread, 0..1."),
        sa.Column("evidence", _JSON, nullable=False, comment="What decided: features and contributions."),
        sa.Column("linker_version", sa.String(length=48), nullable=False, comment="Version of the linking weights."),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False, comment="When."),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_links_event_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["events.id"], name=op.f("fk_links_follows_id")),
        sa.PrimaryKeyConstraint("event_id", "follows_id", name=op.f("pk_links")),
        comment="Which event follows which: threads, never folded; the view event_links resolves and titles them.",
    )
    op.create_index("ix_links_follows_id", "links", ["follows_id"], unique=False)
