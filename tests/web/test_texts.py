"""The page's messages are complete: each can be written, and no code is published twice."""

import re
from datetime import datetime, timedelta
from inspect import signature
from typing import get_type_hints

import pytest

from monitor.model import AlertLevel, Message, Severity, text
from monitor.web import list_texts, texts
from monitor.web.pages import detail_texts
from support.pki import days
from support.written import written

EXAMPLES: dict[object, object] = {
    str: "one",
    int: 2,
    datetime: days(3),
    tuple[str, ...]: ("one", "two"),
    timedelta: timedelta(1),
    Message: text("nested"),
    tuple[str, ...]: ("one", "two"),
}


def example(kind: object) -> Message:
    """Return a message of a kind, with an example for each parameter."""
    assert callable(kind)
    hints = get_type_hints(kind)
    made = kind(**{name: EXAMPLES[hints[name]] for name in signature(kind).parameters})
    assert isinstance(made, Message)
    return made


ALL = [value for of in (texts, list_texts, detail_texts) for value in vars(of).values()]
EVERY = [
    *(value for value in ALL if isinstance(value, Message)),
    *texts.SEVERITY.values(),
    *detail_texts.REVOCATION_STATUS.values(),
    *texts.RESOLVED.values(),
    texts.LEVEL[AlertLevel.EXPIRED],
    *list_texts.ALERT_STATE.values(),
    *list_texts.TYPES.values(),
    *list_texts.DISCOVERY_STATE.values(),
    *list_texts.NOTIFICATION_STATE.values(),
    *list_texts.NOTIFICATION_TYPE.values(),
    *list_texts.SILENCE_STATE.values(),
    *list_texts.SILENCE_TYPE.values(),
    *list_texts.ENDED_BY.values(),
    list_texts.TARGET_STATE["need_action"],
    list_texts.TARGET_STATE["fine"],
    *(example(value) for value in ALL if hasattr(value, "__wrapped__")),
]


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.code)
def test_it_can_be_written(one: Message) -> None:
    """Placeholders are parameters, and their formats are known."""
    assert not re.search(r"[{}]", written(one))


def test_codes_are_different() -> None:
    """A code is published once, and is the page's own."""
    assert len({one.code for one in EVERY}) == len(EVERY) >= 30
    assert all(one.code.startswith("page.") for one in EVERY)


def test_every_severity_has_a_word() -> None:
    """The page can show any severity."""
    assert set(texts.SEVERITY) == set(Severity)
