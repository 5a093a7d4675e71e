"""One parsed CRL: its bytes, its entries by serial number, its signature; judges nothing."""

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from monitor.assess.paths.links import UNREADABLE, verify
from monitor.parse.der import children, element

_PEM = b"-----BEGIN X509 CRL-----"


class MalformedCrlError(ValueError):
    """The bytes are not a CRL."""


@dataclass(frozen=True, slots=True)
class FetchedCrl:
    """One CRL with its DER bytes and its URL; ``signed_by`` caches verified signatures by issuer."""

    url: str
    der: bytes
    crl: x509.CertificateRevocationList
    signed_by: dict[bytes, bool] = field(default_factory=dict, compare=False)

    def entry(self, serial: int) -> x509.RevokedCertificate | None:
        """Return the entry of a serial number; raise ``ValueError`` when entries are malformed.

        A CRL may have a million entries, and searching its bytes is enough for most lookups.
        """
        if serial > 0 and serial.to_bytes((serial.bit_length() + 7) // 8, "big") not in self.der:
            return None
        return self.crl.get_revoked_certificate_by_serial_number(serial)

    def is_signed_by(self, issuer: x509.Certificate) -> bool:
        """Return whether the issuer signed the CRL; cached, since hashing a long CRL is slow."""
        key = issuer.public_bytes(Encoding.DER)
        if key not in self.signed_by:
            self.signed_by[key] = _verified(self, issuer)
        return self.signed_by[key]


def read_crl(data: bytes, url: str) -> FetchedCrl:
    """Parse a CRL in DER, or in PEM although RFC 5280 wants DER; raise ``MalformedCrlError``."""
    try:
        if data.lstrip().startswith(_PEM):
            crl = x509.load_pem_x509_crl(data)
            return FetchedCrl(url, crl.public_bytes(Encoding.DER), crl)
        return FetchedCrl(url, data, x509.load_der_x509_crl(data))
    except UNREADABLE:
        raise MalformedCrlError("it is no CRL") from None


def _verified(fetched: FetchedCrl, issuer: x509.Certificate) -> bool:
    # Not by the library's own check: it encodes a CRL of 30 MB again for that, and blocks everything else.
    crl = fetched.crl
    try:
        verify(
            issuer.public_key(),
            crl.signature,
            next(children(element(fetched.der))).encoded,
            crl.signature_algorithm_parameters,
            crl.signature_hash_algorithm,
        )
    except (InvalidSignature, *UNREADABLE):
        return False
    return True
