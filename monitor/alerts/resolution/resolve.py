"""Resolve alerts that were notified and are not active any more: what became of each, and what to notify."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from monitor.alerts.active.collect import list_location
from monitor.alerts.active.silent_zones import heard_again
from monitor.alerts.decision import NotificationItem, NotifyReason, Resolution, ResolvedAlerts
from monitor.alerts.keys import (
    ABOUT_CERTIFICATE,
    ABOUT_REVOCATION,
    AT_PORT,
    CLOCK,
    OF_LISTS,
    ON_MACHINE,
    RESOLVED_BY_RENEWAL,
    STORE,
    certificate_of,
    judged_check,
)
from monitor.alerts.resolution.certificates import (
    OVER,
    PENDING,
    Owners,
    any_unconfirmed,
    resolve_certificate,
    resolve_revocation,
    resolved,
)
from monitor.alerts.resolution.reachable_again import resolve_unreachable
from monitor.alerts.resolution.renewals import (
    LocationIndex,
    index_locations,
    merge,
    merged_renewals,
    renewal_items,
    replacements_in,
    unreachable_at,
)
from monitor.alerts.self_monitoring.clock_problem import clock_right_again
from monitor.alerts.self_monitoring.store_problem import store_usable_again
from monitor.assess import steady
from monitor.model import (
    AlertKey,
    AlertRecord,
    AlertResolution,
    AnyCheck,
    Check,
    MonitorCheck,
    Scope,
    Severity,
    Snapshot,
    TargetState,
)

_AtTarget = Collection[tuple[AnyCheck, str]]
"""Checks and targets with an active alert."""

_Ended = list[tuple[str, NotificationItem]]
"""Items about resolved alerts, each with the id of the alert that leads its group."""


def resolve_alerts(
    snapshot: Snapshot,
    inactive: Mapping[AlertKey, AlertRecord],
    active: Collection[AlertKey],
    silent_zones: Collection[str] = (),
) -> ResolvedAlerts:
    """Return the resolution of every recorded alert that is not active any more.

    An alert stays open while that is not known yet: its target is unreachable, only one probe saw the change,
    or nothing has been heard of its zone since the start.
    """
    if not inactive:
        return ResolvedAlerts()
    found = resolve_unreachable(snapshot, inactive, active)
    if CLOCK in inactive:
        found.over[CLOCK] = AlertResolution.RESOLVED
        found.items.append(clock_right_again())
    if STORE in inactive:
        found.over[STORE] = AlertResolution.RESOLVED
        found.items.append(store_usable_again())
    for key, record in inactive.items():
        if key.check is MonitorCheck.ZONE_SILENT and key.scope_id not in silent_zones:
            found.over[key] = AlertResolution.RESOLVED
            found.items += heard_again(record, snapshot)
    own = (Check.UNREACHABLE, *MonitorCheck)
    rest = [one for key, one in inactive.items() if key.check not in own]
    if rest:
        _resolve_findings(found, rest, snapshot, active)
    return found


def _resolve_findings(
    found: ResolvedAlerts, records: list[AlertRecord], snapshot: Snapshot, active: Collection[AlertKey]
) -> None:
    locations = {location for record in records for location in record.locations}
    index = index_locations(snapshot, {certificate_of(record.key) for record in records}, locations)
    at_target = {(key.check, key.scope_id) for key in active if key.scope is Scope.TARGET}
    ended: _Ended = []
    for record in records:
        if record.key.check in ABOUT_REVOCATION:
            resolution = resolve_revocation(record, snapshot, index)
        elif record.key.check in ABOUT_CERTIFICATE and record.key.scope is not Scope.TARGET:
            resolution = resolve_certificate(record, index)
        elif record.key.scope is Scope.TARGET:
            resolution = _resolve_at_target(record, snapshot, index, at_target)
        else:
            resolution = _resolve_shared(record, snapshot, index, active)
        ended += _add(found, record, resolution)
    found.items = merged_renewals([*found.items, *_merged_with_renewals(ended)])


def _add(found: ResolvedAlerts, record: AlertRecord, resolution: Resolution) -> _Ended:
    """Record the resolution of an alert; return its items with the id of the lead of its group."""
    if resolution.pending:
        return []
    found.over[record.key] = resolution.kind
    return [(record.lead or record.key.id, item) for item in resolution.items]


def _merged_with_renewals(ended: _Ended) -> list[NotificationItem]:
    """Return the items, with those that a renewal of the same group resolves merged into its own."""
    renewals: dict[str, NotificationItem] = {}
    others: _Ended = []
    for lead, item in ended:
        if item.reason is NotifyReason.RENEWED and lead not in renewals:
            renewals[lead] = item
        else:
            others.append((lead, item))
    items = []
    for lead, item in others:
        if item.reason is NotifyReason.RESOLVED and lead in renewals:
            renewals[lead] = merge(renewals[lead], item)
        else:
            items.append(item)
    return [*renewals.values(), *items]


def _resolve_at_target(
    record: AlertRecord, snapshot: Snapshot, index: LocationIndex, active_at_target: _AtTarget
) -> Resolution:
    """Return the resolution of an alert about one certificate at one target."""
    target_id, sha256 = record.key.scope_id, record.key.subject
    state = snapshot.states.get(target_id)
    if state is None:
        return OVER
    if sha256 in index.unconfirmed or any(
        unreachable_at(state, location) for location in record.locations or ("",)
    ):
        return PENDING
    if record.key.check is Check.FLAPPING and not steady(state.former_leaves):
        return PENDING
    # Another certificate with the same fault replaced it, or the check was switched off.
    if (record.key.check, target_id) in active_at_target or _is_off(state, record) or _left(state, sha256):
        return OVER
    item = resolved(record, [(location, state) for location in record.locations])
    renewals = [one for one in replacements_in(state) if one.old.sha256 == sha256]
    if renewals:
        return Resolution(items=tuple(merge(renewal, item) for renewal in renewal_items(renewals)))
    return Resolution(items=(item,))


def _resolve_shared(
    record: AlertRecord, snapshot: Snapshot, index: LocationIndex, active: Collection[AlertKey]
) -> Resolution:
    """Return the resolution of an alert that several targets share."""
    check = judged_check(record.key)
    if check in OF_LISTS and (resolution := _resolve_list(record, snapshot)) is not None:
        return resolution
    owners = index.owners(record)
    if _is_unknown(check, owners):
        return PENDING
    if check in AT_PORT and (resolution := _resolve_at_port(record, index)) is not None:
        return resolution
    judged = any(state.target.policy.severity(check, Severity.WARNING) for _, state in owners)
    if not judged or (check is Check.BINDING_STALE and _is_active_at_port(record, owners, active)):
        return OVER
    return Resolution(items=(resolved(record, owners),))


def _is_unknown(check: Check, owners: Owners) -> bool:
    """Return whether the probes so far do not show how an alert was resolved."""
    if any(unreachable_at(state, location) for location, state in owners):
        return True
    if check in RESOLVED_BY_RENEWAL and any_unconfirmed(owners):
        return True
    # One store may be unreadable while others are read.
    return check in ON_MACHINE and any(not state.up for _, state in owners)


def _resolve_list(record: AlertRecord, snapshot: Snapshot) -> Resolution | None:
    """Return the resolution of an alert about a list, ``None`` when the endpoint that serves it was fetched.

    After a start nothing is known until it was fetched again, and its failures are counted again.
    """
    discovery_id = record.key.scope_id
    discovery = snapshot.discoveries.get(discovery_id)
    if discovery is None:
        return OVER
    if discovery.asked_at is None or discovery.failed > 0 or discovery.failures:
        return PENDING
    if record.locations != (discovery_id,):
        return None
    item = resolved(record, [])
    return Resolution(items=(replace(item, locations=(list_location(discovery_id),)),))


def _resolve_at_port(record: AlertRecord, index: LocationIndex) -> Resolution | None:
    """Return the resolution of a certificate that a port should not serve, ``None`` when it is just gone.

    Where it is served as before, only what the machine's stores say is different, or not known any more.
    """
    sha256 = certificate_of(record.key)
    if sha256 in index.unconfirmed:
        return PENDING
    if index.seen.get(sha256, set()).intersection(record.locations):
        return OVER
    if sha256 in index.replacements:
        return Resolution(items=tuple(renewal_items(index.replacements[sha256])))
    return None


def _is_active_at_port(
    record: AlertRecord, owners: Iterable[tuple[str, TargetState]], active: Collection[AlertKey]
) -> bool:
    """Return whether a stale binding is as it was, and its port has an alert instead as it is reachable."""
    host, thumbprint = record.key.scope_id, record.key.subject
    return any(
        AlertKey(Check.NOT_DEPLOYED, Scope.MACHINE, host, one.certificate.sha256) in active
        for _, state in owners
        for one in state.sightings
        if one.certificate.sha1 == thumbprint
    )


def _is_off(state: TargetState, record: AlertRecord) -> bool:
    """Return whether the policy does not judge this any more, or accepts the certificate."""
    check, policy = judged_check(record.key), state.target.policy
    accepted = check is Check.TRUST and record.key.subject in policy.accept
    return accepted or policy.severity(check, Severity.WARNING) is None


def _left(state: TargetState, sha256: str) -> bool:
    """Return whether a certificate is gone without another in its location."""
    return any(
        former_leaves.old.sha256 == sha256 and former_leaves.new is None
        for former_leaves in state.former_leaves
    )
