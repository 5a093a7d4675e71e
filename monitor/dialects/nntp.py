"""The NNTP script for STARTTLS and the parsing of its replies."""

import re
from collections.abc import Sequence

from monitor.dialects.text import BEGIN_TLS, INVALID, ReplyPattern, Script, Step

_STATUS = re.compile(rb"([1-5]\d\d)( |$)")
_OFFER = re.compile(rb"^STARTTLS\s*$", re.IGNORECASE | re.MULTILINE)


def _reply(lines: Sequence[bytes]) -> str | None:
    """Read one line, or after 101 a list up to a line with a single dot (RFC 3977 sections 3.2, 5.2)."""
    found = _STATUS.match(lines[0])
    if found is None:
        return INVALID
    status = found[1].decode()
    return None if status == "101" and lines[-1] != b"." else status


def _greeting(lines: Sequence[bytes]) -> str:
    """Read the greeting, which has few statuses (RFC 3977 section 5.1.1): 220 is that of SMTP and FTP."""
    status = _reply(lines)
    return status if status in ("200", "201", "400", "502") else INVALID


# RFC 3977 sections 5.1 and 5.2, RFC 4642 section 2.2. A server without CAPABILITIES replies 500 and gets
# STARTTLS all the same.
NNTP = Script(
    "NNTP",
    {
        "greeting": Step(
            b"", _greeting, (ReplyPattern("200", "CAPABILITIES"), ReplyPattern("201", "CAPABILITIES"))
        ),
        "CAPABILITIES": Step(
            b"CAPABILITIES\r\n",
            _reply,
            (ReplyPattern("101", "STARTTLS", _OFFER), ReplyPattern("500", "STARTTLS")),
        ),
        "STARTTLS": Step(b"STARTTLS\r\n", _reply, (ReplyPattern("382", BEGIN_TLS),)),
    },
    goodbye=b"QUIT\r\n",
)
