"""Store when certificates of a target were renewed, which outlives the certificates that were replaced."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column to the table of targets."""
    op.add_column("target", sa.Column("past_renewals", sa.Text))
