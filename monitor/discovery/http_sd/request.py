"""Fetch one list over HTTP without parsing it.

A redirect to another server is not followed, and credentials are sent only to a server whose certificate and
name were verified.
"""

import base64
import ssl
from dataclasses import dataclass

from monitor.addresses import join_host_port, read_url
from monitor.discovery import texts
from monitor.http.fetch import Fetcher
from monitor.http.policy import EVERYWHERE
from monitor.http.request import MIB, FetchError, FetchRequest, Redirects
from monitor.model import Failure, FailureReason, Message
from monitor.network.resolve import NameLookup
from monitor.parse import display
from monitor.secrets import Secret

MOST_BYTES = 32 * MIB
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class HttpCredentials:
    """Credentials: a user name and password, or a bearer token when there is no user name."""

    username: str | None
    secret: Secret

    @property
    def header(self) -> str:
        """Return the value of Authorization (RFC 7617 section 2, RFC 6750 section 2.1)."""
        text = self.secret.reveal()
        if self.username is None:
            return f"Bearer {text}"
        return f"Basic {base64.b64encode(f'{self.username}:{text}'.encode()).decode()}"


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """The body of a list, and the ``host:port`` that served it."""

    location: str
    body: bytes


class NoListError(Exception):
    """The list could not be fetched; ``failure`` says why."""

    def __init__(self, reason: FailureReason, message: Message, where: str) -> None:
        """Store the failure."""
        super().__init__(message.code)
        self.failure = Failure(reason, message, where)


async def get_list(
    url: str, login: HttpCredentials | None, tls: ssl.SSLContext, names: NameLookup, longest: float
) -> ListAnswer:
    """Return the list at a URL; raise ``NoListError`` without one within ``longest`` seconds."""
    where = _where(url)
    headers = {"Accept": "application/json"}
    if login is not None:
        headers["Authorization"] = _sendable(login.header, where)
    request = FetchRequest(
        url,
        headers=headers,
        max_bytes=MOST_BYTES,
        timeout=longest,
        redirects=Redirects.SAME_ORIGIN,
        accept=(200,),
        verbatim=True,
    )
    try:
        response = await Fetcher(names, EVERYWHERE, tls, compressed=True).fetch(request)
    except FetchError as error:
        raise _no_list(error, where) from None
    content_type = response.headers.get("content-type", "none")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        said = texts.content_type(server=where, content_type=display(content_type, 80))
        raise NoListError(FailureReason.BAD_ANSWER, said, where)
    return ListAnswer(where, response.body)


def _where(url: str) -> str:
    parts, host, port = read_url(url, _PORTS, "a list is at an https or http URL")
    return join_host_port(host, port or _PORTS[parts.scheme])


def _sendable(header: str, where: str) -> str:
    if not header.isprintable() or not header.isascii():
        raise NoListError(FailureReason.UNAUTHORIZED, texts.login_unsendable(server=where), where)
    return header


def _no_list(error: FetchError, where: str) -> NoListError:
    if error.status in (401, 403):
        reason = FailureReason.UNAUTHORIZED if error.status == 401 else FailureReason.FORBIDDEN
        return NoListError(reason, texts.login_refused(server=where, status=error.status), where)
    if error.reason is FailureReason.BAD_CERTIFICATE:
        return NoListError(error.reason, texts.untrusted(problem=error.named(where)), where)
    if error.reason is FailureReason.NOT_TLS:
        return NoListError(error.reason, texts.not_tls(server=where), where)
    if error.reason is FailureReason.TOO_LARGE:
        return NoListError(FailureReason.BAD_ANSWER, error.named(where), where)
    return NoListError(error.reason, error.named(where), where)
