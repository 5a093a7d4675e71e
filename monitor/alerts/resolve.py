"""Resolve alerts that were notified and are not active any more: what became of each, and what to notify."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from monitor.alerts.collect import list_location
from monitor.alerts.decision import Resolution, ResolvedAlerts
from monitor.alerts.keys import (
    ABOUT_CERTIFICATE,
    ABOUT_REVOCATION,
    AT_PORT,
    ON_MACHINE,
    check_of,
    discovery_of,
    is_shared,
    target_and_fingerprint,
)
from monitor.alerts.renewals import (
    LocationIndex,
    index_locations,
    merge,
    merged_renewals,
    renewal_items,
    replacements_in,
    unreachable_at,
)
from monitor.alerts.resolve_certificates import (
    OVER,
    PENDING,
    resolve_certificate,
    resolve_revocation,
    resolved,
)
from monitor.alerts.unreachable import resolve_unreachable
from monitor.model import Check, NotificationRecord, Severity, Snapshot, TargetState

_NOT_PER_TARGET = ABOUT_CERTIFICATE | {Check.UNREACHABLE}


def resolve_alerts(
    snapshot: Snapshot, log: Mapping[str, NotificationRecord], active: Collection[str]
) -> ResolvedAlerts:
    """Return what became of every notified alert whose key is not active any more.

    A record stays while that is not known yet: its target is unreachable, or only one probe saw the change.
    """
    records = [record for key, record in log.items() if key not in active and check_of(key) is not None]
    if not records:
        return ResolvedAlerts()
    found = resolve_unreachable(snapshot, log, active)
    rest = [record for record in records if check_of(record.key) is not Check.UNREACHABLE]
    if rest:
        _resolve_findings(found, rest, snapshot, active)
    return found


def _resolve_findings(
    found: ResolvedAlerts, records: list[NotificationRecord], snapshot: Snapshot, active: Collection[str]
) -> None:
    locations = {location for record in records for location in record.locations}
    index = index_locations(snapshot, {_fingerprint(record) for record in records}, locations)
    active_at_target = {_without_certificate(key) for key in active if _is_per_target(key)}
    for record in records:
        if check_of(record.key) in ABOUT_REVOCATION:
            _add(found, record, resolve_revocation(record, snapshot, index))
        elif check_of(record.key) in ABOUT_CERTIFICATE:
            _add(found, record, resolve_certificate(record, index))
        elif is_shared(record.key):
            _add(found, record, _resolve_shared(record, snapshot, index, active))
        else:
            _add(found, record, _resolve_at_target(record, snapshot, index, active_at_target))
    found.items = merged_renewals(found.items)


def _is_per_target(key: str) -> bool:
    check = check_of(key)
    return check is not None and check not in _NOT_PER_TARGET and not is_shared(key)


def _add(found: ResolvedAlerts, record: NotificationRecord, resolution: Resolution) -> None:
    if not resolution.pending:
        found.over.append(record.key)
        found.items += resolution.items


def _resolve_at_target(
    record: NotificationRecord, snapshot: Snapshot, index: LocationIndex, active_at_target: Collection[str]
) -> Resolution:
    """Return what became of an alert about one certificate at one target."""
    target_id, sha256 = target_and_fingerprint(record.key)
    state = snapshot.states.get(target_id)
    if state is None:
        return OVER
    if sha256 in index.unconfirmed or any(
        unreachable_at(state, location) for location in record.locations or ("",)
    ):
        return PENDING
    # Another certificate with the same fault replaced it, or the check was switched off.
    if _without_certificate(record.key) in active_at_target or _is_off(state, record) or _left(state, sha256):
        return OVER
    item = resolved(record, [(location, state) for location in record.locations])
    renewals = [one for one in replacements_in(state) if one.old.sha256 == sha256]
    if renewals:
        return Resolution(items=tuple(merge(renewal, item) for renewal in renewal_items(renewals)))
    return Resolution(items=(item,))


def _resolve_shared(
    record: NotificationRecord, snapshot: Snapshot, index: LocationIndex, active: Collection[str]
) -> Resolution:
    """Return what became of an alert that several targets share."""
    check = check_of(record.key) or Check.INCONSISTENT
    if check is Check.DISCOVERY_STALE and (resolution := _resolve_list(record, snapshot)) is not None:
        return resolution
    owners = index.owners(record)
    if any(unreachable_at(state, location) for location, state in owners):
        return PENDING
    if check in ON_MACHINE and any(not state.up for _, state in owners):
        return PENDING  # one store may be unreadable while others are read
    if check in AT_PORT and (resolution := _resolve_at_port(record, index)) is not None:
        return resolution
    judged = any(state.target.policy.severity(check, Severity.WARNING) for _, state in owners)
    if not judged or (check is Check.BINDING_STALE and _is_active_at_port(record, owners, active)):
        return OVER
    return Resolution(items=(resolved(record, owners),))


def _resolve_list(record: NotificationRecord, snapshot: Snapshot) -> Resolution | None:
    """Return what became of a stale target list, ``None`` when an endpoint that serves it was fetched again.

    After a start nothing is known until it was fetched again, and its failures are counted anew.
    """
    discovery_id = discovery_of(record.key)
    discovery = snapshot.discoveries.get(discovery_id)
    if discovery is None:
        return OVER
    if discovery.asked_at is None or discovery.failed > 0 or discovery.failures:
        return PENDING
    if record.locations != (discovery_id,):
        return None
    item = resolved(record, [])
    return Resolution(items=(replace(item, locations=(list_location(discovery_id),)),))


def _resolve_at_port(record: NotificationRecord, index: LocationIndex) -> Resolution | None:
    """Return what became of a certificate that a port should not serve, ``None`` when it is just gone.

    Where it is served as before, only what the machine's stores say is different, or not known any more.
    """
    sha256 = _fingerprint(record)
    if sha256 in index.unconfirmed:
        return PENDING
    if index.seen.get(sha256, set()).intersection(record.locations):
        return OVER
    if sha256 in index.replacements:
        return Resolution(items=tuple(renewal_items(index.replacements[sha256])))
    return None


def _is_active_at_port(
    record: NotificationRecord, owners: Iterable[tuple[str, TargetState]], active: Collection[str]
) -> bool:
    """Return whether a stale binding is as it was, and its port has an alert instead as it is reachable."""
    *_, host, _, thumbprint = record.key.split(" ")
    not_deployed = f"{Check.NOT_DEPLOYED} {Check.NOT_DEPLOYED} {host}"
    return any(
        f"{not_deployed} {one.certificate.sha256}" in active
        for _, state in owners
        for one in state.sightings
        if one.certificate.sha1 == thumbprint
    )


def _is_off(state: TargetState, record: NotificationRecord) -> bool:
    """Return whether the policy does not judge this any more, or accepts the certificate."""
    check, (_, sha256) = check_of(record.key), target_and_fingerprint(record.key)
    policy = state.target.policy
    accepted = check is Check.TRUST and sha256 in policy.accept
    return check is None or accepted or policy.severity(check, Severity.WARNING) is None


def _left(state: TargetState, sha256: str) -> bool:
    """Return whether a certificate is gone without another in its location."""
    return any(
        former_leaves.old.sha256 == sha256 and former_leaves.new is None
        for former_leaves in state.former_leaves
    )


def _fingerprint(record: NotificationRecord) -> str:
    return record.key.rpartition(" ")[2]


def _without_certificate(key: str) -> str:
    """Return check and target of a key."""
    return key.rpartition(" ")[0]
