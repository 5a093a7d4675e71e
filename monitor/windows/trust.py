"""The certificates that a Windows machine trusts, derived from its stores; pure."""

from collections.abc import Iterable

from monitor import parse
from monitor.assess import CertificateWithDer
from monitor.model import Anchor
from monitor.windows.certificate import StoredCertificate

ORIGIN = "Windows certificate store"


def trusted_anchors(
    roots: Iterable[StoredCertificate],
    intermediates: Iterable[StoredCertificate],
    disallowed: Iterable[StoredCertificate],
) -> tuple[Anchor, ...]:
    """Return every root as an anchor, and every intermediate as a possible issuer between.

    Windows collects intermediates from any server: an intermediate without a trusted root is not trusted.
    Certificates in the store Disallowed are never trusted.
    """
    refused = {one.sha256 for one in disallowed}
    above = [Anchor(certificate, der, ORIGIN) for certificate, der in _held(roots, refused)]
    below = [
        Anchor(certificate, der, ORIGIN, intermediate=True)
        for certificate, der in _held(intermediates, refused)
    ]
    return (*above, *below)


def _held(stored: Iterable[StoredCertificate], refused: set[str]) -> list[CertificateWithDer]:
    held: list[CertificateWithDer] = []
    for one in stored:
        try:
            found = parse.parse_certificate(one.der)
        except parse.UnreadableCertificateError:
            continue  # an odd certificate that the system ships is not the administrator's problem
        if not one.archived and found.sha256 not in refused:
            held.append((found, one.der))
    return held
