"""Sentences for people as data: a published code, its English text, typed parameters; written at the edge.

Logic compares and carries messages; it never reads their parameters. A kind of message is a function beside
its users, declared with ``message``: its signature is what a type checker holds callers to.
"""

import re
import string
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, update_wrapper
from typing import ParamSpec, Union, cast

Parameter = Union[str, int, datetime, timedelta, "Message", tuple[str, ...]]
P = ParamSpec("P")

COUNT = "count"
"""The parameter that chooses between the singular and the plural text."""
OWN = "own_text"
"""The code of texts in the words of a configuration."""


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence or clause that can be written in any language.

    ``code`` is published. ``text`` is the English one and the key of its translations; it travels with the
    message, so that a code that the reader does not know can still be read. Placeholders are ``{name}`` or
    ``{name:format}`` (formats: ``monitor.messages``).
    """

    code: str
    text: str
    plural: str = ""
    parameters: tuple[tuple[str, Parameter], ...] = ()


@lru_cache(maxsize=1024)
def shared(message: Message) -> Message:
    """Return the message, or an equal one made before: many targets fail in the same way at once."""
    return message


def message(code: str, text: str, plural: str = "") -> Callable[[Callable[P, None]], Callable[P, Message]]:
    """Declare a kind of message; the decorated function's keyword-only parameters are its placeholders.

    Raises ``TypeError`` at import where text and signature disagree.
    """

    def declared(parameters: Callable[P, None]) -> Callable[P, Message]:
        code_of = parameters.__code__  # ``inspect.signature`` would take most of the time of loading texts
        names = code_of.co_varnames[: code_of.co_argcount + code_of.co_kwonlyargcount]
        for one in filter(None, (text, plural)):
            if not placeholders(one) <= set(names):
                raise TypeError(f"{code}: {one!r} names parameters that {parameters.__name__} does not have")
        if set(names) - placeholders(text) - placeholders(plural) - {COUNT}:
            raise TypeError(f"{code}: {parameters.__name__} has parameters that its text does not name")
        if bool(plural) != (COUNT in names):
            raise TypeError(f"{code}: a text with a plural has a parameter named {COUNT}, and no other has")

        def made(*_: P.args, **values: P.kwargs) -> Message:
            given = cast(dict[str, Parameter], values)
            return Message(code, text, plural, tuple((name, given[name]) for name in names))

        return update_wrapper(made, parameters)

    return declared


def placeholders(text: str) -> set[str]:
    """Return the names of the placeholders in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def plain(code: str, text: str) -> Message:
    """Return a message without parameters."""
    return Message(code, text)


def completed(message: Message, **values: Parameter) -> Message:
    """Return a message with the values of those placeholders that its text has; it is complete with all."""
    wanted = placeholders(message.text)
    given = dict(message.parameters) | {name: value for name, value in values.items() if name in wanted}
    return replace(message, parameters=tuple(given.items()))


def own(template: str, names: Collection[str]) -> Message:
    """Return a text of a configuration as a message with these placeholders; it is never translated."""

    def escaped(found: re.Match[str]) -> str:
        return found[0] if found[1] in names else found[0].replace("{", "{{").replace("}", "}}")

    return Message(OWN, re.sub(r"\{(\w+)\}|[{}]", escaped, template))


def text(value: str) -> Message:
    """Return a message that is a text of others, such as a failure's detail, or of ours without a kind."""
    return Message("text", "{text}", parameters=(("text", value),))


def raw_english(message: Message) -> str:
    """Return the English text with the parameters as they are, for the texts of exceptions only."""
    values = {name: raw_english(one) if isinstance(one, Message) else one for name, one in message.parameters}
    return message.text.format(**values)
