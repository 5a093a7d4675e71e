"""Drop the pending notifications of a restored backup; the next alert pass decides them again."""

from datetime import datetime

from sqlalchemy import Connection, exists, or_, select, update

from monitor.model import Notification
from monitor.store.alerts.delivered import refused_by_all
from monitor.store.alerts.outbox import pending_notifications
from monitor.store.facts import ALIVE, OUTAGE, forget_facts
from monitor.store.tables import notification, notification_alert, notification_log, receiver_state

DROPPED = "dropped by restore"


def drop_pending(connection: Connection, now: datetime) -> int:
    """Drop all pending notifications so that their alerts are decided again; return their number.

    They count as refused by all recipients, with a retry that is due: each receiver is sent at once what it
    does not know yet.
    """
    items = pending_notifications(connection)
    for item in items:
        refused_by_all(connection, item, now)
        _forget_acceptance(connection, item, now)
    waiting = notification.c.finished_at.is_(None)
    connection.execute(update(notification).where(waiting).values(last_error=DROPPED, finished_at=now))
    state = receiver_state.c
    refused = exists().where(
        notification_log.c.receiver == state.receiver, notification_log.c.refused_at.is_not(None)
    )
    again = or_(refused, state.retry_at.is_not(None))
    connection.execute(
        update(receiver_state).where(again).values(refusals=0, refused_since=None, retry_at=now)
    )
    # A backup does not know how long the service ran after it was made.
    forget_facts(connection, (ALIVE, OUTAGE))
    return len(items)


def _forget_acceptance(connection: Connection, item: Notification, now: datetime) -> None:
    """Reset alerts that only some recipients accepted, since the others would never be notified."""
    log, about = notification_log.c, notification_alert.c
    ids = select(about.alert_id).where(about.notification_id == item.id, about.level != "")
    connection.execute(
        update(notification_log)
        .where(log.receiver == item.receiver, log.accepted_at == item.created_at, log.alert_id.in_(ids))
        .values(pending_id=None, refused_at=now, accepted_level=None, accepted_at=None)
    )
