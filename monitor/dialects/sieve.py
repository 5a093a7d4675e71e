"""The ManageSieve script for STARTTLS and the parsing of its replies."""

import re
from collections.abc import Sequence

from monitor.dialects.text import BEGIN_TLS, INVALID, ReplyPattern, Script, Step

_STATUS = re.compile(rb"(OK|NO|BYE)( |$)", re.IGNORECASE)
_OFFER = re.compile(rb'^"STARTTLS"\s*$', re.IGNORECASE | re.MULTILINE)


def _reply(lines: Sequence[bytes]) -> str | None:
    """Read lines of strings up to one with a status (RFC 5804 sections 1.2 and 1.7)."""
    if found := _STATUS.match(lines[-1]):
        return found[1].decode().upper()
    return None if lines[-1].startswith((b'"', b"{")) else INVALID


# RFC 5804 sections 1.7 (the greeting lists what the server can do) and 2.2.
SIEVE = Script(
    "ManageSieve",
    {
        "greeting": Step(b"", _reply, (ReplyPattern("OK", "STARTTLS", _OFFER),)),
        "STARTTLS": Step(b"STARTTLS\r\n", _reply, (ReplyPattern("OK", BEGIN_TLS),)),
    },
    goodbye=b"LOGOUT\r\n",
    literals=True,
)
