"""Store where the page of each center is, beside the lease."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column to the table of leases, which has no rows yet."""
    op.add_column("lease", sa.Column("url", sa.Text))
