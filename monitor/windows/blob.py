"""Read the form in which Windows keeps a certificate in its registry: a list of numbered properties.

It must not read a registry, and it looks at no private key: the form holds only where one lies.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from monitor.model import Link, PrivateKey
from monitor.parse import display
from monitor.windows.providers import is_hardware

# wincrypt.h, CERT_*_PROP_ID
_KEY_PROVIDER, _FRIENDLY_NAME, _ARCHIVED, _CERTIFICATE = 2, 11, 19, 32
_HEADER = struct.Struct("<III")
_OFFSETS = struct.Struct("<7I")


class BlobError(ValueError):
    """The bytes are not in the form of a stored certificate; the sentence says where."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Hold what one stored certificate is: its DER, and what the store says of it."""

    der: bytes
    friendly_name: str = ""
    archived: bool = False
    key: PrivateKey = PrivateKey()

    @property
    def sha256(self) -> str:
        """Return its fingerprint, lower hex."""
        return sha256(self.der).hexdigest()


def stored(blob: bytes) -> Stored:
    """Return what a registry value ``Blob`` holds; raise ``BlobError`` where it is damaged.

    Each property is its number, a 1, its length and its bytes, little-endian. Microsoft does not document the
    form; it was learned from what two independent implementations of crypt32 write.
    """
    found = dict(_properties(blob))
    if not found.get(_CERTIFICATE):
        raise BlobError("it holds no certificate")
    return Stored(
        found[_CERTIFICATE],
        display(_text(found.get(_FRIENDLY_NAME, b""))),
        _ARCHIVED in found,
        _key(found.get(_KEY_PROVIDER)),
    )


def _properties(blob: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(blob):
        if len(blob) - position < _HEADER.size:
            raise BlobError(f"it ends within the head of a property (octet {position})")
        number, _, length = _HEADER.unpack_from(blob, position)
        position += _HEADER.size
        if length > len(blob) - position:
            raise BlobError(f"property {number} claims {length} octets, {len(blob) - position} are left")
        yield number, blob[position : position + length]
        position += length


def _key(provider: bytes | None) -> PrivateKey:
    """Return where the private key lies, from a CRYPT_KEY_PROV_INFO whose pointers are offsets."""
    if provider is None:
        return PrivateKey(Link.MISSING)
    if len(provider) < _OFFSETS.size:
        return PrivateKey(Link.UNKNOWN)
    container, name = (_text(provider[offset:]) for offset in _OFFSETS.unpack_from(provider)[:2])
    return PrivateKey(Link.PRESENT, display(name), display(container), is_hardware(name))


def _text(octets: bytes) -> str:
    """Return the UTF-16 text up to its end mark."""
    text = octets[: len(octets) & ~1].decode("utf-16-le", "replace")
    return text.partition("\0")[0]
