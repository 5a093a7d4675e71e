"""Whether a CRL covers a certificate (RFC 5280 section 5.2.5); reads none of its entries.

A CRL proves nothing when it has another signer or issuer name, another scope, or a critical extension that is
not understood.
"""

from dataclasses import dataclass

from cryptography import x509

from monitor.assess.paths.links import UNREADABLE, canonical
from monitor.issuers import texts
from monitor.issuers.fetched_crl import FetchedCrl
from monitor.issuers.verdict import IssuerPair
from monitor.model import Message
from monitor.parse import display

_UNDERSTOOD = (
    x509.IssuingDistributionPoint,
    x509.DeltaCRLIndicator,
    x509.AuthorityKeyIdentifier,
    x509.CRLNumber,
)


@dataclass(frozen=True, slots=True)
class CrlScope:
    """Why a CRL does not apply to a pair, and why an absent entry proves nothing; ``None`` otherwise."""

    not_applicable: Message | None = None
    partial: Message | None = None


def scope_of(issued: FetchedCrl, pair: IssuerPair) -> CrlScope:
    """Return the scope of a CRL with regard to a certificate."""
    try:
        if not _same_name(issued.crl.issuer, pair.issuer.subject):
            return CrlScope(texts.of_other_ca(issuer=display(issued.crl.issuer.rfc4514_string(), 200)))
        if not _may_sign(pair.issuer):
            return CrlScope(texts.CRL_SIGNER_NOT_ALLOWED)
        if not issued.is_signed_by(pair.issuer):
            return CrlScope(texts.CRL_OTHER_SIGNER)
        return _by_extensions(issued.crl.extensions, pair.certificate)
    except UNREADABLE:
        return CrlScope(texts.CRL_SCOPE_UNREADABLE)


def _same_name(one: x509.Name, other: x509.Name) -> bool:
    return one == other or canonical(one.rfc4514_string()) == canonical(other.rfc4514_string())


def _may_sign(issuer: x509.Certificate) -> bool:
    usage = value_of(issuer.extensions, x509.KeyUsage)
    return not isinstance(usage, x509.KeyUsage) or usage.crl_sign


def _by_extensions(extensions: x509.Extensions, certificate: x509.Certificate) -> CrlScope:
    odd = [one.oid.dotted_string for one in extensions if one.critical and not _understood(one.value)]
    if odd:
        return CrlScope(texts.crl_unsupported(extension=odd[0]))
    point = value_of(extensions, x509.IssuingDistributionPoint)
    scope = _by_point(point, certificate) if isinstance(point, x509.IssuingDistributionPoint) else CrlScope()
    if scope.not_applicable is None and value_of(extensions, x509.DeltaCRLIndicator) is not None:
        return CrlScope(partial=texts.CRL_ONLY_DELTA)
    return scope


def _understood(value: x509.ExtensionType) -> bool:
    return isinstance(value, _UNDERSTOOD)


def _by_point(point: x509.IssuingDistributionPoint, certificate: x509.Certificate) -> CrlScope:
    """Return the scope that an issuing distribution point sets (RFC 5280 section 5.2.5)."""
    if point.indirect_crl:
        return CrlScope(texts.CRL_OF_SEVERAL)
    if point.only_contains_attribute_certs:
        return CrlScope(texts.CRL_OF_ATTRIBUTES)
    authority = value_of(certificate.extensions, x509.BasicConstraints)
    is_ca = isinstance(authority, x509.BasicConstraints) and authority.ca
    if point.only_contains_user_certs if is_ca else point.only_contains_ca_certs:
        return CrlScope(partial=texts.CRL_WITHOUT_CAS if is_ca else texts.CRL_WITHOUT_LEAVES)
    if point.only_some_reasons:
        return CrlScope(partial=texts.CRL_PARTIAL_REASONS)
    if point.relative_name or (point.full_name and not set(point.full_name) & _names(certificate)):
        return CrlScope(partial=texts.CRL_OTHER_PART)
    return CrlScope()


def _names(certificate: x509.Certificate) -> set[x509.GeneralName]:
    points = value_of(certificate.extensions, x509.CRLDistributionPoints)
    if not isinstance(points, x509.CRLDistributionPoints):
        return set()
    return {name for point in points for name in point.full_name or ()}


def value_of(extensions: x509.Extensions, kind: type[x509.ExtensionType]) -> x509.ExtensionType | None:
    """Return the first extension of a kind, ``None`` where there is none."""
    return next((one.value for one in extensions if isinstance(one.value, kind)), None)
