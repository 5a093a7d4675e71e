"""Which alert a finding belongs to, and which checks are alike."""

from monitor.model import AlertKey, Check, Finding, MonitorCheck, Scope

CLOCK = AlertKey(MonitorCheck.CLOCK, Scope.MONITOR)
STORE = AlertKey(MonitorCheck.STORE, Scope.MONITOR)
NETWORK = AlertKey(Check.UNREACHABLE, Scope.MONITOR)
"""Many targets are unreachable at once."""


def zone_key(zone: str) -> AlertKey:
    """Return the key of the alert that nothing is heard of a zone."""
    return AlertKey(MonitorCheck.ZONE_SILENT, Scope.ZONE, zone)


def is_of_many(key: AlertKey) -> bool:
    """Return whether an alert is about unreachable targets of many hosts: a source, or the whole network."""
    return key.check is Check.UNREACHABLE and key.scope is not Scope.TARGET


def is_source(key: AlertKey) -> bool:
    """Return whether an alert is about a source of which nearly nothing is seen."""
    return is_of_many(key) and key != NETWORK


TITLES = {
    MonitorCheck.CLOCK: "The monitor's clock",
    MonitorCheck.STORE: "The monitor's database",
    MonitorCheck.ZONE_SILENT: "A zone",
    Check.UNREACHABLE: "Many targets",
}
"""The titles of alerts about nothing that has a name of its own; notifications have messages instead."""

ABOUT_REVOCATION = frozenset({Check.REVOKED, Check.REVOCATION_UNKNOWN})
ABOUT_CERTIFICATE = frozenset(
    {
        Check.EXPIRY,
        Check.CA_EXPIRY,
        Check.WEAK_KEY,
        Check.WEAK_SIGNATURE,
        Check.RENEWAL_WINDOW,
        Check.RENEWAL_LATE,
        Check.REVOKED,
    }
)
AT_PORT = frozenset({Check.NOT_DEPLOYED, Check.NOT_IN_STORE})
"""Those of STORE_VS_ENDPOINT that are about a port."""

OF_LISTS = frozenset({Check.DISCOVERY_STALE, Check.TARGETS_LEFT_OUT})
"""The checks whose alerts are about a target list."""

ON_MACHINE = frozenset(
    {Check.BINDING_STALE, Check.KEY_MISSING, Check.KEY_INACCESSIBLE, Check.CA_NOT_INSTALLED}
)
STORE_VS_ENDPOINT = AT_PORT | ON_MACHINE
"""The checks whose alerts are about a machine."""

RESOLVED_BY_RENEWAL = frozenset(
    {
        Check.CA_EXPIRY,
        Check.OUTLIVES_CA,
        Check.EXPIRY,
        Check.REVOKED,
        Check.RENEWAL_WINDOW,
        Check.RENEWAL_LATE,
        Check.RECORDER_PAIR,
        Check.FAILOVER_OLDER,
        Check.NAME,
        Check.NAME_IN_SUBJECT_ONLY,
        Check.PUBLIC_NAME,
        Check.KEY_TYPE,
    }
)
"""The checks whose alerts a new certificate resolves."""


def alert_key(target_id: str, finding: Finding) -> AlertKey:
    """Return the key of the alert that a finding about a target belongs to.

    What is true of a certificate at every location is one alert; what depends on where it is served is one
    per target, and so is what is wrong with whichever certificate is there.
    """
    if finding.shared_alert is not None:
        return finding.shared_alert
    if finding.check in ABOUT_CERTIFICATE and finding.sha256:
        return AlertKey(finding.check, Scope.CERTIFICATE, finding.sha256)
    return AlertKey(finding.check, Scope.TARGET, target_id, finding.sha256)


def unreachable_key(target_id: str) -> AlertKey:
    """Return the key of the alert that a target is unreachable."""
    return AlertKey(Check.UNREACHABLE, Scope.TARGET, target_id)


def judged_check(key: AlertKey) -> Check:
    """Return the check of an alert that comes from a finding; raise ``TypeError`` for any other."""
    if isinstance(key.check, Check):
        return key.check
    raise TypeError(f"no finding has the check {key.check}")


def certificate_of(key: AlertKey) -> str:
    """Return the SHA-256 of the certificate that an alert is about, empty where it is about none."""
    if key.scope is Scope.CERTIFICATE:
        return key.scope_id
    return key.subject if key.scope is Scope.TARGET or key.check in AT_PORT else ""


def machine_of(finding: Finding) -> str:
    """Return the machine whose stores a finding is about, empty for any other finding."""
    shared = finding.shared_alert
    return shared.scope_id if shared is not None and finding.check in STORE_VS_ENDPOINT else ""
