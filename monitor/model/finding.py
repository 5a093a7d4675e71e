"""Findings: a problem of a certificate or a target, its severity and its message."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model.alerts.alert import AlertKey
from monitor.model.certificate import Certificate
from monitor.model.check import Check, Severity
from monitor.model.message import Message


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgment about a certificate or a target.

    ``sha256`` is empty if it is about the target and not a certificate or CRL. ``shared_alert`` is the alert
    of a finding that several targets share (a server name with different certificates), ``None`` where the
    target or the certificate alone decides it. ``instead`` is the thumbprint (SHA-1) of the installed
    successor that is not in use yet, if known.
    """

    check: Check
    severity: Severity
    message: Message
    sha256: str = ""
    location: str = ""
    shared_alert: AlertKey | None = None
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """The certification path from one leaf to an anchor, or as much of it as was found (RFC 5280 section 6).

    ``certificates`` are in order from the leaf and include an anchor that was not served. ``problem`` says
    why the path is not trusted, ``None`` if it is; ``openssl`` why clients that use OpenSSL refuse the chain
    as it is served all the same, empty if they do not. Trust does not depend on time: an expired path that is
    otherwise good is trusted. The path applies while ``valid_from`` <= now < ``valid_until`` (``None``: no
    bound); outside of that it has to be built again.
    """

    location: str
    certificates: tuple[Certificate, ...]
    trusted: bool
    problem: Message | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    openssl: str = ""

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
