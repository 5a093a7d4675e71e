"""The Remote Desktop dialogue for TLS; pure, opens no connection.

Both TLS alone and TLS with a login before the desktop (CredSSP, "network level authentication") are
requested: in both the server sends its certificate first.

Source: [MS-RDPBCGR] sections 2.2.1.1 (connection request), 2.2.1.2 (connection confirm) with 2.2.1.2.1
RDP_NEG_RSP and 2.2.1.2.2 RDP_NEG_FAILURE; RFC 1006 section 6 (TPKT); X.224 section 13.
"""

from monitor.dialects.dialogue import Dialogue, DialogueFailure
from monitor.dialects.one_reply import OneReply, UnexpectedReply, UpgradeAccepted
from monitor.model import FailureReason

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
    2: "SSL_NOT_ALLOWED_BY_SERVER: it is set to standard RDP security, which shows no certificate",
    3: "SSL_CERT_NOT_ON_SERVER: it has no certificate for TLS",
    4: "INCONSISTENT_FLAGS",
    5: "HYBRID_REQUIRED_BY_SERVER: it wants network level authentication (CredSSP)",
    6: "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER: it wants a client certificate for a login by smart card",
}


def rdp(server_name: str) -> Dialogue:  # noqa: ARG001 - RDP is not told the name before TLS
    """Return a dialogue that requests TLS in the connection request."""
    return OneReply(REQUEST, read, "RDP", "answer to the RDP connection request")


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
        said = f"the RDP server refuses the connection (X.224 disconnect, reason {data[_TPKT + 6]})"
        return DialogueFailure(FailureReason.STARTTLS_REFUSED, said)
    return _confirmed(data[_TPKT + _FIXED : length], length)


def _confirmed(negotiation: bytes, length: int) -> UpgradeAccepted | UnexpectedReply | DialogueFailure:
    if not negotiation:
        said = "the RDP server offers no TLS: it knows standard RDP security only, which shows no certificate"
        return DialogueFailure(FailureReason.STARTTLS_REFUSED, said)
    if len(negotiation) < _NEGOTIATION or negotiation[0] not in (_RESPONSE, _FAILURE):
        return UnexpectedReply(length)
    number = int.from_bytes(negotiation[4:_NEGOTIATION], "little")
    if negotiation[0] == _FAILURE:
        words = _FAILURES.get(number, f"failure code {number}")
        return DialogueFailure(FailureReason.STARTTLS_REFUSED, f"the RDP server refuses TLS: {words}")
    if number == 0:
        said = "the RDP server chose standard RDP security, which shows no certificate, instead of TLS"
        return DialogueFailure(FailureReason.STARTTLS_REFUSED, said)
    return UpgradeAccepted(length)
