"""Messages from a peer: those of other versions stay readable, and forged ones are harmless."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from string import Formatter

from monitor.model import Message, text
from monitor.model.message import OWN, Parameter, shared
from monitor.model.message_json import from_json
from monitor.parse import display
from monitor.wire.document import LONGEST, WireError, is_convertible

_DEEPEST = 4
_MOST_PARAMETERS, _LONGEST_PARAMETER, _LARGEST = 16, 1000, 10**15
_INSTANTS = frozenset({"", "date", "day", "on", "when", "expires"})
_FORMATS = _INSTANTS | {"seconds", "quoted", "open"}
"""What a writer of messages knows; another format would be an error at each reader."""


def read_message(data: object) -> Message:
    """Return a message; one whose template or parameters are not like ours becomes its bare text."""
    try:
        message = from_json(data)
    except (ValueError, OverflowError, RecursionError):
        raise WireError("a failure has no message") from None
    usual = _harmless(message, _DEEPEST)
    return shared(_cleaned(message) if usual else text(display(message.text, LONGEST)))


def _harmless(message: Message, depth: int) -> bool:
    if not depth or message.code == OWN or message.code != display(message.code):
        return False
    if len(message.parameters) > _MOST_PARAMETERS or not all(n.isidentifier() for n, _ in message.parameters):
        return False
    templates = [one for one in (message.text, message.plural) if one]
    return (
        all(map(_usual, templates))
        and all(_writable(value, depth - 1) for _, value in message.parameters)
        and all(_fits(template, dict(message.parameters)) for template in templates)
    )


def _usual(template: str) -> bool:
    return template == display(template, LONGEST) and all(
        name.isidentifier() and form in _FORMATS and conversion is None
        for name, form, conversion in _placeholders(template)
    )


def _fits(template: str, values: dict[str, Parameter]) -> bool:
    """Return whether each instant has a format for instants."""
    return all(
        form in _INSTANTS
        for name, form, _ in _placeholders(template)
        if isinstance(values.get(name), datetime)
    )


def _placeholders(template: str) -> Iterator[tuple[str, str, str | None]]:
    for _, name, form, conversion in Formatter().parse(template):
        if name is not None:
            yield name, form or "", conversion


def _writable(value: Parameter, depth: int) -> bool:
    if isinstance(value, Message):
        return _harmless(value, depth)
    if isinstance(value, tuple):
        return sum(map(len, value)) <= LONGEST
    if isinstance(value, datetime):
        return is_convertible(value)
    return not isinstance(value, int) or abs(value) <= _LARGEST


def _cleaned(message: Message) -> Message:
    """Return a message whose texts are cleaned, also where no ``Writer`` does that (JSON)."""
    return replace(message, parameters=tuple((name, _clean(value)) for name, value in message.parameters))


def _clean(value: Parameter) -> Parameter:
    if isinstance(value, Message):
        return _cleaned(value)
    if isinstance(value, tuple):
        return tuple(display(one, _LONGEST_PARAMETER) for one in value)
    return display(value, _LONGEST_PARAMETER) if isinstance(value, str) else value
