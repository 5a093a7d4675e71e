"""Store alerts by typed keys, what each receiver was notified of, and notifications in place of mails."""

import sqlalchemy as sa
from alembic import op

from monitor.store.migrations.r0004 import alerts, outbox, refusals, words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take along what was recorded, notified and is waiting: nothing is lost and nothing is sent twice."""
    words.upgrade()
    alerts.upgrade()
    outbox.upgrade()
    refusals.upgrade()
    # Which certificates lie with their private keys; the next probe of each target fills it.
    op.add_column("target", sa.Column("own_keys", sa.Text))
