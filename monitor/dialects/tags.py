"""Cut a stream of XML into tags and text without an XML parser.

A parser would have to be kept from expanding entities and from fetching what a hostile stream names; here
nothing is expanded, and no more is understood than where a tag ends.
"""

import re
from typing import Final

from monitor.dialects.pieces import Pieces

_OUTSIDE: Final = b""
_INSIDE: Final = b"<"

# What to look for, by where we are: outside of tags, in one, or between two quotes of the same kind in one.
_NEXT = {
    _OUTSIDE: re.compile(rb"[<\n\0]"),
    _INSIDE: re.compile(rb"[<>\"'\0]"),
    b'"': re.compile(rb"[\"<\0]"),
    b"'": re.compile(rb"['<\0]"),
}


class Tags(Pieces):
    """Hold what has arrived until it is a whole tag, or a line of text outside of tags."""

    __slots__ = ("_within",)

    def __init__(self) -> None:
        super().__init__()
        self._within = _OUTSIDE

    def take(self) -> bytes | None:
        """Return the next tag or text, ``None`` when there is none within the bound.

        A tag begins with ``<`` and ends with ``>``; one that is broken by ``<`` or NUL ends with that.
        """
        while found := _NEXT[self._within].search(self._pending, self._probed):
            self._probed = found.end()
            end = self._step(found[0], found.start(), found.end())
            if end:
                return self._cut(end)
        self._probed = len(self._pending)
        return None

    def _step(self, mark: bytes, start: int, end: int) -> int:
        """Return where the piece ends, 0 when it goes on."""
        if self._within == _OUTSIDE and mark == b"<":
            if start:
                return start  # the text before; the tag is probed next time
            self._within = _INSIDE
            return 0
        if mark in b"\"'":
            self._within = mark if self._within == _INSIDE else _INSIDE
            return 0
        self._within = _OUTSIDE
        return end
