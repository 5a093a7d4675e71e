"""Carry a dialogue in which the server says one thing before TLS begins; must not know what the bytes mean.

Most binary protocols are like this: an offer or a request, one answer of a known length, and TLS. What the
answer means is the work of a pure function, so that every dialect is read on its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.dialects.dialogue import MOST_BYTES, DialogueFailure, DirectDialogue, GracefulClose, nonsense
from monitor.model import FailureReason

# Enough of a stranger's first line to fill a quote.
_LINE = 81


@dataclass(frozen=True, slots=True)
class UpgradeAccepted:
    """Say that TLS begins after the first ``used`` bytes of the answer, and after ``send`` was sent."""

    used: int
    send: bytes = b""
    graceful_close: GracefulClose | None = None


@dataclass(frozen=True, slots=True)
class UnexpectedReply:
    """Say that the answer is in no way what the protocol wants, as its first ``seen`` bytes tell."""

    seen: int


# Takes all that came so far; ``None`` means that it is too little to tell.
Reading = Callable[[bytes], UpgradeAccepted | UnexpectedReply | DialogueFailure | None]


class OneReply(DirectDialogue):
    """Hold one dialogue: ``first`` is what we send, ``read`` judges what comes back.

    ``protocol`` and ``awaited`` name both in sentences ("LDAP", "answer to StartTLS"); ``hint`` adds to the
    one about a server that says nothing at all.
    """

    __slots__ = (
        "_awaited",
        "_first",
        "_hint",
        "_protocol",
        "_read",
        "_received",
        "done",
        "failure",
        "graceful_close",
        "rest",
    )

    def __init__(self, first: bytes, read: Reading, protocol: str, awaited: str, hint: str = "") -> None:
        """Start without any I/O."""
        self.done = False
        self.rest = b""
        self.graceful_close: GracefulClose | None = None
        self.failure: DialogueFailure | None = None
        self._first = first
        self._read = read
        self._protocol = protocol
        self._awaited = awaited
        self._hint = hint
        self._received = b""

    def start(self) -> bytes:
        """Return what to send first, nothing where the server speaks first."""
        return self._first

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the server and return what to send it now."""
        if self.done or self.failure is not None:
            return b""
        self._received += data
        outcome = self._read(self._received[:MOST_BYTES])
        if isinstance(outcome, UpgradeAccepted):
            self.done, self.graceful_close = True, outcome.graceful_close
            self.rest, self._received = self._received[outcome.used :], b""
            return outcome.send
        if isinstance(outcome, UnexpectedReply):
            self.failure = self._foreign(outcome.seen)
        elif outcome is None and len(self._received) >= MOST_BYTES:
            said = f"the server's {self._awaited} is longer than {MOST_BYTES:,} bytes"
            self.failure = DialogueFailure(FailureReason.PROTOCOL_ERROR, said)
        else:
            self.failure = outcome
        return b""

    def eof(self) -> None:
        """Learn that the server closed the connection."""
        if self.done or self.failure is not None:
            return
        if isinstance(self._read(self._received), UnexpectedReply):
            self.failure = self._stranger(self._received)
        elif self._received:
            self._closed(f"in the middle of its {self._awaited}")
        else:
            self._closed(f"without any {self._awaited}{self._hint}")

    def _foreign(self, seen: int) -> DialogueFailure | None:
        """Quote a stranger's whole first line where it speaks in lines, however it was cut on its way."""
        begin = self._received[:_LINE]
        if all(0x20 <= byte < 0x7F for byte in begin[:seen]):
            line, ended, _ = begin.partition(b"\n")
            return self._stranger(line) if ended or len(begin) == _LINE else None
        # Two bytes tell TLS from anything else.
        return self._stranger(begin[: max(seen, 2)]) if len(begin) > 1 else None

    def _stranger(self, said: bytes) -> DialogueFailure:
        return nonsense(self._protocol, said.rstrip(b"\r\n"))

    def _closed(self, when: str) -> None:
        self.failure = DialogueFailure(FailureReason.CLOSED, f"the server closed the connection {when}")
