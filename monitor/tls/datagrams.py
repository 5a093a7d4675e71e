"""Run one DTLS client handshake in memory to obtain the server's chain (RFC 6347).

Like ``handshake``, but in whole datagrams, which may be lost: the owner of the socket also reads
``retransmit_in`` and calls ``retransmit`` when it has elapsed. The library retransmits after 1, 2, 4 and more
seconds.
"""

from collections.abc import Iterator
from datetime import timedelta

from OpenSSL import SSL

from monitor.model import FailureReason, Message
from monitor.tls import alert_codes, texts
from monitor.tls.base import MAX_BYTES, BaseHandshake, HandshakeFailure, sent_name
from monitor.tls.opening import not_dtls
from monitor.tls.session import DatagramSession, SessionError

# What fits everywhere without fragmentation: IPv6's minimum MTU of 1280 (RFC 8200 section 5) less IP and UDP.
_LARGEST = 1200
# RFC 6347 section 4.1: type, version, epoch, sequence number, length.
_RECORD_HEADER = 13
_MAJOR_VERSION = 0xFE
# RFC 6347 section 4.1 and RFC 5246 section 6.2.1: change cipher spec, alert, handshake.
_TYPES = b"\x14\x15\x16"


class DatagramHandshake(BaseHandshake[DatagramSession]):
    """One DTLS handshake in progress."""

    __slots__ = ("_answered", "_strange")

    def __init__(self, context: SSL.Context, server_name: str | None = None, *, staple: bool = False) -> None:
        """Prepare a handshake for ``server_name``; the context must be made for datagrams."""
        name = sent_name(server_name)
        session = DatagramSession(context, name, staple=staple)
        session.limit_size(_LARGEST)
        super().__init__(session, name)
        self._strange = b""
        self._answered = False

    @property
    def responded(self) -> bool:
        """Return whether anything was received from the peer."""
        return self._received > 0

    @property
    def retransmit_in(self) -> float | None:
        """Return the seconds until the last flight must be retransmitted, ``None`` if nothing is awaited."""
        return self._session.retransmit_in if self._session is not None else None

    def start(self) -> list[bytes]:
        """Return the first datagrams to send."""
        return self._step()

    def feed(self, data: bytes) -> list[bytes]:
        """Process a datagram from the peer and return those to send, often none."""
        if self.over or not data:
            return []
        self._received += len(data)
        if self._received > MAX_BYTES:
            self.end(FailureReason.TLS_PROTOCOL, texts.too_long(limit=MAX_BYTES))
            return []
        if not _speaks_dtls(data):
            self._strange = self._strange or data  # it may be forged: reported only if nothing better comes
            return []
        self.encrypted = True
        assert self._session is not None  # noqa: S101 - tells the type checker what ``over`` already says
        self._session.receive(data)
        return self._step()

    def retransmit(self) -> list[bytes]:
        """Return the datagrams to retransmit; the handshake fails after a dozen retransmissions."""
        if self._session is None:
            return []
        try:
            self._session.retransmit()
        except SessionError as error:
            self._fail(error)
            return []
        return self._output(self._session)

    def expire(self, timeout: timedelta) -> None:
        """End the handshake at its timeout."""
        if self.encrypted:
            self.end(FailureReason.TIMEOUT, texts.dtls_timeout(timeout=timeout))
        elif self._strange:
            self.encrypted = False
            self.end(FailureReason.NOT_TLS, not_dtls(self._strange))
        else:
            self.end(FailureReason.TIMEOUT, texts.no_dtls_answer(timeout=timeout))

    def end(self, reason: FailureReason, message: Message) -> None:
        """End early for an external reason; keep what was received."""
        if not self.over:
            self.failure = HandshakeFailure(reason, message)
            self._finish()

    def _step(self) -> list[bytes]:
        session = self._session
        assert session is not None  # noqa: S101 - tells the type checker what ``over`` already says
        try:
            finished = session.handshake()
        except SessionError as error:
            self._fail(error)
        else:
            if finished:
                session.shutdown()
                self._finish()
        return self._output(session)

    def _fail(self, error: SessionError) -> None:
        self._finish()
        self.alert = alert_codes.received(error.reasons)
        if self._answered and self.alert in alert_codes.WANT_CERTIFICATE:
            return  # as in TLS 1.2: the server can only object to the missing client certificate now
        said = alert_codes.explain(error.reasons, self._name, shown=bool(self._chain))
        self.failure = HandshakeFailure(*said)

    def _output(self, session: DatagramSession) -> list[bytes]:
        flight = session.output()
        if not flight:
            return []
        self._answered = self._answered or bool(session.chain)
        return list(_datagrams(flight))


def _speaks_dtls(data: bytes) -> bool:
    return len(data) >= _RECORD_HEADER and data[0] in _TYPES and data[1] == _MAJOR_VERSION


def _datagrams(flight: bytes) -> Iterator[bytes]:
    """Yield whole records, as many as fit into a datagram: in memory a flight is one piece."""
    begun = at = 0
    while at < len(flight):
        end = (
            at + _RECORD_HEADER + int.from_bytes(flight[at + _RECORD_HEADER - 2 : at + _RECORD_HEADER], "big")
        )
        if begun < at and end - begun > _LARGEST:
            yield flight[begun:at]
            begun = at
        at = end
    yield flight[begun:]
