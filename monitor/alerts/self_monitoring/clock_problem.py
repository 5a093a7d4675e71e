"""The alert about a clock of the monitor that cannot be right; while it lasts nothing else is decided."""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.alerts.decided import Decision, ReceiverDecision
from monitor.alerts.decision import DecisionInput, NotificationItem, NotifyReason
from monitor.alerts.keys import CLOCK, TITLES
from monitor.alerts.refused import awaits_retry, without_refused
from monitor.alerts.texts import CLOCK_EARLIER, CLOCK_REPORTS, CLOCK_RIGHT, CLOCK_WAS_AHEAD, CLOCK_WRONG
from monitor.model import (
    AlertGroup,
    AlertLevel,
    AlertRecord,
    LogChange,
    Message,
    MonitorCheck,
    NotificationRecord,
    ReceiverChanges,
    ReceiverRecord,
)

# A clock that was once far ahead would otherwise suppress everything for as long, after one notification.
_AGAIN_AFTER = timedelta(days=1)
_SAID = (CLOCK_WRONG, CLOCK_EARLIER, CLOCK_WAS_AHEAD)


def clock_problem(given: DecisionInput) -> Decision:
    """Return the decision for a clock that cannot be right: the alerts known so far, and this one."""
    known = given.open_alerts.get(CLOCK)
    record = clock_record(known, AlertLevel.CRITICAL, given.now)
    group = clock_group(record, _SAID)
    return Decision(
        groups=(group, *(one for one in given.snapshot.alerts if one.id != group.id)),
        alert_changes=() if known == record else (record,),
        receivers=tuple(_for_receiver(given, one) for one in given.receivers),
    )


def clock_record(known: AlertRecord | None, level: AlertLevel, now: datetime) -> AlertRecord:
    """Return the record of the alert about the clock at a level."""
    if known is None:
        return AlertRecord(CLOCK, level, now, now, lead=CLOCK.id)
    return known if known.level is level else replace(known, level=level, level_since=now)


def clock_group(record: AlertRecord, messages: tuple[Message, ...]) -> AlertGroup:
    """Return the alert about the clock as a group for the board."""
    return AlertGroup(
        CLOCK.id,
        MonitorCheck.CLOCK,
        record.level,
        TITLES[MonitorCheck.CLOCK],
        record.opened_at,
        (CLOCK,),
        messages=messages,
    )


def clock_right_again() -> NotificationItem:
    """Return the item that says that the clock is right again."""
    return NotificationItem(NotifyReason.RESOLVED, None, (), "", (CLOCK_RIGHT, CLOCK_REPORTS))


def _for_receiver(given: DecisionInput, receiver: ReceiverRecord) -> ReceiverDecision:
    now, before = given.now, without_refused(receiver, given.now).log.get(CLOCK)
    # Both ways, since such a clock may be set again.
    said = before is not None and before.level is AlertLevel.CRITICAL
    if before is not None and said and abs(now - before.last_at) < _AGAIN_AFTER:
        return ReceiverDecision(receiver.receiver, changes=_retried(given, receiver))
    first_at = before.first_at if before else now
    record = NotificationRecord(CLOCK, AlertLevel.CRITICAL, first_at, now, NotifyReason.CLOCK)
    item = NotificationItem(NotifyReason.CLOCK, AlertLevel.CRITICAL, (), "", _SAID)
    log = (LogChange(CLOCK, record, record.reason),)
    changes = replace(_retried(given, receiver), log=log)
    return ReceiverDecision(receiver.receiver, (item,), changes=changes)


def _retried(given: DecisionInput, receiver: ReceiverRecord) -> ReceiverChanges:
    """Return that a retry was decided; whatever else was refused stays so until the clock is right."""
    due = receiver.retry_at is not None and not awaits_retry(receiver, given.now)
    return ReceiverChanges(retried=due)
