"""Read the few shapes of BER that LDAP uses; must not know what they mean.

Lengths are definite and tags are of one byte (RFC 4511 section 5.1); anything else is an error, not a guess.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_LONG = 0x80
_MOST_LENGTH_BYTES = 4


class BerError(ValueError):
    """The bytes are no BER as LDAP uses it."""


@dataclass(frozen=True, slots=True)
class Element:
    """Hold one element: its tag byte and its contents."""

    tag: int
    content: bytes


def size(data: bytes) -> tuple[int, int] | None:
    """Return the lengths of the head and of the contents of the first element, ``None`` for too few bytes.

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


def elements(data: bytes) -> Iterator[Element]:
    """Give the elements that stand one after the other; raise BerError where one is cut off or malformed."""
    while data:
        found = size(data)
        if found is None or sum(found) > len(data):
            raise BerError("an element is cut off")
        head, length = found
        yield Element(data[0], data[head : head + length])
        data = data[head + length :]


def element(tag: int, content: bytes) -> bytes:
    """Return one element of at most 127 bytes of contents."""
    return bytes([tag, len(content)]) + content
