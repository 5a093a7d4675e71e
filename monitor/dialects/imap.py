"""The IMAP script for STARTTLS and the parsing of its replies."""

import re
from collections.abc import Sequence

from monitor.dialects.text import BEGIN_TLS, INVALID, ReplyPattern, Script, StatusReader, Step

_GREETING = re.compile(rb"\* (OK|PREAUTH|BYE)( |$)", re.IGNORECASE)
_BYE = re.compile(rb"\* BYE( |$)", re.IGNORECASE)
_OFFER = re.compile(rb"^\* CAPABILITY .*\bSTARTTLS\b", re.IGNORECASE | re.MULTILINE)


def _greeting(lines: Sequence[bytes]) -> str | None:
    found = _GREETING.match(lines[-1])
    return found[1].decode().upper() if found else INVALID


def _tagged(tag: bytes) -> StatusReader:
    """Return the reader of the reply to one command: any untagged lines, then one with its tag."""
    last = re.compile(re.escape(tag) + rb" (OK|NO|BAD)( |$)", re.IGNORECASE)

    def reads(lines: Sequence[bytes]) -> str | None:
        if found := last.match(lines[-1]):
            return found[1].decode().upper()
        if _BYE.match(lines[-1]):
            return "BYE"
        return None if lines[-1].startswith(b"* ") else INVALID

    return reads


# RFC 9051 sections 6.1.1, 6.2.1 and 7.1. PREAUTH is a refusal: STARTTLS is only valid before authentication.
IMAP = Script(
    "IMAP",
    {
        "greeting": Step(b"", _greeting, (ReplyPattern("OK", "CAPABILITY"),)),
        "CAPABILITY": Step(b"a1 CAPABILITY\r\n", _tagged(b"a1"), (ReplyPattern("OK", "STARTTLS", _OFFER),)),
        "STARTTLS": Step(b"a2 STARTTLS\r\n", _tagged(b"a2"), (ReplyPattern("OK", BEGIN_TLS),)),
    },
    goodbye=b"a3 LOGOUT\r\n",
    literals=True,
)
