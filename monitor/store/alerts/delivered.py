"""What the notification log learns of a delivery: which levels a receiver accepted, and what it refused."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, select, update

from monitor.model import Notification, NotificationKind, retry_wait
from monitor.store.chunks import chunks
from monitor.store.dialect import insert_missing
from monitor.store.tables import (
    alert,
    notification,
    notification_alert,
    notification_log,
    receiver_state,
    renewal_log,
)


class Accepted(NamedTuple):
    """The level of an alert that a receiver accepted, and when that was decided."""

    level: str | None
    at: datetime | None


NEVER = Accepted(None, None)


def known_before(connection: Connection, item: Notification) -> Mapping[str, Accepted]:
    """Return what a receiver has accepted of the alerts that a notification calls over, by their ids."""
    log, known = notification_log.c, dict[str, Accepted]()
    for ids in chunks(one.alert_id for one in item.alerts if not one.level):
        query = select(log.alert_id, log.accepted_level, log.accepted_at)
        rows = connection.execute(query.where(log.receiver == item.receiver, log.alert_id.in_(ids)))
        known |= {row.alert_id: Accepted(row.accepted_level, row.accepted_at) for row in rows}
    return known


def accepted(connection: Connection, item: Notification, now: datetime) -> None:
    """Record the levels that a receiver accepted; what it refused before is decided again now.

    An alert that was notified again since waits for its later notification.
    """
    log = notification_log.c
    level = _level(item)
    connection.execute(
        update(notification_log)
        .where(log.receiver == item.receiver, exists().where(_of_alert(item)))
        .values(accepted_level=level, accepted_at=item.created_at)
    )
    connection.execute(
        update(notification_log)
        .where(log.pending_id == item.id)
        .values(
            level=func.coalesce(level, log.level),
            pending_id=None,
            refused_at=None,
            accepted_level=func.coalesce(level, log.level),
            accepted_at=item.created_at,
        )
    )
    again = {"retry_at": now} if refused_rows(connection, item.receiver) else _NOTHING_REFUSED
    _put_state(connection, item.receiver, {"refusals": 0, **again})


_NOTHING_REFUSED: Mapping[str, Any] = {"retry_at": None, "refused_since": None}


def refused_by_all(connection: Connection, item: Notification, now: datetime) -> None:
    """Record that no recipient accepted a notification; all that it said is decided again after a while."""
    connection.execute(
        update(notification_log)
        .where(notification_log.c.pending_id == item.id)
        .values(pending_id=None, refused_at=now)
    )
    _open_again(connection, item, now)
    connection.execute(
        delete(renewal_log).where(
            renewal_log.c.receiver == item.receiver, renewal_log.c.notified_at == item.created_at
        )
    )
    insert_missing(connection, receiver_state, [{"receiver": item.receiver}])
    state = receiver_state.c
    refusals, since = connection.execute(
        select(state.refusals, state.refused_since).where(state.receiver == item.receiver)
    ).one()
    values = {
        "refusals": (refusals or 0) + 1,
        "refused_since": since or item.created_at,
        "retry_at": now + retry_wait((refusals or 0) + 1),
    }
    if forgotten := _INSTANTS.get(item.kind):
        values[forgotten] = None
    _put_state(connection, item.receiver, values)
    if item.kind is NotificationKind.DIGEST:
        # It may have had a heartbeat in it, which then has the same time.
        same = and_(state.receiver == item.receiver, state.heartbeat_at == item.created_at)
        connection.execute(update(receiver_state).where(same).values(heartbeat_at=None))


_INSTANTS: Mapping[NotificationKind, str] = {
    NotificationKind.INVENTORY: "inventory_at",
    NotificationKind.DIGEST: "digest_at",
    NotificationKind.HEARTBEAT: "heartbeat_at",
    NotificationKind.OUTAGE: "outage_at",
}
"""What is forgotten of a receiver when it refuses a notification of a kind."""


def decided_again(connection: Connection, receiver: str, *, sent: bool) -> None:
    """Record that what a receiver refused was decided again; ``sent``: something of it is to be sent."""
    _put_state(connection, receiver, {"retry_at": None} if sent else _NOTHING_REFUSED)


def refused_rows(connection: Connection, receiver: str) -> bool:
    """Return whether the log has something that a receiver refused and that was not decided again."""
    log = notification_log.c
    refused = exists().where(log.receiver == receiver, log.refused_at.is_not(None))
    return bool(connection.scalar(select(refused)))


def retry_due(connection: Connection, receivers: Collection[str], now: datetime) -> bool:
    """Return whether something that one of these receivers refused is to be decided again now."""
    state = receiver_state.c
    due = exists().where(state.receiver.in_(receivers), state.retry_at <= now)
    return bool(connection.scalar(select(due)))


def _open_again(connection: Connection, item: Notification, now: datetime) -> None:
    """Put the alerts whose good news was refused back into the log, open until the receiver knows."""
    rows = [*_accepted_rows(connection, item), *_rows_under_way(connection, item)]
    for ids in chunks(row["alert_id"] for row in rows):
        connection.execute(update(alert).where(alert.c.id.in_(ids)).values(resolved_at=None, resolution=None))
    if rows:
        # How an alert was notified decides how its end is notified.
        at_once = item.kind is not NotificationKind.DIGEST
        common = {"receiver": item.receiver, "reason": "", "refused_at": now, "at_once": at_once}
        insert_missing(connection, notification_log, [{**row, **common} for row in rows])


def _accepted_rows(connection: Connection, item: Notification) -> list[dict[str, Any]]:
    """Return what the receiver had accepted of the alerts that a notification called over."""
    about = notification_alert.c
    known = connection.execute(
        select(about.alert_id, about.accepted_level, about.accepted_at).where(
            about.notification_id == item.id, about.level == "", about.accepted_level.is_not(None)
        )
    )
    return [
        {
            "alert_id": row.alert_id,
            "level": row.accepted_level,
            "first_at": row.accepted_at,
            "last_at": row.accepted_at,
            "pending_id": None,
            "accepted_level": row.accepted_level,
            "accepted_at": row.accepted_at,
        }
        for row in known
    ]


def _rows_under_way(connection: Connection, item: Notification) -> list[dict[str, Any]]:
    """Return those of which nothing was accepted yet, while an earlier notification may still be."""
    about, over = notification_alert.c, notification_alert.alias("over").c
    called_over = select(over.alert_id).where(
        over.notification_id == item.id, over.level == "", over.accepted_level.is_(None)
    )
    waiting = connection.execute(
        select(about.alert_id, about.level, notification.c.id, notification.c.created_at)
        .join_from(notification_alert, notification, notification.c.id == about.notification_id)
        .where(
            notification.c.receiver == item.receiver,
            notification.c.finished_at.is_(None),
            about.level != "",
            about.alert_id.in_(called_over),
        )
        .order_by(notification.c.created_at)
    )
    latest = {row.alert_id: row for row in waiting}
    return [
        {
            "alert_id": row.alert_id,
            "level": row.level,
            "first_at": row.created_at,
            "last_at": row.created_at,
            "pending_id": row.id,
            "accepted_level": None,
            "accepted_at": None,
        }
        for row in latest.values()
    ]


def _of_alert(item: Notification) -> ColumnElement[bool]:
    return and_(
        notification_alert.c.notification_id == item.id,
        notification_alert.c.alert_id == notification_log.c.alert_id,
        notification_alert.c.level != "",
    )


def _level(item: Notification) -> Any:
    return select(notification_alert.c.level).where(_of_alert(item)).scalar_subquery()


def _put_state(connection: Connection, receiver: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(receiver_state).where(receiver_state.c.receiver == receiver).values(values))
