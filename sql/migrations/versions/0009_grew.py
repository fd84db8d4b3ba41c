"""A fourth reason of alerts: what also grew."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "alerts", "reason", existing_type=sa.String(length=16), comment="new, update, correction, grew."
        )
