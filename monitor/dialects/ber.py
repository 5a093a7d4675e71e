"""Parse and encode the BER subset that LDAP uses; must not know what it means.

Lengths are definite and tags are of one byte (RFC 4511 section 5.1); anything else is an error.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_LONG = 0x80
_MOST_LENGTH_BYTES = 4


class BerError(ValueError):
    """The bytes are not BER as LDAP uses it."""


@dataclass(frozen=True, slots=True)
class BerElement:
    """One element: its tag byte and its contents."""

    tag: int
    content: bytes


def size(data: bytes) -> tuple[int, int] | None:
    """Return the lengths of header and contents of the first element, ``None`` if there are too few bytes.

    Raises BerError for an indefinite length, one of more than 4 bytes, or a tag of several bytes.
    """
    if data and data[0] & 0x1F == 0x1F:
        raise BerError("a tag of several bytes")
    if len(data) < 2:
        return None
    first = data[1]
    if first < _LONG:
        return 2, first
    count = first - _LONG
    if not 1 <= count <= _MOST_LENGTH_BYTES:
        raise BerError("an indefinite or far too long length")
    if len(data) < 2 + count:
        return None
    return 2 + count, int.from_bytes(data[2 : 2 + count], "big")


def elements(data: bytes) -> Iterator[BerElement]:
    """Iterate over consecutive elements; raise BerError where one is truncated or malformed."""
    while data:
        found = size(data)
        if found is None or sum(found) > len(data):
            raise BerError("an element is cut off")
        head, length = found
        yield BerElement(data[0], data[head : head + length])
        data = data[head + length :]


def element(tag: int, content: bytes) -> bytes:
    """Encode an element of at most 127 bytes of contents."""
    return bytes([tag, len(content)]) + content
