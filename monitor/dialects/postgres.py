"""The PostgreSQL dialogue for TLS; pure, opens no connection.

Source: PostgreSQL documentation, "Frontend/Backend Protocol", sections SSL Session Encryption, Message
Formats (SSLRequest, ErrorResponse).
"""

from monitor.dialects import texts
from monitor.dialects.dialogue import MAX_BYTES, Dialogue, DialogueFailure, excerpt
from monitor.dialects.one_reply import OneReply, UnexpectedReply, UpgradeAccepted
from monitor.model import FailureReason

# Its length of 8 and the code 80877103, which is not a version number of the protocol.
SSL_REQUEST = bytes.fromhex("00000008 04d2162f")


def postgres(server_name: str) -> Dialogue:  # noqa: ARG001 - PostgreSQL is not told the name before TLS
    """Return a dialogue that requests TLS with SSLRequest."""
    return OneReply(SSL_REQUEST, read, "PostgreSQL", "SSLRequest")


def read(data: bytes) -> UpgradeAccepted | UnexpectedReply | DialogueFailure | None:
    """Parse the response: ``S`` accepts TLS, ``N`` refuses, ``E`` begins an error message."""
    kind = data[:1]
    if kind == b"S":
        return UpgradeAccepted(1)
    if kind == b"N":
        return DialogueFailure(FailureReason.STARTTLS_REFUSED, texts.POSTGRES_NO_TLS)
    if kind == b"E":
        return _error(data)
    return UnexpectedReply(1) if kind else None


def _error(data: bytes) -> UnexpectedReply | DialogueFailure | None:
    # Since protocol 3 a length follows, whose first byte is always 0; before that, and still when the server
    # cannot start a process, plain text follows.
    if len(data) < 2:
        return None
    if data[1]:
        end = data.find(b"\0")
        return None if end < 0 else _refused(data[1:end])
    if len(data) < 5:
        return None
    length = int.from_bytes(data[1:5], "big")
    if not 4 <= length < MAX_BYTES:
        return UnexpectedReply(5)
    return None if len(data) <= length else _refused(_message(data[5 : length + 1]))


def _message(fields: bytes) -> bytes:
    """Return the field ``M`` of an ErrorResponse, the text for people."""
    for field in fields.split(b"\0"):
        if field.startswith(b"M"):
            return field[1:]
    return fields


def _refused(text: bytes) -> DialogueFailure:
    return DialogueFailure(FailureReason.STARTTLS_REFUSED, texts.postgres_error(reply=excerpt(text)))
