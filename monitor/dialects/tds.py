"""The SQL Server dialogue: TDS 7, which carries the TLS handshake inside its packets; pure, without any I/O.

The handshake travels in PRELOGIN packets. After it TLS is sent without framing, and so is the final
close_notify. TLS 1.3 does not fit into this (its server sends more messages after the handshake), and SQL
Server offers it with TDS 8 only, where TLS comes first.

Source: [MS-TDS] sections 2.2.3.1 (packet header), 2.2.6.5 (PRELOGIN), 2.2.7.10 (ERROR), 3.2.5.1 and 3.3.5.1.
"""

from collections.abc import Iterator

from monitor.dialects import texts
from monitor.dialects.dialogue import Dialogue, DialogueFailure, excerpt
from monitor.dialects.one_reply import OneReply, UnexpectedReply, UpgradeAccepted
from monitor.dialects.tds_packets import PRELOGIN, REPLY, TLS_KINDS, Unpacking, first_message, packets
from monitor.model import FailureReason

# The newest TLS version whose handshake fits into the packets.
MAX_VERSION = "1.2"
# What SQL Server 2022 and later require for strict encryption ([MS-TDS] section 1.7, TDS 8.0).
STRICT_ALPN = "tds/8.0"
# The common name of the certificate that an instance without a configured one generates at its start.
SELF_SIGNED_NAME = "SSL_Self_Signed_Fallback"
_VERSION, _ENCRYPTION, _INSTANCE, _THREAD, _MARS = range(5)
_TERMINATOR = 0xFF
_ON, _NOT_SUPPORTED = 1, 2
_ERROR = 0xAA
_ALERT = 0x15
# The header of a plaintext alert has a length of two bytes; an encrypted one is longer.
_PLAIN_ALERT = 2


def mssql(server_name: str) -> Dialogue:  # noqa: ARG001 - SQL Server is not told the name before TLS
    """Return a dialogue that requests encryption and then carries the handshake in packets."""
    return Tds()


def prelogin(encryption: int) -> bytes:
    """Return the contents of a PRELOGIN message: a table of options and their values."""
    options = (
        (_VERSION, bytes([16, 0, 0, 0, 0, 0])),
        (_ENCRYPTION, bytes([encryption])),
        (_INSTANCE, b"\0"),
        (_THREAD, bytes(4)),
        (_MARS, b"\0"),
    )
    at, table, values = 5 * len(options) + 1, b"", b""
    for token, value in options:
        table += bytes([token]) + (at + len(values)).to_bytes(2, "big") + len(value).to_bytes(2, "big")
        values += value
    return table + bytes([_TERMINATOR]) + values


class Tds:
    """A dialogue with SQL Server, and the packets around the handshake that follows."""

    __slots__ = ("_failure", "_prelogin", "_unpacking")

    graceful_close = None

    def __init__(self) -> None:
        """Prepare the dialogue without any I/O."""
        first = packets(PRELOGIN, prelogin(_ON))
        self._prelogin = OneReply(first, read, "TDS (SQL Server)", "PRELOGIN", texts.STRICT_HINT)
        self._unpacking = Unpacking((PRELOGIN, REPLY))
        self._failure: DialogueFailure | None = None

    @property
    def done(self) -> bool:
        """Return whether TLS begins now."""
        return self._prelogin.done

    @property
    def rest(self) -> bytes:
        """Return what was received after the go-ahead, still in its packets."""
        return self._prelogin.rest

    @property
    def failure(self) -> DialogueFailure | None:
        """Return why the dialogue ended early, also for malformed packets of the handshake."""
        return self._prelogin.failure or self._failure

    def start(self) -> bytes:
        """Return the request for encryption."""
        return self._prelogin.start()

    def feed(self, data: bytes) -> bytes:
        """Process bytes of the response; nothing is sent then."""
        return self._prelogin.feed(data)

    def eof(self) -> None:
        """Handle that the server closed the connection."""
        self._prelogin.eof()

    def wrap(self, data: bytes) -> bytes:
        """Return a flight of the handshake in packets."""
        after = data[:1] == bytes([_ALERT]) and int.from_bytes(data[3:5], "big") > _PLAIN_ALERT
        return data if after or not data else packets(PRELOGIN, data)

    def unwrap(self, data: bytes) -> bytes:
        """Return the bytes of the handshake from packets; an unexpected one sets ``failure``."""
        if self._failure is not None:
            return b""
        inside = self._unpacking.feed(data)
        if unexpected := self._unpacking.unexpected:
            said = texts.mssql_packets(reply=excerpt(unexpected))
            self._failure = DialogueFailure(FailureReason.PROTOCOL_ERROR, said)
        return inside


def read(data: bytes) -> UpgradeAccepted | UnexpectedReply | DialogueFailure | None:
    """Parse the response to PRELOGIN: the server's encryption option, or an error instead."""
    if data and data[0] in TLS_KINDS:
        return DialogueFailure(FailureReason.PROTOCOL_ERROR, texts.MSSQL_TLS_AT_ONCE)
    message = first_message(data, (REPLY, PRELOGIN))
    if message is None or isinstance(message, int):
        return None if message is None else UnexpectedReply(message)
    if message.content[:1] == bytes([_ERROR]):
        return _error(message.content)
    value = _option(message.content, _ENCRYPTION)
    if value is None:
        return UnexpectedReply(message.used)
    if value == _NOT_SUPPORTED:
        return DialogueFailure(FailureReason.STARTTLS_REFUSED, texts.MSSQL_NO_TLS)
    # No compliant version replies with "off" to a request for encryption; even then the login is encrypted
    # and the handshake follows.
    return UpgradeAccepted(message.used)


def _option(content: bytes, wanted: int) -> int | None:
    """Return the first byte of an option's value, ``None`` where it or its table cannot be read."""
    for token, at, length in _table(content):
        if token == wanted:
            return content[at] if length and at < len(content) else None
    return None


def _table(content: bytes) -> Iterator[tuple[int, int, int]]:
    for at in range(0, len(content) - 4, 5):
        if content[at] == _TERMINATOR:
            return
        yield (
            content[at],
            int.from_bytes(content[at + 1 : at + 3], "big"),
            int.from_bytes(content[at + 3 : at + 5], "big"),
        )


def _error(content: bytes) -> DialogueFailure:
    number = int.from_bytes(content[3:7], "little")
    characters = int.from_bytes(content[9:11], "little")
    text = content[11 : 11 + 2 * characters].decode("utf-16-le", "replace").encode("ascii", "replace")
    said = texts.mssql_error(number=str(number), reply=excerpt(text))
    return DialogueFailure(FailureReason.STARTTLS_REFUSED, said)
