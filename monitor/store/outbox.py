"""The outbox: notifications for receivers until each recipient accepted or refused them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from monitor.model import Notification, NotificationKind, NotifiedAlert, RecipientStatus
from monitor.store.json_columns import recipients_json, recipients_of
from monitor.store.tables import notification, notification_alert, notification_log

LONGEST_WAIT = timedelta(hours=2)
"""Longer than delivery ever waits between two attempts."""


def put_notifications(connection: Connection, items: Iterable[Notification]) -> None:
    """Write new notifications with the alerts that they are about."""
    for item in items:
        connection.execute(insert(notification).values(_row(item)))
        if alerts := _alert_rows(item):
            connection.execute(insert(notification_alert), alerts)


def _row(item: Notification) -> dict[str, Any]:
    return {
        "id": item.id,
        "receiver": item.receiver,
        "kind": item.kind.value,
        "payload": item.payload,
        "created_at": item.created_at,
        **_rendered(item),
        **_delivery(item),
        "finished_at": None if item.pending else item.created_at,
    }


def _rendered(item: Notification) -> dict[str, Any]:
    return {"rendered": item.rendered, "rendered_at": item.rendered_at, "uncertain": item.uncertain}


def _delivery(item: Notification) -> dict[str, Any]:
    return {
        "recipients": recipients_json(item.recipients),
        "next_attempt_at": item.next_attempt_at,
        "attempts": item.attempts,
        "last_error": item.last_error,
    }


def _alert_rows(item: Notification) -> list[dict[str, str]]:
    return [
        {"notification_id": item.id, "alert_id": one.alert_id, "reason": one.reason, "level": one.level}
        for one in item.alerts
    ]


def due_notifications(
    connection: Connection, receiver: str, now: datetime, limit: int
) -> tuple[Notification, ...]:
    """Return a receiver's notifications whose next attempt is due, longest overdue first.

    An attempt scheduled further ahead than the longest wait was written before the clock was set back: it is
    due as well.
    """
    at = notification.c.next_attempt_at
    query = (
        select(notification)
        .where(
            notification.c.finished_at.is_(None),
            notification.c.receiver == receiver,
            or_(at <= now, at > now + LONGEST_WAIT),
        )
        .order_by(at, notification.c.created_at, notification.c.id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    alerts = _alerts(connection, [row.id for row in rows])
    return tuple(_notification(row, alerts.get(row.id, [])) for row in rows)


def _alerts(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[NotifiedAlert]]:
    about: dict[str, list[NotifiedAlert]] = {}
    query = select(notification_alert).where(notification_alert.c.notification_id.in_(ids))
    for row in connection.execute(query.order_by(notification_alert.c.alert_id)):
        about.setdefault(row.notification_id, []).append(NotifiedAlert(row.alert_id, row.reason, row.level))
    return about


def _notification(row: Row[Any], alerts: Sequence[NotifiedAlert]) -> Notification:
    return Notification(
        id=row.id,
        receiver=row.receiver,
        kind=NotificationKind(row.kind),
        payload=row.payload,
        recipients=recipients_of(row.recipients),
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        alerts=tuple(alerts),
        attempts=row.attempts,
        last_error=row.last_error,
        rendered=row.rendered,
        rendered_at=row.rendered_at,
        uncertain=row.uncertain,
    )


def attempting(connection: Connection, item: Notification) -> None:
    """Write what is about to be sent, so that it can be repeated as it was."""
    connection.execute(update(notification).where(notification.c.id == item.id).values(_rendered(item)))


def attempted(connection: Connection, item: Notification, now: datetime) -> None:
    """Write the state of a notification after an attempt, and what became of it into the log.

    It is finished when no recipient is pending.
    """
    values = {
        "uncertain": item.uncertain,
        "finished_at": None if item.pending else now,
        **_delivery(item),
    }
    connection.execute(update(notification).where(notification.c.id == item.id).values(values))
    if RecipientStatus.ACCEPTED in dict(item.recipients).values():
        _learn(connection, item, refused_at=None)
    elif not item.pending:
        _learn(connection, item, refused_at=now)


def _learn(connection: Connection, item: Notification, *, refused_at: datetime | None) -> None:
    """Record the level that a receiver accepted, or that it refused; then this is not pending any more.

    A level that was refused counts as notified, so that it is not repeated at each pass. An alert that was
    notified again since is left to its later notification.
    """
    of_alert = and_(
        notification_alert.c.notification_id == item.id,
        notification_alert.c.alert_id == notification_log.c.alert_id,
        notification_alert.c.level != "",
    )
    level = select(notification_alert.c.level).where(of_alert).scalar_subquery()
    connection.execute(
        update(notification_log)
        .where(notification_log.c.pending_id == item.id)
        .values(level=func.coalesce(level, notification_log.c.level), pending_id=None, refused_at=refused_at)
    )


def outbox(connection: Connection) -> tuple[int, datetime | None]:
    """Return the number of unfinished notifications, and when the oldest of them was decided."""
    query = select(func.count(), func.min(notification.c.created_at)).where(
        notification.c.finished_at.is_(None)
    )
    count, oldest = connection.execute(query).one()
    return count, oldest
