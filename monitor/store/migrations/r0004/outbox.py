"""Turn the outbox of mails into one of notifications for receivers."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

_HEX = re.compile("<([0-9a-f]{32})@")

_NOTIFICATION = (
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("receiver", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("rendered", sa.LargeBinary),
    sa.Column("rendered_at", sa.BigInteger),
    sa.Column("uncertain", sa.Boolean, nullable=False),
    sa.Column("recipients", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("next_attempt_at", sa.BigInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last_error", sa.Text, nullable=False),
    sa.Column("finished_at", sa.BigInteger),
)


def upgrade() -> None:
    """Create the tables and move every mail, so that a waiting one is sent as it was written."""
    notification = op.create_table("notification", *_NOTIFICATION)
    op.create_index(
        "notification_due",
        "notification",
        ["receiver", "next_attempt_at"],
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index(
        "notification_finished",
        "notification",
        ["finished_at"],
        sqlite_where=sa.text("finished_at IS NOT NULL"),
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    )
    op.create_table(
        "notification_alert",
        sa.Column(
            "notification_id", sa.Text, sa.ForeignKey("notification.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("alert_id", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
    )
    op.bulk_insert(notification, list(_moved()))
    op.drop_table("mail")


def _moved() -> Iterator[dict[str, Any]]:
    """Yield the row of each mail; there is no content to render it from again, only its text."""
    taken: set[str] = set()
    for mail in op.get_bind().execute(sa.text("SELECT * FROM mail ORDER BY id")):
        id_ = _id(mail.message_id, taken)
        taken.add(id_)
        yield {
            "id": id_,
            "receiver": "email",
            "kind": "inventory" if mail.subject.startswith("[INVENTORY]") else "notice",
            "payload": "",
            "rendered": mail.message or None,
            "rendered_at": mail.created_at,
            "uncertain": mail.finished_at is None,
            "recipients": mail.recipients,
            "created_at": mail.created_at,
            "next_attempt_at": mail.next_attempt_at,
            "attempts": mail.attempts,
            "last_error": mail.last_error,
            "finished_at": mail.finished_at,
        }


def _id(message_id: str, taken: set[str]) -> str:
    """Return the UUID that has the same digits as a Message-ID, or a new one."""
    digits = _HEX.match(message_id)
    id_ = str(UUID(digits[1])) if digits else ""
    return id_ if id_ and id_ not in taken else str(uuid4())
