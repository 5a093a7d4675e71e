"""Every kind of message of the judgments is complete: each renders, and nothing is left to fill in."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from inspect import signature
from types import ModuleType
from typing import get_type_hints

import pytest

from monitor.assess import texts as about_targets
from monitor.assess.correlate import texts as across_targets
from monitor.assess.correlate.store_vs_endpoint import texts as about_stores
from monitor.assess.crl import texts as about_crls
from monitor.assess.names import texts as about_names
from monitor.assess.purpose import texts as about_purpose
from monitor.messages import parameters
from monitor.model import Message, text
from monitor.model.message import placeholders
from monitor.model.texts import enumerated, joined, names
from support.pki import days
from support.written import written

PLACES = (about_targets, about_crls, about_names, about_purpose, across_targets, about_stores)
EXAMPLES: dict[object, object] = {
    str: "one",
    int: 2,
    datetime: days(3),
    timedelta: timedelta(days=3),
    Message: text("nested"),
    tuple[str, ...]: ("one", "two"),
}


def kinds(module: ModuleType) -> list[Message]:
    """Return one message of each kind that a module declares, and its messages without parameters."""
    found = [value for value in vars(module).values() if isinstance(value, Message)]
    return found + [made(value) for value in vars(module).values() if declares(value)]


def declares(value: object) -> bool:
    """Return whether a name of a module is a kind of message."""
    return callable(value) and hasattr(value, "__wrapped__") and not isinstance(value, type)


def made(kind: Callable[..., Message], **given: object) -> Message:
    """Return a message of a kind, with an example for each parameter."""
    hints = get_type_hints(kind)
    return kind(**{name: given.get(name, EXAMPLES[hints[name]]) for name in signature(kind).parameters})


EVERY = [one for module in PLACES for one in kinds(module)]


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.code)
def test_it_can_be_written(one: Message) -> None:
    """Placeholders are parameters and their formats are known; JSON holds every parameter."""
    said = written(one)
    assert not re.search(r"[{}]", said)
    assert set(parameters(one)) >= placeholders(one.text) | placeholders(one.plural)


def test_codes_are_different() -> None:
    """A code is published once, with one text, and there are as many kinds as one can see."""
    assert len({one.code for one in EVERY}) == len(EVERY) >= 80


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "a"),
        (2, "a and b"),
        (3, "a, b, and c"),
        (5, "a, b, c, d, and e"),
        (7, "a, b, c, d, e, and 2 more"),
    ],
)
def test_a_list_of_names_is_bounded(count: int, said: str) -> None:
    """The first few of many are named, and the others counted."""
    assert written(names("abcdefg"[:count])) == said


def test_clauses_are_bounded() -> None:
    """Clauses stand one after the other, the first few of many."""
    several = [text(one) for one in "abcdefg"]
    assert written(joined(several)) == "a; b; c; d; e; and 2 more"
    assert written(enumerated(several[:3], 2)) == "a, b, and 1 more"
