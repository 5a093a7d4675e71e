"""Run one TLS client handshake in memory to obtain the server's chain.

This file handles bytes, not sockets: the owner of the connection gets the first bytes from ``start``, passes
all it receives to ``feed`` and sends what that returns, until ``over``. Rules that always hold:

- The chain is kept from the moment it arrives, whatever happens afterwards.
- A server that requires a certificate *from us* after sending its own has sent all that is needed.
- A finished handshake is ended with close_notify, so that no server logs an aborted one.
- Where a graceful close needs more, it is sent inside TLS; failures of it are ignored.
"""

from datetime import timedelta
from typing import Protocol

from OpenSSL import SSL

from monitor.model import FailureReason, Message
from monitor.tls import alert_codes, texts
from monitor.tls.base import MAX_BYTES, BaseHandshake, HandshakeFailure, sent_name
from monitor.tls.opening import may_be_tls, not_tls, speaks_tls
from monitor.tls.session import Session, SessionError


class ClosingDialogue(Protocol):
    """How to close a session: ``first_message`` are sent inside TLS, ``answer`` replies to the server.

    ``answer`` returns ``None`` to close now, without reading any more.
    """

    @property
    def first_message(self) -> bytes:
        """Return what to send first."""
        ...

    def answer(self, said: bytes, /) -> bytes | None:
        """Return the reply to all that was received since the last call."""
        ...


class Handshake(BaseHandshake[Session]):
    """One handshake in progress over a stream.

    ``graceful_close`` is set before the handshake is finished; ``None`` sends close_notify alone.
    """

    __slots__ = ("_opening", "_reply", "_sent", "graceful_close")

    def __init__(self, context: SSL.Context, server_name: str | None = None, *, staple: bool = False) -> None:
        """Prepare a handshake for ``server_name``, with a request for a stapled OCSP response or without."""
        name = sent_name(server_name)
        super().__init__(Session(context, name, staple=staple), name)
        self.graceful_close: ClosingDialogue | None = None
        self._reply: bytes | None = None  # the reply to the graceful close, once begun
        self._opening = b""
        self._sent = 0

    def start(self) -> bytes:
        """Return the first bytes to send."""
        return self._step()

    def feed(self, data: bytes) -> bytes:
        """Process bytes from the peer and return the bytes to send, often none."""
        if self.over or not data:
            return b""
        self._received += len(data)
        if self._received > MAX_BYTES:
            self.end(FailureReason.TLS_PROTOCOL, texts.too_long(limit=MAX_BYTES))
            return b""
        return self._go_on(data) if self.encrypted else self._decide(data)

    def eof(self) -> None:
        """Handle that the peer closed the connection."""
        if self._opening and not may_be_tls(self._opening):
            self._refuse_plain()
        elif not self._received:
            self.end(FailureReason.CLOSED, texts.CLOSED_WITHOUT_ANSWER)
        else:
            self.end(FailureReason.CLOSED, texts.CLOSED_IN_HANDSHAKE)

    def expire(self, timeout: timedelta) -> None:
        """End the handshake at its timeout."""
        if self._opening and not may_be_tls(self._opening):
            self._refuse_plain()
        elif not self._received:
            self.end(FailureReason.TIMEOUT, texts.no_tls_answer(timeout=timeout))
        else:
            self.end(FailureReason.TIMEOUT, texts.tls_timeout(timeout=timeout))

    def end(self, reason: FailureReason, message: Message) -> None:
        """End early for an external reason (timeout, broken connection); keep what was received."""
        if not self.over:
            if self._reply is None:
                self.failure = HandshakeFailure(reason, message)
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
        self.end(FailureReason.NOT_TLS, not_tls(self._opening))

    def _go_on(self, data: bytes) -> bytes:
        assert self._session is not None  # noqa: S101 - tells the type checker what ``over`` already says
        self._session.receive(data)
        return self._step() if self._reply is None else self._part(self._session, self._reply)

    def _step(self) -> bytes:
        session = self._session
        assert session is not None  # noqa: S101 - tells the type checker what ``over`` already says
        try:
            finished = session.handshake()
        except SessionError as error:
            self._fail(error)
            return self._output(session)
        if not finished:
            return self._output(session)
        if self.graceful_close is not None:
            session.write(self.graceful_close.first_message)
            return self._part(session, b"")
        session.shutdown()
        self._finish()
        return self._output(session)

    def _part(self, session: Session, reply: bytes) -> bytes:
        """Process the reply to the graceful close, and close when it is complete or the server has closed."""
        assert self.graceful_close is not None  # noqa: S101 - tells the type checker what ``_reply`` already says
        try:
            while True:
                self._reply = reply
                said = session.read()
                if said is None:
                    return self._output(session)
                reply += said
                words = self.graceful_close.answer(reply) if said else None
                if words is None:
                    session.shutdown()
                    break
                if words:
                    session.write(words)
                    reply = b""
        except SessionError:
            pass
        self._finish()
        return self._output(session)

    def _fail(self, error: SessionError) -> None:
        self._finish()
        self.alert = alert_codes.received(error.reasons)
        # TLS 1.2 and older: the server has read our whole answer and can only object to the missing client
        # certificate. In TLS 1.3 the client's handshake is over before the server can object.
        if self._chain and self._sent > 1 and self.alert in alert_codes.WANT_CERTIFICATE:
            return
        said = alert_codes.explain(error.reasons, self._name, shown=bool(self._chain))
        self.failure = HandshakeFailure(*said)

    def _output(self, session: Session) -> bytes:
        words = session.output()
        if words:
            self._sent += 1
        return words
