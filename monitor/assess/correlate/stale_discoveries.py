"""Judge discoveries whose target list could not be fetched for some time.

It must not judge the targets: those last known stay watched.
"""

from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate import texts
from monitor.model import (
    AlertKey,
    Check,
    DiscoveryState,
    Finding,
    Message,
    Scope,
    Severity,
    Snapshot,
    Target,
)
from monitor.model.texts import joined

_WARNING_AFTER = 3
_CRITICAL_AFTER = 12


def stale_discoveries(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:  # noqa: ARG001 - as asked of all
    """Yield a finding for one target of each discovery that failed several times in a row.

    That is the endpoint that serves the list, or else the first target that the discovery found.
    """
    for discovery in snapshot.discoveries.values():
        if discovery.failed >= _WARNING_AFTER:
            target = _target_for(snapshot, discovery)
            if target is not None:
                yield from _finding(target, discovery)


def stale_without_targets(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield a finding for each discovery that failed several times in a row and has no target."""
    for discovery in snapshot.discoveries.values():
        if discovery.failed >= _WARNING_AFTER and _target_for(snapshot, discovery) is None:
            yield _found(discovery, discovery.id, _severity(discovery))


def _target_for(snapshot: Snapshot, discovery: DiscoveryState) -> Target | None:
    state = snapshot.states.get(discovery.target_id)
    if state is not None:
        return state.target
    return next((state.target for state in snapshot if state.target.origin == discovery.id), None)


def _finding(target: Target, discovery: DiscoveryState) -> Iterator[tuple[str, Finding]]:
    severity = target.policy.severity(Check.DISCOVERY_STALE, _severity(discovery))
    if severity is not None:
        yield target.id, _found(discovery, target.location, severity)


def _severity(discovery: DiscoveryState) -> Severity:
    return Severity.CRITICAL if discovery.failed >= _CRITICAL_AFTER else Severity.WARNING


def _found(discovery: DiscoveryState, location: str, severity: Severity) -> Finding:
    shared = AlertKey(Check.DISCOVERY_STALE, Scope.DISCOVERY, discovery.id)
    return Finding(
        Check.DISCOVERY_STALE, severity, _message(discovery), location=location, shared_alert=shared
    )


def _message(discovery: DiscoveryState) -> Message:
    reasons = tuple(dict.fromkeys(failure.message for failure in discovery.failures))
    kept = texts.TARGETS_KEPT if discovery.found else texts.NOTHING_WATCHED
    fetched = discovery.succeeded_at
    last = texts.NEVER_FETCHED if fetched is None else texts.last_fetched(at=fetched)
    if not reasons:
        return texts.discovery_stale_unknown(
            discovery=discovery.id, failed=discovery.failed, last=last, kept=kept
        )
    return texts.discovery_stale(
        discovery=discovery.id, failed=discovery.failed, reasons=joined(reasons), last=last, kept=kept
    )
