"""Create the first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of the first schema."""
    _observed()
    _told()
    op.create_table(
        "discovery",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("succeeded_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "fact",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _observed() -> None:
    op.create_table(
        "certificate",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("der", sa.LargeBinary, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("not_after", sa.BigInteger, nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "target",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("where", sa.Text, nullable=False),
        sa.Column("watched_since", sa.BigInteger),
        sa.Column("looked_at", sa.BigInteger),
        sa.Column("duration", sa.BigInteger, nullable=False),
        sa.Column("succeeded_at", sa.BigInteger),
        sa.Column("failed_looks", sa.Integer, nullable=False),
        sa.Column("failures", sa.Text, nullable=False),
        sa.Column("encrypted", sa.Boolean),
        sa.Column("departed", sa.Text, nullable=False),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("target_id", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, sa.ForeignKey("certificate.sha256"), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("replaced_by", sa.Text),
    )
    op.create_index("history_target", "history", ["target_id", "ended_at"])
    op.create_index("history_certificate", "history", ["sha256"])
    op.create_index("history_ended", "history", ["ended_at"], sqlite_where=sa.text("ended_at IS NOT NULL"), postgresql_where=sa.text("ended_at IS NOT NULL"))


def _told() -> None:
    op.create_table(
        "told",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("rung", sa.Text, nullable=False),
        sa.Column("first_told_at", sa.BigInteger, nullable=False),
        sa.Column("last_told_at", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("places", sa.Text, nullable=False),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("message_id", sa.Text, nullable=False, unique=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("recipients", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("mail_due", "mail", ["next_attempt_at"], sqlite_where=sa.text("finished_at IS NULL"), postgresql_where=sa.text("finished_at IS NULL"))
    op.create_index("mail_finished", "mail", ["finished_at"], sqlite_where=sa.text("finished_at IS NOT NULL"), postgresql_where=sa.text("finished_at IS NOT NULL"))


def downgrade() -> None:
    """Refuse to downgrade: restore the backup that was made before the upgrade instead."""
    raise RuntimeError("there is no schema before the first")
