"""The IRC script for STARTTLS on the plain port and the parsing of its messages."""

import re
from collections.abc import Sequence

from monitor.dialects.text import BEGIN_TLS, IGNORED, INVALID, ReplyPattern, Script, Step
from monitor.dialects.texts import IRC_HINT

# Only a server sends numerics, and always after its own name (RFC 2812 section 2.4).
_MESSAGE = re.compile(rb"(?:@\S+ +)?(?::\S+ +(\d{3})|(?::\S+ +)?([A-Z]+))(?: |$)")
_OFFER = re.compile(rb"CAP \S+ LS (?:\* )?:?(?:.* )?tls(?:=\S*)?(?: |$)", re.MULTILINE)

# Unknown command, not registered, too few parameters, TLS failed.
_FINAL = frozenset({"670", "421", "451", "461", "691", "ERROR"})


def _command(line: bytes) -> str:
    found = _MESSAGE.match(line)
    return (found[1] or found[2]).decode() if found else INVALID


def _message(lines: Sequence[bytes]) -> str:
    """Skip notices of all kinds up to a message that accepts or refuses."""
    command = _command(lines[-1])
    return command if command == INVALID or command in _FINAL else IGNORED


def _capabilities(lines: Sequence[bytes]) -> str | None:
    """Read the list of capabilities, if there is one, up to the reply to the PING after the request."""
    match _command(lines[-1]):
        case "CAP":
            return None
        case "PONG":
            return _command(lines[0])
        case "451" if b" CAP " not in lines[-1]:
            return _command(lines[0])
        case "ERROR" | "":  # INVALID
            return _command(lines[-1])
    return IGNORED


# https://ircv3.net/specs/deprecated/tls (670 go ahead, 691 failed) and capability-negotiation. Observed: a
# server without STARTTLS may silently ignore the command (InspIRCd, ngIRCd), one with it may not know CAP
# (InspIRCd), which also means silence. So a PING follows the first request: every server replies to it, at
# least with 451 (not registered). None follows STARTTLS, where it would end up in the handshake.
IRC = Script(
    "IRC",
    {
        "CAP LS": Step(
            b"CAP LS 302\r\nPING cert-monitor\r\n",
            _capabilities,
            (
                ReplyPattern("CAP", "STARTTLS", _OFFER),
                ReplyPattern("451", "STARTTLS"),
                ReplyPattern("PONG", "STARTTLS"),
            ),
        ),
        "STARTTLS": Step(b"STARTTLS\r\n", _message, (ReplyPattern("670", BEGIN_TLS),)),
    },
    goodbye=b"QUIT\r\n",
    hint=IRC_HINT,
)
