"""Say what a CRL tells of a certificate (RFC 5280 section 6.3.3); fetches nothing.

A list that is not surely the right one never makes a certificate good: another's signature or name, another
scope, ended, or marked with what we do not understand.
"""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from monitor.assess.links import UNREADABLE, canonical, verify
from monitor.issuers.named import deltas_named
from monitor.issuers.verdict import SKEW, Pair, Verdict, instant, revoked_words, unknown
from monitor.model import Standing
from monitor.parse import display
from monitor.parse.der import children, element

_PEM = b"-----BEGIN X509 CRL-----"
_UNDERSTOOD = (
    x509.IssuingDistributionPoint,
    x509.DeltaCRLIndicator,
    x509.AuthorityKeyIdentifier,
    x509.CRLNumber,
)
_HOLD = x509.ReasonFlags.certificate_hold
_TAKEN_BACK = x509.ReasonFlags.remove_from_crl


class UnreadableListError(ValueError):
    """The bytes are no CRL."""


@dataclass(frozen=True, slots=True)
class Issued:
    """Hold one CRL with its DER bytes and where it was had; ``signed_by`` remembers who signed it."""

    url: str
    der: bytes
    crl: x509.CertificateRevocationList
    signed_by: dict[bytes, bool] = field(default_factory=dict, compare=False)

    def entry(self, serial: int) -> x509.RevokedCertificate | None:
        """Return the entry of a serial number; raise ``ValueError`` when entries make no sense.

        A list may hold a million entries, and most questions are answered by its bytes alone.
        """
        if serial > 0 and serial.to_bytes((serial.bit_length() + 7) // 8, "big") not in self.der:
            return None
        return self.crl.get_revoked_certificate_by_serial_number(serial)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Say why a list tells nothing of a pair, or why its silence does; each is empty when it is not so."""

    useless: str = ""
    partial: str = ""


def read_list(data: bytes, url: str) -> Issued:
    """Return a CRL in DER, or in PEM although that is not allowed there; raise ``UnreadableListError``."""
    try:
        if data.lstrip().startswith(_PEM):
            crl = x509.load_pem_x509_crl(data)
            return Issued(url, crl.public_bytes(Encoding.DER), crl)
        return Issued(url, data, x509.load_der_x509_crl(data))
    except UNREADABLE:
        raise UnreadableListError("it is no CRL") from None


def told_by(issued: Issued, pair: Pair, now: datetime) -> Verdict:
    """Return what a CRL tells of a certificate.

    A listed certificate was revoked also by a list that has ended; only for one on hold that is open then.
    """
    where = f"the CRL {display(issued.url, 200)}"
    scope = _scope(issued, pair)
    if scope.useless:
        return unknown(f"{where} {scope.useless}")
    try:
        entry = issued.entry(pair.certificate.serial_number)
        found = _entry(entry) if entry is not None else None
    except UNREADABLE:
        return unknown(f"{where} has entries that cannot be read")
    ended = _ended(issued.crl, now)
    if found is not None and not (found.on_hold and ended):
        return Verdict(found.standing, f"{found.detail}, says {where}", found.revoked_at, None, found.on_hold)
    if problem := ended or scope.partial:
        return unknown(f"{where} {problem}")
    said = f"not in {where} of {instant(issued.crl.last_update_utc)}"
    return Verdict(Standing.GOOD, said, good_until=issued.crl.next_update_utc)


def with_delta(verdict: Verdict, base: Issued, delta: Issued, pair: Pair, now: datetime) -> Verdict:
    """Return what base and delta CRL tell together; a delta that does not fit changes nothing.

    They fit when one CA signed both for one scope and the delta builds on this base or an earlier one
    (RFC 5280 section 5.2.4).
    """
    if verdict.standing is Standing.UNKNOWN or not _fits(base, delta, pair) or _ended(delta.crl, now):
        return verdict
    try:
        entry = delta.entry(pair.certificate.serial_number)
    except UNREADABLE:
        return verdict
    until = delta.crl.next_update_utc
    if entry is None:
        return Verdict(verdict.standing, verdict.detail, verdict.revoked_at, until, verdict.on_hold)
    if _reason(entry) is _TAKEN_BACK:
        said = f"no longer on hold, says the delta CRL {display(delta.url, 200)}"
        return Verdict(Standing.GOOD, said, good_until=until) if verdict.on_hold else verdict
    return told_by(delta, pair, now)


def deltas_of(base: Issued, pair: Pair) -> tuple[str, ...]:
    """Return where the delta CRL is: the base names it, or else the certificate."""
    try:
        return deltas_named(base.crl.extensions) or deltas_named(pair.certificate.extensions)
    except UNREADABLE:
        return ()


def _scope(issued: Issued, pair: Pair) -> _Scope:
    try:
        if not _same_name(issued.crl.issuer, pair.issuer.subject):
            return _Scope(f'is that of another CA, "{display(issued.crl.issuer.rfc4514_string(), 200)}"')
        if not _may_sign(pair.issuer):
            return _Scope("is signed by a CA whose certificate does not allow it to sign CRLs")
        if not _signed(issued, pair.issuer):
            return _Scope("is not signed by the key of the CA that issued the certificate")
        return _by_extensions(issued.crl.extensions, pair.certificate)
    except UNREADABLE:
        return _Scope("names its CA or its scope in a way that cannot be read")


def _signed(issued: Issued, issuer: x509.Certificate) -> bool:
    """Return whether the issuer signed a list, remembered: a long one is hashed once for all certificates."""
    key = issuer.public_bytes(Encoding.DER)
    if key not in issued.signed_by:
        issued.signed_by[key] = _verified(issued, issuer)
    return issued.signed_by[key]


def _verified(issued: Issued, issuer: x509.Certificate) -> bool:
    # Not by the library's own question: it writes a list of 30 MB anew for that, while everything else waits.
    crl = issued.crl
    try:
        verify(
            issuer.public_key(),
            crl.signature,
            next(children(element(issued.der))).encoded,
            crl.signature_algorithm_parameters,
            crl.signature_hash_algorithm,
        )
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def _same_name(one: x509.Name, other: x509.Name) -> bool:
    return one == other or canonical(one.rfc4514_string()) == canonical(other.rfc4514_string())


def _may_sign(issuer: x509.Certificate) -> bool:
    usage = _value(issuer.extensions, x509.KeyUsage)
    return not isinstance(usage, x509.KeyUsage) or usage.crl_sign


def _by_extensions(extensions: x509.Extensions, certificate: x509.Certificate) -> _Scope:
    odd = [one.oid.dotted_string for one in extensions if one.critical and not _understood(one.value)]
    if odd:
        return _Scope(f"is marked with something that is not supported ({odd[0]})")
    point = _value(extensions, x509.IssuingDistributionPoint)
    scope = _by_point(point, certificate) if isinstance(point, x509.IssuingDistributionPoint) else _Scope()
    if not scope.useless and _value(extensions, x509.DeltaCRLIndicator) is not None:
        return _Scope(partial="is only a delta, and what it builds on is not named")
    return scope


def _understood(value: x509.ExtensionType) -> bool:
    return isinstance(value, _UNDERSTOOD)


def _by_point(point: x509.IssuingDistributionPoint, certificate: x509.Certificate) -> _Scope:
    """Return what the scope of a list leaves open (RFC 5280 section 5.2.5)."""
    if point.indirect_crl:
        return _Scope("is for several CAs (an indirect CRL), which is not supported")
    if point.only_contains_attribute_certs:
        return _Scope("is for attribute certificates only")
    authority = _value(certificate.extensions, x509.BasicConstraints)
    is_ca = isinstance(authority, x509.BasicConstraints) and authority.ca
    if point.only_contains_user_certs if is_ca else point.only_contains_ca_certs:
        return _Scope(partial=f"does not cover {'CAs' if is_ca else 'certificates of servers'}")
    if point.only_some_reasons:
        return _Scope(partial="covers only some reasons of revocation")
    if point.relative_name or (point.full_name and not set(point.full_name) & _names(certificate)):
        return _Scope(partial="is another part of the CA's CRL than the one that the certificate names")
    return _Scope()


def _names(certificate: x509.Certificate) -> set[x509.GeneralName]:
    points = _value(certificate.extensions, x509.CRLDistributionPoints)
    if not isinstance(points, x509.CRLDistributionPoints):
        return set()
    return {name for point in points for name in point.full_name or ()}


def _value(extensions: x509.Extensions, kind: type[x509.ExtensionType]) -> x509.ExtensionType | None:
    return next((one.value for one in extensions if isinstance(one.value, kind)), None)


def _entry(entry: x509.RevokedCertificate) -> Verdict | None:
    """Return what an entry says, ``None`` where it takes a revocation back; raise where that is unclear."""
    for one in entry.extensions:
        if isinstance(one.value, x509.CertificateIssuer) or (one.critical and not _known(one.value)):
            raise ValueError("the entry belongs to another CA or is marked with something unknown")
    reason = _reason(entry)
    if reason is _TAKEN_BACK:
        return None
    at = entry.revocation_date_utc
    return Verdict(Standing.REVOKED, f"revoked {revoked_words(at, reason)}", at, on_hold=reason is _HOLD)


def _known(value: x509.ExtensionType) -> bool:
    return isinstance(value, x509.CRLReason | x509.InvalidityDate)


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    value = _value(entry.extensions, x509.CRLReason)
    return value.reason if isinstance(value, x509.CRLReason) else None


def _ended(crl: x509.CertificateRevocationList, now: datetime) -> str:
    """Return why a list does not speak for now, empty when it does."""
    begin, end = crl.last_update_utc, crl.next_update_utc
    if begin > now + SKEW:
        return f"is dated in the future ({instant(begin)})"
    if end is None:
        return "does not say how long it holds"
    return f"ended on {instant(end)}" if now > end else ""


def _fits(base: Issued, delta: Issued, pair: Pair) -> bool:
    scope = _scope(delta, pair)
    try:
        built_on = _value(delta.crl.extensions, x509.DeltaCRLIndicator)
        number = _value(delta.crl.extensions, x509.CRLNumber)
        at = _value(base.crl.extensions, x509.CRLNumber)
        points = [_value(one.crl.extensions, x509.IssuingDistributionPoint) for one in (base, delta)]
    except UNREADABLE:
        return False
    if not isinstance(built_on, x509.DeltaCRLIndicator) or scope.useless or points[0] != points[1]:
        return False
    return (
        isinstance(at, x509.CRLNumber)
        and isinstance(number, x509.CRLNumber)
        and built_on.crl_number <= at.crl_number <= number.crl_number
    )
