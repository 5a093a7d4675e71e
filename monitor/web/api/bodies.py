"""The JSON bodies of requests, read with care: bounded, known keys alone, each value of its type."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from monitor.model import Matcher
from monitor.parse import display

_LONGEST_BODY = 65_536
_LONGEST_TEXT = 500
_MOST_ENTRIES = 1000


class InvalidError(ValueError):
    """A request is invalid; the text says why."""


async def body_of(request: Request, allowed: Sequence[str]) -> Mapping[str, Any]:
    """Return the JSON object of a request with these keys; raise ``InvalidError`` for anything else."""
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > _LONGEST_BODY:
            raise InvalidError("the body is too large")
    try:
        body = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        raise InvalidError("the body is not JSON") from None
    if not isinstance(body, dict):
        raise InvalidError("the body is not a JSON object")
    if unknown := [key for key in body if key not in allowed]:
        raise InvalidError(f"unknown key {display(unknown[0], 100)!r}; allowed: {', '.join(allowed)}")
    return body


def text_of(body: Mapping[str, Any], key: str) -> str:
    """Return a text, empty where it is missing."""
    value = body.get(key, "")
    if not isinstance(value, str):
        raise InvalidError(f"{key} must be a text")
    return display(value, _LONGEST_TEXT).strip()


def instant_of(body: Mapping[str, Any], key: str) -> datetime:
    """Return an instant in UTC."""
    try:
        instant = datetime.fromisoformat(body[key])
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    raise InvalidError(f"{key} must be an instant with offset, such as 2027-01-31T18:00+01:00")


def matchers_of(match: object) -> tuple[Matcher, ...]:
    """Return the matchers of an object of labels with a value or a list of values each."""
    if not isinstance(match, dict):
        raise InvalidError("match must be an object of labels with a value or a list of values each")
    if not all(map(_can_be_stored, match)):
        raise InvalidError("match has a label with a character that no database takes")
    return tuple(
        Matcher(name, _values(f"match.{display(name, 100)}", value)) for name, value in match.items()
    )


def texts_of(body: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return a list of texts, empty where it is missing."""
    return _values(key, body.get(key, []))


def _values(name: str, value: object) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise InvalidError(f"{name} must be a text or a list of texts")
    if len(values) > _MOST_ENTRIES:
        raise InvalidError(f"{name} has more than {_MOST_ENTRIES} entries")
    if not all(map(_can_be_stored, values)):
        raise InvalidError(f"{name} has a character that no database takes")
    return tuple(values)


def _can_be_stored(text: str) -> bool:
    """Return whether a text has neither NUL nor half of a surrogate pair, which JSON can escape."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
