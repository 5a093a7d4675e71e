"""Hold one CRL as it was issued: its bytes, its entries by number, who signed it; judges nothing."""

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from monitor.assess.links import UNREADABLE, verify
from monitor.parse.der import children, element

_PEM = b"-----BEGIN X509 CRL-----"


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

    def is_signed_by(self, issuer: x509.Certificate) -> bool:
        """Return whether the issuer signed it, remembered: a long list is hashed once for all."""
        key = issuer.public_bytes(Encoding.DER)
        if key not in self.signed_by:
            self.signed_by[key] = _verified(self, issuer)
        return self.signed_by[key]


def read_list(data: bytes, url: str) -> Issued:
    """Return a CRL in DER, or in PEM although that is not allowed there; raise ``UnreadableListError``."""
    try:
        if data.lstrip().startswith(_PEM):
            crl = x509.load_pem_x509_crl(data)
            return Issued(url, crl.public_bytes(Encoding.DER), crl)
        return Issued(url, data, x509.load_der_x509_crl(data))
    except UNREADABLE:
        raise UnreadableListError("it is no CRL") from None


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
