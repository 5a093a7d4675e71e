"""The keys of alerts in the notification log: how they are written and read back."""

from monitor.model import Check, Finding

CLOCK = "clock"
INVENTORY = "inventory"
NETWORK = "unreachable *"
RENEWED = "renewed"

_CHECKS = {check.value: check for check in Check}

ABOUT_REVOCATION = frozenset({Check.REVOKED, Check.REVOCATION_UNKNOWN})
ABOUT_CERTIFICATE = frozenset(
    {
        Check.EXPIRY,
        Check.CA_EXPIRY,
        Check.WEAK_KEY,
        Check.WEAK_SIGNATURE,
        Check.RENEWAL_WINDOW,
        Check.REVOKED,
    }
)
AT_PORT = frozenset({Check.NOT_DEPLOYED, Check.NOT_IN_STORE})
"""Those of STORE_VS_ENDPOINT that are about a port."""

ON_MACHINE = frozenset(
    {Check.BINDING_STALE, Check.KEY_MISSING, Check.KEY_INACCESSIBLE, Check.CA_NOT_INSTALLED}
)
STORE_VS_ENDPOINT = AT_PORT | ON_MACHINE
"""The checks whose ``matter`` names the machine after the check."""

_ALWAYS_SHARED = frozenset(
    {
        Check.INCONSISTENT,
        Check.RECORDER_PAIR,
        Check.FAILOVER_OLDER,
        Check.DISCOVERY_STALE,
        Check.REVOCATION_UNKNOWN,
    }
)


def alert_key(target_id: str, finding: Finding) -> str:
    """Return the key of the alert that a finding about a target belongs to.

    What is true of a certificate at every location is one alert; what depends on where it is served is one
    per target.
    """
    if finding.matter:
        return f"{finding.check} {finding.matter}"
    if finding.check in ABOUT_CERTIFICATE:
        return f"{finding.check} {finding.sha256}"
    return f"{finding.check} {target_id} {finding.sha256 or '-'}"


def unreachable_key(target_id: str) -> str:
    """Return the key of the alert that a target is unreachable."""
    return f"{Check.UNREACHABLE} {target_id}"


def renewal_key(old: str, new: str) -> str:
    """Return the key under which one renewal is recorded as notified."""
    return f"{RENEWED} {old} {new}"


def is_shared(key: str) -> bool:
    """Return whether a key is that of an alert of several targets.

    Checks of one target or of many repeat their name in ``matter``, with which no target id begins.
    """
    check = check_of(key)
    return check in _ALWAYS_SHARED or (check is not None and subject_of(key).startswith(f"{check} "))


def check_of(key: str) -> Check | None:
    """Return the check of a key, ``None`` for a key that is not about a finding."""
    word = key.partition(" ")[0]
    return _CHECKS.get(word)


def subject_of(key: str) -> str:
    """Return what follows the check: a fingerprint, a target with or without one, or a ``matter``."""
    return key.partition(" ")[2]


def target_and_fingerprint(key: str) -> tuple[str, str]:
    """Return both parts of a key of one target and certificate; target ids may contain spaces."""
    target_id, _, sha256 = subject_of(key).rpartition(" ")
    return target_id, sha256


def discovery_of(key: str) -> str:
    """Return the id of the discovery whose target list a key is about."""
    return subject_of(key).removeprefix(f"{Check.DISCOVERY_STALE} ")


def machine_of(finding: Finding) -> str:
    """Return the machine whose stores a finding is about, empty for any other finding."""
    return finding.matter.split(" ")[1] if finding.check in STORE_VS_ENDPOINT else ""
