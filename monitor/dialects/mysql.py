"""Ask a MySQL or MariaDB server for TLS; pure, and it knows nothing of connections.

The server speaks first. A look that ends after TLS is for the server an interrupted connection, which it
counts for each client address whose name it could look up and verify; after ``max_connect_errors`` of them
(100 unless set) without a login in between it blocks the address (MySQL Reference Manual, "Host 'host_name'
is blocked", and the host_cache table; tried with MariaDB 10.11). ``skip_name_resolve`` ends that.

Source: MySQL Source Code Documentation, pages Protocol::HandshakeV10, Protocol::SSLRequest and ERR_Packet;
MariaDB documentation, "Clientserver Protocol: Connecting".
"""

from monitor.dialects.dialogue import MOST_BYTES, Dialogue, Trouble, quote
from monitor.dialects.one_reply import Foreign, Granted, OneReply
from monitor.model import Reason

_BLOCKED = 1129
_HEADER = 4
_ERROR = 0xFF
_VERSIONS = (9, 10)
# Connection id, first part of the scramble and a filler stand between the version and the capabilities.
_BEFORE_CAPABILITIES = 4 + 8 + 1
CLIENT_SSL = 0x0000_0800
# Long passwords, protocol 4.1, TLS, secure authentication, plugins: what every client of today offers.
_CAPABILITIES = 0x0000_0001 | 0x0000_0200 | CLIENT_SSL | 0x0000_8000 | 0x0008_0000
_LARGEST_PACKET = 1 << 24
_UTF8MB4 = 45


def mysql(server_name: str) -> Dialogue:  # noqa: ARG001 - MySQL is not told the name before TLS
    """Return a dialogue that waits for the greeting and asks for TLS with SSLRequest."""
    return OneReply(b"", read, "MySQL's protocol", "greeting")


def ssl_request(number: int) -> bytes:
    """Return the SSLRequest packet with its place in the sequence."""
    body = (
        _CAPABILITIES.to_bytes(4, "little")
        + _LARGEST_PACKET.to_bytes(4, "little")
        + bytes([_UTF8MB4])
        + bytes(23)
    )
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def read(data: bytes) -> Granted | Foreign | Trouble | None:
    """Judge the first packet: a greeting that offers TLS, one that does not, or an error."""
    if len(data) <= _HEADER:
        return None
    length, number, kind = int.from_bytes(data[:3], "little"), data[3], data[_HEADER]
    known = kind == _ERROR or kind in _VERSIONS
    # Errors come with number 0 or 1, by version of the server.
    if not known or not 1 <= length < MOST_BYTES or number > (kind == _ERROR):
        return Foreign(_HEADER + 1)
    end = _HEADER + length
    if len(data) < end:
        return None
    packet = data[_HEADER:end]
    if kind == _ERROR:
        return _error(packet)
    return _greeting(packet, end, number + 1)


def _greeting(packet: bytes, end: int, number: int) -> Granted | Foreign | Trouble:
    version, found, after = packet[1:].partition(b"\0")
    flags = after[_BEFORE_CAPABILITIES : _BEFORE_CAPABILITIES + 2]
    if packet[0] == 9:  # without capabilities; MySQL 3.20 and older, and some proxies
        return _refused(version)
    if not found or len(flags) < 2:
        return Foreign(end)
    if int.from_bytes(flags, "little") & CLIENT_SSL:
        return Granted(end, ssl_request(number))
    return _refused(version)


def _error(packet: bytes) -> Trouble:
    number, text = int.from_bytes(packet[1:3], "little"), packet[3:]
    if text[:1] == b"#":  # the SQL state: five characters that say less than the number
        text = text[6:]
    said = f"the MySQL server refuses the connection with error {number}: {quote(text)}"
    if number == _BLOCKED:
        said += "; looks count as interrupted connections: raise max_connect_errors or set skip_name_resolve"
    return Trouble(Reason.STARTTLS_REFUSED, said)


def _refused(version: bytes) -> Trouble:
    said = f"the MySQL server offers no TLS (its version: {quote(version)})"
    return Trouble(Reason.STARTTLS_REFUSED, said)
