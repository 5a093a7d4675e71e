"""Notifications of a decision: what each receiver will be sent, as data."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from monitor.alerts import Decision
from monitor.alerts.payload import Content, to_json
from monitor.model import Notification, NotificationKind, RecipientStatus

Receivers = Mapping[str, Sequence[str]]
"""The recipients of each receiver by its name."""


def notifications(decision: Decision, receivers: Receivers, now: datetime) -> tuple[Notification, ...]:
    """Return what each receiver is sent for a decision: nothing, a notice, or the inventory."""
    return tuple(
        notification(receiver, recipients, kind, to_json(content), now)
        for kind, content in _contents(decision)
        for receiver, recipients in receivers.items()
    )


def _contents(decision: Decision) -> Iterator[tuple[NotificationKind, Content]]:
    if decision.items:
        yield NotificationKind.NOTICE, decision.items
    if decision.inventory is not None:
        yield NotificationKind.INVENTORY, decision.inventory


def notification(
    receiver: str, recipients: Sequence[str], kind: NotificationKind, payload: str, now: datetime
) -> Notification:
    """Return a new notification that is due at once."""
    waiting = tuple((address, RecipientStatus.PENDING) for address in recipients)
    return Notification(str(uuid4()), receiver, kind, payload, waiting, created_at=now, next_attempt_at=now)
