"""Derive keys from passphrases (PKCS#12 and PKCS#5), within the remaining budget of rounds.

It must not decide what is tried, and keeps no key.
"""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from monitor.parse import texts
from monitor.parse.der import (
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    DerElement,
    DerError,
    child_list,
    children,
    dotted,
    expect,
)
from monitor.parse.stores.open_attempt import Key, OpenAttempt

CIPHER_KEY, CIPHER_VECTOR, MAC_KEY = 1, 2, 3
"""What is derived (RFC 7292 appendix B.3)."""

_LONGEST_SALT = 4096
_LONGEST_KEY = 64
_PBKDF2 = "1.2.840.113549.1.5.12"
HASHES = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.5": "sha512_224",
    "2.16.840.1.101.3.4.2.6": "sha512_256",
    "2.16.840.1.101.3.4.2.7": "sha3_224",
    "2.16.840.1.101.3.4.2.8": "sha3_256",
    "2.16.840.1.101.3.4.2.9": "sha3_384",
    "2.16.840.1.101.3.4.2.10": "sha3_512",
}
HMACS = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
    "1.2.840.113549.2.12": "sha512_224",
    "1.2.840.113549.2.13": "sha512_256",
}
"""Names of hashlib by what RFC 8018 appendix B.1 and RFC 8017 appendix B.1 call them."""


def hash_function(name: str) -> Callable[[bytes], Any]:
    """Return the hash function of a name, also where policy forbids it for new signatures."""
    return partial(hashlib.new, name, usedforsecurity=False)


def unsigned(number: DerElement) -> int:
    """Return a non-negative integer; raise ``DerError`` for anything else and one too long for a count."""
    content = expect(number, INTEGER).content
    if not 0 < len(content) <= 8:
        raise DerError(texts.BAD_NUMBER)
    return int.from_bytes(content, "big", signed=True)


def oid_and_parameters(algorithm: DerElement) -> tuple[str, list[DerElement]]:
    """Return the dotted OID and the parameters of an algorithm identifier."""
    first, *rest = child_list(expect(algorithm, SEQUENCE), 1)
    return dotted(expect(first, OBJECT_IDENTIFIER).content), rest


class Pkcs12Derivation(NamedTuple):
    """The inputs of PKCS#12's own key derivation; ``hash_name`` is hashlib's."""

    hash_name: str
    salt: bytes
    rounds: int


def pkcs12_key(how: Pkcs12Derivation, key: Key, purpose: int, size: int, opening: OpenAttempt) -> bytes:
    """Return ``size`` octets derived by RFC 7292 appendix B.2."""
    make = hash_function(how.hash_name)
    digest, block = make(b"").digest_size, make(b"").block_size
    opening.spend(how.rounds, -(-size // digest))
    diversifier = bytes([purpose]) * block
    mixed = _filled(_salted(how.salt), block) + _filled(key.bmp, block)
    found = b""
    while len(found) < size:
        one = diversifier + mixed
        for _ in range(how.rounds):
            one = make(one).digest()
        found += one
        mixed = _added(mixed, _filled(one, block)[:block], block)
    return found[:size]


def _salted(salt: bytes) -> bytes:
    if len(salt) > _LONGEST_SALT:
        raise DerError(texts.SALT_TOO_LONG)
    return salt


def _filled(text: bytes, block: int) -> bytes:
    """Return a text repeated to fill whole blocks; an empty text stays empty."""
    length = block * -(-len(text) // block)
    return (text * (length // len(text) + 1))[:length] if text else b""


def _added(mixed: bytes, add: bytes, block: int) -> bytes:
    plus = int.from_bytes(add, "big") + 1
    limit = 1 << 8 * block
    return b"".join(
        ((int.from_bytes(mixed[start : start + block], "big") + plus) % limit).to_bytes(block, "big")
        for start in range(0, len(mixed), block)
    )


def pbkdf2(algorithm: DerElement, key: Key, size: int | None, opening: OpenAttempt) -> bytes:
    """Return the octets that a PBKDF2 algorithm identifier describes (RFC 8018 section 5.2).

    With ``size`` ``None`` the length is the one in the identifier.
    """
    name, parameters = oid_and_parameters(algorithm)
    if name != _PBKDF2 or not parameters:
        raise DerError(texts.unknown_derivation(name=name))
    salt, count, *rest = child_list(expect(parameters[0], SEQUENCE), 2)
    hmac, length = "sha1", size
    for part in rest:
        if part.tag == INTEGER:
            length = size or unsigned(part)
        else:
            hmac = prf_hash(part)
    if length is None or not 0 < length <= _LONGEST_KEY:
        raise DerError(texts.BAD_KEY_LENGTH)
    rounds = unsigned(count)
    opening.spend(rounds)
    return hashlib.pbkdf2_hmac(hmac, key.utf8, _salted(expect(salt, OCTET_STRING).content), rounds, length)


def prf_hash(algorithm: DerElement) -> str:
    """Return hashlib's name for the hash of an HMAC."""
    name, _ = oid_and_parameters(algorithm)
    if name not in HMACS:
        raise DerError(texts.unknown_hmac(name=name))
    return HMACS[name]


def octet_string(found: DerElement) -> bytes:
    """Return the octets of an OCTET STRING, also of a constructed one (X.690 section 8.7, BER)."""
    if not found.tag & 0x20:
        return found.content
    return b"".join(expect(piece, OCTET_STRING).content for piece in children(found))
