"""Findings: a problem of a certificate or a target, its severity and its message."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.certificate import Certificate
from monitor.model.message import Message


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
    RECORDER_PAIR = "recorder_pair"
    FAILOVER_OLDER = "failover_older"
    PUBLIC_NAME = "public_name"
    ENCRYPTION = "encryption"
    KEY_TYPE = "key_type"
    NEVER_SEEN = "never_seen"
    DISCOVERY_STALE = "discovery_stale"
    REVOKED = "revoked"
    REVOCATION_UNKNOWN = "revocation_unknown"
    CRL_EXPIRY = "crl_expiry"
    RENEWAL_WINDOW = "renewal_window"
    NOT_DEPLOYED = "not_deployed"
    BINDING_STALE = "binding_stale"
    KEY_MISSING = "key_missing"
    KEY_INACCESSIBLE = "key_inaccessible"
    NOT_IN_STORE = "not_in_store"
    CA_NOT_INSTALLED = "ca_not_installed"


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


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgment about a certificate or a target.

    ``sha256`` is empty if it is about the target and not a certificate or CRL. ``matter`` is the key of a
    finding that several targets share (a server name with different certificates), so that it is notified
    once; it begins with the name of its check and is empty for a finding of one target. ``instead`` is the
    thumbprint (SHA-1) of the installed successor that is not in use yet, if known.
    """

    check: Check
    severity: Severity
    message: Message
    sha256: str = ""
    location: str = ""
    matter: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """The certification path from one leaf to an anchor, or as much of it as was found (RFC 5280 section 6).

    ``certificates`` are in order from the leaf and include an anchor that was not served. ``problem`` says
    why the path is not trusted, ``None`` if it is. Trust does not depend on time: an expired path that is
    otherwise good is trusted. The path applies while ``valid_from`` <= now < ``valid_until`` (``None``: no
    bound); outside of that it has to be built again.
    """

    location: str
    certificates: tuple[Certificate, ...]
    trusted: bool
    problem: Message | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    @property
    def leaf(self) -> Certificate:
        """Return the certificate that the path starts from."""
        return self.certificates[0]

    @property
    def not_after(self) -> datetime:
        """Return the earliest expiry on the path, after which the target fails."""
        return min(certificate.not_after for certificate in self.certificates)


@dataclass(frozen=True, slots=True)
class Superseded:
    """An older certificate of a collection, or a CRL, with its successor; it raises no more alerts."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The findings and paths of one target.

    ``not_after`` is the earliest expiry over all paths except superseded ones; ``warning_due_at`` and
    ``critical_due_at`` are the first times at which expiry thresholds are reached; ``next_change_at`` is the
    first time at which judging again can give another result.
    """

    findings: tuple[Finding, ...] = ()
    paths: tuple[Path, ...] = ()
    superseded: tuple[Superseded, ...] = ()
    not_after: datetime | None = None
    warning_due_at: datetime | None = None
    critical_due_at: datetime | None = None
    next_change_at: datetime | None = None

    def on_path(self, location: str, sha256: str) -> bool:
        """Return whether a certificate seen at a location is on a path of that location."""
        return any(
            path.location == location and any(c.sha256 == sha256 for c in path.certificates)
            for path in self.paths
        )
