"""Judgments: what is wrong with a certificate or a target, how bad, and the message that says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.certificate import Certificate
from monitor.model.message import Message


class Check(StrEnum):
    """Name one question that is judged on its own; closed, published, and a metric label."""

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
    """Say how bad, in the order ok, warning, unknown, critical.

    Unknown stands above warning because a check that could not look outranks a mild finding
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
    """Hold one judgment; ``sha256`` is empty when it is about the target, not a certificate or CRL.

    ``matter`` names what several targets share (a server name with different certificates), so that it
    is told once; it begins with the word of its check. Empty for a finding of one target. ``instead`` is the
    thumbprint (SHA-1) of the certificate that lies ready to take this one's place, where that is known.
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
    """Hold the way from one leaf to an anchor, or as far as it could be followed.

    ``certificates`` runs from the leaf upward and includes an anchor that was not served.
    ``problem`` says why the path is not trusted, ``None`` when it is. Time is not part of trust: an
    expired path that was otherwise good is trusted. The path holds while ``valid_from`` <= now <
    ``valid_until`` (``None``: no bound); outside it has to be found again.
    """

    location: str
    certificates: tuple[Certificate, ...]
    trusted: bool
    problem: Message | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    @property
    def leaf(self) -> Certificate:
        """Return the certificate the path starts from."""
        return self.certificates[0]

    @property
    def not_after(self) -> datetime:
        """Return the earliest end on the path: what the target really has left."""
        return min(certificate.not_after for certificate in self.certificates)


@dataclass(frozen=True, slots=True)
class Superseded:
    """Say that an older certificate of a collection, or a CRL, has a successor and no longer alarms."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Hold all judgments about what one target showed.

    ``not_after`` is the earliest end over the paths that count (not superseded ones);
    ``warning_due_at`` and ``critical_due_at`` are the first instants at which expiry thresholds
    are reached; ``next_change_at`` is when judging again can give another answer.
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
