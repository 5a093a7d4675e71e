"""Store the periods in which the probes of each target had one outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table of outcomes; the first ones begin with the next probes."""
    op.create_table(
        "outcome",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("target_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_index("outcome_target", "outcome", ["target_id", "ended_at"])
    op.create_index("outcome_ended", "outcome", ["ended_at"], sqlite_where=sa.text("ended_at IS NOT NULL"), postgresql_where=sa.text("ended_at IS NOT NULL"))
