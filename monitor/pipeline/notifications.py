"""Notifications of a decision: what each receiver will be sent, as data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from monitor.alerts import Decision, ReceiverDecision
from monitor.alerts.payload import to_json
from monitor.model import (
    LogChange,
    Notification,
    NotificationKind,
    NotifiedAlert,
    ReceiverChanges,
    RecipientStatus,
)

Receivers = Mapping[str, Sequence[str]]
"""The recipients of each receiver by its name."""


def outgoing(
    decision: Decision, receivers: Receivers, now: datetime
) -> tuple[dict[str, ReceiverChanges], tuple[Notification, ...]]:
    """Return how the record of each receiver changes, and the notifications that follow from a decision."""
    changes: dict[str, ReceiverChanges] = {}
    waiting: list[Notification] = []
    for part in decision.receivers:
        log = part.changes.log
        if not part.nothing_to_send:
            sent = _notification(part, receivers[part.receiver], now)
            waiting.append(sent)
            log = tuple(_pending(change, sent) for change in log)
        if part.changes:
            changes[part.receiver] = replace(part.changes, log=log)
    return changes, tuple(waiting)


def _notification(part: ReceiverDecision, recipients: Sequence[str], now: datetime) -> Notification:
    if part.inventory is not None:
        kind, payload = NotificationKind.INVENTORY, to_json(part.inventory, part.remarks)
    else:
        kind, payload = NotificationKind.NOTICE, to_json(part.items, part.remarks)
    new = notification(part.receiver, recipients, kind, payload, now)
    return replace(new, alerts=tuple(_alerts(part.changes.log)))


def _alerts(log: Iterable[LogChange]) -> Iterable[NotifiedAlert]:
    """Yield the alerts that a notification is about; what is recorded without a word has no reason."""
    for change in log:
        if change.reason:
            level = change.record.level.value if change.record else ""
            yield NotifiedAlert(change.key.id, change.reason, level)


def _pending(change: LogChange, sent: Notification) -> LogChange:
    if change.record is None or not change.reason:
        return change
    return replace(change, record=replace(change.record, pending_id=sent.id))


def notification(
    receiver: str, recipients: Sequence[str], kind: NotificationKind, payload: str, now: datetime
) -> Notification:
    """Return a new notification that is due at once."""
    waiting = tuple((address, RecipientStatus.PENDING) for address in recipients)
    return Notification(str(uuid4()), receiver, kind, payload, waiting, created_at=now, next_attempt_at=now)
