"""Decide how an alert about a certificate was resolved: renewed, resolved, gone, or not known yet.

What an issuer said of revocation is not stored: after a start nothing is known until it was asked again, and
until then a notified ``revoked`` is not resolved.
"""

from monitor.alerts.alert import alert_location
from monitor.alerts.decision import NotificationItem, NotifyReason, Resolution
from monitor.alerts.keys import judged_check
from monitor.alerts.resolution.renewals import (
    PROBES_TO_CONFIRM,
    LocationIndex,
    renewal_item,
    renewal_items,
    unreachable_at,
)
from monitor.alerts.texts import PROBLEM, ca_renewed, no_longer
from monitor.assess import asked_of, asked_paths
from monitor.model import (
    AlertRecord,
    Certificate,
    Check,
    RevocationStatus,
    Severity,
    Snapshot,
    TargetState,
)

Owners = list[tuple[str, TargetState]]
"""Locations with the targets that have them."""

PENDING = Resolution(pending=True)
OVER = Resolution()


def resolved(record: AlertRecord, owners: Owners) -> NotificationItem:
    """Return the item that says that an alert is resolved."""
    check = judged_check(record.key)
    locations = tuple(alert_location(state, location) for location, state in owners)
    said = no_longer(problem=PROBLEM[check])
    return NotificationItem(NotifyReason.RESOLVED, None, (check,), record.title, (said,), locations)


def resolve_certificate(record: AlertRecord, index: LocationIndex) -> Resolution:
    """Return the resolution of an alert about a certificate that is wrong at every location.

    Still seen at one of its locations means that thresholds changed, not the certificate.
    """
    sha256 = record.key.scope_id
    owners = index.owners(record)
    if sha256 in index.unconfirmed or any(unreachable_at(state, location) for location, state in owners):
        return PENDING
    if index.seen.get(sha256, set()).intersection(record.locations):
        return OVER
    if sha256 in index.replacements:
        return Resolution(items=tuple(renewal_items(index.replacements[sha256])))
    if record.key.check is Check.CA_EXPIRY and owners:
        return _resolve_ca(record, sha256, owners)
    return OVER


def resolve_revocation(record: AlertRecord, snapshot: Snapshot, index: LocationIndex) -> Resolution:
    """Return the resolution of an alert about a revoked certificate, or one of unknown status.

    Still seen, it is resolved only when its issuer says that it is good. Otherwise it was renewed or is gone;
    a CA above a leaf leaves no other trace.
    """
    if record.key.check is Check.REVOCATION_UNKNOWN:
        return _resolve_issuer(record, snapshot, index)
    resolution = resolve_certificate(record, index)
    if resolution.pending or resolution.items:
        return resolution
    sha256 = record.key.scope_id
    owners = index.owners(record)
    showing = [(location, state) for location, state in owners if location in index.seen.get(sha256, ())]
    if showing:
        return _resolve_seen(record, snapshot, showing)
    if any_unconfirmed(owners):
        return PENDING
    leaf = any(
        former_leaves.old.sha256 == sha256 for _, state in owners for former_leaves in state.former_leaves
    )
    return OVER if leaf or not owners else Resolution(items=(resolved(record, owners),))


def _resolve_ca(record: AlertRecord, sha256: str, owners: Owners) -> Resolution:
    """Return whether a CA of the same name replaced it everywhere; CAs above a leaf leave no trace."""
    successors = [
        (location, state, _successor(record, sha256, location, state)) for location, state in owners
    ]
    if any_unconfirmed(owners):
        return PENDING
    if any(successor is None for _, _, successor in successors):
        return OVER
    locations = tuple(dict.fromkeys(alert_location(state, location) for location, state, _ in successors))
    new = max((found for _, _, found in successors if found), key=lambda found: found.not_after)
    said = ca_renewed(not_after=new.not_after)
    return Resolution(items=(renewal_item(record.title, said, locations, new, sha256),))


def _successor(record: AlertRecord, sha256: str, location: str, state: TargetState) -> Certificate | None:
    above = (c for path in state.assessment.paths if path.location == location for c in path.certificates)
    return next((c for c in above if c.is_ca and c.title == record.title and c.sha256 != sha256), None)


def any_unconfirmed(owners: Owners) -> bool:
    """Return whether only one probe has seen another certificate at one of these locations."""
    return any(
        former_leaves.probes < PROBES_TO_CONFIRM
        for _, state in owners
        for former_leaves in state.former_leaves
    )


def _resolve_seen(record: AlertRecord, snapshot: Snapshot, showing: Owners) -> Resolution:
    if not any(_is_judged(state, Check.REVOKED) for _, state in showing):
        return OVER
    known = snapshot.revocations.get(record.key.scope_id)
    if known is not None and known.status is RevocationStatus.GOOD:
        return Resolution(items=(resolved(record, showing),))
    return PENDING


def _resolve_issuer(record: AlertRecord, snapshot: Snapshot, index: LocationIndex) -> Resolution:
    """Return the resolution of an issuer without answers: resolved when it answered for every certificate."""
    issuer = record.key.scope_id
    owners = index.owners(record)
    if any(unreachable_at(state, location) for location, state in owners):
        return PENDING
    judged = [(location, state) for location, state in owners if _is_judged(state, Check.REVOCATION_UNKNOWN)]
    if not judged:
        return OVER
    if any(_lacks_answer(state, issuer, snapshot) for _, state in judged):
        return PENDING
    return Resolution(items=(resolved(record, judged),))


def _lacks_answer(state: TargetState, issuer: str, snapshot: Snapshot) -> bool:
    """Return whether an issuer has not answered yet for a certificate of a target."""
    own = [
        one
        for path in asked_paths(state)
        for one in asked_of(path)
        if (one.issuer_cn or one.issuer) == issuer
    ]
    answers = [snapshot.revocations.get(one.sha256) for one in own]
    return any(known is None or known.status is RevocationStatus.UNKNOWN for known in answers)


def _is_judged(state: TargetState, check: Check) -> bool:
    policy = state.target.policy
    return bool(policy.revocation) and policy.severity(check, Severity.WARNING) is not None
