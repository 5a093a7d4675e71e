"""Encode and decode TDS packets; must not know what they mean.

Source: [MS-TDS] section 2.2.3.1: type, status, length of the packet (big-endian), process, number, window.
"""

from collections.abc import Container
from dataclasses import dataclass

PRELOGIN, REPLY = 0x12, 0x04
_HEADER = 8
_LAST = 0x01
# The packet size before the two sides have negotiated another ([MS-TDS] section 2.2.3.1.3).
_PACKET = 4096
# A response to PRELOGIN takes some 50 bytes.
_MOST_MESSAGE = 4096
# How a TLS record begins (RFC 8446 section 5.1); no TDS packet begins so.
TLS_KINDS = b"\x14\x15\x16\x17"


@dataclass(frozen=True, slots=True)
class TdsMessage:
    """The contents of the first complete message, and how many bytes it took."""

    content: bytes
    used: int


def packets(kind: int, content: bytes) -> bytes:
    """Return one message in as many packets as needed."""
    room = _PACKET - _HEADER
    pieces = [content[at : at + room] for at in range(0, len(content), room)] or [b""]
    written = b""
    for number, piece in enumerate(pieces, 1):
        status = _LAST if number == len(pieces) else 0
        length = (_HEADER + len(piece)).to_bytes(2, "big")
        written += bytes([kind, status]) + length + bytes([0, 0, number % 256, 0]) + piece
    return written


def first_message(data: bytes, kinds: Container[int]) -> TdsMessage | int | None:
    """Return the first message, ``None`` if incomplete, or how many bytes show that it is not one."""
    content, at = b"", 0
    while at < len(data):
        if data[at] not in kinds:
            return at + 1
        if len(data) < at + 4:
            return None
        end = at + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + _HEADER or end > _MOST_MESSAGE:
            return at + 4
        if len(data) < end:
            return None
        content += data[at + _HEADER : end]
        if data[at + 1] & _LAST:
            return TdsMessage(content, end)
        at = end
    return None


class Unpacking:
    """Decodes packets as they arrive, however they are split.

    A server that switches to unframed TLS between two packets is followed. ``unexpected`` is the first bytes
    of what is neither.
    """

    __slots__ = ("_bare", "_head", "_kinds", "_left", "unexpected")

    def __init__(self, kinds: Container[int]) -> None:
        """Accept packets of these types."""
        self.unexpected = b""
        self._kinds = kinds
        self._head = b""
        self._left = 0
        self._bare = False

    def feed(self, data: bytes) -> bytes:
        """Return the contents of some more bytes, none after anything unexpected."""
        contents = []
        while data and not self.unexpected:
            if self._bare:
                contents.append(data)
                break
            if self._left:
                contents.append(data[: self._left])
                self._left -= len(contents[-1])
                data = data[len(contents[-1]) :]
            else:
                data = self._next(data)
        return b"".join(contents)

    def _next(self, data: bytes) -> bytes:
        """Parse the header of a packet, as far as it has arrived; return what follows it."""
        if not self._head and data[0] in TLS_KINDS:
            self._bare = True
            return data
        missing = _HEADER - len(self._head)
        self._head += data[:missing]
        if self._head[0] not in self._kinds:
            self.unexpected = self._head[:1]
        elif len(self._head) == _HEADER:
            self._left = int.from_bytes(self._head[2:4], "big") - _HEADER
            if self._left < 0:
                self.unexpected = self._head
            self._head = b""
        return data[missing:]
