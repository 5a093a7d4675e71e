"""The Remote Desktop dialogue for TLS; pure, opens no connection.

Both TLS alone and TLS with a login before the desktop (CredSSP, "network level authentication") are
requested: in both the server sends its certificate first.

Source: [MS-RDPBCGR] sections 2.2.1.1 (connection request), 2.2.1.2 (connection confirm) with 2.2.1.2.1
RDP_NEG_RSP and 2.2.1.2.2 RDP_NEG_FAILURE; RFC 1006 section 6 (TPKT); X.224 section 13.
"""

from monitor.dialects import texts
from monitor.dialects.dialogue import Dialogue, DialogueFailure
from monitor.dialects.one_reply import OneReply, UnexpectedReply, UpgradeAccepted
from monitor.model import FailureReason, Message
from monitor.model.texts import with_hint

_TPKT = 4
_TPKT_VERSION = 3
_CONFIRM, _DISCONNECT = 0xD0, 0x80
_FIXED = 7  # X.224: length, code, two references, class
_RESPONSE, _FAILURE = 2, 3
_NEGOTIATION = 8
# PROTOCOL_SSL | PROTOCOL_HYBRID.
REQUEST = bytes.fromhex("0300 0013 0e e0 0000 0000 00 01 00 0800 03000000")

_FAILURES = {
    1: "SSL_REQUIRED_BY_SERVER",
    2: "SSL_NOT_ALLOWED_BY_SERVER",
    3: "SSL_CERT_NOT_ON_SERVER",
    4: "INCONSISTENT_FLAGS",
    5: "HYBRID_REQUIRED_BY_SERVER",
    6: "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
}
_HINTS = {
    2: texts.RDP_TLS_DISALLOWED,
    3: texts.RDP_NO_CERTIFICATE,
    5: texts.RDP_NLA_REQUIRED,
    6: texts.RDP_SMART_CARD,
}


def rdp(server_name: str) -> Dialogue:  # noqa: ARG001 - RDP is not told the name before TLS
    """Return a dialogue that requests TLS in the connection request."""
    return OneReply(REQUEST, read, "RDP", "the connection request")


def read(data: bytes) -> UpgradeAccepted | UnexpectedReply | DialogueFailure | None:
    """Parse the connection confirm and its security protocol."""
    if data and data[0] != _TPKT_VERSION:
        return UnexpectedReply(1)
    if len(data) < _TPKT + 2:
        return None
    length = int.from_bytes(data[2:_TPKT], "big")
    kind = data[_TPKT + 1] & 0xF0
    if length < _TPKT + _FIXED or kind not in (_CONFIRM, _DISCONNECT):
        return UnexpectedReply(_TPKT + 2)
    if len(data) < length:
        return None
    if kind == _DISCONNECT:
        said = texts.rdp_disconnected(reason=data[_TPKT + 6])
        return DialogueFailure(FailureReason.STARTTLS_REFUSED, said)
    return _confirmed(data[_TPKT + _FIXED : length], length)


def _confirmed(negotiation: bytes, length: int) -> UpgradeAccepted | UnexpectedReply | DialogueFailure:
    if not negotiation:
        return DialogueFailure(FailureReason.STARTTLS_REFUSED, texts.RDP_STANDARD_ONLY)
    if len(negotiation) < _NEGOTIATION or negotiation[0] not in (_RESPONSE, _FAILURE):
        return UnexpectedReply(length)
    number = int.from_bytes(negotiation[4:_NEGOTIATION], "little")
    if negotiation[0] == _FAILURE:
        return DialogueFailure(FailureReason.STARTTLS_REFUSED, _refused(number))
    if number == 0:
        return DialogueFailure(FailureReason.STARTTLS_REFUSED, texts.RDP_STANDARD_CHOSEN)
    return UpgradeAccepted(length)


def _refused(number: int) -> Message:
    said = texts.rdp_refused(error=_FAILURES.get(number, f"failure code {number}"))
    return with_hint(problem=said, hint=_HINTS[number]) if number in _HINTS else said
