"""The MySQL and MariaDB dialogue for TLS; pure, opens no connection.

The server sends first. It counts a client that disconnects after TLS as an interrupted connection, per client
address whose name it could resolve and verify; after ``max_connect_errors`` of them (100 by default) without
a login in between it blocks the address (MySQL Reference Manual, "Host 'host_name' is blocked", and the
host_cache table; measured with MariaDB 10.11). A refused login is not counted, so the dialogue closes with
one: for a user that does not exist, without a password.

Source: MySQL Source Code Documentation, pages Protocol::HandshakeV10, Protocol::SSLRequest,
Protocol::HandshakeResponse41, Protocol::AuthSwitchRequest and ERR_Packet; MariaDB documentation,
"Clientserver Protocol: Connecting".
"""

from monitor.dialects import texts
from monitor.dialects.dialogue import MAX_BYTES, Dialogue, DialogueFailure, GracefulClose, excerpt
from monitor.dialects.one_reply import OneReply, UnexpectedReply, UpgradeAccepted
from monitor.model import FailureReason
from monitor.model.texts import with_hint

_BLOCKED = 1129
_HEADER = 4
_ERROR = 0xFF
_VERSIONS = (9, 10)
# Connection id, first part of the scramble and a filler are between the version and the capabilities.
_BEFORE_CAPABILITIES = 4 + 8 + 1
CLIENT_SSL = 0x0000_0800
# Long passwords, protocol 4.1, TLS, secure authentication, plugins: what every current client offers.
_CAPABILITIES = 0x0000_0001 | 0x0000_0200 | CLIENT_SSL | 0x0000_8000 | 0x0008_0000
_LARGEST_PACKET = 1 << 24
_UTF8MB4 = 45
# Between the capabilities and the plugin's name: character set, status, more capabilities, length of the
# scramble, ten reserved bytes; then the rest of the scramble, at least 13 bytes.
_SCRAMBLE_LENGTH = 2 + 1 + 2 + 2
_SCRAMBLE = _SCRAMBLE_LENGTH + 1 + 10
_LONGEST_PLUGIN = 64
_USER = b"cert-monitor"
_OK = 0x00
_QUIT = b"\x01\0\0\0\x01"


def mysql(server_name: str) -> Dialogue:  # noqa: ARG001 - MySQL is not told the name before TLS
    """Return a dialogue that waits for the greeting and requests TLS with SSLRequest."""
    return OneReply(b"", read, "MySQL")


def ssl_request(number: int) -> bytes:
    """Return the SSLRequest packet with its sequence number."""
    return _packet(_client(), number)


def login(plugin: bytes, number: int) -> bytes:
    """Return the HandshakeResponse41 packet of a user that does not exist, without a password."""
    return _packet(_client() + _USER + b"\0" + b"\0" + plugin + b"\0", number)


def answer(said: bytes) -> bytes | None:
    """Return the reply to the server's response to our login; see ``GracefulClose``.

    Every request (another plugin, more data) gets an empty packet: no password. Where an anonymous account
    lets the user in, the session is closed with a quit command.
    """
    if len(said) < _HEADER:
        return b""
    length, number = int.from_bytes(said[:3], "little"), said[3]
    if not length or said[_HEADER : _HEADER + 1] == bytes([_ERROR]):
        return None
    if len(said) < _HEADER + length:
        return b""
    return _QUIT if said[_HEADER] == _OK else _packet(b"", (number + 1) & 0xFF)


def _client() -> bytes:
    capabilities, largest = _CAPABILITIES.to_bytes(4, "little"), _LARGEST_PACKET.to_bytes(4, "little")
    return capabilities + largest + bytes([_UTF8MB4]) + bytes(23)


def _packet(body: bytes, number: int) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def read(data: bytes) -> UpgradeAccepted | UnexpectedReply | DialogueFailure | None:
    """Parse the first packet: a greeting that offers TLS, one that does not, or an error."""
    if len(data) <= _HEADER:
        return None
    length, number, kind = int.from_bytes(data[:3], "little"), data[3], data[_HEADER]
    known = kind == _ERROR or kind in _VERSIONS
    # Errors come with number 0 or 1, depending on the version of the server.
    if not known or not 1 <= length < MAX_BYTES or number > (kind == _ERROR):
        return UnexpectedReply(_HEADER + 1)
    end = _HEADER + length
    if len(data) < end:
        return None
    packet = data[_HEADER:end]
    if kind == _ERROR:
        return _error(packet)
    return _greeting(packet, end, number + 1)


def _greeting(packet: bytes, end: int, number: int) -> UpgradeAccepted | UnexpectedReply | DialogueFailure:
    version, found, after = packet[1:].partition(b"\0")
    flags = after[_BEFORE_CAPABILITIES : _BEFORE_CAPABILITIES + 2]
    if packet[0] == 9:  # without capabilities; MySQL 3.20 and older, and some proxies
        return _refused(version)
    if not found or len(flags) < 2:
        return UnexpectedReply(end)
    if int.from_bytes(flags, "little") & CLIENT_SSL:
        leaving = GracefulClose(login(_plugin(after[_BEFORE_CAPABILITIES:]), number + 1), answer)
        return UpgradeAccepted(end, ssl_request(number), leaving)
    return _refused(version)


def _plugin(offer: bytes) -> bytes:
    """Return the name of the server's authentication plugin, from data that begins with its capabilities."""
    length = offer[_SCRAMBLE_LENGTH] if len(offer) > _SCRAMBLE_LENGTH else 0
    name = offer[_SCRAMBLE + max(13, length - 8) :].partition(b"\0")[0]
    return name[:_LONGEST_PLUGIN] or b"mysql_native_password"


def _error(packet: bytes) -> DialogueFailure:
    number, text = int.from_bytes(packet[1:3], "little"), packet[3:]
    if text[:1] == b"#":  # the SQL state: five characters, less specific than the number
        text = text[6:]
    said = texts.mysql_error(number=str(number), reply=excerpt(text))
    if number == _BLOCKED:
        said = with_hint(problem=said, hint=texts.MYSQL_UNBLOCK)
    # It disconnects before it has sent whether it offers TLS.
    return DialogueFailure(FailureReason.CLOSED, said)


def _refused(version: bytes) -> DialogueFailure:
    return DialogueFailure(FailureReason.STARTTLS_REFUSED, texts.mysql_no_tls(version=excerpt(version)))
