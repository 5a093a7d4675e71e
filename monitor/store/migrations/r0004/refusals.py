"""Store what receivers accepted apart from what they were sent, and when refusals are tried again."""

import sqlalchemy as sa
from alembic import op

_COLUMNS = {
    "notification_log": (
        sa.Column("accepted_level", sa.Text),
        sa.Column("accepted_at", sa.BigInteger),
        sa.Column("at_once", sa.Boolean),
    ),
    "notification_alert": (sa.Column("accepted_level", sa.Text), sa.Column("accepted_at", sa.BigInteger)),
    "notification": (sa.Column("short", sa.Boolean),),
    "receiver_state": (
        sa.Column("refusals", sa.Integer),
        sa.Column("refused_since", sa.BigInteger),
        sa.Column("retry_at", sa.BigInteger),
    ),
}


def upgrade() -> None:
    """Add the columns; what is neither on its way nor was refused was accepted."""
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.execute(
        "UPDATE notification_log SET accepted_level = level, accepted_at = last_at "
        "WHERE pending_id IS NULL AND refused_at IS NULL"
    )
