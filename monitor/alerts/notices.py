"""What one receiver is notified of: before its inventory, with it, and after it; a pure function."""

from datetime import timedelta

from monitor.alerts.alert import Alert
from monitor.alerts.decision import (
    DecisionInput,
    NotificationItem,
    NotifyReason,
    ReceiverDecision,
    ResolvedAlerts,
)
from monitor.alerts.due import as_items, due_alerts, members_added, notified, notified_ahead, worst_first
from monitor.alerts.found import Alerts, Found, narrowed
from monitor.alerts.inventory import inventory_decision
from monitor.alerts.refused import awaits_retry, with_retry, without_refused
from monitor.alerts.renewals import all_renewals
from monitor.alerts.resolve import resolve_alerts
from monitor.model import AlertLevel, AlertResolution, Check, LogChange, ReceiverChanges, ReceiverRecord

FIRST_PASS_AT_MOST = timedelta(minutes=30)
_BEFORE_INVENTORY = (Check.EXPIRY, Check.CA_EXPIRY)


def for_receiver(given: DecisionInput, receiver: ReceiverRecord, found: Found) -> ReceiverDecision:
    """Return what a receiver is notified of now, and how the record of that changes."""
    known = without_refused(receiver, given.now)
    found = narrowed(given, receiver.receiver, found)
    if receiver.inventory_at is not None:
        decision = _notice(given, known, found)
    elif _first_pass_over(given) and not awaits_retry(receiver, given.now):
        decision = inventory_decision(given, known, found.findings, found.alerts)
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


def _notice(given: DecisionInput, receiver: ReceiverRecord, found: Found) -> ReceiverDecision:
    log, now, alerts = receiver.log, given.now, found.alerts
    due = [
        (alert, _reason(alert, why, receiver, found))
        for alert, why in due_alerts(alerts.values(), log, now, found.released)
    ]
    due_keys = {alert.key for alert, _ in due}
    changes = list(notified_ahead(log, now))
    changes += [change for alert, reason in due for change in notified(alert, reason, log, now)]
    changes += [c for a in alerts.values() if a.key not in due_keys for c in members_added(a, log)]
    resolved = _resolved_for(given, receiver, found)
    changes += [LogChange(key, None, _why_over(how)) for key, how in resolved.over.items()]
    items = as_items(due, alerts.values(), now) + resolved.items
    more, added, removed = _other_renewals(given, receiver, items)
    return ReceiverDecision(
        receiver.receiver,
        worst_first(items + more),
        changes=ReceiverChanges(tuple(changes), added, removed),
    )


def _reason(alert: Alert, why: NotifyReason, receiver: ReceiverRecord, found: Found) -> NotifyReason:
    """Return why an alert is notified; one that is new to a receiver may have been escalated to it."""
    escalated = why is NotifyReason.FIRST and found.escalated_to(receiver.receiver, alert)
    return NotifyReason.ESCALATED if escalated else why


def _resolved_for(given: DecisionInput, receiver: ReceiverRecord, found: Found) -> ResolvedAlerts:
    """Return what became of the inactive alerts that a receiver knows of, which nearly always are all."""
    log, inactive = receiver.log, found.inactive
    known = {key: one for key, one in inactive.items() if key in log and log[key].refused_at is None}
    if len(known) == len(inactive):
        return found.resolved
    return resolve_alerts(given.snapshot, known, found.active)


def _why_over(how: AlertResolution) -> str:
    """Return why the end of an alert is notified, empty when it is not."""
    return "" if how is AlertResolution.GONE else how.value


_Renewals = tuple[tuple[str, str], ...]


def _other_renewals(
    given: DecisionInput, receiver: ReceiverRecord, items: list[NotificationItem]
) -> tuple[list[NotificationItem], _Renewals, _Renewals]:
    """Return every renewal that was not notified so far, where that is configured, and its records.

    A record is kept only while its renewal is in the snapshot, so that their number is bounded.
    """
    visible = all_renewals(given.snapshot) if given.monitor.notify_all_renewals else {}
    waits = awaits_retry(receiver, given.now)
    new = {} if waits else {pair: one for pair, one in visible.items() if pair not in receiver.renewals}
    known = {
        (item.replaced_sha256, item.certificate.sha256)
        for item in items
        if item.certificate and item.replaced_sha256
    }
    more = [item for pair, item in new.items() if pair not in known]
    return more, tuple(new), tuple(sorted(receiver.renewals - visible.keys()))
