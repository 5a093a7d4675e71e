"""The URLs in a certificate of its CRLs and OCSP responders; fetches nothing.

Unsupported URLs are reported, so that they never look like none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from monitor.assess.links import UNREADABLE
from monitor.parse import display

_MOST = 8
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class RevocationUrls:
    """The usable URLs, in the order of the certificate, and the problem with any others."""

    urls: tuple[str, ...] = ()
    problem: str = ""


def crl_urls(certificate: x509.Certificate) -> RevocationUrls:
    """Return the URLs of the certificate's CRL (RFC 5280 section 4.2.1.13)."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return RevocationUrls(problem="it names no CRL")
    except UNREADABLE:
        return RevocationUrls(problem="what it says of its CRL cannot be read")
    return _of_points(points)


def delta_crl_urls(extensions: Iterable[x509.Extension[x509.ExtensionType]]) -> tuple[str, ...]:
    """Return the URLs of delta CRLs (RFC 5280 sections 4.2.1.15 and 5.2.6)."""
    points = [one.value for one in extensions if isinstance(one.value, x509.FreshestCRL)]
    return _of_points(points[0]).urls if points else ()


def ocsp_urls(certificate: x509.Certificate) -> RevocationUrls:
    """Return the URLs of the certificate's OCSP responders (RFC 5280 section 4.2.2.1)."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return RevocationUrls(problem="it names no OCSP responder")
    except UNREADABLE:
        return RevocationUrls(problem="what it says of its OCSP responder cannot be read")
    wanted = [
        one.access_location for one in access if one.access_method == AuthorityInformationAccessOID.OCSP
    ]
    if not wanted:
        return RevocationUrls(problem="it names no OCSP responder")
    return _chosen(_texts(wanted), "its OCSP responder")


def _of_points(points: Iterable[x509.DistributionPoint]) -> RevocationUrls:
    texts: list[str] = []
    odd = ""
    for point in points:
        if point.crl_issuer:
            odd = "its CRL is issued by somebody else (an indirect CRL), which is not supported"
        elif point.reasons:
            odd = "its CRL holds only some reasons of revocation, which is not supported"
        elif point.full_name:
            texts += _texts(point.full_name)
        else:
            odd = "its CRL has no address of its own (a relative name), which is not supported"
    return _chosen(texts, "its CRL", odd)


def _texts(names: Iterable[x509.GeneralName]) -> Iterator[str]:
    for name in names:
        if isinstance(name, x509.UniformResourceIdentifier):
            yield name.value
        else:
            yield "directory name"


def _chosen(texts: Iterable[str], what: str, odd: str = "") -> RevocationUrls:
    listed = list(dict.fromkeys(texts))[:_MOST]
    urls = tuple(text for text in listed if text.lower().startswith(_WEB))
    if urls:
        return RevocationUrls(urls)
    if odd or not listed:
        return RevocationUrls(problem=odd or f"{what} has no address")
    schemes = sorted({_scheme(text) for text in listed})
    return RevocationUrls(
        problem=f"only {' and '.join(schemes)} is named for {what}, and only http:// and https:// are asked"
    )


def _scheme(text: str) -> str:
    scheme, colon, _ = text.partition("://")
    return display(f"{scheme.lower()}://", 20) if colon else "another kind of address"
