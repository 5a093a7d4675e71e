"""A message reads back equal from its document, and a document that is none is refused."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Message, text
from monitor.model.message import COUNT, Parameter, own
from monitor.model.message_json import from_json, to_json

NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
CODES = st.from_regex(r"[a-z_]{1,20}", fullmatch=True)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
VALUES = (
    st.text()
    | st.integers()
    | st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001 - bounds are naive
    | st.timedeltas()
    | st.lists(st.text(), max_size=3).map(tuple)
)


def made(parameters: Mapping[str, Parameter], code: str, before: str, count: int) -> Message:
    """Return a message that names each of its parameters, with a plural where one of them is a count."""
    written = before.replace("{", "{{").replace("}", "}}") or code
    said = written + "".join(f" {{{name}}}" for name in parameters if name != COUNT)
    if COUNT not in parameters:
        return Message(code, said, parameters=tuple(parameters.items()))
    return Message(
        code, f"{{count}} {said}", f"{{count}} of {said}", tuple({**parameters, COUNT: count}.items())
    )


def messages(values: st.SearchStrategy[Parameter]) -> st.SearchStrategy[Message]:
    """Return messages with these parameters, some with a plural."""
    parameters = st.dictionaries(NAMES | st.just(COUNT), values, max_size=4)
    return st.builds(made, parameters, CODES, st.text(max_size=10), st.integers())


@given(messages(st.recursive(VALUES, messages, max_leaves=4)))
def test_a_message_reads_back_equal(message: Message) -> None:
    """Whatever its parameters hold, through the text of JSON, with the types that they had."""
    read = from_json(json.loads(json.dumps(to_json(message))))
    assert read == message
    assert [type(value) for _, value in read.parameters] == [type(value) for _, value in message.parameters]


def test_a_document_has_only_what_is_there() -> None:
    """Documents are stored many times; these keys and names of types stay readable for later versions."""
    assert to_json(Message("x", "no answer")) == {"code": "x", "text": "no answer"}
    at, limit = datetime(2026, 11, 29, 12, tzinfo=UTC), timedelta(seconds=2.5)
    several = Message(
        "y",
        "{count} {at} {limit} {names} {why}",
        "{count}",
        (("count", 2), ("at", at), ("limit", limit), ("names", ("a", "b")), ("why", text("because"))),
    )
    assert to_json(several) == {
        "code": "y",
        "text": "{count} {at} {limit} {names} {why}",
        "plural": "{count}",
        "parameters": {
            "count": 2,
            "at": {"instant": "2026-11-29T12:00:00+00:00"},
            "limit": {"microseconds": 2_500_000},
            "names": {"list": ["a", "b"]},
            "why": {"message": {"code": "text", "text": "{text}", "parameters": {"text": "because"}}},
        },
    }


def test_an_empty_text_reads_back() -> None:
    """A step that was configured empty is no reason to lose the message."""
    assert from_json(to_json(own("", ()))) == own("", ())


@pytest.mark.parametrize(
    "document",
    [
        None,
        "no answer",
        [],
        {},
        {"code": "x"},
        {"text": "no answer"},
        {"code": 1, "text": "no answer"},
        {"code": "x", "text": ["no answer"]},
        {"code": "x", "text": "no answer", "parameters": []},
        {"code": "x", "text": "{missing}"},
        {"code": "x", "text": "unbalanced {"},
        {"code": "x", "text": "one", "plural": "several"},
        {"code": "x", "text": "one", "plural": "several", "parameters": {"count": "1"}},
        {"code": "x", "text": "one", "plural": "{missing}", "parameters": {"count": 1}},
        *(
            {"code": "x", "text": "{a}", "parameters": {"a": value}}
            for value in (
                None,
                True,
                1.5,
                [],
                {},
                {"list": "ab"},
                {"list": [1]},
                {"list": ["a"], "instant": ""},
                {"instant": 5},
                {"instant": "yesterday"},
                {"instant": "2026-11-29T12:00:00"},
                {"microseconds": "5"},
                {"microseconds": 10**30},
                {"microseconds": True},
                {"message": {"code": "y"}},
                {"unheard_of": 1},
            )
        ),
    ],
)
def test_what_is_no_message_is_refused(document: object) -> None:
    """Nothing half-read reaches a reader, and there is one error for all of it."""
    with pytest.raises(ValueError, match=r"."):
        from_json(document)
