"""Split a stream of XML into tags and text without an XML parser.

A parser would have to be prevented from expanding entities and from fetching external resources of a hostile
stream; this code only finds the end of each tag.
"""

import re
from typing import Final

from monitor.dialects.pieces import Pieces

_OUTSIDE: Final = b""
_INSIDE: Final = b"<"

# What ends the current state: outside tags, inside a tag, or inside a quoted value of a tag.
_NEXT = {
    _OUTSIDE: re.compile(rb"[<\n\0]"),
    _INSIDE: re.compile(rb"[<>\"'\0]"),
    b'"': re.compile(rb"[\"<\0]"),
    b"'": re.compile(rb"['<\0]"),
}


class Tags(Pieces):
    """A buffer that is read by whole tags, or by lines of text outside tags."""

    __slots__ = ("_within",)

    def __init__(self) -> None:
        super().__init__()
        self._within = _OUTSIDE

    def take(self) -> bytes | None:
        """Return the next tag or text, ``None`` when there is none within the limit.

        A tag begins with ``<`` and ends with ``>``; ``<`` or NUL inside a tag end it too.
        """
        while found := _NEXT[self._within].search(self._pending, self._probed):
            self._probed = found.end()
            end = self._step(found[0], found.start(), found.end())
            if end:
                return self._cut(end)
        self._probed = len(self._pending)
        return None

    def _step(self, mark: bytes, start: int, end: int) -> int:
        """Return where the piece ends, 0 when it continues."""
        if self._within == _OUTSIDE and mark == b"<":
            if start:
                return start  # the text before; the tag comes next
            self._within = _INSIDE
            return 0
        if mark in b"\"'":
            self._within = mark if self._within == _INSIDE else _INSIDE
            return 0
        self._within = _OUTSIDE
        return end
