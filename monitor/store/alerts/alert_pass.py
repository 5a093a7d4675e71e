"""What one alert pass writes: alerts, what receivers were notified, and notifications, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from monitor.model import AlertRecord, Notification, ReceiverChanges
from monitor.store.alerts.delivered import decided_again
from monitor.store.alerts.outbox import put_notifications
from monitor.store.alerts.records import put_alerts, put_receiver_changes


def notify(
    connection: Connection,
    alerts: Sequence[AlertRecord],
    receivers: Mapping[str, ReceiverChanges],
    notifications: Sequence[Notification],
    now: datetime,
) -> None:
    """Write the records of alerts, the changes by receiver, and the notifications of one alert pass."""
    # First, since a notification remembers what the log is about to forget.
    put_notifications(connection, notifications)
    put_receiver_changes(connection, receivers, now)
    put_alerts(connection, alerts)
    sent = {one.receiver for one in notifications}
    for receiver, change in receivers.items():
        if change.retried:
            decided_again(connection, receiver, sent=receiver in sent)
