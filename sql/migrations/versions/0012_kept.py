"""What was lost so far: whom refused stories name, and the headlines that a story had before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
UTC = sa.DateTime(timezone=True)
BATCH = 2000


def upgrade() -> None:
    refused = op.create_table(
        "refused_entities",
        sa.Column("story_id", ID, nullable=False, comment="Story."),
        sa.Column("entity_key", sa.String(length=64), nullable=False, comment="Entity found in it."),
        sa.Column("mention_count", sa.Integer(), nullable=False, comment="How often."),
        sa.Column(
            "in_title", sa.Boolean(), server_default=sa.false(), nullable=False, comment="Named in the headline."
        ),
        sa.Column("aliases", JSON, nullable=False, comment="Forms found, as written."),
        sa.ForeignKeyConstraint(["entity_key"], ["entities.key"], name=op.f("fk_refused_entities_entity_key")),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_refused_entities_story_id"), ondelete="cascade"
        ),
        sa.PrimaryKeyConstraint("story_id", "entity_key", name=op.f("pk_refused_entities")),
        comment="Entities of each story at level 0, by its current match: named, and refused all the same.",
    )
    op.create_index("ix_refused_entities_entity_key_story_id", "refused_entities", ["entity_key", "story_id"])
    op.create_table(
        "former_titles",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Number of the change."),
        sa.Column("story_id", ID, nullable=False, comment="Story."),
        sa.Column("title", sa.Text(), nullable=False, comment="Headline that it had until then."),
        sa.Column("replaced_at", UTC, nullable=False, comment="When another took its place."),
        sa.Column("feed_id", ID, nullable=True, comment="Feed whose words it was."),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_former_titles_feed_id")),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_former_titles_story_id"), ondelete="cascade"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_titles")),
        comment="Headlines that a story had before: at most 24 changes a story are taken.",
    )
    op.create_index(op.f("ix_former_titles_story_id"), "former_titles", ["story_id"])
    op.create_index(op.f("ix_former_titles_replaced_at"), "former_titles", ["replaced_at"])
    _from_evidence(op.get_bind(), refused)


def _from_evidence(db: sa.Connection, refused: sa.Table) -> None:
    """Whom a refused story names stands in its evidence already."""
    matches = sa.table(
        "matches",
        sa.column("id", ID),
        sa.column("story_id", ID),
        sa.column("level", sa.SmallInteger),
        sa.column("is_current", sa.Boolean),
        sa.column("evidence", JSON),
    )
    known = set(db.scalars(sa.select(sa.column("key")).select_from(sa.table("entities"))))
    wanted = (
        sa.select(matches.c.id, matches.c.story_id, matches.c.evidence)
        .where(matches.c.is_current, matches.c.level == 0, sa.cast(matches.c.evidence, sa.Text).like('%"entity"%'))
        .order_by(matches.c.id)
        .limit(BATCH)
    )
    last = 0
    while found := db.execute(wanted.where(matches.c.id > last)).all():
        last = found[-1].id
        rows = [
            row
            for r in found
            for row in _rows(r.story_id, r.evidence.get("mentions") or ())
            if row["entity_key"] in known
        ]
        if rows:
            db.execute(sa.insert(refused), rows)


def _rows(story_id, mentions):  # type: ignore[no-untyped-def]
    named: dict[str, list[dict[str, str]]] = {}
    for m in mentions:
        named.setdefault(m["entity"], []).append(m)
    return [
        {
            "story_id": story_id,
            "entity_key": key,
            "mention_count": len(hits),
            "in_title": any(m.get("part") == "title" for m in hits),
            "aliases": sorted({m["found"] for m in hits if "found" in m}),
        }
        for key, hits in sorted(named.items())
    ]
