"""Combine a dialogue before TLS with the handshake, behind the interface of a handshake.

It behaves like ``tls.Handshake``: the exchange over a connection needs no knowledge of dialects.
"""

from datetime import timedelta

from monitor.dialects import Dialogue, DialogueFailure
from monitor.model import FailureReason, Message
from monitor.sources.endpoint import texts
from monitor.tls import Handshake


class Conversation:
    """One dialogue and the handshake that follows it."""

    __slots__ = ("_dialogue", "_failure", "_handshake", "_heard", "_proxy")

    def __init__(self, dialogue: Dialogue, handshake: Handshake, proxy: str = "") -> None:
        """Prepare the conversation; ``proxy`` names the proxy that it begins with."""
        self._proxy = proxy
        self._dialogue = dialogue
        self._handshake = handshake
        self._failure: DialogueFailure | None = None
        self._heard = False

    @property
    def over(self) -> bool:
        """Return whether nothing more is to be fed or sent."""
        return self._handshake.over or self.failure is not None

    @property
    def encrypted(self) -> bool | None:
        """Return whether the server speaks TLS, ``None`` while unknown."""
        if self._dialogue.failure is not None:
            return False if self._dialogue.failure.reason is FailureReason.STARTTLS_REFUSED else None
        return self._handshake.encrypted

    @property
    def failure(self) -> DialogueFailure | None:
        """Return why it ended early, ``None`` when it did not."""
        found = self._failure or self._dialogue.failure
        if found is None and self._handshake.failure is not None:
            found = DialogueFailure(self._handshake.failure.reason, self._handshake.failure.message)
        if found is None or not self._proxy or found.reason is FailureReason.PROXY:
            return found
        return DialogueFailure(found.reason, texts.through_proxy(problem=found.message, proxy=self._proxy))

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Return the DER certificates received so far, in the order served."""
        return self._handshake.chain

    @property
    def alert(self) -> str:
        """Return the name of the TLS alert with which the server ended it, empty without one."""
        return self._handshake.alert

    @property
    def staple(self) -> bytes:
        """Return the OCSP response stapled to the certificates, empty when none was."""
        return self._handshake.staple

    @property
    def version(self) -> str:
        """Return the TLS version of a finished handshake, empty without certificates."""
        return self._handshake.version

    def start(self) -> bytes:
        """Return the first bytes to send, empty where the server sends first."""
        return self._dialogue.start() + self._greeting()

    def feed(self, data: bytes) -> bytes:
        """Process bytes from the server and return the bytes to send."""
        self._heard = self._heard or bool(data)
        if self.over or not data:
            return b""
        if self._dialogue.done:
            return self._secured(data)
        return self._dialogue.feed(data) + self._greeting()

    def eof(self) -> None:
        """Handle that the server closed the connection."""
        if self._dialogue.done:
            self._handshake.eof()
        else:
            self._dialogue.eof()

    def expire(self, timeout: timedelta) -> None:
        """End the conversation at its timeout."""
        if self._dialogue.done:
            self._handshake.expire(timeout)
        elif self._heard:
            self.end(FailureReason.TIMEOUT, texts.before_tls_timeout(timeout=timeout))
        elif self._proxy:
            self.end(FailureReason.PROXY, texts.proxy_no_answer(proxy=self._proxy, timeout=timeout))
        else:
            self.end(FailureReason.TIMEOUT, texts.no_greeting(timeout=timeout))

    def end(self, reason: FailureReason, message: Message) -> None:
        """End early for an external reason; keep what was received."""
        if self._dialogue.done:
            self._handshake.end(reason, message)
        elif reason is FailureReason.CLOSED:
            # The caller would blame the handshake; the dialogue knows how far it got.
            self._dialogue.eof()
        elif not self.over:
            self._failure = DialogueFailure(reason, message)

    def _greeting(self) -> bytes:
        """Return the ClientHello once the dialogue is done, and what follows from its remaining bytes."""
        if not self._dialogue.done:
            return b""
        self._handshake.graceful_close = self._dialogue.graceful_close
        said = self._dialogue.wrap(self._handshake.start())
        rest = self._dialogue.rest
        return said + self._secured(rest) if rest else said

    def _secured(self, data: bytes) -> bytes:
        said = self._handshake.feed(self._dialogue.unwrap(data))
        return self._dialogue.wrap(said) if said else b""


Conversing = Handshake | Conversation
"""Whatever is driven over one connection until it is over."""
