"""Read DER elements one at a time, tolerating malformed contents.

Library parsers reject a whole certificate for one odd field (measured: a version number of 5, an underscore
in a PrintableString, a time without seconds), while the clients of such servers and cameras accept them. Here
a malformed field affects nothing else. It must not know what a certificate is.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from monitor.model import Message
from monitor.model.message import raw_english
from monitor.parse import texts

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30
SET = 0x31

_DEEPEST = 32
_LONG_FORM = 0x80
# Finding the end requires a walk over all contents: only for what a real chain can need.
_LONGEST_INDEFINITE = 1_000_000
# A parsed element needs a hundred times the memory of its two octets: listing all of 16 MB takes 1.4 GB.
_MOST_FIELDS = 64
_MOST_WITHIN = 1000


class DerError(ValueError):
    """The bytes are not a DER element of the expected kind; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        """Store the message."""
        super().__init__(message)
        self._message = message

    @property
    def message(self) -> Message:
        """Return why."""
        return self._message

    def __str__(self) -> str:
        """Return the English text, for developers."""
        return raw_english(self.message)


class OtherTagError(DerError):
    """An element has another tag than expected; its message is only made where somebody reads it."""

    def __init__(self, found: int, wanted: int) -> None:
        """Store both tags."""
        ValueError.__init__(self, found, wanted)
        self._tags = (found, wanted)

    @property
    def message(self) -> Message:
        """Return which tag was found and which one was expected."""
        found, wanted = self._tags
        return texts.other_tag(found=f"{found:#04x}", wanted=f"{wanted:#04x}")


class DerElement(NamedTuple):
    """One element: its tag octet, and the offsets of the element and its content in ``data``."""

    data: bytes
    tag: int
    start: int
    content_start: int
    content_end: int
    end: int

    @property
    def content(self) -> bytes:
        """Return the content octets."""
        return self.data[self.content_start : self.content_end]

    @property
    def encoded(self) -> bytes:
        """Return the whole element, tag and length included."""
        return self.data[self.start : self.end]


def element(data: bytes, start: int = 0, limit: int | None = None, *, depth: int = 0) -> DerElement:
    """Return the element that starts at ``start``; raise ``DerError`` when there is none within ``limit``.

    The indefinite length of BER is read too: some tools write PKCS#7 files with it.
    """
    stop = len(data) if limit is None else limit
    if start + 2 > stop:
        raise DerError(texts.NO_ELEMENT)
    tag = data[start]
    if tag & 0x1F == 0x1F:
        raise DerError(texts.LONG_TAG)
    length = data[start + 1]
    content = start + 2
    if length == _LONG_FORM:
        return _indefinite(data, start, stop, depth)
    if length > _LONG_FORM:
        octets = length - _LONG_FORM
        if octets > 4 or content + octets > stop:
            raise DerError(texts.BAD_LENGTH)
        length = int.from_bytes(data[content : content + octets], "big")
        content += octets
    end = content + length
    if end > stop:
        raise DerError(texts.TOO_SHORT)
    return DerElement(data, tag, start, content, end, end)


def _indefinite(data: bytes, start: int, stop: int, depth: int) -> DerElement:
    if depth > _DEEPEST or stop - start > _LONGEST_INDEFINITE or not data[start] & 0x20:
        raise DerError(texts.NO_LENGTH)
    position = start + 2
    while data[position : position + 2] != b"\0\0":
        position = element(data, position, stop, depth=depth + 1).end
    if position + 2 > stop:
        raise DerError(texts.NO_END)
    return DerElement(data, data[start], start, start + 2, position, position + 2)


def children(parent: DerElement) -> Iterator[DerElement]:
    """Iterate over the child elements; raise ``DerError`` where the rest is malformed."""
    position = parent.content_start
    while position < parent.content_end:
        child = element(parent.data, position, parent.content_end)
        yield child
        position = child.end


def expect(found: DerElement, tag: int) -> DerElement:
    """Return the element when it has the tag; raise ``DerError`` otherwise."""
    if found.tag != tag:
        raise OtherTagError(found.tag, tag)
    return found


def child_list(parent: DerElement, least: int) -> list[DerElement]:
    """Return the child elements; raise ``DerError`` when there are fewer than ``least`` or more than 64."""
    found = _listed(parent, _MOST_FIELDS)
    if len(found) < least:
        raise DerError(texts.FIELDS_MISSING)
    return found


def parse_children(data: bytes, tag: int) -> list[DerElement]:
    """Return the child elements, at most 1,000, of the single element in ``data``."""
    return _listed(expect(element(data), tag), _MOST_WITHIN)


def _listed(parent: DerElement, most: int) -> list[DerElement]:
    found = list(islice(children(parent), most + 1))
    if len(found) > most:
        raise DerError(texts.too_many(most=most))
    return found


def dotted(content: bytes) -> str:
    """Return the content of an OBJECT IDENTIFIER in dotted form, at most 64 arcs (X.690 section 8.19)."""
    arcs: list[int] = []
    value = 0
    for octet in content[:256]:
        value = (value << 7 | octet & 0x7F) & 0xFFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    if not arcs or len(arcs) > 64:
        raise DerError(texts.BAD_IDENTIFIER)
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
