"""Store the results of a probe other than certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns for machines and CRLs to each target."""
    op.add_column("target", sa.Column("machine", sa.Text))
    op.add_column("target", sa.Column("lists", sa.Text))
