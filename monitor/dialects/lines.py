"""Split the bytes of a server into lines; knows no dialect."""

import re

from monitor.dialects.pieces import Pieces

# No text dialect sends NUL: a binary server is recognized at its first one, without waiting for a line end.
_END = re.compile(rb"[\n\0]")
_LITERAL = re.compile(rb"\{(\d{1,9})\+?\}\r?\Z")
_LONGEST_LITERAL_MARK = 14


class Lines(Pieces):
    """A buffer that is read line by line.

    A line ends with LF, with or without CR (RFC 5321 section 2.3.8 requires both, but servers deviate), or
    after a NUL, which it keeps. With ``literals`` a line continues after ``{3}``, CRLF and that many bytes
    (RFC 9051 section 4.3, RFC 5804 section 1.2).
    """

    __slots__ = ("_literals",)

    def __init__(self, *, literals: bool = False) -> None:
        super().__init__()
        self._literals = literals

    def take(self) -> bytes | None:
        """Return the next complete line without its end, ``None`` when there is none within the limit."""
        while found := _END.search(self._pending, self._probed):
            self._probed = found.end()
            length = self._literal(found.start())
            if length is None:
                return self._cut(found.end())
            self._probed += length
        self._probed = max(self._probed, len(self._pending))
        return None

    def _literal(self, end: int) -> int | None:
        if not self._literals:
            return None
        found = _LITERAL.search(self._pending[max(0, end - _LONGEST_LITERAL_MARK) : end])
        return int(found[1]) if found else None

    def _cut(self, end: int) -> bytes | None:
        line = super()._cut(end)
        return None if line is None else line.rstrip(b"\r\n")
