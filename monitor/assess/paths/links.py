"""Decide which certificate issued which, by name and by signature.

OpenSSL selects issuers by name and key identifier and does not try another when the signature then fails;
these functions let the path finder try them all. They must not decide what is trusted.
"""

import threading
import warnings
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from monitor.model import Certificate

CertificateWithDer = tuple[Certificate, bytes]
"""A parsed certificate and its DER bytes."""

UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises for certificates it refuses; the last three are no ValueErrors."""

# catch_warnings changes a list that all threads share.
_warnings_lock = threading.Lock()


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """Return a name in comparable form, without case and runs of spaces (RFC 5280 section 7.1)."""
    return " ".join(name.casefold().split())


@lru_cache(maxsize=4096)
def is_signed_by(child: bytes, issuer: bytes) -> bool | None:
    """Return whether the issuer's key made the child's signature, ``None`` where that cannot be verified."""
    below, above = load_certificate(child), load_certificate(issuer)
    if below is None or above is None:
        return None
    try:
        verify(
            above.public_key(),
            below.signature,
            below.tbs_certificate_bytes,
            below.signature_algorithm_parameters,
            below.signature_hash_algorithm,
        )
    except InvalidSignature:
        return False
    except UNREADABLE:
        return None
    return True


def old_style_ca(der: bytes) -> bool:
    """Return whether a certificate does not say whether it is a CA.

    Private roots made by old scripts have no basicConstraints. Windows accepts them as anchors, OpenSSL does
    not ("invalid CA certificate") unless they are of version 1 or name the key usage.
    """
    certificate = load_certificate(der)
    if certificate is None:
        return False
    try:
        extensions = certificate.extensions
    except UNREADABLE:
        return False
    if _extension(extensions, x509.BasicConstraints):
        return False
    usage = _extension(extensions, x509.KeyUsage)
    return usage is None or bool(usage.value.key_cert_sign)


def _extension(extensions: x509.Extensions, kind: type) -> "x509.Extension[x509.KeyUsage] | None":
    return next((extension for extension in extensions if isinstance(extension.value, kind)), None)


@lru_cache(maxsize=1024)
def load_certificate(der: bytes) -> x509.Certificate | None:
    """Return a certificate as cryptography reads it, ``None`` where it refuses to."""
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return x509.load_der_x509_certificate(der)
        except UNREADABLE:
            return None


def verify(
    key: object,
    signature: bytes,
    data: bytes,
    parameters: object,
    algorithm: hashes.HashAlgorithm | None,
) -> None:
    """Raise ``InvalidSignature``, or one of ``UNREADABLE``, unless the key signed the data.

    ``parameters`` and ``algorithm`` are the library's values for the signature's algorithm.
    """
    match key:
        case rsa.RSAPublicKey() if algorithm and isinstance(parameters, padding.PKCS1v15 | padding.PSS):
            key.verify(signature, data, parameters, algorithm)
        case ec.EllipticCurvePublicKey() if isinstance(parameters, ec.ECDSA):
            key.verify(signature, data, parameters)
        case dsa.DSAPublicKey() if algorithm:
            key.verify(signature, data, algorithm)
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            key.verify(signature, data)
        case _:
            raise InvalidSignature("the kind of the key does not fit the signature")
