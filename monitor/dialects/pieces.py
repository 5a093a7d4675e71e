"""Process the bytes of a server piece by piece (lines or tags), however they were split; knows no dialect."""

from abc import ABC, abstractmethod

from monitor.dialects import texts
from monitor.dialects.dialogue import MAX_BYTES, DialogueFailure, DirectDialogue, excerpt
from monitor.model import FailureReason, Message


class Pieces(ABC):
    """A buffer of received bytes that is read in complete pieces."""

    __slots__ = ("_pending", "_probed", "_taken")

    def __init__(self) -> None:
        self._probed = 0
        self._pending = bytearray()
        self._taken = 0

    @property
    def rest(self) -> bytes:
        """Return what has not been taken yet."""
        return bytes(self._pending)

    @property
    def overflowed(self) -> bool:
        """Return whether more was received than a server may send before TLS."""
        return self._taken + len(self._pending) > MAX_BYTES

    def add(self, data: bytes) -> None:
        """Append received bytes."""
        self._pending += data

    @abstractmethod
    def take(self) -> bytes | None:
        """Return the next complete piece, ``None`` when there is none within the limit."""

    def _cut(self, end: int) -> bytes | None:
        if self._taken + end > MAX_BYTES:
            return None
        piece = bytes(self._pending[:end])
        del self._pending[:end]
        self._taken += end
        self._probed = 0
        return piece


class FramedDialogue(DirectDialogue, ABC):
    """Base of the dialogues that answer each piece as it arrives; see ``Dialogue``."""

    __slots__ = ("_pieces", "done", "failure", "rest")

    graceful_close = None

    def __init__(self, pieces: Pieces) -> None:
        self.done = False
        self.rest = b""
        self.failure: DialogueFailure | None = None
        self._pieces = pieces

    def feed(self, data: bytes) -> bytes:
        """Process bytes from the server and return what to send."""
        if self._over:
            return b""
        self._pieces.add(data)
        said = []
        while not self._over and (piece := self._pieces.take()) is not None:
            said.append(self._hear(piece))
        if self.done:
            self.rest = self._pieces.rest
        elif not self._over and self._pieces.overflowed:
            self._end(FailureReason.PROTOCOL_ERROR, texts.too_long_before_tls(limit=MAX_BYTES))
        return b"".join(said)

    def eof(self) -> None:
        """Handle that the server closed the connection."""
        if self._over:
            return
        self._end(FailureReason.CLOSED, self._closed(self._awaited, excerpt(self._unfinished)))

    @staticmethod
    def _closed(request: str, reply: str) -> Message:
        if not request:
            return texts.closed_in_greeting_after(reply=reply) if reply else texts.CLOSED_WITHOUT_GREETING
        if not reply:
            return texts.closed_without_reply(request=request)
        return texts.closed_in_reply_after(request=request, reply=reply)

    @property
    def _over(self) -> bool:
        return self.done or self.failure is not None

    @property
    @abstractmethod
    def _awaited(self) -> str:
        """Return the request that the server has to answer now, empty for its greeting."""

    @property
    @abstractmethod
    def _unfinished(self) -> bytes:
        """Return the part of it that was received."""

    @abstractmethod
    def _hear(self, piece: bytes) -> bytes:
        """Process one piece and return the reply."""

    def _end(self, reason: FailureReason, message: Message) -> None:
        self.failure = DialogueFailure(reason, message)
