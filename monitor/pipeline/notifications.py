"""Notifications of a decision: what each receiver will be sent, as data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from monitor.alerts import Decision, ReceiverDecision
from monitor.alerts.payload import Content, to_json
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
        log: list[LogChange] = []
        for said in _parts(part):
            sent = _notification(said, part, receivers[part.receiver], now)
            waiting += [sent] if sent else []
            log += [_pending(change, sent) if sent else change for change in said.log]
        if changed := replace(part.changes, log=tuple(log)):
            changes[part.receiver] = changed
    return changes, tuple(waiting)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one notification says, ``None`` where none follows, and how the log changes with it."""

    kind: NotificationKind
    content: Content | None
    log: tuple[LogChange, ...]


def _parts(part: ReceiverDecision) -> Iterator[_Said]:
    """Yield the notifications: outage, notice or inventory, then the digest, or the heartbeat alone."""
    yield _Said(NotificationKind.OUTAGE, (part.outage,) if part.outage else None, ())
    if part.inventory is not None:
        yield _Said(NotificationKind.INVENTORY, part.inventory, part.changes.log)
    else:
        yield _Said(NotificationKind.NOTICE, part.items or None, part.changes.log)
    yield _Said(NotificationKind.DIGEST, part.digest, part.digest_log)
    yield _Said(NotificationKind.HEARTBEAT, part.heartbeat, ())


def _notification(
    said: _Said, part: ReceiverDecision, recipients: Sequence[str], now: datetime
) -> Notification | None:
    if said.content is None:
        return None
    new = notification(part.receiver, recipients, said.kind, to_json(said.content, part.remarks), now)
    return replace(new, alerts=tuple(_alerts(said.log)))


def _alerts(log: Iterable[LogChange]) -> Iterable[NotifiedAlert]:
    """Yield the alerts that a notification is about; an alert that is only recorded has no reason."""
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
