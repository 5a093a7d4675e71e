"""Cut what a server says into lines; knows no dialect and keeps no more than it is given."""

import re

from monitor.dialects.dialogue import MOST_BYTES

# No text dialect says NUL: a binary server is recognised at its first one, without a line end to wait for.
_END = re.compile(rb"[\n\0]")
_LITERAL = re.compile(rb"\{(\d{1,9})\+?\}\r?\Z")
_LONGEST_LITERAL_MARK = 14


class Lines:
    r"""Hold what has arrived until it is a line.

    A line ends in LF with or without CR (RFC 5321 section 2.3.8 wants both, servers err), or behind a NUL,
    which it keeps. With ``literals`` a line goes on behind ``{3}``, CRLF and that many bytes (RFC 9051
    section 4.3, RFC 5804 section 1.2).
    """

    __slots__ = ("_literals", "_looked", "_pending", "_taken")

    def __init__(self, *, literals: bool = False) -> None:
        self._literals = literals
        self._looked = 0
        self._pending = bytearray()
        self._taken = 0

    @property
    def rest(self) -> bytes:
        """Return what is not yet taken."""
        return bytes(self._pending)

    @property
    def overflown(self) -> bool:
        """Return whether more came than a server may say before TLS."""
        return self._taken + len(self._pending) > MOST_BYTES

    def add(self, data: bytes) -> None:
        """Take bytes as they come."""
        self._pending += data

    def take(self) -> bytes | None:
        """Return the next whole line without its end, ``None`` when there is none within the bound."""
        while found := _END.search(self._pending, self._looked):
            self._looked = found.end()
            length = self._literal(found.start())
            if length is None:
                return self._cut(found.end())
            self._looked += length
        self._looked = max(self._looked, len(self._pending))
        return None

    def _literal(self, end: int) -> int | None:
        if not self._literals:
            return None
        found = _LITERAL.search(self._pending[max(0, end - _LONGEST_LITERAL_MARK) : end])
        return int(found[1]) if found else None

    def _cut(self, end: int) -> bytes | None:
        if self._taken + end > MOST_BYTES:
            return None
        line = bytes(self._pending[:end])
        del self._pending[:end]
        self._taken += end
        self._looked = 0
        return line.rstrip(b"\r\n")
