"""Judge target lists: those that could not be fetched for some time, and those that are too long.

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


_Fault = tuple[Check, Severity, Message]


def target_lists(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:  # noqa: ARG001 - as asked of all
    """Yield the findings about each discovery for one target.

    That is the endpoint that serves the list, or else the first target that the discovery found.
    """
    for discovery in snapshot.discoveries.values():
        for check, default, message in _faults(discovery):
            target = _target_for(snapshot, discovery)
            severity = target.policy.severity(check, default) if target else None
            if target is not None and severity is not None:
                yield target.id, _found(discovery, target.location, (check, severity, message))


def lists_without_targets(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the findings about each discovery that has no target."""
    for discovery in snapshot.discoveries.values():
        for fault in _faults(discovery):
            if _target_for(snapshot, discovery) is None:
                yield _found(discovery, discovery.id, fault)


def _faults(discovery: DiscoveryState) -> Iterator[_Fault]:
    if discovery.failed >= _WARNING_AFTER:
        yield Check.DISCOVERY_STALE, _severity(discovery), _message(discovery)
    if discovery.left_out:
        said = texts.targets_left_out(discovery=discovery.id, left_out=discovery.left_out)
        yield Check.TARGETS_LEFT_OUT, Severity.WARNING, said


def _target_for(snapshot: Snapshot, discovery: DiscoveryState) -> Target | None:
    state = snapshot.states.get(discovery.target_id)
    if state is not None:
        return state.target
    return next((state.target for state in snapshot if state.target.origin == discovery.id), None)


def _severity(discovery: DiscoveryState) -> Severity:
    return Severity.CRITICAL if discovery.failed >= _CRITICAL_AFTER else Severity.WARNING


def _found(discovery: DiscoveryState, location: str, fault: _Fault) -> Finding:
    check, severity, message = fault
    shared = AlertKey(check, Scope.DISCOVERY, discovery.id)
    return Finding(check, severity, message, location=location, shared_alert=shared)


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
