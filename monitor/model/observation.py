"""What one probe of one target gave: sightings, failures, and when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.certificate import Certificate
from monitor.model.machine import Machine
from monitor.model.revocation import RevocationList, Staple


class FailureReason(StrEnum):
    """Name why (part of) a probe gave nothing; closed, published, and a metric label."""

    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    NOT_TLS = "not_tls"
    TLS_ALERT = "tls_alert"
    TLS_PROTOCOL = "tls_protocol"
    BAD_CERTIFICATE = "bad_certificate"
    CLOSED = "closed"
    STARTTLS_REFUSED = "starttls_refused"
    PROTOCOL_ERROR = "protocol_error"
    PROXY = "proxy"
    NOT_FOUND = "not_found"
    PERMISSION = "permission"
    UNREADABLE = "unreadable"
    NOT_A_CERTIFICATE = "not_a_certificate"
    PASSPHRASE = "passphrase"  # noqa: S105 - a reason
    TOO_LARGE = "too_large"
    LATE = "late"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_XPROTECT = "not_xprotect"
    BAD_ANSWER = "bad_answer"
    INTERNAL = "internal"


def within(location: str, holder: str) -> bool:
    """Return whether a location is another one, or lies inside it.

    ``path#alias`` lies in ``path``, and ``host:port (RSA)``, one of a server's key types, in ``host:port``.
    """
    return location == holder or location.startswith((f"{holder}#", f"{holder} ("))


def _holders(location: str) -> Iterator[str]:
    """Iterate over a location and all that it may lie in; a path may have ``#`` in its own name."""
    while location:
        yield location
        location = location.rpartition("#")[0]


@dataclass(frozen=True, slots=True)
class Failure:
    """Say why one location gave nothing; an empty ``location`` means the whole target."""

    reason: FailureReason
    detail: str
    location: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Say that one certificate was seen at one location.

    ``location`` is ``host:port``, a path, or ``path#alias`` in a file that gives its certificates names;
    ``position`` is the index in the served list, in the file or under the alias.
    """

    location: str
    position: int
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Hold what a source returns: everything it saw and everything that failed.

    ``ders`` maps SHA-256 to the DER bytes of every sighting. ``encrypted`` is ``None`` where the
    question has no meaning (files) or was not answered. ``machine`` is what a machine's stores told
    beyond certificates, ``None`` for other kinds and where nothing came. ``lists`` are the CRLs seen;
    ``staples`` the OCSP responses that came with a handshake, where they were asked for. ``partial`` says
    that the probe ended before it had been everywhere, which ``failures`` explain: of what is not shown
    nothing is known.
    """

    sightings: tuple[Sighting, ...] = ()
    failures: tuple[Failure, ...] = ()
    ders: Mapping[str, bytes] = field(default_factory=dict)
    encrypted: bool | None = None
    machine: Machine | None = None
    lists: tuple[RevocationList, ...] = ()
    staples: tuple[Staple, ...] = ()
    partial: bool = False

    @property
    def unreachable_failures(self) -> tuple[Failure, ...]:
        """Return the failures whose location showed no certificate at all.

        A handshake that fails after the certificates arrived leaves a failure *and* sightings at
        one location: worth a word, but the target was seen.
        """
        if self.partial or not self.failures:
            return self.failures
        seen = {sighting.location for sighting in self.sightings} | {one.location for one in self.lists}
        shown = {holder for location in seen for holder in _holders(location)}
        return tuple(f for f in self.failures if (f.location not in shown if f.location else not shown))


@dataclass(frozen=True, slots=True)
class Observation:
    """Tie what was seen to its target and instant."""

    target_id: str
    started_at: datetime
    duration: timedelta
    result: ProbeResult

    @property
    def succeeded(self) -> bool:
        """Return whether every location of the target could be probed."""
        return not self.result.unreachable_failures
