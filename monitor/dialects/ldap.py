"""The LDAP dialogue for StartTLS; pure, opens no connection.

Source: RFC 4511 sections 4.14 (StartTLS), 4.12 (extended operation), 4.4.1 (notice of disconnection), 4.1.9
(result) and appendix A (result codes).
"""

from collections.abc import Callable

from monitor.dialects import texts
from monitor.dialects.ber import BerElement, BerError, element, elements, size
from monitor.dialects.dialogue import MAX_BYTES, Dialogue, DialogueFailure, excerpt
from monitor.dialects.one_reply import OneReply, UnexpectedReply, UpgradeAccepted
from monitor.model import FailureReason, Message
from monitor.model.texts import with_hint

_SEQUENCE, _INTEGER, _ENUMERATED, _OCTETS = 0x30, 0x02, 0x0A, 0x04
_EXTENDED_REQUEST, _EXTENDED_RESPONSE = 0x77, 0x78
_REQUEST_NAME, _REFERRAL, _RESPONSE_NAME = 0x80, 0xA3, 0x8A
START_TLS = b"1.3.6.1.4.1.1466.20037"
DISCONNECTION = b"1.3.6.1.4.1.1466.20036"
_OUR_MESSAGE = 1
_SHAPE = (_INTEGER, _EXTENDED_RESPONSE, _ENUMERATED, _OCTETS)
_MISSING = BerElement(0, b"")
REQUEST = element(
    _SEQUENCE,
    element(_INTEGER, bytes([_OUR_MESSAGE])) + element(_EXTENDED_REQUEST, element(_REQUEST_NAME, START_TLS)),
)

_RESULTS = {
    1: "operationsError",
    2: "protocolError",
    3: "timeLimitExceeded",
    7: "authMethodNotSupported",
    8: "strongerAuthRequired",
    10: "referral",
    12: "unavailableCriticalExtension",
    13: "confidentialityRequired",
    49: "invalidCredentials",
    50: "insufficientAccessRights",
    51: "busy",
    52: "unavailable",
    53: "unwillingToPerform",
    80: "other",
}
_HINTS = {2: texts.LDAP_NO_STARTTLS, 52: texts.LDAP_NO_CERTIFICATE}


def ldap(server_name: str) -> Dialogue:  # noqa: ARG001 - LDAP is not told the name before TLS
    """Return a dialogue that requests TLS with the extended operation StartTLS."""
    return OneReply(REQUEST, read, "LDAP", "StartTLS")


def read(data: bytes) -> UpgradeAccepted | UnexpectedReply | DialogueFailure | None:
    """Parse the response: the result of StartTLS, or a notice of disconnection."""
    if data and data[0] != _SEQUENCE:
        return UnexpectedReply(1)
    try:
        found = size(data)
    except BerError:
        return UnexpectedReply(2)
    if found is None:
        return None
    head, end = found[0], sum(found)
    if end > MAX_BYTES:
        return UnexpectedReply(head)
    return _message(data[head:end], end) if len(data) >= end else None


def _message(content: bytes, end: int) -> UpgradeAccepted | UnexpectedReply | DialogueFailure:
    try:
        number, response, *_ = (*elements(content), _MISSING, _MISSING)
        code, _name, text, *more = (*elements(response.content), _MISSING, _MISSING, _MISSING)
        addresses = [at.content for one in more if one.tag == _REFERRAL for at in elements(one.content)]
    except BerError:
        return UnexpectedReply(end)
    if (number.tag, response.tag, code.tag, text.tag) != _SHAPE:
        return UnexpectedReply(end)
    result = int.from_bytes(code.content, "big")
    if BerElement(_RESPONSE_NAME, DISCONNECTION) in more:
        return _refused(texts.ldap_disconnected, result, text.content)
    if int.from_bytes(number.content, "big") != _OUR_MESSAGE:
        return UnexpectedReply(end)
    return (
        UpgradeAccepted(end)
        if result == 0
        else _refused(texts.ldap_refused, result, *addresses[:1], text.content)
    )


def _refused(kind: Callable[..., Message], result: int, *said: bytes) -> DialogueFailure:
    message = kind(result=_RESULTS.get(result, str(result)))
    if result in _HINTS:
        message = with_hint(problem=message, hint=_HINTS[result])
    words = next(filter(None, said), b"")
    if words:
        message = texts.server_says(problem=message, reply=excerpt(words))
    return DialogueFailure(FailureReason.STARTTLS_REFUSED, message)
