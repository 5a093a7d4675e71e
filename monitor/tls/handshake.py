"""Drive one TLS client handshake over memory to obtain the chain that the server shows.

This file knows bytes, not sockets: whoever owns the connection asks ``start`` for the first bytes,
hands every arrival to ``feed`` and sends what comes back, until ``over``. Rules that hold throughout:

- The chain is kept from the moment it arrived, whatever happens afterwards.
- A server that wants a certificate *from us* after showing its own has given us all we came for.
- A finished handshake is ended with close_notify, so that no server logs an aborted one.
- Where more is needed to leave in peace, it is said inside TLS; nothing that goes wrong with it is trouble.
"""

from dataclasses import dataclass
from typing import Protocol

from OpenSSL import SSL, crypto

from monitor.addresses import is_ip
from monitor.model import FailureReason
from monitor.tls import alert_codes
from monitor.tls.opening import describe, may_be_tls, speaks_tls
from monitor.tls.staple import ask_for_staple

# A chain of 64 KB is real (servers that send all their anchors); this is far above any real one.
MOST_BYTES = 1_000_000
_READ_SIZE = 4096


@dataclass(frozen=True, slots=True)
class HandshakeFailure:
    """Say why a handshake ended early."""

    reason: FailureReason
    detail: str


class GracefulClose(Protocol):
    """Say how to leave: ``words`` inside TLS, and by ``answer`` what to say to the reply.

    ``None`` from ``answer`` means to leave now, nothing that more is to be read.
    """

    @property
    def words(self) -> bytes:
        """Return what to say first."""
        ...

    def answer(self, said: bytes, /) -> bytes | None:
        """Return what to say to all that came since our last words."""
        ...


class Handshake:
    """Hold one handshake in progress; ``over`` says that nothing more is to be fed or sent.

    ``encrypted`` is ``None`` until the peer has said enough to tell whether it speaks TLS.
    ``failure`` is why it ended early, ``None`` when it did not or when nothing was lost by it.
    ``alert`` is the name of the one with which the server ended it, empty without.
    ``graceful_close`` is how to leave, set before the handshake is finished; ``None``: close_notify alone.
    """

    __slots__ = (
        "_chain",
        "_connection",
        "_name",
        "_opening",
        "_received",
        "_reply",
        "_sent",
        "_stapled",
        "alert",
        "encrypted",
        "failure",
        "graceful_close",
        "over",
    )

    def __init__(self, context: SSL.Context, server_name: str | None = None, *, staple: bool = False) -> None:
        """Ask for ``server_name``; none is sent for an IP address (RFC 6066 section 3).

        ``staple`` asks for an OCSP response too; the context must have been made for it.
        """
        self.over = False
        self.encrypted: bool | None = None
        self.failure: HandshakeFailure | None = None
        self.alert = ""
        self.graceful_close: GracefulClose | None = None
        self._reply: bytes | None = None  # to our farewell, once that was said
        self._name = server_name if server_name and not is_ip(server_name) else ""
        self._opening = b""
        self._received = 0
        self._sent = 0
        self._chain: tuple[bytes, ...] = ()
        self._connection: SSL.Connection | None = SSL.Connection(context, None)
        self._connection.set_connect_state()
        if self._name:
            self._connection.set_tlsext_host_name(self._name.encode("ascii"))
        self._stapled = ask_for_staple(self._connection) if staple else None

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Return the DER certificates that have arrived so far, in the order served."""
        return self._chain if self._connection is None else served(self._connection)

    @property
    def staple(self) -> bytes:
        """Return the OCSP response that came with the certificates (DER), empty when none did."""
        return b"".join(self._stapled or ())

    def start(self) -> bytes:
        """Return the first bytes to send."""
        return self._step()

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the peer and return the bytes to send it, often none."""
        if self.over or not data:
            return b""
        self._received += len(data)
        if self._received > MOST_BYTES:
            self.end(
                FailureReason.TLS_PROTOCOL, f"the server sent more than {MOST_BYTES:,} bytes in its handshake"
            )
            return b""
        return self._go_on(data) if self.encrypted else self._decide(data)

    def eof(self) -> None:
        """Learn that the peer closed the connection."""
        if self._opening and not may_be_tls(self._opening):
            self._refuse_plain()
        elif not self._received:
            self.end(
                FailureReason.CLOSED,
                "the server closed the connection without any answer to the TLS greeting",
            )
        else:
            self.end(
                FailureReason.CLOSED, "the server closed the connection in the middle of the TLS handshake"
            )

    def expire(self, within: str) -> None:
        """Learn that time is up; ``within`` says in words how much there was (``within 10 s``)."""
        if self._opening and not may_be_tls(self._opening):
            self._refuse_plain()
        elif not self._received:
            self.end(FailureReason.TIMEOUT, f"connected, but the TLS greeting was not answered {within}")
        else:
            self.end(FailureReason.TIMEOUT, f"the TLS handshake was not finished {within}")

    def end(self, reason: FailureReason, detail: str) -> None:
        """End early for a reason that lies outside (time is up, the connection broke); keep what arrived."""
        if not self.over:
            if self._reply is None:
                self.failure = HandshakeFailure(reason, detail)
            self._finish()

    def _decide(self, data: bytes) -> bytes:
        self._opening += data
        self.encrypted = speaks_tls(self._opening)
        if self.encrypted:
            data, self._opening = self._opening, b""
            return self._go_on(data)
        if self.encrypted is False:
            self._refuse_plain()
        return b""

    def _refuse_plain(self) -> None:
        self.encrypted = False
        self.end(FailureReason.NOT_TLS, f"the port answers but does not speak TLS: {describe(self._opening)}")

    def _go_on(self, data: bytes) -> bytes:
        assert self._connection is not None  # noqa: S101 - tells the type checker what ``over`` already says
        self._connection.bio_write(data)
        return self._step() if self._reply is None else self._part(self._connection, self._reply)

    def _step(self) -> bytes:
        connection = self._connection
        assert connection is not None  # noqa: S101 - tells the type checker what ``over`` already says
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            return self._output(connection)
        except SSL.Error as error:
            self._fail(error)
        else:
            if self.graceful_close is not None:
                connection.send(self.graceful_close.words)
                return self._part(connection, b"")
            connection.shutdown()
            self._finish()
        return self._output(connection)

    def _part(self, connection: SSL.Connection, reply: bytes) -> bytes:
        """Listen to the reply to our farewell, and leave when it is complete or the server has left."""
        assert self.graceful_close is not None  # noqa: S101 - tells the type checker what ``_reply`` already says
        try:
            while True:
                self._reply = reply
                reply += connection.recv(_READ_SIZE)
                words = self.graceful_close.answer(reply)
                if words is None:
                    break
                if words:
                    connection.send(words)
                    reply = b""
        except SSL.WantReadError:
            return self._output(connection)
        except SSL.ZeroReturnError:
            connection.shutdown()
        except SSL.Error:
            pass
        else:
            connection.shutdown()
        self._finish()
        return self._output(connection)

    def _fail(self, error: SSL.Error) -> None:
        self._finish()
        texts = alert_codes.reasons(error)
        self.alert = alert_codes.received(texts)
        # TLS 1.2 and older: the server has read our whole answer, and what is left to displease it is that
        # we gave no certificate. In TLS 1.3 the handshake is over for us before it can complain.
        if self._chain and self._sent > 1 and self.alert in alert_codes.WANT_CERTIFICATE:
            return
        self.failure = HandshakeFailure(*alert_codes.explain(texts, self._name, shown=bool(self._chain)))

    def _finish(self) -> None:
        self.over = True
        if self._connection is not None:
            self._chain = served(self._connection)
            self._connection = None  # the library's buffers are most of a probe's memory

    def _output(self, connection: SSL.Connection) -> bytes:
        pieces = []
        try:
            while True:
                pieces.append(connection.bio_read(_READ_SIZE))
                if len(pieces[-1]) < _READ_SIZE:
                    break
        except SSL.WantReadError:
            pass
        if pieces:
            self._sent += 1
        return b"".join(pieces)


def served(connection: SSL.Connection) -> tuple[bytes, ...]:
    """Return the DER certificates that a connection has been shown, in the order served."""
    chain = connection.get_peer_cert_chain() or ()
    return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate) for certificate in chain)
