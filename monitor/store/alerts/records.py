"""The recorded alerts, and what each receiver was notified of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from json import dumps, loads
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select, update

from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertRecord,
    AlertResolution,
    AlertState,
    AnyCheck,
    Check,
    LogChange,
    MonitorCheck,
    NotificationRecord,
    ReceiverChanges,
    ReceiverRecord,
    Scope,
)
from monitor.store.dialect import insert_missing, upsert
from monitor.store.tables import alert, notification_log, receiver_state, renewal_log

# A newer version may have written others; they are left alone.
_KNOWN = and_(alert.c.check.in_([*Check, *MonitorCheck]), alert.c.scope.in_(list(Scope)))

_INSTANTS = ("inventory_at", "digest_at", "heartbeat_at", "outage_at")
"""When a receiver was last sent something of a kind."""


def open_alerts(connection: Connection) -> dict[AlertKey, AlertRecord]:
    """Return every recorded alert that is not over, by key."""
    rows = connection.execute(select(alert).where(alert.c.resolved_at.is_(None), _KNOWN))
    records = map(_alert_record, rows)
    return {record.key: record for record in records}


def alerts_about(connection: Connection, scope_id: str) -> list[AlertRecord]:
    """Return the recorded alerts about one thing, those that are over too, the one opened last first."""
    rows = select(alert).where(alert.c.scope_id == scope_id, _KNOWN).order_by(alert.c.opened_at.desc())
    return [_alert_record(row) for row in connection.execute(rows)]


def alert_record(connection: Connection, alert_id: str) -> AlertRecord | None:
    """Return an alert, open or over, ``None`` where nothing is recorded of it any more."""
    row = connection.execute(select(alert).where(alert.c.id == alert_id, _KNOWN)).one_or_none()
    return _alert_record(row) if row else None


def resolved_alerts(connection: Connection, since: datetime, most: int) -> list[AlertRecord]:
    """Return the alerts that were shown on their own and are over since an instant, the last one first."""
    over = and_(alert.c.resolved_at >= since, alert.c.lead == alert.c.id, _KNOWN)
    rows = select(alert).where(over).order_by(alert.c.resolved_at.desc()).limit(most)
    return [_alert_record(row) for row in connection.execute(rows)]


def receiver_record(connection: Connection, receiver: str) -> ReceiverRecord:
    """Return what a receiver was notified so far."""
    same = notification_log.c.alert_id == alert.c.id
    rows = connection.execute(
        select(alert.c.check, alert.c.scope, alert.c.scope_id, alert.c.subject, notification_log)
        .join(notification_log, same)
        .where(notification_log.c.receiver == receiver, _KNOWN)
    )
    records = map(_notification_record, rows)
    pairs = connection.execute(
        select(renewal_log.c.old, renewal_log.c.new).where(renewal_log.c.receiver == receiver)
    )
    known = (receiver_state.c[name] for name in ("retry_at", *_INSTANTS))
    state = connection.execute(select(*known).where(receiver_state.c.receiver == receiver)).mappings().first()
    log = {record.key: record for record in records}
    renewals = frozenset((old, new) for old, new in pairs)
    return ReceiverRecord(receiver, log, renewals, **(state or {}))


def put_alerts(connection: Connection, records: Sequence[AlertRecord]) -> None:
    """Write the records of alerts; those that are over are not in any receiver's log any more."""
    if rows := [_alert_row(record) for record in records]:
        upsert(connection, alert, rows)
    for record in records:
        if record.resolved_at is not None:
            connection.execute(delete(notification_log).where(notification_log.c.alert_id == record.key.id))


def put_receiver_changes(
    connection: Connection, changes: Mapping[str, ReceiverChanges], now: datetime
) -> None:
    """Write how the records of receivers, by name, change."""
    for receiver, change in changes.items():
        _put_log(connection, receiver, change.log)
        if change.renewals_added:
            rows = [
                {"old": old, "new": new, "receiver": receiver, "notified_at": now}
                for old, new in change.renewals_added
            ]
            insert_missing(connection, renewal_log, rows)
        for old, new in change.renewals_removed:
            connection.execute(_renewal_of(receiver, old, new))
        instants = {name: getattr(change, name) for name in _INSTANTS}
        if passed := {name: at for name, at in instants.items() if at is not None}:
            insert_missing(connection, receiver_state, [{"receiver": receiver}])
            state = update(receiver_state).where(receiver_state.c.receiver == receiver)
            connection.execute(state.values(**passed))


def _renewal_of(receiver: str, old: str, new: str) -> Any:
    row = renewal_log.c
    return delete(renewal_log).where(and_(row.receiver == receiver, row.old == old, row.new == new))


def _put_log(connection: Connection, receiver: str, changes: Iterable[LogChange]) -> None:
    latest = {change.key: change.record for change in changes}
    if rows := [_log_row(receiver, record) for record in latest.values() if record is not None]:
        upsert(connection, notification_log, rows)
    gone = [key.id for key, record in latest.items() if record is None]
    for alert_id in gone:
        where = and_(notification_log.c.alert_id == alert_id, notification_log.c.receiver == receiver)
        connection.execute(delete(notification_log).where(where))


def _alert_row(record: AlertRecord) -> dict[str, Any]:
    return {
        "id": record.key.id,
        "check": record.key.check.value,
        "scope": record.key.scope.value,
        "scope_id": record.key.scope_id,
        "subject": record.key.subject,
        "level": record.level.value,
        "level_since": record.level_since,
        "opened_at": record.opened_at,
        "title": record.title,
        "locations": dumps(record.locations),
        "lead": record.lead,
        "state": record.state.value,
        "resolved_at": record.resolved_at,
        "resolution": record.resolution.value if record.resolution else None,
    }


def _alert_record(row: Row[Any]) -> AlertRecord:
    return AlertRecord(
        key=_key(row),
        level=AlertLevel(row.level),
        level_since=row.level_since,
        opened_at=row.opened_at,
        title=row.title,
        locations=tuple(loads(row.locations)),
        lead=row.lead,
        state=AlertState(row.state),
        resolved_at=row.resolved_at,
        resolution=AlertResolution(row.resolution) if row.resolution else None,
    )


def _log_row(receiver: str, record: NotificationRecord) -> dict[str, Any]:
    return {
        "alert_id": record.key.id,
        "receiver": receiver,
        "level": record.level.value,
        "reason": str(record.reason),
        "first_at": record.first_at,
        "last_at": record.last_at,
        "pending_id": record.pending_id or None,
        "refused_at": record.refused_at,
        "accepted_level": record.accepted_level.value if record.accepted_level else None,
        "accepted_at": record.accepted_at,
        "at_once": record.at_once,
    }


def _notification_record(row: Row[Any]) -> NotificationRecord:
    return NotificationRecord(
        key=_key(row),
        level=AlertLevel(row.level),
        first_at=row.first_at,
        last_at=row.last_at,
        reason=row.reason,
        pending_id=row.pending_id or "",
        refused_at=row.refused_at,
        accepted_level=AlertLevel(row.accepted_level) if row.accepted_level else None,
        accepted_at=row.accepted_at,
        at_once=row.at_once is not False,
    )


def _key(row: Row[Any]) -> AlertKey:
    return AlertKey(_check(row.check), Scope(row.scope), row.scope_id, row.subject)


def _check(value: str) -> AnyCheck:
    return MonitorCheck(value) if value in set(MonitorCheck) else Check(value)
