"""Collect alerts from the findings of a snapshot: each thing that is wrong once, with all its locations.

It must not decide what is notified. Unreachable targets are collected on their own.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from monitor.alerts.alert import (
    ALARMING,
    Alert,
    Group,
    alert_location,
    known_certificates,
    remind_every,
)
from monitor.alerts.keys import AT_PORT, OF_LISTS, STORE_VS_ENDPOINT, alert_key, machine_of
from monitor.alerts.steps.fill import add_steps
from monitor.assess import lists_without_targets
from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertLocation,
    Certificate,
    Check,
    Finding,
    Policy,
    Scope,
    Severity,
    Snapshot,
    TargetState,
    qualified,
)

_EXPIRING = (Check.EXPIRY, Check.CA_EXPIRY)
_COMMON_NAME = re.compile(r"CN=(?P<name>(?:\\.|[^\\,+])+)")
_OF_CA = (Check.CA_EXPIRY, Check.CA_NOT_INSTALLED)
_OF_ONE_AT_FAULT = (Check.RECORDER_PAIR, Check.FAILOVER_OLDER)


def collect_alerts(snapshot: Snapshot, now: datetime) -> dict[AlertKey, Alert]:
    """Return every alert by key, but for those of unreachable targets."""
    alerts: dict[AlertKey, Alert] = {}
    files: dict[str, Certificate] = {}
    for state, findings in _alarming(snapshot):
        known = known_certificates(state)
        changing = {one.location for one in findings if one.check is Check.FLAPPING}
        for finding in findings:
            certificate = known.get(_about(finding))
            if certificate is None and finding.check is Check.CA_NOT_INSTALLED:
                files = files or _in_files(snapshot)
                certificate = files.get(finding.sha256)
            if finding.location in changing and finding.shared_alert is None:
                # The next probe shows another certificate, and each would be an alert of its own.
                finding = replace(finding, sha256="")  # noqa: PLW2901 - the same finding, without its certificate
            _add(alerts, state, finding, certificate, now)
    _add_lists(alerts, snapshot)
    return alerts


def list_location(discovery_id: str) -> AlertLocation:
    """Return the location of a target list that no endpoint serves."""
    return AlertLocation(discovery_id, discovery_id, ())


def _in_files(snapshot: Snapshot) -> dict[str, Certificate]:
    """Return the certificates in files by SHA-256: a CA that a machine lacks is not found on that machine."""
    states = (state for state in snapshot.states.values() if state.target.kind == "files")
    return {one.certificate.sha256: one.certificate for state in states for one in state.sightings}


def _alarming(snapshot: Snapshot) -> Iterator[tuple[TargetState, list[Finding]]]:
    # With 100,000 quiet targets these two loops are all that the pass costs.
    for state in snapshot.states.values():
        findings = state.assessment.findings
        if findings and (wrong := _wrong(findings)):
            yield state, wrong
        if state.unreachable is not None and (wrong := _wrong((state.unreachable,))):
            yield state, wrong
    for target_id, findings in snapshot.correlated.items():
        if target_id in snapshot.states and (wrong := _wrong(findings)):
            yield snapshot.states[target_id], wrong


def _wrong(findings: tuple[Finding, ...]) -> list[Finding]:
    return [f for f in findings if f.severity in ALARMING and f.check is not Check.UNREACHABLE]


def _about(finding: Finding) -> str:
    """Return the fingerprint of what the alert is about: a CA that its leaves outlive, not the leaves."""
    shared = finding.shared_alert
    return shared.scope_id if shared is not None and _of_certificate(finding) else finding.sha256


def _of_certificate(finding: Finding) -> bool:
    """Return whether all targets below a CA share the alert about it."""
    return finding.shared_alert is not None and finding.shared_alert.scope is Scope.CERTIFICATE


def _add(
    alerts: dict[AlertKey, Alert],
    state: TargetState,
    finding: Finding,
    certificate: Certificate | None,
    now: datetime,
) -> None:
    key = alert_key(state.target.id, finding)
    alert = alerts.get(key) or alerts.setdefault(key, _new(key, state, finding, certificate))
    level = _level(finding, certificate, now)
    alert.level = max(alert.level, level, key=lambda step: step.rank)
    alert.remind_every = min(alert.remind_every, remind_every(state, finding.severity))
    alert.low_impact = alert.low_impact and state.target.info.low_impact
    alert.messages[finding.message] = None
    location = alert_location(state, finding.location)
    alert.locations[state.target.id, location.location] = location
    if alert.certificate is None and certificate is not None:
        alert.certificate, alert.title = certificate, _title(finding, certificate, location)
    add_steps(alert.renewal_steps, state, finding, certificate, now)


def _new(key: AlertKey, state: TargetState, finding: Finding, certificate: Certificate | None) -> Alert:
    return Alert(
        key=key,
        group=_group(state, finding),
        check=finding.check,
        level=AlertLevel.WARNING,
        remind_every=remind_every(state, finding.severity),
        title=_title(finding, certificate, alert_location(state, finding.location)),
        low_impact=state.target.info.low_impact,
        certificate=certificate,
    )


def _group(state: TargetState, finding: Finding) -> Group:
    if finding.check is Check.NEVER_SEEN:
        host = state.target.host
        return finding.check, qualified(host, state.target.zone) if host else state.target.id
    shared = finding.shared_alert
    own: Group = (Scope.TARGET, state.target.id)
    if shared is not None:
        own = (shared.check, shared.scope, shared.scope_id, shared.subject)
        if finding.check not in STORE_VS_ENDPOINT and not _of_certificate(finding):
            return own
    # What stores say of a certificate belongs to what else is wrong with it: that it expires, and that its
    # successor is available, is one notification item.
    about = _about(finding)
    return (Scope.CERTIFICATE, about) if about else own


def _title(finding: Finding, certificate: Certificate | None, location: AlertLocation) -> str:
    """Return what is at fault: a CA itself, since all that depends on it fails with it."""
    shared = finding.shared_alert
    ca = finding.check in _OF_CA or _of_certificate(finding)
    if certificate is not None and (ca or (finding.check is Check.REVOKED and certificate.is_ca)):
        return certificate.title
    if finding.check in STORE_VS_ENDPOINT:
        return location.title if finding.check in AT_PORT else machine_of(finding)
    at_fault = finding.check in _OF_ONE_AT_FAULT and certificate is not None
    if shared is not None and not (at_fault and location.title != location.location):
        return _common_name(shared.scope_id) if shared.scope is Scope.ISSUER else shared.scope_id
    return location.title


def _common_name(issuer: str) -> str:
    """Return the common name that a distinguished name (RFC 4514) begins with, otherwise all of it."""
    found = _COMMON_NAME.match(issuer)
    return re.sub(r"\\([ \"#+,;<=>\\])", r"\1", found["name"]) if found else issuer


def _level(finding: Finding, certificate: Certificate | None, now: datetime) -> AlertLevel:
    if finding.check in _EXPIRING and certificate is not None and certificate.not_after <= now:
        return AlertLevel.EXPIRED
    return AlertLevel.CRITICAL if finding.severity is Severity.CRITICAL else AlertLevel.WARNING


def _add_lists(alerts: dict[AlertKey, Alert], snapshot: Snapshot) -> None:
    """Add the target lists without any target, and name lists themselves where no endpoint serves them."""
    for alert in _without_targets(snapshot):
        alerts.setdefault(alert.key, alert)
    for alert in alerts.values():
        if alert.check in OF_LISTS:
            discovery_id = alert.key.scope_id
            discovery = snapshot.discoveries.get(discovery_id)
            if discovery is not None and discovery.target_id not in snapshot.states:
                alert.locations = {(discovery_id, discovery_id): list_location(discovery_id)}


def _without_targets(snapshot: Snapshot) -> Iterator[Alert]:
    policy = Policy()
    for finding in lists_without_targets(snapshot):
        critical = finding.severity is Severity.CRITICAL
        yield Alert(
            key=alert_key("", finding),
            group=(finding.check, finding.location),
            check=finding.check,
            level=AlertLevel.CRITICAL if critical else AlertLevel.WARNING,
            remind_every=policy.remind_critical_every if critical else policy.remind_warning_every,
            title=finding.location,
            messages={finding.message: None},
        )
