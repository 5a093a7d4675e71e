"""The verdict of one source on one certificate, and the pair of certificates to check."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from monitor.model import RevocationStatus

SKEW = timedelta(minutes=5)
"""How far an issuer's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class IssuerPair:
    """A certificate and its issuer, parsed by the library."""

    certificate: x509.Certificate
    issuer: x509.Certificate


@dataclass(frozen=True, slots=True)
class RevocationVerdict:
    """The verdict of one source; ``detail`` is a lower-case sentence that says why it is unknown."""

    status: RevocationStatus
    detail: str
    revoked_at: datetime | None = None
    good_until: datetime | None = None
    on_hold: bool = False


def unknown(detail: str) -> RevocationVerdict:
    """Return a verdict of unknown status."""
    return RevocationVerdict(RevocationStatus.UNKNOWN, detail)


def instant(at: datetime) -> str:
    """Return a time formatted for people, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def revoked_words(at: datetime, reason: x509.ReasonFlags | None) -> str:
    """Return when and why a certificate was revoked, such as ``on 2026-11-01 10:00 UTC (key compromise)``."""
    why = "" if reason in (None, x509.ReasonFlags.unspecified) else f" ({_WORDS[reason]})"
    return f"on {instant(at)}{why}"


_WORDS = {
    x509.ReasonFlags.key_compromise: "key compromise",
    x509.ReasonFlags.ca_compromise: "CA compromise",
    x509.ReasonFlags.affiliation_changed: "affiliation changed",
    x509.ReasonFlags.superseded: "superseded",
    x509.ReasonFlags.cessation_of_operation: "cessation of operation",
    x509.ReasonFlags.certificate_hold: "on hold",
    x509.ReasonFlags.privilege_withdrawn: "privilege withdrawn",
    x509.ReasonFlags.aa_compromise: "attribute authority compromise",
    x509.ReasonFlags.remove_from_crl: "taken back",
}
