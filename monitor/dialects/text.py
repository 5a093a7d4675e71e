"""The dialogue of commands and lines, driven by a script; scripts are data, one file for each dialect."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.dialects import texts
from monitor.dialects.dialogue import excerpt, wrong_protocol
from monitor.dialects.lines import Lines
from monitor.dialects.pieces import FramedDialogue
from monitor.model import FailureReason, Message
from monitor.model.texts import with_hint

# The next step after an answer that is the go-ahead for TLS.
BEGIN_TLS: Final = "TLS"

# The status of lines that no server of the dialect sends.
INVALID: Final = ""

# The status of a final line that is not part of the reply, such as an unrelated notice.
IGNORED: Final = "-"

# Returns the status of the lines received so far (or one of the two above), ``None`` while more lines belong
# to the reply.
StatusReader = Callable[[Sequence[bytes]], str | None]


@dataclass(frozen=True, slots=True)
class ReplyPattern:
    """The step that follows a reply whose status has this prefix, and what the reply must contain for it."""

    status: str
    next_step: str
    required: re.Pattern[bytes] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A command, the reader of its replies, and the positive answers; any other is a refusal."""

    command: bytes
    read_status: StatusReader
    answers: tuple[ReplyPattern, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A whole dialect: its name for people, and the steps in order, by the name of their command.

    A first step without a command waits for a greeting. ``goodbye`` is sent to a server that refuses;
    ``hint`` says what may work instead.
    """

    protocol: str
    steps: Mapping[str, Step]
    goodbye: bytes
    hint: Message | None = None
    literals: bool = False


class TextDialogue(FramedDialogue):
    """Runs a script with one server; see ``Dialogue``."""

    __slots__ = ("_heard", "_name", "_script")

    def __init__(self, script: Script) -> None:
        super().__init__(Lines(literals=script.literals))
        self._script = script
        self._name = next(iter(script.steps))
        self._heard: list[bytes] = []

    def start(self) -> bytes:
        """Return the first command, empty where the server sends a greeting first."""
        return self._step.command

    @property
    def _step(self) -> Step:
        return self._script.steps[self._name]

    @property
    def _awaited(self) -> str:
        return self._name if self._step.command else ""

    @property
    def _unfinished(self) -> bytes:
        return b" ".join([*self._heard, self._pieces.rest]).strip()

    def _hear(self, piece: bytes) -> bytes:
        if not piece:
            return b""  # an unrelated one changes nothing in any dialect
        self._heard.append(piece)
        status = INVALID if piece.endswith(b"\0") else self._step.read_status(self._heard)
        if status == IGNORED:
            self._heard.pop()
        if status in (None, IGNORED):
            return b""
        heard, self._heard = self._heard, []
        if status == INVALID:
            self.failure = wrong_protocol(self._script.protocol, piece)
            return b""
        return self._go_on(status, heard)

    def _go_on(self, status: str, heard: list[bytes]) -> bytes:
        answer = next((a for a in self._step.answers if status.startswith(a.status)), None)
        if answer is None:
            return self._part(self._refused(excerpt(heard[-1])))
        if answer.required and not answer.required.search(b"\n".join(heard)):
            reply = excerpt(b" ".join(heard))
            return self._part(texts.not_offered(request=answer.next_step, reply=reply))
        if answer.next_step == BEGIN_TLS:
            self.done = True
            return b""
        self._name = answer.next_step
        return self._step.command

    def _refused(self, reply: str) -> Message:
        if not self._step.command:
            return texts.greeting_refused(reply=reply)
        return texts.request_refused(request=self._name, reply=reply)

    def _part(self, message: Message) -> bytes:
        hint = self._script.hint
        said = message if hint is None else with_hint(problem=message, hint=hint)
        self._end(FailureReason.STARTTLS_REFUSED, said)
        return self._script.goodbye


def dialogue_factory(script: Script) -> Callable[[str], TextDialogue]:
    """Return a factory of dialogues for a script; the server name is ignored."""
    return lambda _server_name: TextDialogue(script)
