"""The verdict of a CRL on a certificate (RFC 5280 section 6.3.3); fetches nothing.

A CRL that does not certainly apply never makes a certificate good: see ``crl_scope``.
"""

from dataclasses import replace
from datetime import datetime

from cryptography import x509

from monitor.assess.paths.links import UNREADABLE
from monitor.issuers import texts
from monitor.issuers.crl_scope import scope_of, value_of
from monitor.issuers.fetched_crl import FetchedCrl
from monitor.issuers.revocation_urls import delta_crl_urls
from monitor.issuers.verdict import SKEW, IssuerPair, RevocationVerdict, doubtful, revoked_message
from monitor.model import Message, RevocationStatus
from monitor.parse import display

_HOLD = x509.ReasonFlags.certificate_hold
_TAKEN_BACK = x509.ReasonFlags.remove_from_crl


def crl_verdict(issued: FetchedCrl, pair: IssuerPair, now: datetime) -> RevocationVerdict:
    """Return the verdict of a CRL on a certificate.

    An expired CRL still proves that a listed certificate is revoked, unless the certificate was on hold.
    """
    source = texts.the_crl(url=display(issued.url, 200))
    scope = scope_of(issued, pair)
    if scope.not_applicable is not None:
        return doubtful(source, scope.not_applicable)
    try:
        entry = issued.entry(pair.certificate.serial_number)
        found = _entry(entry, source) if entry is not None else None
    except UNREADABLE:
        return doubtful(source, texts.CRL_ENTRIES_UNREADABLE)
    ended = _why_not_current(issued.crl, now)
    if found is not None and not (found.on_hold and ended):
        return found
    if problem := ended or scope.partial:
        return doubtful(source, problem)
    said = texts.not_in_crl(source=source, at=issued.crl.last_update_utc)
    return RevocationVerdict(RevocationStatus.GOOD, said, good_until=issued.crl.next_update_utc)


def with_delta(
    verdict: RevocationVerdict, base: FetchedCrl, delta: FetchedCrl, pair: IssuerPair, now: datetime
) -> RevocationVerdict:
    """Return the verdict of a base and a delta CRL together; a delta that does not match is ignored.

    They match when one CA signed both for one scope and the delta builds on this base or an earlier one
    (RFC 5280 section 5.2.4).
    """
    if (
        verdict.status is RevocationStatus.UNKNOWN
        or not _fits(base, delta, pair)
        or _why_not_current(delta.crl, now)
    ):
        return verdict
    try:
        entry = delta.entry(pair.certificate.serial_number)
    except UNREADABLE:
        return verdict
    until = delta.crl.next_update_utc
    if entry is None:
        return replace(verdict, good_until=until)
    if _reason(entry) is _TAKEN_BACK:
        said = texts.hold_lifted(source=texts.the_delta_crl(url=display(delta.url, 200)))
        return (
            RevocationVerdict(RevocationStatus.GOOD, said, good_until=until) if verdict.on_hold else verdict
        )
    return crl_verdict(delta, pair, now)


def delta_urls(base: FetchedCrl, pair: IssuerPair) -> tuple[str, ...]:
    """Return the URLs of the delta CRL from the base CRL, or else from the certificate."""
    try:
        return delta_crl_urls(base.crl.extensions) or delta_crl_urls(pair.certificate.extensions)
    except UNREADABLE:
        return ()


def _entry(entry: x509.RevokedCertificate, source: Message) -> RevocationVerdict | None:
    """Return the verdict of an entry, ``None`` for removeFromCRL; raise ``ValueError`` if it is unclear."""
    for one in entry.extensions:
        if isinstance(one.value, x509.CertificateIssuer) or (one.critical and not _known(one.value)):
            raise ValueError("the entry belongs to another CA or is marked with something unknown")
    reason = _reason(entry)
    if reason is _TAKEN_BACK:
        return None
    at = entry.revocation_date_utc
    said = revoked_message(at, reason, source)
    return RevocationVerdict(RevocationStatus.REVOKED, said, at, on_hold=reason is _HOLD)


def _known(value: x509.ExtensionType) -> bool:
    return isinstance(value, x509.CRLReason | x509.InvalidityDate)


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    value = value_of(entry.extensions, x509.CRLReason)
    return value.reason if isinstance(value, x509.CRLReason) else None


def _why_not_current(crl: x509.CertificateRevocationList, now: datetime) -> Message | None:
    """Return why a CRL is not current, ``None`` when it is."""
    begin, end = crl.last_update_utc, crl.next_update_utc
    if begin > now + SKEW:
        return texts.dated_in_future(at=begin)
    if end is None:
        return texts.CRL_UNDATED
    return texts.expired(at=end) if now > end else None


def _fits(base: FetchedCrl, delta: FetchedCrl, pair: IssuerPair) -> bool:
    scope = scope_of(delta, pair)
    try:
        built_on = value_of(delta.crl.extensions, x509.DeltaCRLIndicator)
        number = value_of(delta.crl.extensions, x509.CRLNumber)
        at = value_of(base.crl.extensions, x509.CRLNumber)
        points = [value_of(one.crl.extensions, x509.IssuingDistributionPoint) for one in (base, delta)]
    except UNREADABLE:
        return False
    if (
        not isinstance(built_on, x509.DeltaCRLIndicator)
        or scope.not_applicable is not None
        or points[0] != points[1]
    ):
        return False
    return (
        isinstance(at, x509.CRLNumber)
        and isinstance(number, x509.CRLNumber)
        and built_on.crl_number <= at.crl_number <= number.crl_number
    )
