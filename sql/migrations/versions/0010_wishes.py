"""What readers say by the links in their mails: events that they mute, and the lowest level that they chose."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "subscriptions",
        sa.Column(
            "chosen_level",
            sa.SmallInteger(),
            nullable=True,
            comment="Lowest level that the reader chose by a link in a mail; the higher of it and the file's counts.",
        ),
    )
    op.create_table(
        "mutes",
        sa.Column(
            "subscription_id",
            ID,
            sa.ForeignKey("subscriptions.id", ondelete="cascade", name=op.f("fk_mutes_subscription_id")),
            comment="Subscription.",
        ),
        sa.Column(
            "event_id",
            ID,
            sa.ForeignKey("events.id", name=op.f("fk_mutes_event_id")),
            comment="Event; what follows it is muted too.",
        ),
        sa.Column("muted_at", sa.DateTime(timezone=True), nullable=False, comment="When the reader said so."),
        sa.PrimaryKeyConstraint("subscription_id", "event_id", name=op.f("pk_mutes")),
        comment="What readers want to hear no more of, said by the links in mails.",
    )
    op.create_index(op.f("ix_mutes_event_id"), "mutes", ["event_id"])
