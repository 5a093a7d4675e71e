"""What one receiver is notified of resolved alerts and of renewals; a pure function."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.alerts.active.silent_zones import names_of_silent
from monitor.alerts.decided import ReceiverDecision
from monitor.alerts.decision import DecisionInput, NotificationItem, ResolvedAlerts
from monitor.alerts.notifications.current import CurrentAlerts
from monitor.alerts.notifications.due import worst_first
from monitor.alerts.refused import awaits_retry
from monitor.alerts.resolution.renewals import all_renewals
from monitor.alerts.resolution.resolve import resolve_alerts
from monitor.model import AlertResolution, LogChange, ReceiverRecord


def over_changes(resolved: ResolvedAlerts) -> Iterator[LogChange]:
    """Yield the log changes that record the end of alerts as notified."""
    for key, how in resolved.over.items():
        yield LogChange(key, None, _why_over(how))


def resolved_for(
    given: DecisionInput, receiver: ReceiverRecord, found: CurrentAlerts, *, at_once: bool | None = None
) -> ResolvedAlerts:
    """Return how the inactive alerts that a receiver knows of were resolved, nearly always all of them.

    ``at_once`` leaves only those that it was notified of at once (true) or in digests (false); the alerts of
    one group are notified together, at once if any of them was.
    """
    log, inactive = receiver.log, found.inactive
    known = {key: one for key, one in inactive.items() if key in log and log[key].refused_at is None}
    if at_once is not None:
        notified_at_once = {one.lead or key.id for key, one in known.items() if log[key].at_once}
        known = {
            key: one for key, one in known.items() if at_once is ((one.lead or key.id) in notified_at_once)
        }
    if len(known) == len(inactive):
        return found.resolved
    return resolve_alerts(given.snapshot, known, found.active, names_of_silent(given.monitor))


def _why_over(how: AlertResolution) -> str:
    """Return why the end of an alert is notified, empty when it is not."""
    return "" if how is AlertResolution.GONE else how.value


_Renewals = tuple[tuple[str, str], ...]


def other_renewals(
    given: DecisionInput, receiver: ReceiverRecord, items: Sequence[NotificationItem]
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


def with_renewals(
    decision: ReceiverDecision, given: DecisionInput, receiver: ReceiverRecord
) -> ReceiverDecision:
    """Return a decision that also notifies every other renewal, where that is configured."""
    more, added, removed = other_renewals(given, receiver, decision.items)
    changes = replace(decision.changes, renewals_added=added, renewals_removed=removed)
    return replace(decision, items=worst_first([*decision.items, *more]), changes=changes)
