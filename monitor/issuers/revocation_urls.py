"""The URLs in a certificate of its CRLs and OCSP responders; fetches nothing.

Unsupported URLs are reported, so that they never look like none.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from monitor.assess.paths.links import UNREADABLE
from monitor.issuers import texts as messages
from monitor.model import Message
from monitor.parse import display

_MOST = 8
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class RevocationUrls:
    """The usable URLs, in the order of the certificate, and the problem with any others."""

    urls: tuple[str, ...] = ()
    problem: Message | None = None


def crl_urls(certificate: x509.Certificate) -> RevocationUrls:
    """Return the URLs of the certificate's CRL (RFC 5280 section 4.2.1.13)."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return RevocationUrls(problem=messages.NO_CRL_NAMED)
    except UNREADABLE:
        return RevocationUrls(problem=messages.CRL_NAME_UNREADABLE)
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
        return RevocationUrls(problem=messages.NO_RESPONDER_NAMED)
    except UNREADABLE:
        return RevocationUrls(problem=messages.RESPONDER_NAME_UNREADABLE)
    wanted = [
        one.access_location for one in access if one.access_method == AuthorityInformationAccessOID.OCSP
    ]
    if not wanted:
        return RevocationUrls(problem=messages.NO_RESPONDER_NAMED)
    return _chosen(_texts(wanted), messages.RESPONDER_WITHOUT_URL, messages.responder_schemes)


def _of_points(points: Iterable[x509.DistributionPoint]) -> RevocationUrls:
    texts: list[str] = []
    odd: Message | None = None
    for point in points:
        if point.crl_issuer:
            odd = messages.CRL_INDIRECT
        elif point.reasons:
            odd = messages.CRL_SOME_REASONS
        elif point.full_name:
            texts += _texts(point.full_name)
        else:
            odd = messages.CRL_RELATIVE_NAME
    return _chosen(texts, odd or messages.CRL_WITHOUT_URL, messages.crl_schemes, odd=odd is not None)


def _texts(names: Iterable[x509.GeneralName]) -> Iterator[str]:
    for name in names:
        if isinstance(name, x509.UniformResourceIdentifier):
            yield name.value
        else:
            yield "directoryName"


def _chosen(
    texts: Iterable[str], none: Message, others: Callable[..., Message], *, odd: bool = False
) -> RevocationUrls:
    """Return the usable URLs; without any say ``none``, or with which schemes there are ``others``."""
    listed = list(dict.fromkeys(texts))[:_MOST]
    urls = tuple(text for text in listed if text.lower().startswith(_WEB))
    if urls:
        return RevocationUrls(urls)
    if odd or not listed:
        return RevocationUrls(problem=none)
    return RevocationUrls(problem=others(schemes=tuple(sorted({_scheme(text) for text in listed}))))


def _scheme(text: str) -> str:
    scheme, colon, _ = text.partition("://")
    return display(f"{scheme.lower()}://", 20) if colon else "directoryName"
