"""What every dialogue before TLS looks like from outside; no I/O and no clock, here and in all of dialects.

The files of the dialects import these words from here, and the table imports the dialects: a dialect never
imports the package itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from monitor.model import FailureReason

# As much as a server may say before TLS begins: a dialogue that has read more ends as protocol_error.
MOST_BYTES = 65_536

_QUOTED = 80

# An alert or a part of the handshake, of any version (RFC 8446 section 5.1).
_TLS_AT_ONCE = (b"\x15\x03", b"\x16\x03")


@dataclass(frozen=True, slots=True)
class DialogueFailure:
    """Say why a dialogue did not lead to TLS; ``detail`` quotes what the server said."""

    reason: FailureReason
    detail: str


@dataclass(frozen=True, slots=True)
class GracefulClose:
    """Say how to leave a server that holds it against a client to come and go after TLS alone.

    ``words`` are said inside TLS. ``answer`` takes what the server said to our last words and returns what to
    say to that: ``None`` to leave now, nothing to read on.
    """

    words: bytes
    answer: Callable[[bytes], bytes | None]


class Dialogue(Protocol):
    """Speak with one server until it is ready for TLS.

    The answer depends on the order of the bytes alone, never on how they were cut. ``start`` is called once,
    then ``feed`` for what arrives, until ``done`` or ``failure``; after that both ``feed`` and ``eof`` do
    nothing. Nothing here raises, whatever the server sends. What is returned is to be sent even when the
    dialogue has just ended: the last words may be a polite goodbye.
    """

    @property
    def done(self) -> bool:
        """Return whether TLS begins now."""
        ...

    @property
    def rest(self) -> bytes:
        """Return what came behind the go-ahead; it is TLS's to read, never the dialect's.

        A server has nothing to say before our greeting but an alert, so anything else fails there. To throw
        it away would hide bytes that somebody slipped in (RFC 9051 section 6.2.1 wants one or the other of
        servers, against the injection of plain commands).
        """
        ...

    @property
    def failure(self) -> DialogueFailure | None:
        """Return why the dialogue ended early, ``None`` while it goes on and when it is done."""
        ...

    @property
    def graceful_close(self) -> GracefulClose | None:
        """Return how to leave after the TLS handshake, ``None`` where close_notify is enough."""
        ...

    def start(self) -> bytes:
        """Return the first bytes to send, empty where the server speaks first."""
        ...

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the server and return the bytes to send it, often none."""
        ...

    def eof(self) -> None:
        """Learn that the server closed the connection."""
        ...

    def wrap(self, data: bytes) -> bytes:
        """Return bytes of the TLS handshake as this dialect sends them; most send them as they are."""
        ...

    def unwrap(self, data: bytes) -> bytes:
        """Return the bytes of the TLS handshake in what arrived, as far as they are complete."""
        ...


class DirectDialogue:
    """Be a dialogue after which the handshake travels as it is, which is most of them."""

    __slots__ = ()

    def wrap(self, data: bytes) -> bytes:
        """Return our bytes of the handshake as they are."""
        return data

    def unwrap(self, data: bytes) -> bytes:
        """Return the server's bytes of the handshake as they are."""
        return data


@dataclass(frozen=True, slots=True)
class Dialect:
    """Say how TLS begins in one protocol, and on which port when none is given.

    ``dialogue`` makes the talk before TLS for one server name (empty when there is none); without it TLS
    begins on connect. ``alpn`` is what must be offered in the handshake for the server to answer at all.
    ``newest`` is the newest TLS version that the protocol can carry ("1.2"), empty when it sets no limit.
    ``self_made`` is the common name of the certificate that the product makes for itself at every start when
    it was given none, empty where it does not. ``datagrams`` is for DTLS, which runs over UDP.
    """

    name: str
    port: int
    dialogue: Callable[[str], Dialogue] | None = None
    alpn: tuple[str, ...] = ()
    newest: str = ""
    self_made: str = ""
    datagrams: bool = False

    @property
    def direct(self) -> bool:
        """Return whether TLS begins on connect."""
        return self.dialogue is None


def quote(data: bytes) -> str:
    r"""Return some bytes in quotes for people: plain ASCII, the rest as ``\xNN``, at most 80 characters."""
    text = "".join(chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}" for b in data[: _QUOTED + 1])
    return f"'{text}'" if len(text) <= _QUOTED else f"'{text[: _QUOTED - 3]}...'"


def nonsense(protocol: str, data: bytes) -> DialogueFailure:
    """Return the trouble that a server does not speak the protocol (its name for people), with its words."""
    if data[:2] in _TLS_AT_ONCE:
        detail = f"the server speaks TLS from the start, not {protocol} before it: use protocol tls"
    else:
        detail = f"the server does not answer in {protocol}: {quote(data)}"
    return DialogueFailure(FailureReason.PROTOCOL_ERROR, detail)
