"""Store when CAs suggest renewing certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table of renewal windows, with the first and the latest suggestion for each certificate."""
    op.create_table(
        "renewal",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("explanation", sa.Text, nullable=False),
        sa.Column("first_start", sa.BigInteger),
        sa.Column("first_end", sa.BigInteger),
        sa.Column("ask_after", sa.BigInteger),
    )
