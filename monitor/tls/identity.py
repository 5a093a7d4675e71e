"""Make a TLS context with a client certificate; reads no file and keeps nothing.

The library's messages never leave this file: with a key in use, what they quote may be secret.
"""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from OpenSSL import SSL

from monitor.tls.context import TlsSetting, fresh_context


class UnfitKeyError(Exception):
    """A key or certificate cannot be used; the message says why, without any of its content."""


def identified_context(
    setting: TlsSetting, certificates: bytes, key: bytes, passphrase: str | None
) -> SSL.Context:
    """Return an unshared context with a client certificate and its chain; PEM in any order.

    Raises ``UnfitKeyError``.
    """
    own = _private(key, passphrase)
    chain = _chain(certificates)
    leaf = next((one for one in chain if _raw(one.public_key()) == _raw(own.public_key())), None)
    if leaf is None:
        raise UnfitKeyError("the key does not belong to the certificate")
    context = fresh_context(setting)
    try:
        context.use_certificate(leaf)
        context.use_privatekey(own)  # type: ignore[arg-type]  # key exchange keys are refused just below
        for one in chain:
            if one is not leaf:
                context.add_extra_chain_cert(one)
        context.check_privatekey()
    except (SSL.Error, TypeError, ValueError):
        raise UnfitKeyError("the key is of a kind that TLS cannot use") from None
    return context


def _private(key: bytes, passphrase: str | None) -> PrivateKeyTypes:
    secret = passphrase.encode() if passphrase is not None else None
    try:
        return load_pem_private_key(key, secret)
    except TypeError:
        if secret is None:
            raise UnfitKeyError("the key is encrypted and no passphrase is configured") from None
        return _private(key, None)  # a passphrase for an unencrypted key is ignored
    except UnsupportedAlgorithm:
        raise UnfitKeyError("the key is of a kind that cannot be read") from None
    except ValueError:
        why = "the file holds no PEM key" if secret is None else "the passphrase is wrong or the key damaged"
        raise UnfitKeyError(why) from None


def _chain(certificates: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(certificates)
    except ValueError:
        raise UnfitKeyError("the file holds no PEM certificate that can be read") from None


def _raw(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]  # every public key has it
