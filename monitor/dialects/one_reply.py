"""The dialogue in which the server sends one message before TLS begins; must not know what it means.

Most binary protocols work like this: an offer or a request, one response of known length, then TLS. The
response is parsed by a pure function for each dialect.
"""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.dialects import texts
from monitor.dialects.dialogue import (
    MAX_BYTES,
    DialogueFailure,
    DirectDialogue,
    GracefulClose,
    wrong_protocol,
)
from monitor.model import FailureReason, Message
from monitor.model.texts import with_hint

# Enough of an unexpected first line to fill a quote.
_LINE = 81


@dataclass(frozen=True, slots=True)
class UpgradeAccepted:
    """TLS begins after the first ``used`` bytes of the response, and after ``send`` was sent."""

    used: int
    send: bytes = b""
    graceful_close: GracefulClose | None = None


@dataclass(frozen=True, slots=True)
class UnexpectedReply:
    """The response does not belong to the protocol; its first ``seen`` bytes show that."""

    seen: int


# Takes all that was received so far; returns ``None`` when it is too little.
ReplyParser = Callable[[bytes], UpgradeAccepted | UnexpectedReply | DialogueFailure | None]


class OneReply(DirectDialogue):
    """A dialogue with one response: ``first`` is sent, ``read`` parses what comes back.

    ``protocol`` and ``request`` name both for people ("LDAP", "StartTLS"); without a request the server sends
    a greeting. ``hint`` is for a server that sends nothing at all.
    """

    __slots__ = (
        "_first",
        "_hint",
        "_protocol",
        "_read",
        "_received",
        "_request",
        "done",
        "failure",
        "graceful_close",
        "rest",
    )

    def __init__(
        self, first: bytes, read: ReplyParser, protocol: str, request: str = "", hint: Message | None = None
    ) -> None:
        """Prepare the dialogue without any I/O."""
        self.done = False
        self.rest = b""
        self.graceful_close: GracefulClose | None = None
        self.failure: DialogueFailure | None = None
        self._first = first
        self._read = read
        self._protocol = protocol
        self._request = request
        self._hint = hint
        self._received = b""

    def start(self) -> bytes:
        """Return what to send first, nothing where the server sends first."""
        return self._first

    def feed(self, data: bytes) -> bytes:
        """Process bytes from the server and return what to send now."""
        if self.done or self.failure is not None:
            return b""
        self._received += data
        outcome = self._read(self._received[:MAX_BYTES])
        if isinstance(outcome, UpgradeAccepted):
            self.done, self.graceful_close = True, outcome.graceful_close
            self.rest, self._received = self._received[outcome.used :], b""
            return outcome.send
        if isinstance(outcome, UnexpectedReply):
            self.failure = self._foreign(outcome.seen)
        elif outcome is None and len(self._received) >= MAX_BYTES:
            self.failure = DialogueFailure(FailureReason.PROTOCOL_ERROR, self._too_long())
        else:
            self.failure = outcome
        return b""

    def eof(self) -> None:
        """Handle that the server closed the connection."""
        if self.done or self.failure is not None:
            return
        if isinstance(self._read(self._received), UnexpectedReply):
            self.failure = self._stranger(self._received)
        else:
            said = self._interrupted() if self._received else self._unanswered()
            self.failure = DialogueFailure(FailureReason.CLOSED, said)

    def _foreign(self, seen: int) -> DialogueFailure | None:
        """Quote the whole first line of another protocol where it sends lines, however it was split."""
        begin = self._received[:_LINE]
        if all(0x20 <= byte < 0x7F for byte in begin[:seen]):
            line, ended, _ = begin.partition(b"\n")
            return self._stranger(line) if ended or len(begin) == _LINE else None
        # Two bytes distinguish TLS from anything else.
        return self._stranger(begin[: max(seen, 2)]) if len(begin) > 1 else None

    def _stranger(self, said: bytes) -> DialogueFailure:
        return wrong_protocol(self._protocol, said.rstrip(b"\r\n"))

    def _too_long(self) -> Message:
        if not self._request:
            return texts.greeting_too_long(limit=MAX_BYTES)
        return texts.reply_too_long(request=self._request, limit=MAX_BYTES)

    def _interrupted(self) -> Message:
        return texts.closed_in_reply(request=self._request) if self._request else texts.CLOSED_IN_GREETING

    def _unanswered(self) -> Message:
        if not self._request:
            return texts.CLOSED_WITHOUT_GREETING
        said = texts.closed_without_reply(request=self._request)
        return said if self._hint is None else with_hint(problem=said, hint=self._hint)
