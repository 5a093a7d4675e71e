"""The POP3 script for STLS and the parsing of its replies."""

import re
from collections.abc import Sequence

from monitor.dialects.text import BEGIN_TLS, INVALID, ReplyPattern, Script, Step

_STATUS = re.compile(rb"(\+OK|-ERR)([ \t]|$)", re.IGNORECASE)
_OFFER = re.compile(rb"^STLS\s*$", re.IGNORECASE | re.MULTILINE)


def _single(lines: Sequence[bytes]) -> str | None:
    found = _STATUS.match(lines[0])
    return found[1].decode().upper() if found else INVALID


def _listing(lines: Sequence[bytes]) -> str | None:
    """Read a reply that, if positive, continues up to a line with a single dot (RFC 1939 section 3)."""
    status = _single(lines)
    return None if status == "+OK" and lines[-1] != b"." else status


# RFC 1939 section 3, RFC 2449 section 5, RFC 2595 section 4. A server without CAPA may still support STLS.
POP3 = Script(
    "POP3",
    {
        "greeting": Step(b"", _single, (ReplyPattern("+OK", "CAPA"),)),
        "CAPA": Step(
            b"CAPA\r\n", _listing, (ReplyPattern("+OK", "STLS", _OFFER), ReplyPattern("-ERR", "STLS"))
        ),
        "STLS": Step(b"STLS\r\n", _single, (ReplyPattern("+OK", BEGIN_TLS),)),
    },
    goodbye=b"QUIT\r\n",
)
