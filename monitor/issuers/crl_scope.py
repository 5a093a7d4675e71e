"""Whether a CRL covers a certificate (RFC 5280 section 5.2.5); reads none of its entries.

A CRL proves nothing when it has another signer or issuer name, another scope, or a critical extension that is
not understood.
"""

from dataclasses import dataclass

from cryptography import x509

from monitor.assess.links import UNREADABLE, canonical
from monitor.issuers.fetched_crl import FetchedCrl
from monitor.issuers.verdict import IssuerPair
from monitor.parse import display

_UNDERSTOOD = (
    x509.IssuingDistributionPoint,
    x509.DeltaCRLIndicator,
    x509.AuthorityKeyIdentifier,
    x509.CRLNumber,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Why a CRL does not apply to a pair, and why an absent entry proves nothing; empty otherwise."""

    not_applicable: str = ""
    partial: str = ""


def scope_of(issued: FetchedCrl, pair: IssuerPair) -> Scope:
    """Return the scope of a CRL with regard to a certificate."""
    try:
        if not _same_name(issued.crl.issuer, pair.issuer.subject):
            return Scope(f'is that of another CA, "{display(issued.crl.issuer.rfc4514_string(), 200)}"')
        if not _may_sign(pair.issuer):
            return Scope("is signed by a CA whose certificate does not allow it to sign CRLs")
        if not issued.is_signed_by(pair.issuer):
            return Scope("is not signed by the key of the CA that issued the certificate")
        return _by_extensions(issued.crl.extensions, pair.certificate)
    except UNREADABLE:
        return Scope("names its CA or its scope in a way that cannot be read")


def _same_name(one: x509.Name, other: x509.Name) -> bool:
    return one == other or canonical(one.rfc4514_string()) == canonical(other.rfc4514_string())


def _may_sign(issuer: x509.Certificate) -> bool:
    usage = value_of(issuer.extensions, x509.KeyUsage)
    return not isinstance(usage, x509.KeyUsage) or usage.crl_sign


def _by_extensions(extensions: x509.Extensions, certificate: x509.Certificate) -> Scope:
    odd = [one.oid.dotted_string for one in extensions if one.critical and not _understood(one.value)]
    if odd:
        return Scope(f"is marked with something that is not supported ({odd[0]})")
    point = value_of(extensions, x509.IssuingDistributionPoint)
    scope = _by_point(point, certificate) if isinstance(point, x509.IssuingDistributionPoint) else Scope()
    if not scope.not_applicable and value_of(extensions, x509.DeltaCRLIndicator) is not None:
        return Scope(partial="is only a delta, and what it builds on is not named")
    return scope


def _understood(value: x509.ExtensionType) -> bool:
    return isinstance(value, _UNDERSTOOD)


def _by_point(point: x509.IssuingDistributionPoint, certificate: x509.Certificate) -> Scope:
    """Return the scope that an issuing distribution point sets (RFC 5280 section 5.2.5)."""
    if point.indirect_crl:
        return Scope("is for several CAs (an indirect CRL), which is not supported")
    if point.only_contains_attribute_certs:
        return Scope("is for attribute certificates only")
    authority = value_of(certificate.extensions, x509.BasicConstraints)
    is_ca = isinstance(authority, x509.BasicConstraints) and authority.ca
    if point.only_contains_user_certs if is_ca else point.only_contains_ca_certs:
        return Scope(partial=f"does not cover {'CAs' if is_ca else 'certificates of servers'}")
    if point.only_some_reasons:
        return Scope(partial="covers only some reasons of revocation")
    if point.relative_name or (point.full_name and not set(point.full_name) & _names(certificate)):
        return Scope(partial="is another part of the CA's CRL than the one that the certificate names")
    return Scope()


def _names(certificate: x509.Certificate) -> set[x509.GeneralName]:
    points = value_of(certificate.extensions, x509.CRLDistributionPoints)
    if not isinstance(points, x509.CRLDistributionPoints):
        return set()
    return {name for point in points for name in point.full_name or ()}


def value_of(extensions: x509.Extensions, kind: type[x509.ExtensionType]) -> x509.ExtensionType | None:
    """Return the first extension of a kind, ``None`` where there is none."""
    return next((one.value for one in extensions if isinstance(one.value, kind)), None)
