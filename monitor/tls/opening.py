"""Detect from a peer's first bytes whether it speaks TLS, or else which protocol it probably speaks."""

from monitor.model import Message
from monitor.tls import texts

# The content types that a server may send first: an alert or a handshake message (RFC 8446 section 5.1).
_FIRST_TYPES = b"\x15\x16"
_MAJOR_VERSION = 3
_QUOTED = 60

# Longer openings come before shorter ones that are their prefix.
_PROTOCOLS = (
    (b"HTTP/", "HTTP"),
    (b"RTSP/", "RTSP"),
    (b"SIP/", "SIP"),
    (b"SSH-", "SSH"),
    (b"RFB ", "VNC"),
    (b"220 ", "SMTP or FTP"),
    (b"220-", "SMTP or FTP"),
    (b"* OK", "IMAP"),
    (b"+OK", "POP3"),
    (b"@RSYNCD", "rsync"),
    (b"\xff\xfd", "telnet"),
    (b"\xff\xfb", "telnet"),
    (b"<", "HTML or XML"),
)


def speaks_tls(opening: bytes) -> bool | None:
    """Return whether these first bytes begin a TLS record, ``None`` while they are too few to tell.

    Also ``None`` while they could still become the greeting of a known protocol, so that it can be named
    however the bytes were split.
    """
    if may_be_tls(opening):
        return opening[1] == _MAJOR_VERSION if len(opening) > 1 else None
    undecided = any(len(opening) < len(start) and start.startswith(opening) for start, _ in _PROTOCOLS)
    return None if undecided else False


def may_be_tls(opening: bytes) -> bool:
    """Return whether a first byte can begin a TLS record; for when no more bytes will come."""
    return opening[0] in _FIRST_TYPES


def not_tls(opening: bytes) -> Message:
    """Return the message about a peer that does not speak TLS, with its first bytes."""
    protocol, reply = _protocol(opening), excerpt(opening)
    return texts.not_tls_but(protocol=protocol, reply=reply) if protocol else texts.not_tls(reply=reply)


def not_dtls(opening: bytes) -> Message:
    """Return the message about a peer that does not speak DTLS, with its first bytes."""
    protocol, reply = _protocol(opening), excerpt(opening)
    return texts.not_dtls_but(protocol=protocol, reply=reply) if protocol else texts.not_dtls(reply=reply)


def _protocol(opening: bytes) -> str:
    return next((name for start, name in _PROTOCOLS if opening.startswith(start)), "")


def excerpt(data: bytes) -> str:
    r"""Return the first line of some bytes, shortened, anything but plain ASCII as ``\xNN``."""
    line = data.strip(b"\r\n").splitlines()[0] if data.strip(b"\r\n") else data
    text = "".join(chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}" for b in line[:_QUOTED])
    return text if len(line) <= _QUOTED else f"{text}..."
