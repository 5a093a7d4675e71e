"""Decide which alerts there are and what is notified: a pure function of snapshot, records and time.

Nothing is rendered here and nothing is stored. The caller stores the notifications and all changes in one
transaction; deciding again with the changes applied notifies nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from monitor.alerts.active.collect import collect_alerts
from monitor.alerts.active.silent_zones import names_of_silent, silent_zones
from monitor.alerts.active.unreachable import collect_unreachable, host_of, unreachable_record
from monitor.alerts.alert import Alert
from monitor.alerts.decided import Decision, ReceiverDecision
from monitor.alerts.decision import DecisionInput
from monitor.alerts.groups import alert_groups, changed_records
from monitor.alerts.identify import GroupsOfItems
from monitor.alerts.notifications.current import CurrentAlerts, Records, all_destinations
from monitor.alerts.notifications.heartbeat import with_heartbeat
from monitor.alerts.notifications.notices import for_receiver
from monitor.alerts.notifications.renewal_days import waiting_alerts
from monitor.alerts.refused import kept_open
from monitor.alerts.resolution.pending import pending_alerts
from monitor.alerts.resolution.resolve import resolve_alerts
from monitor.alerts.routing.silences import kept_back, released, with_state, with_waiting
from monitor.alerts.self_monitoring.clock_problem import clock_problem
from monitor.alerts.self_monitoring.clock_question import asked_alerts, with_clock_question
from monitor.alerts.self_monitoring.outage import with_outage
from monitor.alerts.self_monitoring.store_problem import store_problem
from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertRecord,
    AlertResolution,
    ReceiverRecord,
)


def decide(given: DecisionInput) -> Decision:
    """Return the alerts of now, what each receiver is notified, and how all records change.

    A clock that cannot be right is notified alone, once a day. Until the first pass has ended a receiver is
    notified only of expired certificates and those critically near their expiry; then of one inventory;
    after that of what is new, worse, due again or resolved. Whether a clock that jumped forward is right is
    asked once, and what is notified while nobody answers says so.
    """
    if given.monitor.clock_suspect:
        return clock_problem(given)
    findings = collect_alerts(given.snapshot, given.now)
    unreachable = collect_unreachable(given.snapshot, given.open_alerts)
    own = store_problem(given.monitor) | silent_zones(given.monitor.silent_zones, given.now)
    alerts = findings | unreachable | own
    active = {*_keys(alerts.values()), *asked_alerts(given)}
    inactive = _inactive(given, active)
    resolved = resolve_alerts(given.snapshot, inactive, active, names_of_silent(given.monitor))
    over = resolved.over
    pending = pending_alerts(given.open_alerts, active, over)
    groups = alert_groups(alerts.values(), given.open_alerts, pending, given.snapshot, given.now)
    silenced = kept_back(given.settings.silences, groups, alerts.values(), given.snapshot, given.now)
    waiting = waiting_alerts(given.settings.renewing, alerts.values(), given.snapshot)
    back = with_waiting(silenced, waiting)
    groups = tuple(with_state(groups, back))
    found = CurrentAlerts(
        findings,
        alerts,
        active,
        inactive,
        resolved,
        back,
        released(given.open_alerts, back),
        all_destinations(given, alerts.values()),
    )
    known = GroupsOfItems(groups, given.receivers)
    receivers = tuple(
        _completed(known.identified(for_receiver(given, one, found)), given, one, groups)
        for one in given.receivers
    )
    kept = {key for receiver in given.receivers for key in kept_open(receiver, given.now)}
    kept |= {key for one in receivers for key in one.waiting}
    decision = Decision(
        groups,
        alert_changes=(
            *changed_records(alerts.values(), groups, given.open_alerts, back.states, given.now),
            *_recorded_only(given, receivers, active),
            *(_closed(inactive[key], how, given) for key, how in over.items() if key not in kept),
        ),
        receivers=receivers,
        silences=back.ended,
    )
    return with_clock_question(decision, given)


def _completed(
    decision: ReceiverDecision, given: DecisionInput, receiver: ReceiverRecord, groups: Sequence[AlertGroup]
) -> ReceiverDecision:
    """Return a decision with the notifications about the monitor itself."""
    return with_outage(with_heartbeat(decision, given, receiver, groups), given, receiver)


def _keys(alerts: Iterable[Alert]) -> Iterator[AlertKey]:
    for alert in alerts:
        yield alert.key
        yield from alert.covers


def _inactive(given: DecisionInput, active: Collection[AlertKey]) -> Records:
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
