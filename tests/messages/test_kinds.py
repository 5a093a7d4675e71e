"""Every kind of message: its code is unique, it can be written, and it survives being stored."""

import importlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import get_type_hints

import pytest

import catalogues
from monitor.messages import english
from monitor.model import Message
from monitor.model.message import placeholders
from monitor.model.message_json import from_json, to_json
from support.folders import ROOT

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
VALUES: dict[object, object] = {
    str: "x{y}",
    int: 3,
    datetime: NOW + timedelta(days=3),
    timedelta: timedelta(seconds=2.5),
    Message: Message("inner", "a clause"),
    tuple[str, ...]: ("a", "b", "c"),
}
FILES = sorted((ROOT / "monitor").rglob("*texts.py"))


def values(kind: Callable[..., Message]) -> dict[str, object]:
    """Return a value for each parameter of a kind, by the type that it is declared with."""
    types = get_type_hints(kind)
    return {name: VALUES[types[name]] for name in signature(kind).parameters}


def messages() -> Iterator[Message]:
    """Yield a message of each kind in the files for them, and those without parameters."""
    for file in FILES:
        module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        for one in vars(module).values():
            if isinstance(one, Message) and placeholders(one.text) <= dict(one.parameters).keys():
                yield one  # others are completed where they are used
            elif getattr(getattr(one, "__wrapped__", None), "__module__", "") == module.__name__:
                yield one(**values(one.__wrapped__))


MESSAGES = {message.code: message for message in messages()}


def test_codes_are_unique() -> None:
    """A code means one text, in the whole program."""
    kinds = {(text.code, text.text, text.plural) for text in catalogues.texts() if text.code}
    assert [code for code, count in Counter(code for code, *_ in kinds).items() if count > 1] == []


def test_codes_are_published_names() -> None:
    """Programs read them: lower case, digits, underscores, and dots between parts."""
    assert [text.code for text in catalogues.texts() if not re.fullmatch(r"[a-z0-9_.]*", text.code)] == []


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_a_message_is_written_and_stored(code: str) -> None:
    """The formats in its text fit the types of its parameters, and a stored one reads back equal."""
    message = MESSAGES[code]
    said = english(NOW).write(message)
    assert said
    assert from_json(json.loads(json.dumps(to_json(message)))) == message
