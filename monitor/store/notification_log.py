"""What one alert pass writes: alerts, what receivers were notified, and notifications, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from monitor.model import AlertRecord, Notification, ReceiverChanges
from monitor.store.alerts import put_alerts, put_receiver_changes
from monitor.store.outbox import put_notifications


def notify(
    connection: Connection,
    alerts: Sequence[AlertRecord],
    receivers: Mapping[str, ReceiverChanges],
    notifications: Sequence[Notification],
    now: datetime,
) -> None:
    """Write the records of alerts, the changes by receiver, and the notifications of one alert pass."""
    put_receiver_changes(connection, receivers, now)
    put_alerts(connection, alerts)
    put_notifications(connection, notifications)
