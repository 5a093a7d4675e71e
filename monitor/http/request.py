"""HTTP requests and responses as values; sends nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode

from monitor.model import FailureReason, Message

KIB = 1024
MIB = 1024 * KIB

_NOT_MODIFIED = 304
_REDIRECTS = (301, 302, 303, 307, 308)
_LONGEST_VALIDATOR = 200
# Validators of a response, and the conditional request header for each (RFC 9110 sections 13.1.2 and 13.1.3).
_VALIDATORS = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))


class Redirects(StrEnum):
    """Which redirects are followed: none, those to the same scheme, host and port, or any."""

    NONE = "none"
    SAME_ORIGIN = "same_origin"
    ANY = "any"


@dataclass(frozen=True, slots=True, repr=False)
class FetchRequest:
    """One request; it has no repr, since headers and body may hold secrets.

    ``timeout`` bounds everything in seconds: name lookup, redirects, body. ``connect_timeout`` bounds one
    attempt to connect with its TLS handshake, ``read_timeout`` the wait for the next bytes; with ``None``
    only ``timeout`` applies. ``max_bytes`` bounds the decompressed body of the response. A response with a
    status that is not in ``accept`` is an error; an empty ``accept`` leaves the status to the caller.
    ``verbatim`` sends path and query exactly as they are written, for a URL that was checked before.
    """

    url: str
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int = MIB
    timeout: float = 20.0
    connect_timeout: float | None = None
    read_timeout: float | None = None
    redirects: Redirects = Redirects.NONE
    accept: tuple[int, ...] = ()
    verbatim: bool = False

    def with_form(self, fields: Mapping[str, str]) -> Self:
        """Return this request as a POST of a form (application/x-www-form-urlencoded)."""
        return self._post(urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def with_json(self, value: Any) -> Self:
        """Return this request as a POST of a value as JSON."""
        return self._post(json.dumps(value).encode(), "application/json")

    def _post(self, body: bytes, content_type: str) -> Self:
        headers = {**self.headers, "Content-Type": content_type}
        return replace(self, method="POST", body=body, headers=headers)


@dataclass(frozen=True, slots=True, repr=False)
class FetchResponse:
    """One response; it has no repr, since the body may hold a secret.

    ``fields`` are the headers in the order they came, with lower-case names.
    """

    status: int
    body: bytes = b""
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers by lower-case name; of several with the same name the first."""
        return dict(reversed(self.fields))

    def values(self, name: str) -> tuple[str, ...]:
        """Return the value of every header with this lower-case name."""
        return tuple(value for key, value in self.fields if key == name)

    @property
    def redirect(self) -> str | None:
        """Return the Location of a redirect as the server wrote it, ``None`` for any other response."""
        return self.headers.get("location", "") if self.status in _REDIRECTS else None

    @property
    def not_modified(self) -> bool:
        """Return whether the status is 304: the copy of the client is current."""
        return self.status == _NOT_MODIFIED

    def condition(self) -> dict[str, str]:
        """Return the headers of a conditional request for a newer version of this response."""
        headers = self.headers
        return {
            asked: value
            for given, asked in _VALIDATORS
            if (value := headers.get(given, "")).isprintable() and 0 < len(value) <= _LONGEST_VALIDATOR
        }

    def json(self) -> Any:
        """Return the body parsed as JSON, ``None`` when it is not JSON or is ``null``."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class FetchError(Exception):
    """A request got no usable response; ``message`` says why.

    ``named`` is the same message with another name for the server than its host. ``reason`` is ``forbidden``
    when the policy does not allow the URL or its address, and ``bad_answer`` for a response that is not HTTP,
    a redirect or an unexpected status. ``status`` is 0 unless the status was the error; ``headers`` are those
    of the response. ``connected`` is false when no connection could be made, so that any other request would
    fail too. ``tls_error`` is OpenSSL's reason for a failed certificate check or handshake.
    """

    def __init__(  # noqa: PLR0913 - one value for each thing that a caller may need
        self,
        reason: FailureReason,
        say: Callable[..., Message],
        host: str = "",
        *,
        status: int = 0,
        headers: Mapping[str, str] | None = None,
        connected: bool = True,
        tls_error: str = "",
    ) -> None:
        """Store the details of the error; ``say`` makes the message for a ``server``."""
        super().__init__(reason)
        self.reason = reason
        self.say = say
        self.host = host
        self.status = status
        self.headers = headers or {}
        self.connected = connected
        self.tls_error = tls_error

    @property
    def message(self) -> Message:
        """Return the message that names the server by its host."""
        return self.named(self.host)

    def named(self, server: str) -> Message:
        """Return the message that names the server in another way, such as ``host:port``."""
        return self.say(server=server)


def complete(message: Message) -> Callable[..., Message]:
    """Return what a ``FetchError`` says where no server is named: the message as it is."""

    def say(*, server: str) -> Message:  # noqa: ARG001 - as the other kinds of messages are called
        return message

    return say
