"""The result of one probe of one target: sightings, failures and times."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.certificate import Certificate
from monitor.model.machine import Machine
from monitor.model.message import Message
from monitor.model.revocation import RevocationList, Staple


class FailureReason(StrEnum):
    """Why a probe of a location failed; a closed, published set, also used as a metric label."""

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


def is_within(location: str, holder: str) -> bool:
    """Return whether a location equals another one or is inside it.

    ``path#alias`` is inside ``path``, and ``host:port (RSA)``, one of a server's key types, inside
    ``host:port``.
    """
    return location == holder or location.startswith((f"{holder}#", f"{holder} ("))


def _holders(location: str) -> Iterator[str]:
    """Iterate over a location and those that may contain it; a path may contain ``#`` itself."""
    while location:
        yield location
        location = location.rpartition("#")[0]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one location could not be probed; an empty ``location`` means the whole target."""

    reason: FailureReason
    message: Message
    location: str = ""


def damaged_items(failures: Iterable[Failure]) -> frozenset[str]:
    """Return the locations at which one item of a collection holds no readable certificate."""
    return frozenset(one.location for one in failures if one.reason in _DAMAGE and one.location)


_DAMAGE = frozenset({FailureReason.BAD_CERTIFICATE, FailureReason.NOT_A_CERTIFICATE})


@dataclass(frozen=True, slots=True)
class Sighting:
    """One certificate seen at one location.

    ``location`` is ``host:port``, a path, or ``path#alias`` in a file whose certificates have names;
    ``position`` is the index in the served list, in the file or under the alias. ``own_key`` is whether a key
    store holds the private key of this certificate.
    """

    location: str
    position: int
    certificate: Certificate
    own_key: bool = False


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of probing one target: everything seen and everything that failed.

    ``ders`` maps SHA-256 to the DER bytes of every sighting. ``encrypted`` is ``None`` if it is unknown or
    does not apply (files). ``machine`` describes the stores of a machine, ``None`` for other kinds and
    without a result. ``lists`` are the CRLs seen; ``staples`` the OCSP responses sent in the handshake, if
    requested. ``partial`` is true if the probe ended before it had seen every location, which ``failures``
    explain: nothing is known about what is not included. ``isolated`` are the locations of single items of a
    collection that are damaged: a failure there costs only that item, as long as anything else is seen.
    ``tls_versions`` are locations and the protocol version agreed on there, such as ``TLS 1.3``.
    """

    sightings: tuple[Sighting, ...] = ()
    failures: tuple[Failure, ...] = ()
    ders: Mapping[str, bytes] = field(default_factory=dict)
    encrypted: bool | None = None
    machine: Machine | None = None
    lists: tuple[RevocationList, ...] = ()
    staples: tuple[Staple, ...] = ()
    partial: bool = False
    isolated: frozenset[str] = frozenset()
    tls_versions: tuple[tuple[str, str], ...] = ()

    @property
    def unreachable_failures(self) -> tuple[Failure, ...]:
        """Return the failures that make the target unreachable: at locations without any sighting.

        A handshake that fails after the certificates arrived leaves a failure *and* sightings at one
        location: it is reported, but the target is reachable. So is a collection of which one item is
        damaged.
        """
        if self.isolated and (self.sightings or self.lists):
            return tuple(f for f in self.lost_failures if f.location not in self.isolated)
        return self.lost_failures

    @property
    def lost_failures(self) -> tuple[Failure, ...]:
        """Return the failures at locations without any sighting: what was last known there is still valid."""
        if self.partial or not self.failures:
            return self.failures
        seen = {sighting.location for sighting in self.sightings} | {one.location for one in self.lists}
        shown = {holder for location in seen for holder in _holders(location)}
        return tuple(f for f in self.failures if (f.location not in shown if f.location else not shown))


@dataclass(frozen=True, slots=True)
class Observation:
    """The result of a probe with its target and time."""

    target_id: str
    started_at: datetime
    duration: timedelta
    result: ProbeResult

    @property
    def succeeded(self) -> bool:
        """Return whether every location of the target could be probed."""
        return not self.result.unreachable_failures
