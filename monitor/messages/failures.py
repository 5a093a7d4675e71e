"""Failures as logs, commands and JSON show them: the reason, which is documented, and the sentence."""

from monitor.messages.published import parameters
from monitor.messages.writer import Writer
from monitor.model import Failure


def failure_line(failure: Failure, writer: Writer, name: str = "") -> str:
    """Return a failure on one line: ``timeout: no answer within 10 s``; ``name`` goes before the sentence."""
    return f"{failure.reason}: {f'{name}: ' if name else ''}{writer.write(failure.message)}"


def failure_json(failure: Failure, writer: Writer) -> dict[str, object]:
    """Return the published keys of a failure; ``detail`` is the sentence."""
    return {
        "reason": failure.reason,
        "code": failure.message.code,
        "parameters": parameters(failure.message),
        "detail": writer.write(failure.message),
    }
