"""What happened to one alert: notifications about it and acknowledgements, also after it is over."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from monitor.model import AlertLevel, NotificationKind, RecipientStatus
from monitor.model.alerts.history import AlertHistory, SentNotification
from monitor.store.alerts.records import alert_record
from monitor.store.alerts.silences import acknowledgements
from monitor.store.columns.json_values import recipients_of
from monitor.store.tables import alert, notification, notification_alert

MOST = 200
"""Notifications and acknowledgements that are returned: years of reminders."""


def alert_history(connection: Connection, alert_id: str) -> AlertHistory | None:
    """Return the records of an alert and of those in its group, ``None`` where none is left."""
    record = alert_record(connection, alert_id)
    if record is None:
        return None
    return AlertHistory(
        record, tuple(_notifications(connection, alert_id)), acknowledgements(connection, alert_id, MOST)
    )


def _notifications(connection: Connection, alert_id: str) -> Iterator[SentNotification]:
    """Yield each notification once, with the worst level of the alerts that are shown as this one."""
    one, about = notification.c, notification_alert.c
    of_this = select(alert.c.id).where(or_(alert.c.id == alert_id, alert.c.lead == alert_id))
    rows = connection.execute(
        select(one.id, one.receiver, one.kind, one.created_at, one.finished_at, one.recipients, about.level)
        .add_columns(about.reason)
        .join(notification_alert, about.notification_id == one.id)
        .where(about.alert_id.in_(of_this))
        .order_by(one.created_at.desc(), one.id)
    )
    worst: dict[str, Row[Any]] = {}
    for row in rows:
        if row.id not in worst or _rank(row) > _rank(worst[row.id]):
            worst[row.id] = row
        if len(worst) > MOST:
            break
    yield from map(_sent, list(worst.values())[:MOST])


def _rank(row: Row[Any]) -> int:
    return AlertLevel(row.level).rank if row.level else 0


def _sent(row: Row[Any]) -> SentNotification:
    recipients = tuple(recipients_of(row.recipients))
    accepted = RecipientStatus.ACCEPTED in dict(recipients).values()
    return SentNotification(
        receiver=row.receiver,
        kind=NotificationKind(row.kind),
        reason=row.reason,
        level=AlertLevel(row.level) if row.level else None,
        decided_at=row.created_at,
        accepted_at=row.finished_at if accepted else None,
        refused=row.finished_at is not None and not accepted,
        recipients=recipients,
    )
