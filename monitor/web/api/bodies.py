"""Read what programs send: one JSON object with known keys, and what its values must be."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from monitor.model import Matcher
from monitor.parse import display

_LONGEST_BODY = 65_536
LONGEST_TEXT = 500


class InvalidError(ValueError):
    """A request does not say what it has to; the text says what."""


async def body_of(request: Request, allowed: Sequence[str]) -> Mapping[str, Any]:
    """Return the JSON object of a request with these keys; raise ``InvalidError`` for anything else."""
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > _LONGEST_BODY:
            raise InvalidError("the body is too large")
    try:
        body = json.loads(content or b"{}")
    except ValueError:
        raise InvalidError("the body is not JSON") from None
    if not isinstance(body, dict):
        raise InvalidError("the body is not a JSON object")
    if unknown := [key for key in body if key not in allowed]:
        raise InvalidError(f"unknown key {display(unknown[0], 100)!r}; allowed: {', '.join(allowed)}")
    return body


def text_of(body: Mapping[str, Any], key: str) -> str:
    """Return a text without control characters, empty for none; raise ``InvalidError`` for no text."""
    value = body.get(key, "")
    if not isinstance(value, str):
        raise InvalidError(f"{key} must be a text")
    return display(value, LONGEST_TEXT).strip()


def instant_of(body: Mapping[str, Any], key: str) -> datetime:
    """Return an instant in UTC; raise ``InvalidError`` for anything else."""
    try:
        instant = datetime.fromisoformat(body[key])
    except (KeyError, TypeError, ValueError):
        instant = None
    if instant is None or instant.tzinfo is None:
        raise InvalidError(f"{key} must be an instant with offset, such as 2027-01-31T18:00+01:00")
    return instant.astimezone(UTC)


def matchers_of(match: object) -> tuple[Matcher, ...]:
    """Return the matchers of labels with values; raise ``InvalidError`` for anything else."""
    if not isinstance(match, dict):
        raise InvalidError("match must be an object of labels with a value or a list of values each")
    return tuple(Matcher(name, _values(name, value)) for name, value in match.items())


def _values(name: str, value: object) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise InvalidError(f"match.{display(name, 100)} must be a text or a list of texts")
    return tuple(values)
