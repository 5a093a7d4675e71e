"""Decide which alerts there are and what is notified: a pure function of snapshot, records and time.

Nothing is rendered here and nothing is stored. The caller stores the notifications and all changes in one
transaction; deciding again with the changes applied notifies nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.alerts.alert import Alert
from monitor.alerts.clock_problem import clock_problem
from monitor.alerts.collect import collect_alerts
from monitor.alerts.decision import (
    Decision,
    DecisionInput,
    NotificationItem,
    NotifyReason,
    ReceiverDecision,
    ResolvedAlerts,
)
from monitor.alerts.due import as_items, due_alerts, members_added, notified, worst_first
from monitor.alerts.groups import alert_groups, changed_records
from monitor.alerts.inventory import inventory_decision
from monitor.alerts.pending import pending_alerts
from monitor.alerts.refused import awaits_retry, kept_open, with_retry, without_refused
from monitor.alerts.renewals import all_renewals
from monitor.alerts.resolve import resolve_alerts
from monitor.alerts.unreachable import collect_unreachable, host_of, unreachable_record
from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertRecord,
    AlertResolution,
    Check,
    LogChange,
    ReceiverChanges,
    ReceiverRecord,
)

FIRST_PASS_AT_MOST = timedelta(minutes=30)
_BEFORE_INVENTORY = (Check.EXPIRY, Check.CA_EXPIRY)

_Alerts = Mapping[AlertKey, Alert]
_Records = Mapping[AlertKey, AlertRecord]


def decide(given: DecisionInput) -> Decision:
    """Return the alerts of now, what each receiver is notified, and how all records change.

    A clock that cannot be right is notified alone, once a day. Until the first pass has ended a receiver is
    notified only of expired certificates and those critically near their expiry; then of one inventory;
    after that of what is new, worse, due again or resolved.
    """
    if given.monitor.clock_suspect:
        return clock_problem(given)
    findings = collect_alerts(given.snapshot, given.now)
    alerts = findings | collect_unreachable(given.snapshot, given.open_alerts)
    active = set(_keys(alerts.values()))
    inactive = _inactive(given, active)
    resolved = resolve_alerts(given.snapshot, inactive, active)
    over = resolved.over
    kept = {key for receiver in given.receivers for key in kept_open(receiver, given.now)}
    pending = pending_alerts(given.open_alerts, active, over)
    groups = alert_groups(alerts.values(), given.open_alerts, pending, given.snapshot, given.now)
    found = _Found(findings, alerts, active, inactive, resolved)
    receivers = tuple(_for_receiver(given, one, found) for one in given.receivers)
    return Decision(
        groups,
        alert_changes=(
            *changed_records(alerts.values(), groups, given.open_alerts, given.now),
            *_recorded_only(given, receivers, active),
            *(_closed(inactive[key], how, given) for key, how in over.items() if key not in kept),
        ),
        receivers=receivers,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What is the same for every receiver: the alerts of now, and the recorded ones that are not active.

    ``findings`` are the alerts without those of unreachable targets.
    """

    findings: _Alerts
    alerts: _Alerts
    active: Collection[AlertKey]
    inactive: _Records
    resolved: ResolvedAlerts


def _keys(alerts: Iterable[Alert]) -> Iterator[AlertKey]:
    for alert in alerts:
        yield alert.key
        yield from alert.covers


def _inactive(given: DecisionInput, active: Collection[AlertKey]) -> _Records:
    """Return the recorded alerts that are not active.

    Before its inventory a receiver is not notified that something is resolved: what it knows of stays open.
    """
    waiting = {key for receiver in given.receivers if receiver.inventory_at is None for key in receiver.log}
    return {
        key: record for key, record in given.open_alerts.items() if key not in active and key not in waiting
    }


def _closed(record: AlertRecord, how: AlertResolution, given: DecisionInput) -> AlertRecord:
    return replace(record, resolved_at=given.now, resolution=how)


def _recorded_only(
    given: DecisionInput, receivers: Iterable[ReceiverDecision], active: Collection[AlertKey]
) -> Iterator[AlertRecord]:
    """Yield the records of what an inventory names as unreachable before it is an alert."""
    known = {*active, *given.open_alerts}
    leads: dict[str, str] = {}
    changed = {change.key for one in receivers for change in one.changes.log if change.record is not None}
    for key in changed - known:
        if state := given.snapshot.states.get(key.scope_id):
            lead = leads.setdefault(host_of(state), key.id)
            yield unreachable_record(state, lead, given.now)


def _for_receiver(given: DecisionInput, receiver: ReceiverRecord, found: _Found) -> ReceiverDecision:
    known = without_refused(receiver, given.now)
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


def _first_pass(given: DecisionInput, receiver: ReceiverRecord, findings: _Alerts) -> ReceiverDecision:
    log, now = receiver.log, given.now
    urgent = [
        a for a in findings.values() if a.check in _BEFORE_INVENTORY and a.level is not AlertLevel.WARNING
    ]
    due = [one for one in due_alerts(urgent, log, now) if one[1] is not NotifyReason.REMINDER]
    changes = [change for alert, reason in due for change in notified(alert, reason, log, now)]
    items = worst_first(as_items(due, findings.values()))
    return ReceiverDecision(receiver.receiver, items, changes=ReceiverChanges(tuple(changes)))


def _notice(given: DecisionInput, receiver: ReceiverRecord, found: _Found) -> ReceiverDecision:
    log, now, alerts = receiver.log, given.now, found.alerts
    due = due_alerts(alerts.values(), log, now)
    due_keys = {alert.key for alert, _ in due}
    changes = [change for alert, reason in due for change in notified(alert, reason, log, now)]
    changes += [c for a in alerts.values() if a.key not in due_keys for c in members_added(a, log)]
    resolved = _resolved_for(given, receiver, found)
    changes += [LogChange(key, None, _reason(how)) for key, how in resolved.over.items()]
    items = as_items(due, alerts.values()) + resolved.items
    more, added, removed = _other_renewals(given, receiver, items)
    return ReceiverDecision(
        receiver.receiver,
        worst_first(items + more),
        changes=ReceiverChanges(tuple(changes), added, removed),
    )


def _resolved_for(given: DecisionInput, receiver: ReceiverRecord, found: _Found) -> ResolvedAlerts:
    """Return what became of the inactive alerts that a receiver knows of, which nearly always are all."""
    log, inactive = receiver.log, found.inactive
    known = {key: one for key, one in inactive.items() if key in log and log[key].refused_at is None}
    if len(known) == len(inactive):
        return found.resolved
    return resolve_alerts(given.snapshot, known, found.active)


def _reason(how: AlertResolution) -> str:
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
