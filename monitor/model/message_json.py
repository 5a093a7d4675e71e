"""Messages as documents of JSON that read back equal, for what is stored and sent between programs.

Unlike ``monitor.messages.parameters``, which is for readers, a document keeps the text and the type of each
parameter.
Texts and numbers are written as they are; other parameters are an object with one member that names the type.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from monitor.model.message import COUNT, Message, Parameter, placeholders

_MICROSECOND = timedelta(microseconds=1)


class MalformedMessageError(ValueError):
    """A document is not one of a message; the text says why."""


def to_json(message: Message) -> dict[str, object]:
    """Return a message as a document: ``code``, ``text`` and, if any, ``plural`` and ``parameters``."""
    document: dict[str, object] = {"code": message.code, "text": message.text}
    if message.plural:
        document["plural"] = message.plural
    if message.parameters:
        document["parameters"] = {name: _written(value) for name, value in message.parameters}
    return document


def from_json(document: object) -> Message:
    """Return the message of a document; raise ``ValueError`` for what ``to_json`` does not return."""
    if not isinstance(document, Mapping):
        raise MalformedMessageError(f"a message is an object, not {type(document).__name__}")
    given = document.get("parameters", {})
    if not isinstance(given, Mapping):
        raise MalformedMessageError("the parameters of a message are an object")
    parameters = tuple((_string(name), _read(value)) for name, value in given.items())
    code, text, plural = (_string(document.get(key, "")) for key in ("code", "text", "plural"))
    if not code or "text" not in document:
        raise MalformedMessageError("a message has a code and a text")
    return _complete(Message(code, text, plural, parameters))


def _complete(message: Message) -> Message:
    """Return a message that can be written; ``ValueError`` also comes from a text with unbalanced braces."""
    values = dict(message.parameters)
    missing = (placeholders(message.text) | placeholders(message.plural)) - set(values)
    if missing:
        raise MalformedMessageError(f"the message {message.code} has no {', '.join(sorted(missing))}")
    if message.plural and not isinstance(values.get(COUNT), int):
        raise MalformedMessageError(f"the message {message.code} has a plural and no count")
    return message


def _written(value: Parameter) -> object:
    if isinstance(value, Message):
        return {"message": to_json(value)}
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, timedelta):
        return {"microseconds": value // _MICROSECOND}
    return {"list": list(value)} if isinstance(value, tuple) else value


def _read(value: object) -> Parameter:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if not isinstance(value, Mapping) or len(value) != 1:
        raise MalformedMessageError(f"a parameter of a message cannot be {value!r}")
    ((kind, content),) = value.items()
    if kind not in _READ:
        raise MalformedMessageError(f"a parameter of a message cannot be of the type {kind!r}")
    return _READ[kind](content)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedMessageError(f"a message has {value!r} instead of a text")
    return value


def _instant(value: object) -> datetime:
    instant = datetime.fromisoformat(_string(value))
    if instant.tzinfo is None:
        raise MalformedMessageError(f"the instant {value!r} has no time zone")
    return instant


def _length(value: object) -> timedelta:
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedMessageError(f"a length cannot be {value!r}")
    try:
        return timedelta(microseconds=value)
    except OverflowError:
        raise MalformedMessageError(f"a length cannot be {value!r}") from None


def _list(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise MalformedMessageError(f"a list cannot be {value!r}")
    return tuple(_string(one) for one in value)


_READ: dict[str, Callable[[object], Parameter]] = {
    "message": from_json,
    "instant": _instant,
    "microseconds": _length,
    "list": _list,
}
