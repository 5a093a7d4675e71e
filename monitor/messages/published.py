"""The parameters of a message as values of JSON, for programs that read what a message says."""

from datetime import UTC, datetime, timedelta

from monitor.model import Message
from monitor.model.message import Parameter


def parameters(message: Message) -> dict[str, object]:
    """Return a message's parameters: instants as RFC 3339, lengths in seconds, messages with their code."""
    return {name: _value(value) for name, value in message.parameters}


def _value(value: Parameter) -> object:
    if isinstance(value, Message):
        return {"code": value.code, "parameters": parameters(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    return list(value) if isinstance(value, tuple) else value
