"""What handshakes over streams and in datagrams share: the connection in memory, and what arrived over it."""

from dataclasses import dataclass

from OpenSSL import SSL, crypto

from monitor.addresses import is_ip
from monitor.model import FailureReason, Message
from monitor.tls.staple import ask_for_staple

# Chains of 64 KB exist (servers that send all their anchors); this is far above any real one.
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class HandshakeFailure:
    """Why a handshake ended early."""

    reason: FailureReason
    message: Message


class BaseHandshake:
    """One handshake in progress; ``over`` means that nothing more is to be fed or sent.

    ``encrypted`` is ``None`` until enough was received to tell whether the peer speaks TLS. ``failure`` is
    why it ended early, ``None`` when it did not or nothing was lost by it. ``alert`` is the name of the alert
    with which the server ended it, empty without one.
    """

    __slots__ = (
        "_chain",
        "_connection",
        "_name",
        "_received",
        "_stapled",
        "alert",
        "encrypted",
        "failure",
        "over",
    )

    def __init__(self, connection: SSL.Connection, server_name: str | None, *, staple: bool) -> None:
        """Prepare a handshake for ``server_name``; none is sent for an IP address (RFC 6066 section 3).

        ``staple`` requests a stapled OCSP response; the context must be made for it.
        """
        self.over = False
        self.encrypted: bool | None = None
        self.failure: HandshakeFailure | None = None
        self.alert = ""
        self._name = server_name if server_name and not is_ip(server_name) else ""
        self._received = 0
        self._chain: tuple[bytes, ...] = ()
        self._connection: SSL.Connection | None = connection
        connection.set_connect_state()
        if self._name:
            connection.set_tlsext_host_name(self._name.encode("ascii"))
        self._stapled = ask_for_staple(connection) if staple else None

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Return the DER certificates received so far, in the order served."""
        return self._chain if self._connection is None else _peer_chain(self._connection)

    @property
    def staple(self) -> bytes:
        """Return the OCSP response stapled to the certificates (DER), empty when none was."""
        return b"".join(self._stapled or ())

    def _finish(self) -> None:
        self.over = True
        if self._connection is not None:
            self._chain = _peer_chain(self._connection)
            self._connection = None  # the library's buffers are most of a probe's memory


def _peer_chain(connection: SSL.Connection) -> tuple[bytes, ...]:
    chain = connection.get_peer_cert_chain() or ()
    return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate) for certificate in chain)
