"""What one receiver is notified of: before its inventory, with it, and after it; a pure function."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.alerts.alert import Alert
from monitor.alerts.decided import ReceiverDecision
from monitor.alerts.decision import (
    DecisionInput,
    NotificationItem,
    NotifyReason,
    ReceiverRules,
    ResolvedAlerts,
)
from monitor.alerts.digest import AcknowledgedItem, Digest
from monitor.alerts.due import (
    LONG_AGO,
    DueAlert,
    as_items,
    due_alerts,
    is_urgent,
    members_added,
    notified,
    notified_ahead,
    worst_first,
)
from monitor.alerts.found import Alerts, Found, narrowed
from monitor.alerts.inventory import inventory_decision
from monitor.alerts.refused import awaits_retry, with_retry, without_refused
from monitor.alerts.renewals import all_renewals
from monitor.alerts.resolve import resolve_alerts
from monitor.model import AlertLevel, AlertResolution, Check, LogChange, ReceiverChanges, ReceiverRecord

FIRST_PASS_AT_MOST = timedelta(minutes=30)
_HALF_A_DAY = timedelta(hours=12)
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
    """Return what is told at once, and the digest where one is due; the rest waits for the next one."""
    schedule, now = given.rules.get(receiver.receiver, ReceiverRules()).digest, given.now
    if schedule is None:
        return _all_at_once(given, receiver, found, _due(receiver, found, now))
    digest_due = schedule.is_due(receiver.digest_at or receiver.inventory_at or now, now)
    # A pass that comes a few seconds earlier than the last one did must not put reminders off for a day.
    due = _due(receiver, found, now + _HALF_A_DAY if digest_due else now)
    urgent = {alert.group for alert, _ in due if is_urgent(alert)}
    notice = _urgent(given, receiver, found, [one for one in due if one[0].group in urgent])
    later = [one for one in due if one[0].group not in urgent]
    finish = _with_digest if digest_due else _waiting
    return finish(notice, given, receiver, found, later)


def _due(receiver: ReceiverRecord, found: Found, now: datetime) -> list[DueAlert]:
    due = due_alerts(found.alerts.values(), receiver.log, now, found.released)
    return [(alert, _reason(alert, why, receiver, found)) for alert, why in due]


def _all_at_once(
    given: DecisionInput, receiver: ReceiverRecord, found: Found, due: list[DueAlert]
) -> ReceiverDecision:
    log, now = receiver.log, given.now
    resolved = _resolved_for(given, receiver, found)
    items = as_items(due, found.alerts.values(), now) + resolved.items
    more, added, removed = _other_renewals(given, receiver, items)
    changes = (
        *notified_ahead(log, now),
        *(change for alert, reason in due for change in notified(alert, reason, log, now)),
        *_joined(found, receiver, due),
        *_over(resolved),
    )
    return ReceiverDecision(
        receiver.receiver, worst_first(items + more), changes=ReceiverChanges(changes, added, removed)
    )


def _urgent(
    given: DecisionInput, receiver: ReceiverRecord, found: Found, due: list[DueAlert]
) -> ReceiverDecision:
    """Return what does not wait for a digest: what is critical, and the end of what was told at once."""
    log, now = receiver.log, given.now
    resolved = _resolved_for(given, receiver, found, at_once=True)
    changes = (
        *notified_ahead(log, now),
        *(change for alert, reason in due for change in notified(alert, reason, log, now)),
        *_joined(found, receiver, due),
        *_over(resolved),
    )
    items = worst_first(as_items(due, found.alerts.values(), now) + resolved.items)
    return ReceiverDecision(receiver.receiver, items, changes=ReceiverChanges(changes))


def _waiting(
    notice: ReceiverDecision,
    given: DecisionInput,
    receiver: ReceiverRecord,
    found: Found,
    later: list[DueAlert],
) -> ReceiverDecision:
    """Return a notice, with what is over kept for the next digest, and what was released due in it."""
    resolved = _resolved_for(given, receiver, found, at_once=False)
    silent = [key for key, how in resolved.over.items() if how is AlertResolution.GONE]
    released = [
        LogChange(key, replace(receiver.log[key], last_at=LONG_AGO))
        for alert, why in later
        if why is NotifyReason.RELEASED
        for key, _ in alert.members()
        if key in receiver.log
    ]
    log = (*notice.changes.log, *released, *(LogChange(key, None) for key in silent))
    return replace(
        notice,
        changes=replace(notice.changes, log=log),
        waiting=frozenset(resolved.over.keys() - set(silent)),
    )


def _with_digest(
    notice: ReceiverDecision,
    given: DecisionInput,
    receiver: ReceiverRecord,
    found: Found,
    later: list[DueAlert],
) -> ReceiverDecision:
    log, now = receiver.log, given.now
    resolved = _resolved_for(given, receiver, found, at_once=False)
    more, added, removed = _other_renewals(given, receiver, [*notice.items, *resolved.items])
    news = {alert.group for alert, why in later if why is not NotifyReason.REMINDER}
    alerts = found.alerts.values()
    digest = Digest(
        new=worst_first(as_items([one for one in later if one[0].group in news], alerts, now)),
        open=worst_first(as_items([one for one in later if one[0].group not in news], alerts, now)),
        acknowledged=tuple(_acknowledged(found, now)),
        over=worst_first([*resolved.items, *more]),
    )
    changes = tuple(c for a, why in later for c in notified(a, why, log, now, at_once=False))
    return replace(
        notice,
        digest=digest if digest.new or digest.open or digest.over else None,
        digest_log=(*changes, *_over(resolved)),
        changes=replace(notice.changes, renewals_added=added, renewals_removed=removed, digest_at=now),
    )


def _acknowledged(found: Found, now: datetime) -> Iterator[AcknowledgedItem]:
    """Yield what somebody acknowledged, each alert on the board once."""
    by_silence: dict[str, list[DueAlert]] = {}
    silences = {one.id: one for one in found.back.acknowledged.values()}
    for key, alert in found.acknowledged.items():
        silence = found.back.acknowledged[key]
        by_silence.setdefault(silence.id, []).append((alert, NotifyReason.REMINDER))
    for silence_id, alerts in by_silence.items():
        silence = silences[silence_id]
        for item in as_items(alerts, (alert for alert, _ in alerts), now):
            yield AcknowledgedItem(item, silence.by, silence.ends_at or now)


def _joined(found: Found, receiver: ReceiverRecord, due: list[DueAlert]) -> Iterator[LogChange]:
    """Yield the changes for alerts that joined one that the receiver knows of."""
    keys = {alert.key for alert, _ in due}
    for alert in found.alerts.values():
        if alert.key not in keys:
            yield from members_added(alert, receiver.log)


def _over(resolved: ResolvedAlerts) -> Iterator[LogChange]:
    for key, how in resolved.over.items():
        yield LogChange(key, None, _why_over(how))


def _reason(alert: Alert, why: NotifyReason, receiver: ReceiverRecord, found: Found) -> NotifyReason:
    """Return why an alert is notified; one that is new to a receiver may have been escalated to it."""
    escalated = why is NotifyReason.FIRST and found.escalated_to(receiver.receiver, alert)
    return NotifyReason.ESCALATED if escalated else why


def _resolved_for(
    given: DecisionInput, receiver: ReceiverRecord, found: Found, *, at_once: bool | None = None
) -> ResolvedAlerts:
    """Return what became of the inactive alerts that a receiver knows of, which nearly always are all.

    ``at_once`` leaves only those that it was told of at once, or in digests.
    """
    log, inactive = receiver.log, found.inactive
    known = {
        key: one
        for key, one in inactive.items()
        if key in log and log[key].refused_at is None and at_once in (None, log[key].at_once)
    }
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
