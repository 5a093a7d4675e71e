"""The verdict of one source on one certificate, and the pair of certificates to check."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from monitor.issuers import texts
from monitor.model import Message, RevocationStatus

SKEW = timedelta(minutes=5)
"""How far an issuer's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class IssuerPair:
    """A certificate and its issuer, parsed by the library."""

    certificate: x509.Certificate
    issuer: x509.Certificate


@dataclass(frozen=True, slots=True)
class RevocationVerdict:
    """The verdict of one source; ``message`` says when and why it was revoked, or why it is unknown."""

    status: RevocationStatus
    message: Message
    revoked_at: datetime | None = None
    good_until: datetime | None = None
    on_hold: bool = False


def unknown(message: Message) -> RevocationVerdict:
    """Return a verdict of unknown status."""
    return RevocationVerdict(RevocationStatus.UNKNOWN, message)


def doubtful(source: Message, problem: Message) -> RevocationVerdict:
    """Return a verdict of unknown status because of a problem with a source."""
    return unknown(texts.source_problem(source=source, problem=problem))


def revoked_message(at: datetime, reason: x509.ReasonFlags | None, source: Message) -> Message:
    """Return when and why a certificate was revoked, and who says so."""
    if reason in (None, x509.ReasonFlags.unspecified):
        return texts.revoked_at(at=at, source=source)
    return texts.revoked_because(at=at, reason=_WORDS[reason], source=source)


_WORDS = {
    x509.ReasonFlags.key_compromise: texts.KEY_COMPROMISE,
    x509.ReasonFlags.ca_compromise: texts.CA_COMPROMISE,
    x509.ReasonFlags.affiliation_changed: texts.AFFILIATION_CHANGED,
    x509.ReasonFlags.superseded: texts.SUPERSEDED,
    x509.ReasonFlags.cessation_of_operation: texts.CESSATION,
    x509.ReasonFlags.certificate_hold: texts.ON_HOLD,
    x509.ReasonFlags.privilege_withdrawn: texts.PRIVILEGE_WITHDRAWN,
    x509.ReasonFlags.aa_compromise: texts.AA_COMPROMISE,
    x509.ReasonFlags.remove_from_crl: texts.REMOVED,
}
