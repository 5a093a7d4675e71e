"""Store which certificates of a target lie with their private keys."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the next probe of each target fills it."""
    op.add_column("target", sa.Column("own_keys", sa.Text))
