"""Write certificates in the form that Windows keeps in its registry, for the tests of what reads it."""

import hashlib
import struct


def blob(
    der: bytes, friendly: str = "", *, archived: bool = False, key: tuple[str, str] | None = None
) -> bytes:
    """Return a registry value ``Blob``; ``key`` is container and provider."""
    parts = [(3, hashlib.sha1(der).digest())]
    if friendly:
        parts.append((11, _text(friendly)))
    if archived:
        parts.append((19, b""))
    if key:
        parts.append((2, provider(*key)))
    return properties([*parts, (32, der)])


def properties(parts: list[tuple[int, bytes]]) -> bytes:
    """Return properties one after the other."""
    return b"".join(struct.pack("<III", number, 1, len(data)) + data for number, data in parts)


def provider(container: str, name: str) -> bytes:
    """Return a CRYPT_KEY_PROV_INFO with offsets in place of pointers."""
    first, second = _text(container), _text(name)
    return struct.pack("<7I", 28, 28 + len(first), 0, 0x20, 0, 0, 0) + first + second


def _text(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")
