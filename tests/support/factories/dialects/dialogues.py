"""Drive dialogues over memory for the tests: whole answers, one byte at a time, and ends."""

from dataclasses import dataclass

from monitor.dialects import Dialogue, DialogueFailure


@dataclass(frozen=True)
class Outcome:
    """The visible state of a dialogue after some bytes."""

    done: bool
    rest: bytes
    failure: DialogueFailure | None
    sent: bytes


def converse(dialogue: Dialogue, *pieces: bytes, end: bool = False) -> Outcome:
    """Start a dialogue, feed it some pieces, perhaps hang up, and return what became of it."""
    sent = dialogue.start()
    rest = b""
    for piece in pieces:
        if dialogue.done:
            rest += piece
        else:
            sent += dialogue.feed(piece)
    if end and not dialogue.done:
        dialogue.eof()
    return Outcome(dialogue.done, dialogue.rest + rest, dialogue.failure, sent)


def cuts(data: bytes) -> list[tuple[bytes, ...]]:
    """Return some bytes cut in two at every location, and in single bytes."""
    halves: list[tuple[bytes, ...]] = [(data[:at], data[at:]) for at in range(1, len(data))]
    return [*halves, tuple(data[at : at + 1] for at in range(len(data)))]
