"""JSON that a program may keep: an answer that has not changed is not sent again."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from fastapi import Request
from fastapi.responses import Response

_TAG_LENGTH = 32


def encoded(content: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the JSON of an answer and its entity tag (RFC 9110 section 8.8.3)."""
    body = json.dumps(content, separators=(",", ":")).encode()
    return body, f'"{sha256(body).hexdigest()[:_TAG_LENGTH]}"'


def answer(request: Request, body: bytes, tag: str) -> Response:
    """Return the answer to a request, 304 to a program that has it already."""
    headers = {"etag": tag, "vary": "accept-language, authorization, cookie", "cache-control": "no-cache"}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
