"""Notifications as JSON; the fields are published."""

from typing import Any

from monitor.web.queries.alerts.notification_rows import NotificationRow


def notification_json(row: NotificationRow) -> dict[str, Any]:
    """Return what became of one notification; what it said is not kept for long and not published."""
    one = row.notification
    waiting = one.finished_at is None
    return {
        "id": one.id,
        "state": row.states[0],
        "type": one.kind.value,
        "receiver": one.receiver,
        "recipients": {address: state.value for address, state in one.recipients},
        "alerts": [alert.alert_id for alert in one.alerts],
        "created_at": one.created_at.isoformat(),
        "finished_at": one.finished_at.isoformat() if one.finished_at else None,
        "next_attempt_at": one.next_attempt_at.isoformat() if waiting else None,
        "attempts": one.attempts,
        "error": one.last_error,
    }
