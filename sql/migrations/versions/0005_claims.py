"""What events state, by one rule: claims, who states them, disputes; and versions of what was read and stated.

Events of before have no claims yet: `stated_version` is null, and the next clustering states them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True)


def _ref(name: str, target: str, comment: str, **kw: object) -> sa.Column[object]:
    return sa.Column(
        name,
        ID,
        sa.ForeignKey(target, ondelete="cascade"),
        nullable=False,
        comment=comment,
        **kw,  # type: ignore[arg-type]
    )


def _c(name: str, type_: object, comment: str, null: bool = False, **kw: object) -> sa.Column[object]:
    return sa.Column(name, type_, nullable=null, comment=comment, **kw)  # type: ignore[arg-type]


def upgrade() -> None:
    bound = "most (up to), least (over) or empty."
    with op.batch_alter_table("facts") as table:
        table.add_column(_c("bound", sa.String(8), bound, server_default=""))
    with op.batch_alter_table("stories") as table:
        table.add_column(
            _c("facts_version", sa.String(24), "Reader that its facts are of; null = not read.", null=True)
        )
    with op.batch_alter_table("events") as table:
        table.add_column(
            _c(
                "stated_version",
                sa.String(24),
                "Rule that its claims were made by; null = to be made anew.",
                null=True,
            )
        )
    op.create_index(op.f("ix_events_stated_version"), "events", ["stated_version"])
    op.create_table(
        "claims",
        sa.Column(
            "id",
            ID,
            primary_key=True,
            autoincrement=True,
            comment="Claim number; new whenever the event is stated anew.",
        ),
        _ref("event_id", "events.id", "Event."),
        _c("place", sa.Integer(), "Rank in the event: 0 is what most stories tell."),
        _c("kind", sa.String(16), "money, power, energy, count, date."),
        _c("unit", sa.String(16), "Unit of value: a currency, Wh, W, day, companies, …"),
        _c("role", sa.String(24), "As most outlets have it; empty = unclear."),
        _c(
            "value",
            sa.Float(),
            "In base units, as the first exact story has it; dates in days since 1970-01-01.",
        ),
        _c("upper_value", sa.Float(), "Far end of a range.", null=True),
        _c("is_approximate", sa.Boolean(), "Every story says about, nearly, up to."),
        _c("bound", sa.String(8), bound, server_default=""),
        _c("written", sa.Text(), "As that story writes it."),
        _c("story_count", sa.Integer(), "Stories that state it."),
        _c("independent_count", sa.Integer(), "Those that repeat no other one."),
        _c("language_count", sa.Integer(), "Languages it is stated in."),
        _ref("first_story_id", "stories.id", "Story that states it first."),
        _c("first_at", UTC, "Time of the earliest of them."),
        _c("last_at", UTC, "Time of the latest."),
        sa.UniqueConstraint("event_id", "place", name=op.f("uq_claims_event_id_place")),
        comment="What the stories of an event state: amounts and days, merged by the one rule that every surface reads.",
    )
    op.create_index(op.f("ix_claims_first_story_id"), "claims", ["first_story_id"])
    op.create_table(
        "claim_stories",
        _ref("claim_id", "claims.id", "Claim.", primary_key=True),
        _ref("story_id", "stories.id", "Story that states it.", primary_key=True),
        comment="Who states what.",
    )
    op.create_index(op.f("ix_claim_stories_story_id"), "claim_stories", ["story_id"])
    op.create_table(
        "disputes",
        sa.Column(
            "id",
            ID,
            primary_key=True,
            autoincrement=True,
            comment="Dispute number; new whenever the event is stated anew.",
        ),
        _ref("event_id", "events.id", "Event."),
        _ref("claim_id", "claims.id", "Claim of the earlier amount."),
        _ref("against_claim_id", "claims.id", "Claim of the later amount."),
        _c("role", sa.String(24), "Role for which both stories give their amount."),
        _c("value", sa.Float(), "What the earlier story says."),
        _c("against_value", sa.Float(), "What the later story says."),
        _c("written", sa.Text(), "As the earlier story writes it."),
        _c("against_written", sa.Text(), "As the later story writes it."),
        _ref("story_id", "stories.id", "Earliest story that says value."),
        _ref("against_story_id", "stories.id", "Earliest story that says against_value."),
        _c("disputed_at", UTC, "When it came up: time of the later story."),
        comment="Amounts for one role of an event that cannot both be true.",
    )
    for column in ("event_id", "claim_id", "against_claim_id", "story_id", "against_story_id"):
        op.create_index(op.f(f"ix_disputes_{column}"), "disputes", [column])
