"""Parse replies that begin with three digits, as in SMTP, LMTP and FTP; decides nothing about them."""

import re
from collections.abc import Sequence

from monitor.dialects.text import INVALID

_REPLY = re.compile(rb"([1-6]\d\d)([ -]|$)")


def reply_code(lines: Sequence[bytes]) -> str | None:
    """Return the code of a reply, ``None`` until its last line has arrived.

    ``220-`` opens a reply of several lines, ``220`` and a space (or nothing: RFC 5321 section 4.2.1 requires
    clients to accept that) closes it. In FTP the lines in between are arbitrary (RFC 959 section 4.2).
    """
    first, last = _REPLY.match(lines[0]), _REPLY.match(lines[-1])
    if first is None:
        return INVALID
    closed = last is not None and last[1] == first[1] and last[2] != b"-"
    return first[1].decode() if closed else None
