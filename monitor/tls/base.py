"""What handshakes over streams and in datagrams share: the session in memory, and what arrived over it."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from monitor.addresses import is_ip
from monitor.model import FailureReason, Message
from monitor.tls.session import Session

S = TypeVar("S", bound=Session)

# Chains of 64 KB exist (servers that send all their anchors); this is far above any real one.
MAX_BYTES = 1_000_000
# A longer stapled response is not kept: real ones are of 500 to 3,000 bytes.
MAX_STAPLE = 65_536


@dataclass(frozen=True, slots=True)
class HandshakeFailure:
    """Why a handshake ended early."""

    reason: FailureReason
    message: Message


class BaseHandshake(Generic[S]):
    """One handshake in progress; ``over`` means that nothing more is to be fed or sent.

    ``encrypted`` is ``None`` until enough was received to tell whether the peer speaks TLS. ``failure`` is
    why it ended early, ``None`` when it did not or nothing was lost by it. ``alert`` is the name of the alert
    with which the server ended it, empty without one. ``version`` is the protocol version once it is over,
    empty without certificates.
    """

    __slots__ = (
        "_chain",
        "_name",
        "_received",
        "_session",
        "_staple",
        "alert",
        "encrypted",
        "failure",
        "over",
        "version",
    )

    def __init__(self, session: S, name: str) -> None:
        """Prepare a handshake in a new session, which asks for a server's name or for none."""
        self.over = False
        self.encrypted: bool | None = None
        self.failure: HandshakeFailure | None = None
        self.alert = ""
        self.version = ""
        self._name = name
        self._received = 0
        self._chain: tuple[bytes, ...] = ()
        self._staple = b""
        self._session: S | None = session

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Return the DER certificates received so far, in the order served."""
        return self._chain if self._session is None else self._session.chain

    @property
    def staple(self) -> bytes:
        """Return the OCSP response stapled to the certificates (DER), empty when none was.

        It is judged later: a handshake never fails for it.
        """
        return self._staple

    def _finish(self) -> None:
        self.over = True
        if self._session is not None:
            self._chain = self._session.chain
            self.version = self._session.version if self._chain else ""
            staple = self._session.staple
            self._staple = staple if len(staple) <= MAX_STAPLE else b""
            self._session = None  # the library's buffers are most of a probe's memory


def sent_name(server_name: str | None) -> str:
    """Return the server name to send: none for an IP address (RFC 6066 section 3)."""
    return server_name if server_name and not is_ip(server_name) else ""
