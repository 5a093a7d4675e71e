"""Decide what is notified now: a pure function of the snapshot, the notification log, and the time.

Nothing is rendered here and nothing is stored. The caller stores the notification and the changes of the log
in one transaction; deciding again with the changes applied notifies nothing.
"""

import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from monitor.alerts.alert import Alert, AlertLevel, alert_location
from monitor.alerts.collect import collect_alerts
from monitor.alerts.decision import (
    Decision,
    DecisionInput,
    Inventory,
    MonitorState,
    NotificationItem,
    NotifyReason,
    UnreachableHost,
    UpcomingExpiry,
)
from monitor.alerts.due import as_items, due_alerts, locations_added, notified, worst_first
from monitor.alerts.keys import CLOCK, INVENTORY, RENEWED, renewal_key, unreachable_key
from monitor.alerts.renewals import all_renewals, renewal_record
from monitor.alerts.resolve import resolve_alerts
from monitor.alerts.texts import (
    CLOCK_EARLIER,
    CLOCK_REPORTS,
    CLOCK_RIGHT,
    CLOCK_WAS_AHEAD,
    CLOCK_WRONG,
)
from monitor.alerts.unreachable import collect_unreachable, common_title, host_of, unreachable_together
from monitor.model import Check, LogChange, Message, NotificationRecord, Path, Snapshot, TargetState

FIRST_PASS_AT_MOST = timedelta(minutes=30)
MOST_UPCOMING = 20
# A clock that was once far ahead would otherwise silence everything for as long, after a single mail.
_CLOCK_AGAIN_AFTER = timedelta(days=1)
_BEFORE_INVENTORY = (Check.EXPIRY, Check.CA_EXPIRY)


def decide(
    snapshot: Snapshot, log: Mapping[str, NotificationRecord], now: datetime, *, monitor_state: MonitorState
) -> Decision:
    """Return what is notified now and how the notification log changes.

    A clock that cannot be right is notified alone, once a day. Until the first pass has ended only expired
    certificates and those critically near their expiry are notified; then one inventory; after that what
    is new, worse, due again or resolved.
    """
    if monitor_state.clock_suspect:
        return _clock_is_wrong(log, now)
    given = DecisionInput(snapshot, log, now, monitor_state)
    alerts = collect_alerts(snapshot, now)
    if not (monitor_state.inventory_sent or INVENTORY in log):
        return _first_pass(given, alerts)
    return _notice(given, alerts | collect_unreachable(snapshot, log))


def _clock_is_wrong(log: Mapping[str, NotificationRecord], now: datetime) -> Decision:
    before = log.get(CLOCK)
    # Both ways, since such a clock may be set again.
    if before is not None and abs(now - before.last_notified_at) < _CLOCK_AGAIN_AFTER:
        return Decision()
    record = NotificationRecord(
        CLOCK, AlertLevel.CRITICAL.value, before.first_notified_at if before else now, now
    )
    messages = (CLOCK_WRONG, CLOCK_EARLIER, CLOCK_WAS_AHEAD)
    item = NotificationItem(NotifyReason.CLOCK, AlertLevel.CRITICAL, (), "", messages)
    return Decision((item,), changes=(LogChange(CLOCK, record),))


def _first_pass(given: DecisionInput, alerts: Mapping[str, Alert]) -> Decision:
    log, now, monitor = given.log, given.now, given.monitor
    all_probed = len(given.snapshot) > 0 and monitor.never_probed == 0
    if all_probed or now - monitor.first_pass_started_at >= FIRST_PASS_AT_MOST:
        return _inventory(given, alerts)
    urgent = [
        a for a in alerts.values() if a.check in _BEFORE_INVENTORY and a.level is not AlertLevel.WARNING
    ]
    due = [one for one in due_alerts(urgent, log, now) if one[1] is not NotifyReason.REMINDER]
    changes = [change for alert, _ in due for change in notified(alert, log, now)]
    return Decision(worst_first(as_items(due, alerts.values())), changes=tuple(changes))


def _notice(given: DecisionInput, alerts: Mapping[str, Alert]) -> Decision:
    log, now = given.log, given.now
    due = due_alerts(alerts.values(), log, now)
    due_keys = {alert.key for alert, _ in due}
    changes = [change for alert, _ in due for change in notified(alert, log, now)]
    changes += [c for a in alerts.values() if a.key not in due_keys for c in locations_added(a, log)]
    active = {key for alert in alerts.values() for key in (alert.key, *alert.covers)}
    resolved = resolve_alerts(given.snapshot, log, active)
    items = as_items(due, alerts.values()) + resolved.items + _clock_is_right(log)
    more, renewals = _other_renewals(given, items)
    changes += resolved.changes + renewals + ([LogChange(CLOCK, None)] if CLOCK in log else [])
    return Decision(worst_first(items + more), changes=tuple(changes))


def _clock_is_right(log: Mapping[str, NotificationRecord]) -> list[NotificationItem]:
    if CLOCK not in log:
        return []
    return [NotificationItem(NotifyReason.RESOLVED, None, (), "", (CLOCK_RIGHT, CLOCK_REPORTS))]


def _other_renewals(
    given: DecisionInput, items: list[NotificationItem]
) -> tuple[list[NotificationItem], list[LogChange]]:
    """Return every renewal that was not notified so far, where that is configured, and its records.

    A record is kept only while its renewal is in the snapshot, so that their number is bounded.
    """
    log, now = given.log, given.now
    visible = all_renewals(given.snapshot) if given.monitor.notify_all_renewals else {}
    new = {key: item for key, item in visible.items() if key not in log}
    known = {
        renewal_key(item.replaced_sha256, item.certificate.sha256)
        for item in items
        if item.certificate and item.replaced_sha256
    }
    changes = [LogChange(key, renewal_record(key, item, now)) for key, item in new.items()]
    changes += [LogChange(key, None) for key in log if key.startswith(f"{RENEWED} ") and key not in visible]
    return [item for key, item in new.items() if key not in known], changes


def _inventory(given: DecisionInput, alerts: Mapping[str, Alert]) -> Decision:
    """Return the inventory, with everything in it recorded as notified."""
    states = given.snapshot.states.values()
    unreachable = [s for s in states if s.up is False and not s.target.traits.standby]
    never_seen = [s for s in states if s.unreachable and s.unreachable.check is Check.NEVER_SEEN]
    needing = [alert for alert in alerts.values() if alert.check is not Check.NEVER_SEEN]
    inventory = Inventory(
        watched=len(states),
        need_action=len({target_id for alert in needing for target_id, _ in alert.locations}),
        unreachable=len(unreachable),
        not_probed=given.monitor.never_probed,
        items=worst_first(as_items([(alert, NotifyReason.INVENTORY) for alert in needing], needing)),
        upcoming=tuple(_upcoming(given.snapshot)),
        unreachable_hosts=tuple(_hosts(unreachable)),
        never_seen=tuple(_hosts(never_seen)),
    )
    changes = {change.key: change for change in _inventory_changes(given, alerts, unreachable)}
    return Decision(inventory=inventory, changes=tuple(changes.values()))


def _inventory_changes(
    given: DecisionInput, alerts: Mapping[str, Alert], unreachable: list[TargetState]
) -> Iterator[LogChange]:
    snapshot, log, now = given.snapshot, given.log, given.now
    # When much of the network is unreachable its hosts are left to the alert of many, which is notified and
    # resolved as one; recorded one by one they would come back in one mail each.
    as_one = {state.target.id for state in unreachable_together(unreachable, len(snapshot))}
    for state in unreachable:
        if state.target.id in as_one:
            continue
        key = unreachable_key(state.target.id)
        title, where = alert_location(state).title, state.target.location
        yield LogChange(key, NotificationRecord(key, AlertLevel.WARNING.value, now, now, title, (where,)))
    for alert in [*alerts.values(), *collect_unreachable(snapshot, log).values()]:
        yield from notified(alert, log, now)
    for key, item in (all_renewals(snapshot) if given.monitor.notify_all_renewals else {}).items():
        yield LogChange(key, renewal_record(key, item, now))
    yield LogChange(INVENTORY, NotificationRecord(INVENTORY, AlertLevel.WARNING.value, now, now))


def _upcoming(snapshot: Snapshot) -> Iterator[UpcomingExpiry]:
    """Yield the certificates whose paths expire first, each once."""
    earliest: dict[str, tuple[datetime, TargetState, Path]] = {}
    for state in snapshot.states.values():
        for path in state.assessment.paths:
            expires_at, sha256 = path.not_after, path.leaf.sha256
            if sha256 not in earliest or expires_at < earliest[sha256][0]:
                earliest[sha256] = expires_at, state, path
    for expires_at, state, path in heapq.nsmallest(MOST_UPCOMING, earliest.values(), key=lambda one: one[0]):
        yield UpcomingExpiry(expires_at, alert_location(state).title, path.location, path.leaf)


def _hosts(unreachable: list[TargetState]) -> Iterator[UnreachableHost]:
    hosts: dict[str, list[TargetState]] = {}
    for state in unreachable:
        hosts.setdefault(host_of(state), []).append(state)
    for host, states in hosts.items():
        titles = [alert_location(state).title for state in states]
        title = titles[0] if len(titles) == 1 else common_title(titles, host)
        reasons = dict.fromkeys(reason for state in states for reason in _reasons(state))
        yield UnreachableHost(title, tuple(state.target.location for state in states), tuple(reasons))


def _reasons(state: TargetState) -> list[Message]:
    if state.unreachable is not None and state.unreachable.check is Check.NEVER_SEEN:
        return [state.unreachable.message]
    return [failure.message for failure in state.failures[:3]]
