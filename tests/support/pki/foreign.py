"""Make what is stored beside certificates and is none: requests and encrypted messages."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from support.pki.certificates import Issued, name
from support.pki.keys import Key, new_key


def request(
    subject: str = "nvr.example", *, key: Key | None = None, encoding: Encoding = Encoding.DER
) -> bytes:
    """Return a certificate request (PKCS#10)."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(name(subject))
    return builder.sign(key or new_key(), hashes.SHA256()).public_bytes(encoding)


def enveloped(to: Issued, *, encoding: Encoding = Encoding.DER) -> bytes:
    """Return a message encrypted to the RSA key of a certificate (PKCS#7 enveloped data)."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(b"secret").add_recipient(to.certificate)
    return builder.encrypt(encoding, [])
