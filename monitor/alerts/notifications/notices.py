"""What one receiver is notified of: before its inventory, with it, and after it; a pure function."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from monitor.alerts.alert import Alert
from monitor.alerts.decided import ReceiverDecision
from monitor.alerts.decision import DecisionInput, NotifyReason, ReceiverRules
from monitor.alerts.notifications.current import Alerts, CurrentAlerts, narrowed
from monitor.alerts.notifications.digests import waiting_for_digest, with_digest
from monitor.alerts.notifications.due import (
    DueAlert,
    as_items,
    due_alerts,
    is_urgent,
    members_added,
    notified,
    notified_ahead,
    worst_first,
)
from monitor.alerts.notifications.inventory import inventory_decision
from monitor.alerts.notifications.resolved import over_changes, resolved_for, with_renewals
from monitor.alerts.refused import awaits_retry, with_retry, without_refused
from monitor.alerts.routing.schedule import Schedule
from monitor.model import AlertLevel, Check, LogChange, ReceiverChanges, ReceiverRecord

FIRST_PASS_AT_MOST = timedelta(minutes=30)
_HALF_A_DAY = timedelta(hours=12)
_BEFORE_INVENTORY = (Check.EXPIRY, Check.CA_EXPIRY)


def for_receiver(given: DecisionInput, receiver: ReceiverRecord, found: CurrentAlerts) -> ReceiverDecision:
    """Return what a receiver is notified of now, and how the record of that changes."""
    known = without_refused(receiver, given.now)
    everything, found = found, narrowed(given, receiver.receiver, found)
    if receiver.inventory_at is not None:
        decision = _notice(given, known, found)
    elif _first_pass_over(given) and not awaits_retry(receiver, given.now):
        decision = inventory_decision(given, known, everything, found)
    else:
        decision = _first_pass(given, known, found.findings)
    return with_retry(decision, receiver, given.now)


def _first_pass_over(given: DecisionInput) -> bool:
    monitor = given.monitor
    all_probed = len(given.snapshot) > 0 and monitor.never_probed == 0
    return all_probed or given.now - monitor.first_pass_started_at >= FIRST_PASS_AT_MOST


def _first_pass(given: DecisionInput, receiver: ReceiverRecord, findings: Alerts) -> ReceiverDecision:
    log, now = receiver.log, given.now
    urgent = [
        a for a in findings.values() if a.check in _BEFORE_INVENTORY and a.level is not AlertLevel.WARNING
    ]
    due = [one for one in due_alerts(urgent, log, now) if one[1] is not NotifyReason.REMINDER]
    changes = [change for alert, reason in due for change in notified(alert, reason, log, now)]
    items = worst_first(as_items(due, findings.values(), now))
    return ReceiverDecision(receiver.receiver, items, changes=ReceiverChanges(tuple(changes)))


def _notice(given: DecisionInput, receiver: ReceiverRecord, found: CurrentAlerts) -> ReceiverDecision:
    """Return what is notified at once, and the digest where one is due; the rest waits for the next one."""
    schedule, now = given.settings.rules.get(receiver.receiver, ReceiverRules()).digest, given.now
    alerts = found.alerts.values()
    if schedule is None:
        due = _due(receiver, found, alerts, now)
        return with_renewals(_at_once(given, receiver, found, due), given, receiver)
    digest_due = _digest_due(schedule, receiver, now)
    if digest_due:
        # A pass that comes a few seconds earlier than the last one did must not put reminders off for a day.
        due = _due(receiver, found, alerts, now, _HALF_A_DAY)
    else:
        # A reminder that waits for the digest brings none along that does not.
        urgent_ones = [alert for alert in alerts if is_urgent(alert)]
        others = [alert for alert in alerts if not is_urgent(alert)]
        due = [one for some in (urgent_ones, others) for one in _due(receiver, found, some, now)]
    urgent = {alert.group for alert, _ in due if is_urgent(alert)}
    now_due = [one for one in due if one[0].group in urgent]
    later = [one for one in due if one[0].group not in urgent]
    notice = _at_once(given, receiver, found, now_due, only=True)
    finish = with_digest if digest_due else waiting_for_digest
    return finish(notice, given, receiver, found, later)


def next_digest_at(schedule: Schedule, receiver: ReceiverRecord, now: datetime) -> datetime:
    """Return when a receiver's next digest is due, later than now."""
    at = schedule.following(now)
    while not _digest_due(schedule, receiver, at):
        at = schedule.following(at)
    return at


def _digest_due(schedule: Schedule, receiver: ReceiverRecord, now: datetime) -> bool:
    """Return whether a digest is due: one a day at most, also after one that was late.

    While what was refused waits for its retry none is: it would be without that, and count as done.
    """
    if awaits_retry(receiver, now):
        return False
    last = receiver.digest_at
    if last is not None and last <= now and schedule.day(last) == schedule.day(now):
        return False
    return schedule.is_due(last or receiver.inventory_at or now, now)


def _due(
    receiver: ReceiverRecord,
    found: CurrentAlerts,
    alerts: Iterable[Alert],
    now: datetime,
    ahead: timedelta = timedelta(0),
) -> list[DueAlert]:
    due = due_alerts(alerts, receiver.log, now, found.released, ahead=ahead)
    return [(alert, _reason(alert, why, receiver, found)) for alert, why in due]


def _at_once(
    given: DecisionInput,
    receiver: ReceiverRecord,
    found: CurrentAlerts,
    due: list[DueAlert],
    *,
    only: bool | None = None,
) -> ReceiverDecision:
    """Return what is notified now of due and resolved alerts; ``only`` resolves what was notified at once."""
    log, now = receiver.log, given.now
    resolved = resolved_for(given, receiver, found, at_once=only)
    changes = (
        *notified_ahead(log, now),
        *(change for alert, reason in due for change in notified(alert, reason, log, now)),
        *_joined(found, receiver, due),
        *over_changes(resolved),
    )
    items = worst_first(as_items(due, found.alerts.values(), now) + resolved.items)
    return ReceiverDecision(receiver.receiver, items, changes=ReceiverChanges(changes))


def _joined(found: CurrentAlerts, receiver: ReceiverRecord, due: list[DueAlert]) -> Iterator[LogChange]:
    """Yield the changes for alerts that joined one that the receiver knows of."""
    keys = {alert.key for alert, _ in due}
    for alert in found.alerts.values():
        if alert.key not in keys:
            yield from members_added(alert, receiver.log)


def _reason(alert: Alert, why: NotifyReason, receiver: ReceiverRecord, found: CurrentAlerts) -> NotifyReason:
    """Return why an alert is notified; one that is new to a receiver may have been escalated to it."""
    escalated = why is NotifyReason.FIRST and found.escalated_to(receiver.receiver, alert)
    return NotifyReason.ESCALATED if escalated else why
