"""The inventory: the one notification that ends the first pass; all that it names counts as notified."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import itemgetter

from monitor.alerts.active.unreachable import common_title, host_of, unreachable_together
from monitor.alerts.alert import Alert, alert_location
from monitor.alerts.decided import ReceiverDecision
from monitor.alerts.decision import DecisionInput, Inventory, NotifyReason, UnreachableHost, UpcomingExpiry
from monitor.alerts.keys import unreachable_key
from monitor.alerts.notifications.current import CurrentAlerts
from monitor.alerts.notifications.due import as_items, is_urgent, notified, worst_first
from monitor.alerts.notifications.share import Share, need_action, share_of
from monitor.alerts.resolution.renewals import all_renewals
from monitor.alerts.summarize import count_targets
from monitor.model import (
    AlertKey,
    AlertLevel,
    Check,
    LogChange,
    Message,
    NotificationRecord,
    Path,
    ReceiverChanges,
    ReceiverRecord,
    Snapshot,
    TargetState,
)

MOST_UPCOMING = 20
_SOME = MOST_UPCOMING * 10

_Expiring = tuple[datetime, TargetState, Path]


def inventory_decision(
    given: DecisionInput, receiver: ReceiverRecord, found: CurrentAlerts, mine: CurrentAlerts
) -> ReceiverDecision:
    """Return the inventory of a receiver's share; ``mine`` is what was found, narrowed to the receiver.

    One to which no route leads from any target is sent none.
    """
    share = share_of(given, receiver.receiver, found, mine)
    log = {change.key: change for change in _log_changes(given, receiver, mine.alerts, share)}
    renewals = all_renewals(given.snapshot) if given.monitor.notify_all_renewals else {}
    nothing = not len(share.snapshot) and len(given.snapshot) > 0 and not mine.alerts
    return ReceiverDecision(
        receiver.receiver,
        inventory=None if nothing else _inventory(given, mine.findings, share),
        changes=ReceiverChanges(tuple(log.values()), tuple(renewals), inventory_at=given.now),
    )


def _inventory(given: DecisionInput, findings: Mapping[AlertKey, Alert], share: Share) -> Inventory:
    own, needing = share.snapshot, need_action(findings)
    counts = count_targets(own, share.needing, share.not_sent)
    due = [(alert, NotifyReason.INVENTORY) for alert in needing]
    return Inventory(
        watched=counts.watched,
        need_action=counts.need_action,
        unreachable=counts.unreachable,
        not_probed=given.monitor.never_probed if own is given.snapshot else counts.not_checked,
        standby=counts.standby,
        fine=counts.fine,
        items=worst_first(as_items(due, needing, given.now)),
        upcoming=tuple(upcoming_expiries(own)),
        unreachable_hosts=tuple(_hosts(share.unreachable)),
        never_seen=tuple(_hosts(share.never_seen)),
        network_down=bool(unreachable_together(list(share.unreachable), len(own))),
        not_sent=counts.not_sent,
    )


def _log_changes(
    given: DecisionInput,
    receiver: ReceiverRecord,
    alerts: Mapping[AlertKey, Alert],
    share: Share,
) -> Iterator[LogChange]:
    now = given.now
    # When much of the network is unreachable its hosts are left to the alert of many, which is notified and
    # resolved as one; recorded one by one they would come back in one notification each.
    together = unreachable_together(list(share.unreachable), len(share.snapshot))
    as_one = {state.target.id for state in together}
    for state in share.unreachable:
        if state.target.id not in as_one:
            key = unreachable_key(state.target.id)
            record = NotificationRecord(key, AlertLevel.WARNING, now, now, NotifyReason.INVENTORY)
            yield LogChange(key, record, record.reason)
    for alert in alerts.values():
        yield from notified(alert, NotifyReason.INVENTORY, receiver.log, now, at_once=is_urgent(alert))


def upcoming_expiries(snapshot: Snapshot, *, after: datetime | None = None) -> Iterator[UpcomingExpiry]:
    """Yield the certificates whose paths expire first, each once; only those ``after`` an instant."""
    earliest: dict[str, _Expiring] = {}
    limit = None  # what expires later is none of the first
    for state in snapshot.states.values():
        assessment = state.assessment
        # That of the assessment is the same and known already, where there is only one path.
        known = assessment.not_after if len(assessment.paths) == 1 and not assessment.superseded else None
        if limit is not None and known is not None and known > limit:
            continue
        for path in assessment.paths:
            expires_at, sha256 = known or path.not_after, path.leaf.sha256
            if after is not None and expires_at <= after:
                continue
            if sha256 not in earliest or expires_at < earliest[sha256][0]:
                earliest[sha256] = expires_at, state, path
        if len(earliest) > _SOME:
            earliest = {one[2].leaf.sha256: one for one in _first(earliest)}
            limit = max(one[0] for one in earliest.values())
    for expires_at, state, path in _first(earliest):
        yield UpcomingExpiry(expires_at, alert_location(state).title, path.location, path.leaf)


def _first(earliest: Mapping[str, _Expiring]) -> list[_Expiring]:
    return heapq.nsmallest(MOST_UPCOMING, earliest.values(), key=itemgetter(0))


def _hosts(unreachable: Iterable[TargetState]) -> Iterator[UnreachableHost]:
    hosts: dict[str, list[TargetState]] = {}
    for state in unreachable:
        hosts.setdefault(host_of(state), []).append(state)
    for host, states in hosts.items():
        found = [alert_location(state) for state in states]
        title = found[0].title if len(found) == 1 else common_title(found, host)
        reasons = dict.fromkeys(reason for state in states for reason in _reasons(state))
        failures = [failure.reason for state in states for failure in state.failures]
        locations = tuple(state.target.location for state in states)
        yield UnreachableHost(title, locations, tuple(reasons), failures[0] if failures else None)


def _reasons(state: TargetState) -> list[Message]:
    if state.unreachable is not None and state.unreachable.check is Check.NEVER_SEEN:
        return [state.unreachable.message]
    return [failure.message for failure in state.failures[:3]]
