"""The outbox: notifications for receivers until each recipient accepted or refused them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, insert, or_, select, update

from monitor.model import (
    LONGEST_WAIT,
    AlertLevel,
    Notification,
    NotificationKind,
    NotificationStatus,
    NotifiedAlert,
    RecipientStatus,
)
from monitor.store.alerts.delivered import NEVER, Accepted, accepted, known_before, refused_by_all
from monitor.store.chunks import chunks
from monitor.store.columns.json_values import recipients_json, recipients_of
from monitor.store.tables import notification, notification_alert, receiver_state

_TOO_FAR = LONGEST_WAIT + timedelta(minutes=5)
"""Further ahead than delivery ever puts an attempt, by a clock that differs little from ours."""

_RANK = case({level.value: level.rank for level in AlertLevel}, value=notification_alert.c.level, else_=0)


def put_notifications(connection: Connection, items: Iterable[Notification]) -> None:
    """Write new notifications with the alerts that they are about."""
    for item in items:
        connection.execute(insert(notification).values(_row(item)))
        if alerts := _alert_rows(item, known_before(connection, item)):
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
    return {
        "rendered": item.rendered,
        "rendered_at": item.rendered_at,
        "uncertain": item.uncertain,
        "short": item.short,
    }


def _delivery(item: Notification) -> dict[str, Any]:
    return {
        "recipients": recipients_json(item.recipients),
        "next_attempt_at": item.next_attempt_at,
        "attempts": item.attempts,
        "last_error": item.last_error,
    }


def _alert_rows(item: Notification, known: Mapping[str, Accepted]) -> list[dict[str, Any]]:
    return [
        {
            "notification_id": item.id,
            "alert_id": one.alert_id,
            "reason": one.reason,
            "level": one.level,
            "accepted_level": known.get(one.alert_id, NEVER).level,
            "accepted_at": known.get(one.alert_id, NEVER).at,
        }
        for one in item.alerts
    ]


def due_notifications(
    connection: Connection, receiver: str, now: datetime, limit: int
) -> tuple[Notification, ...]:
    """Return a receiver's notifications whose next attempt is due: worst level first, then longest overdue.

    An attempt scheduled further ahead than the longest wait was written before the clock was set back: it is
    due as well.
    """
    at = notification.c.next_attempt_at
    of_this = notification_alert.c.notification_id == notification.c.id
    worst = select(func.coalesce(func.max(_RANK), 0)).where(of_this).scalar_subquery()
    query = (
        select(notification)
        .where(
            notification.c.finished_at.is_(None),
            notification.c.receiver == receiver,
            or_(at <= now, at > now + _TOO_FAR),
        )
        .order_by(worst.desc(), at, notification.c.created_at, notification.c.id)
        .limit(limit)
    )
    return _loaded(connection, query)


def pending_notifications(
    connection: Connection, receivers: Collection[str] | None = None, before: datetime | None = None
) -> tuple[Notification, ...]:
    """Return everything that some recipient still waits for, the oldest first.

    With ``receivers`` only theirs is returned, with ``before`` only what was decided before an instant.
    """
    pending = select(notification).where(notification.c.finished_at.is_(None))
    if receivers is not None:
        pending = pending.where(notification.c.receiver.in_(receivers))
    if before is not None:
        pending = pending.where(notification.c.created_at < before)
    return _loaded(connection, pending.order_by(notification.c.created_at, notification.c.id))


def recent_notifications(connection: Connection, most: int) -> tuple[NotificationStatus, ...]:
    """Return what became of the last notifications, the newest first; what still waits is always there."""
    row = notification.c
    shown = [one for one in row if one.name not in {"payload", "rendered"}]
    newest = select(*shown).order_by(row.created_at.desc(), row.id).limit(most)
    waiting = select(*shown).where(row.finished_at.is_(None)).limit(most)
    rows = {one.id: one for query in (waiting, newest) for one in connection.execute(query)}
    alerts: dict[str, list[NotifiedAlert]] = {}
    for ids in chunks(rows):
        alerts |= _alerts(connection, ids)
    ordered = sorted(rows.values(), key=lambda one: (one.created_at, one.id), reverse=True)
    return tuple(_status(one, alerts.get(one.id, [])) for one in ordered)


def _status(row: Row[Any], alerts: Sequence[NotifiedAlert]) -> NotificationStatus:
    return NotificationStatus(
        id=row.id,
        receiver=row.receiver,
        kind=NotificationKind(row.kind),
        recipients=recipients_of(row.recipients),
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        alerts=tuple(alerts),
        attempts=row.attempts,
        last_error=row.last_error,
        finished_at=row.finished_at,
    )


def _loaded(connection: Connection, query: Select[Any]) -> tuple[Notification, ...]:
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
        short=bool(row.short),
    )


def attempting(connection: Connection, item: Notification) -> bool:
    """Write what is about to be sent, so that it can be repeated as it was.

    Return false for what was withdrawn since it was read: it is not to be sent.
    """
    if _is_finished(connection, item):
        return False
    connection.execute(update(notification).where(notification.c.id == item.id).values(_rendered(item)))
    return True


def _is_finished(connection: Connection, item: Notification) -> bool:
    finished = select(notification.c.finished_at).where(notification.c.id == item.id)
    return connection.scalar(finished) is not None


def attempted(connection: Connection, item: Notification, now: datetime) -> None:
    """Write the state of a notification after an attempt, and what became of it into the log.

    It is finished when no recipient is pending; what was finished meanwhile stays so.
    """
    if _is_finished(connection, item):
        return
    values = {
        **_rendered(item),
        **_delivery(item),
        "finished_at": None if item.pending else now,
    }
    connection.execute(update(notification).where(notification.c.id == item.id).values(values))
    if RecipientStatus.ACCEPTED in dict(item.recipients).values():
        accepted(connection, item, now)
    elif not item.pending:
        refused_by_all(connection, item, now)


def release(connection: Connection, receiver: str, now: datetime, tried: Collection[str]) -> int:
    """Make all that waits for a receiver due now, except what was just tried; return their number."""
    waiting = (
        notification.c.finished_at.is_(None),
        notification.c.receiver == receiver,
        notification.c.next_attempt_at > now,
        notification.c.id.not_in(tried),
    )
    return connection.execute(update(notification).where(*waiting).values(next_attempt_at=now)).rowcount


def outbox(connection: Connection, receivers: Collection[str] | None = None) -> tuple[int, datetime | None]:
    """Return the number of unfinished notifications, and when the oldest undelivered one was decided.

    What all recipients refused is in the outbox again once it is decided again; until then it counts only for
    the oldest. Without ``receivers`` those of all receivers are counted.
    """
    unfinished = select(func.count(), func.min(notification.c.created_at)).where(
        notification.c.finished_at.is_(None)
    )
    refused = select(func.min(receiver_state.c.refused_since))
    if receivers is not None:
        unfinished = unfinished.where(notification.c.receiver.in_(receivers))
        refused = refused.where(receiver_state.c.receiver.in_(receivers))
    count, oldest = connection.execute(unfinished).one()
    since = connection.scalar(refused)
    return count, min((at for at in (oldest, since) if at is not None), default=None)
