"""Who told a story: the outlet instead of its carrier, and titles without what newsrooms put beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Carriers whose name stood as the outlet of what they carried; who wrote it cannot be known any more.
CARRIERS = ("google.com", "bing.com", "msn.com", "reddit.com", "feedburner.com", "newsbreak.com", "flipboard.com")
BATCH = 1000


def upgrade() -> None:
    op.add_column(
        "stories",
        sa.Column(
            "raw_title", sa.Text(), nullable=True, comment="Headline as the feed has it, where it differs from title."
        ),
    )
    op.add_column(
        "stories",
        sa.Column(
            "kind",
            sa.String(length=60),
            nullable=True,
            comment="What the headline calls itself: breaking, exclusive, update, …",
        ),
    )
    op.add_column(
        "stories",
        sa.Column(
            "update_number", sa.Integer(), nullable=True, comment="Number of the update that the headline names."
        ),
    )
    op.create_index("ix_sightings_guid", "sightings", ["guid"])
    if op.get_bind().dialect.name == "postgresql":
        comments = {
            ("stories", "outlet"): "Who wrote it, not who carried it: registrable host, or a name without one; "
            "empty when unknown.",
            ("stories", "title"): "Headline as a person would print it: without outlet, kind and update number.",
            ("sightings", "guid"): "The feed's id for it; with something else of the article it tells a story whose "
            "address changed.",
        }
        for (table, column), comment in comments.items():
            op.alter_column(table, column, existing_type=sa.Text(), comment=comment)
    _tell_outlets()


def _tell_outlets() -> None:
    """Read the outlet off the titles of the search that appends it; others become unknown."""
    db = op.get_bind()
    stories = sa.table(
        "stories",
        sa.column("id", sa.BigInteger()),
        sa.column("canonical_url", sa.Text()),
        sa.column("outlet", sa.Text()),
        sa.column("title", sa.Text()),
        sa.column("raw_title", sa.Text()),
    )
    last = 0
    while True:
        query = sa.select(stories.c.id, stories.c.canonical_url, stories.c.title)
        query = query.where(stories.c.outlet.in_(CARRIERS), stories.c.id > last).order_by(stories.c.id).limit(BATCH)
        rows = db.execute(query).all()
        if not rows:
            return
        for row in rows:
            head, mark, outlet = row.title.rpartition(" - ")
            values = {"outlet": ""}
            if mark and head.strip() and 0 < len(outlet) <= 80 and row.canonical_url.startswith("https://news.google."):
                values = {"outlet": outlet.strip(), "title": head.strip(), "raw_title": row.title}
            db.execute(sa.update(stories).where(stories.c.id == row.id).values(**values))
        last = rows[-1].id
