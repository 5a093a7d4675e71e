"""Make a TLS context with a client certificate; reads no file and keeps nothing.

The library's messages never leave this file: with a key in use, what they quote may be secret.
"""

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from OpenSSL import SSL

from monitor.model import Message
from monitor.tls import texts
from monitor.tls.context import TlsSetting, fresh_context

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


class UnfitKeyError(Exception):
    """A key or certificate cannot be used; ``message`` says why, without any of its content."""

    def __init__(self, message: Message) -> None:
        """Store the message."""
        super().__init__(message.code)
        self.message = message


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
        raise UnfitKeyError(texts.KEY_MISMATCH)
    context = fresh_context(setting)
    try:
        context.use_certificate(leaf)
        context.use_privatekey(own)  # type: ignore[arg-type]  # key exchange keys are refused just below
        for one in chain:
            if one is not leaf:
                context.add_extra_chain_cert(one)
        context.check_privatekey()
    except (SSL.Error, TypeError, ValueError):
        raise UnfitKeyError(texts.KEY_UNUSABLE) from None
    return context


def _private(key: bytes, passphrase: str | None) -> "PrivateKeyTypes":
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - all forms of keys

    secret = passphrase.encode() if passphrase is not None else None
    try:
        return load_pem_private_key(key, secret)
    except TypeError:
        if secret is None:
            raise UnfitKeyError(texts.KEY_ENCRYPTED) from None
        return _private(key, None)  # a passphrase for an unencrypted key is ignored
    except UnsupportedAlgorithm:
        raise UnfitKeyError(texts.KEY_UNSUPPORTED) from None
    except ValueError:
        why = texts.NO_PEM_KEY if secret is None else texts.WRONG_KEY_PASSPHRASE
        raise UnfitKeyError(why) from None


def _chain(certificates: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(certificates)
    except ValueError:
        raise UnfitKeyError(texts.NO_PEM_CERTIFICATE) from None


def _raw(key: object) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - the same

    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]  # every public key has it
