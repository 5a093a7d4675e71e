"""JSON that a program may keep: an answer that has not changed is not sent again."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from fastapi import Request
from fastapi.responses import Response

_TAG_LENGTH = 32
_OF_THE_CLOCK = frozenset({"now", "days_to_expiry"})
"""Fields that change without anything having happened; what they say follows from the others."""


def encoded(content: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the JSON of an answer and its entity tag (RFC 9110 section 8.8.3).

    The tag is weak: answers of which only the time differs have the same.
    """
    body = _json(content)
    lasting = _lasting(content)
    return body, f'W/"{sha256(_json(lasting)).hexdigest()[:_TAG_LENGTH]}"'


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _lasting(content: Any) -> Any:
    """Return what differs only when something happened."""
    if isinstance(content, Mapping):
        return {name: _lasting(value) for name, value in content.items() if name not in _OF_THE_CLOCK}
    if isinstance(content, list):
        return [_lasting(one) for one in content]
    return content


def answer(request: Request, body: bytes, tag: str) -> Response:
    """Return the answer to a request, 304 to a program that has it already."""
    headers = {"etag": tag, "vary": "accept-language, authorization, cookie", "cache-control": "no-cache"}
    # Tags are compared weakly here (RFC 9110 section 13.1.2).
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag.removeprefix("W/") in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
