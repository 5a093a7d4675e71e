"""What is checked, and how severe a finding is: closed, published sets."""

from collections.abc import Iterable
from enum import StrEnum


class Check(StrEnum):
    """One check of certificates or targets; a closed, published set, also used as a metric label."""

    EXPIRY = "expiry"
    CA_EXPIRY = "ca_expiry"
    NOT_YET_VALID = "not_yet_valid"
    NAME = "name"
    NAME_IN_SUBJECT_ONLY = "name_in_subject_only"
    TRUST = "trust"
    OUTLIVES_CA = "outlives_ca"
    WEAK_KEY = "weak_key"
    WEAK_SIGNATURE = "weak_signature"
    USAGE = "usage"
    DAMAGED = "damaged"
    UNREACHABLE = "unreachable"
    INCONSISTENT = "inconsistent"
    FLAPPING = "flapping"
    RECORDER_PAIR = "recorder_pair"
    FAILOVER_OLDER = "failover_older"
    PUBLIC_NAME = "public_name"
    ENCRYPTION = "encryption"
    KEY_TYPE = "key_type"
    NEVER_SEEN = "never_seen"
    DISCOVERY_STALE = "discovery_stale"
    TARGETS_LEFT_OUT = "targets_left_out"
    REVOKED = "revoked"
    REVOCATION_UNKNOWN = "revocation_unknown"
    CRL_EXPIRY = "crl_expiry"
    RENEWAL_WINDOW = "renewal_window"
    RENEWAL_LATE = "renewal_late"
    NOT_DEPLOYED = "not_deployed"
    BINDING_STALE = "binding_stale"
    KEY_MISSING = "key_missing"
    KEY_INACCESSIBLE = "key_inaccessible"
    NOT_IN_STORE = "not_in_store"
    CA_NOT_INSTALLED = "ca_not_installed"


class MonitorCheck(StrEnum):
    """One check of the monitor itself: no finding has it, and no policy changes it."""

    CLOCK = "clock"
    STORE = "store"
    ZONE_SILENT = "zone_silent"


AnyCheck = Check | MonitorCheck
"""What an alert may be about."""


class Severity(StrEnum):
    """The severity of a finding, in the order ok, warning, unknown, critical.

    Unknown ranks above warning because a failed probe is worse than a minor finding
    (exit codes: 2 before 3 before 1 before 0).
    """

    OK = "ok"
    WARNING = "warning"
    UNKNOWN = "unknown"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return the rank of the severity, 0 is best."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the worst of some severities, ok for none."""
    return max(severities, key=lambda severity: severity.rank, default=Severity.OK)
