"""The notification log, written in one transaction with the outbox so that they always agree."""

from collections.abc import Mapping, Sequence
from json import dumps, loads
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from monitor.model import LogChange, Notification, NotificationRecord
from monitor.store.dialect import upsert
from monitor.store.facts import put_facts
from monitor.store.outbox import put_notifications
from monitor.store.tables import notification_log

_FORGET = delete(notification_log).where(notification_log.c.key == bindparam("gone"))


def notification_records(connection: Connection) -> dict[str, NotificationRecord]:
    """Return every record of the notification log by key."""
    return {
        row.key: NotificationRecord(
            row.key,
            row.level,
            row.first_notified_at,
            row.last_notified_at,
            row.title,
            tuple(loads(row.locations)),
        )
        for row in connection.execute(select(notification_log))
    }


def notify(
    connection: Connection,
    changes: Sequence[LogChange],
    notifications: Sequence[Notification],
    facts: Mapping[str, str],
) -> None:
    """Write the log changes, notifications and facts of one alert pass."""
    latest = {change.key: change.record for change in changes}
    if rows := [_record_row(key, value) for key, value in latest.items() if value is not None]:
        upsert(connection, notification_log, rows)
    if forget := [{"gone": key} for key, value in latest.items() if value is None]:
        connection.execute(_FORGET, forget)
    put_facts(connection, facts)
    put_notifications(connection, notifications)


def _record_row(key: str, value: NotificationRecord) -> dict[str, Any]:
    return {
        "key": key,
        "level": value.level,
        "first_notified_at": value.first_notified_at,
        "last_notified_at": value.last_notified_at,
        "title": value.title,
        "locations": dumps(value.locations),
    }
