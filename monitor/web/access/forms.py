"""The token that each form sends back, read from a body that stays readable for the page."""

from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Message, Receive

FIELD = "form_token"
HEADER = "x-form-token"
LONGEST = 65_536
_TYPE = "application/x-www-form-urlencoded"


class TooLongError(ValueError):
    """A body is longer than any form of ours."""


def is_form(headers: Headers) -> bool:
    """Return whether a body is one of a form."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == _TYPE


def fields_of(body: bytes) -> dict[str, str]:
    """Return the fields of a form; of several with one name the first."""
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


async def body_of(receive: Receive) -> bytes:
    """Return a body; raise ``TooLongError`` where it is too long, return nothing where it breaks off."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LONGEST:
            raise TooLongError
    return body


def again(body: bytes, receive: Receive) -> Receive:
    """Return an ASGI ``receive`` that repeats a body that was read, and then continues."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
