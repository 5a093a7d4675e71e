"""The interface of every dialogue before TLS; no I/O and no clock, here and in all of ``dialects``.

The dialects import these types from here, and the table imports the dialects: a dialect never imports the
package itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from monitor.dialects import texts
from monitor.model import FailureReason, Message

# The most that a server may send before TLS begins: a longer dialogue fails as protocol_error.
MAX_BYTES = 65_536

_QUOTED = 80

# An alert or a handshake record, of any version (RFC 8446 section 5.1).
_TLS_AT_ONCE = (b"\x15\x03", b"\x16\x03")


@dataclass(frozen=True, slots=True)
class DialogueFailure:
    """Why a dialogue did not lead to TLS; ``message`` quotes the server."""

    reason: FailureReason
    message: Message


@dataclass(frozen=True, slots=True)
class GracefulClose:
    """How to close a session with a server that penalizes clients that disconnect right after TLS.

    ``first_message`` is sent inside TLS. ``answer`` takes what the server sent since the last message and
    returns the reply: ``None`` to close now, without reading any more.
    """

    first_message: bytes
    answer: Callable[[bytes], bytes | None]


class Dialogue(Protocol):
    """A dialogue with one server until it is ready for TLS.

    The result depends on the order of the bytes alone, never on how they were split. ``start`` is called
    once, then ``feed`` for what arrives, until ``done`` or ``failure``; after that ``feed`` and ``eof`` do
    nothing. Nothing raises, whatever the server sends. What is returned is to be sent even when the dialogue
    has just ended: it may be a goodbye.
    """

    @property
    def done(self) -> bool:
        """Return whether TLS begins now."""
        ...

    @property
    def rest(self) -> bytes:
        """Return what was received after the go-ahead; it belongs to TLS.

        Before the ClientHello a server may only send an alert, so TLS fails on anything else. Discarding it
        would hide injected bytes (RFC 9051 section 6.2.1 makes the same demand of servers, against injected
        commands).
        """
        ...

    @property
    def failure(self) -> DialogueFailure | None:
        """Return why the dialogue ended early, ``None`` while it continues and when it is done."""
        ...

    @property
    def graceful_close(self) -> GracefulClose | None:
        """Return how to close after the TLS handshake, ``None`` where close_notify is enough."""
        ...

    def start(self) -> bytes:
        """Return the first bytes to send, empty where the server sends first."""
        ...

    def feed(self, data: bytes) -> bytes:
        """Process bytes from the server and return the bytes to send, often none."""
        ...

    def eof(self) -> None:
        """Handle that the server closed the connection."""
        ...

    def wrap(self, data: bytes) -> bytes:
        """Frame bytes of the TLS handshake for this dialect; most dialects send them unchanged."""
        ...

    def unwrap(self, data: bytes) -> bytes:
        """Return the complete bytes of the TLS handshake in what arrived."""
        ...


class DirectDialogue:
    """Base of the dialogues after which the handshake is sent without framing, which is most of them."""

    __slots__ = ()

    def wrap(self, data: bytes) -> bytes:
        """Return our bytes of the handshake unchanged."""
        return data

    def unwrap(self, data: bytes) -> bytes:
        """Return the server's bytes of the handshake unchanged."""
        return data


@dataclass(frozen=True, slots=True)
class Dialect:
    """How TLS begins in one protocol, and its default port.

    ``dialogue`` makes the dialogue before TLS for a server name (empty when there is none); without it TLS
    begins on connect. ``alpn`` is what the handshake must offer for the server to respond. ``max_version`` is
    the newest TLS version that the protocol can carry ("1.2"), empty when it sets no limit.
    ``self_signed_name`` is the common name of the certificate that the product generates at every start when
    none is configured, empty where it does not. ``datagrams`` is for DTLS, which runs over UDP.
    """

    name: str
    port: int
    dialogue: Callable[[str], Dialogue] | None = None
    alpn: tuple[str, ...] = ()
    max_version: str = ""
    self_signed_name: str = ""
    datagrams: bool = False

    @property
    def direct(self) -> bool:
        """Return whether TLS begins on connect."""
        return self.dialogue is None


def excerpt(data: bytes) -> str:
    r"""Return bytes for people: plain ASCII, the rest as ``\xNN``, at most 80 characters."""
    text = "".join(chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}" for b in data[: _QUOTED + 1])
    return text if len(text) <= _QUOTED else f"{text[: _QUOTED - 3]}..."


def wrong_protocol(protocol: str, data: bytes) -> DialogueFailure:
    """Return the failure that a server does not speak a protocol (its name for people), quoting it."""
    if data[:2] in _TLS_AT_ONCE:
        said = texts.tls_at_once(protocol=protocol)
    else:
        said = texts.wrong_protocol(protocol=protocol, reply=excerpt(data))
    return DialogueFailure(FailureReason.PROTOCOL_ERROR, said)
