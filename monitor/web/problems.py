"""What is wrong with a request, as problem details (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


def problem(status: int, problems: Sequence[str], headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return an answer that refuses a request; each of the ``problems`` is one sentence."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": "; ".join(problems),
        "problems": list(problems),
    }
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)
