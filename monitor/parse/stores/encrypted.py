"""Decrypt PKCS#12 and PKCS#5 data, old schemes and new; must not interpret the plaintext.

Only certificates are decrypted: bags that contain private keys stay closed.
"""

from collections.abc import Callable
from functools import partial

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4, TripleDES
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from monitor.parse import texts
from monitor.parse.der import OCTET_STRING, SEQUENCE, DerElement, DerError, child_list, expect
from monitor.parse.stores.derive import (
    CIPHER_KEY,
    CIPHER_VECTOR,
    Pkcs12Derivation,
    oid_and_parameters,
    pbkdf2,
    pkcs12_key,
    unsigned,
)
from monitor.parse.stores.open_attempt import Key, OpenAttempt
from monitor.parse.stores.rc2 import decrypt_cbc

_Open = Callable[[bytes, bytes, bytes], bytes]

_PBES2 = "1.2.840.113549.1.5.13"


class WrongPassphraseError(DerError):
    """The plaintext is malformed: the passphrase is wrong, or the data is damaged."""


def _block(
    algorithm: Callable[[bytes], BlockCipherAlgorithm], key: bytes, vector: bytes, data: bytes
) -> bytes:
    try:
        opener = Cipher(algorithm(key), modes.CBC(vector)).decryptor()
        return opener.update(data) + opener.finalize()
    except UnsupportedAlgorithm:
        raise DerError(texts.CIPHER_UNKNOWN_HERE) from None
    except ValueError:
        raise DerError(texts.BAD_CIPHER_LENGTH) from None


def _rc4(key: bytes, vector: bytes, data: bytes) -> bytes:
    del vector  # a stream cipher has none
    try:
        return Cipher(ARC4(key), None).decryptor().update(data)
    except UnsupportedAlgorithm:
        raise DerError(texts.CIPHER_UNKNOWN_HERE) from None


def _rc2(key: bytes, vector: bytes, data: bytes) -> bytes:
    # The cipher is slow here: the first block already exposes nearly every wrong passphrase.
    if decrypt_cbc(key, vector, data[:8])[:1] != bytes([SEQUENCE]):
        raise WrongPassphraseError(texts.NOT_DECRYPTED)
    return decrypt_cbc(key, vector, data)


def _two_keys(key: bytes, vector: bytes, data: bytes) -> bytes:
    return _block(TripleDES, key + key[:8], vector, data)


_AES: _Open = partial(_block, AES)
_TRIPLE: _Open = partial(_block, TripleDES)

# RFC 7292 appendix C: octets of the key and of the vector, and the cipher.
_OLD: dict[str, tuple[int, int, _Open]] = {
    "1.2.840.113549.1.12.1.1": (16, 0, _rc4),
    "1.2.840.113549.1.12.1.2": (5, 0, _rc4),
    "1.2.840.113549.1.12.1.3": (24, 8, _TRIPLE),
    "1.2.840.113549.1.12.1.4": (16, 8, _two_keys),
    "1.2.840.113549.1.12.1.5": (16, 8, _rc2),
    "1.2.840.113549.1.12.1.6": (5, 8, _rc2),
}
# RFC 8018 appendix B.2, RFC 3565 section 4.1.
_NEW: dict[str, tuple[int, _Open]] = {
    "1.2.840.113549.3.7": (24, _TRIPLE),
    "2.16.840.1.101.3.4.1.2": (16, _AES),
    "2.16.840.1.101.3.4.1.22": (24, _AES),
    "2.16.840.1.101.3.4.1.42": (32, _AES),
}


def decrypt(algorithm: DerElement, data: bytes, key: Key, opening: OpenAttempt) -> bytes:
    """Return data decrypted with a passphrase.

    Raises ``WrongPassphraseError`` when the passphrase does not fit, ``DerError`` for damaged data and
    unknown schemes. The padding does not detect one wrong passphrase in 256: validate the result.
    """
    name, parameters = oid_and_parameters(algorithm)
    if not parameters:
        raise DerError(texts.NO_PARAMETERS)
    settings = expect(parameters[0], SEQUENCE)
    if name == _PBES2:
        return _unpadded(_new(settings, data, key, opening))
    if name not in _OLD:
        raise DerError(texts.unknown_encryption(name=name))
    size, vector_size, cipher = _OLD[name]
    salt, count = child_list(settings, 2)[:2]
    how = Pkcs12Derivation("sha1", expect(salt, OCTET_STRING).content, unsigned(count))
    made = pkcs12_key(how, key, CIPHER_KEY, size, opening)
    vector = pkcs12_key(how, key, CIPHER_VECTOR, vector_size, opening) if vector_size else b""
    plain = cipher(made, vector, data)
    return _unpadded(plain) if vector_size else plain


def _new(settings: DerElement, data: bytes, key: Key, opening: OpenAttempt) -> bytes:
    derivation, encryption = child_list(settings, 2)[:2]
    name, parameters = oid_and_parameters(encryption)
    if name not in _NEW or not parameters:
        raise DerError(texts.unknown_encryption(name=name))
    size, cipher = _NEW[name]
    vector = expect(parameters[0], OCTET_STRING).content
    return cipher(pbkdf2(derivation, key, size, opening), vector, data)


def _unpadded(plain: bytes) -> bytes:
    count = plain[-1] if plain else 0
    if not 0 < count <= 16 or plain[-count:] != bytes([count]) * count:
        raise WrongPassphraseError(texts.NOT_DECRYPTED)
    return plain[:-count]
