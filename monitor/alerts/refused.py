"""Notifications that all recipients refused: they wait for a retry, and are then decided as if never sent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from monitor.alerts.decided import ReceiverDecision
from monitor.model import (
    LONGEST_WAIT,
    AlertKey,
    LogChange,
    NotificationRecord,
    ReceiverRecord,
)


def awaits_retry(receiver: ReceiverRecord, now: datetime) -> bool:
    """Return whether what a receiver refused is left alone for now.

    A retry further ahead than the longest wait was set before the clock was set back: it is due.
    """
    return receiver.retry_at is not None and now < receiver.retry_at <= now + LONGEST_WAIT


def without_refused(receiver: ReceiverRecord, now: datetime) -> ReceiverRecord:
    """Return the record to decide by: once a retry is due, it has only what the receiver accepted."""
    if awaits_retry(receiver, now):
        return receiver
    log = {key: after for key, record in receiver.log.items() if (after := _accepted(record)) is not None}
    return replace(receiver, log=log)


def with_retry(decision: ReceiverDecision, receiver: ReceiverRecord, now: datetime) -> ReceiverDecision:
    """Return a decision that also takes out of the log what was refused, once a retry is due."""
    if awaits_retry(receiver, now):
        return decision
    changes = decision.changes
    log = (*_released(receiver), *changes.log)
    return replace(decision, changes=replace(changes, log=log, retried=receiver.retry_at is not None))


def kept_open(receiver: ReceiverRecord, now: datetime) -> frozenset[AlertKey]:
    """Return the alerts whose end a receiver is notified of at its next retry; they stay open until then."""
    if not awaits_retry(receiver, now):
        return frozenset()
    return frozenset(
        key for key, one in receiver.log.items() if one.refused_at and (one.accepted_level or one.pending_id)
    )


def _accepted(record: NotificationRecord) -> NotificationRecord | None:
    """Return a record as it was before a refusal, ``None`` where nothing was accepted or still may be."""
    if record.refused_at is None:
        return record
    if record.accepted_level is None or record.accepted_at is None:
        return replace(record, refused_at=None) if record.pending_id else None
    return replace(record, level=record.accepted_level, last_at=record.accepted_at, refused_at=None)


def _released(receiver: ReceiverRecord) -> Iterator[LogChange]:
    return (LogChange(key, _accepted(one)) for key, one in receiver.log.items() if one.refused_at)
