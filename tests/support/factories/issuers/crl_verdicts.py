"""A CA, a certificate of it, and what a CRL says about it."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from monitor.issuers.crl import crl_verdict
from monitor.issuers.verdict import RevocationVerdict
from monitor.model import RevocationStatus
from support import pki
from support.pki.crafted import ECDSA_SHA256
from support.pki.crls import URL, crl, points
from support.servers.issuers.issuer_world import NOW, issued_list, leaf, pair

CA = pki.authority("Test CA")
OTHER = pki.authority("Other CA")
LEAF = leaf(CA, points(URL))
GOOD, REVOKED, UNKNOWN = RevocationStatus.GOOD, RevocationStatus.REVOKED, RevocationStatus.UNKNOWN
HOLD = x509.ReasonFlags.certificate_hold


def verdict_of(data: bytes, about: pki.Issued = LEAF, ca: pki.Issued = CA) -> RevocationVerdict:
    """Return what a list says."""
    return crl_verdict(issued_list(data), pair(about, ca), NOW)


def signed_anew(body: bytes) -> bytes:
    """Return a list with this inner part, signed by the CA."""
    assert isinstance(CA.key, ec.EllipticCurvePrivateKey)
    signature = CA.key.sign(body, ec.ECDSA(hashes.SHA256()))
    return pki.tlv(0x30, body, ECDSA_SHA256, pki.tlv(0x03, b"\0", signature))


def delta(
    *entries: x509.RevokedCertificate,
    built_on: int = 10,
    number: int = 12,
    ca: pki.Issued = CA,
    **more: object,
) -> bytes:
    """Return a delta CRL."""
    extensions = [(x509.DeltaCRLIndicator(built_on), True), (x509.CRLNumber(number), False)]
    return crl(ca, *entries, extensions=extensions, **more)  # type: ignore[arg-type]
