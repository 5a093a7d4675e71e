"""Get one list over HTTP: verified where it is https, bounded in size and time.

It must not follow a redirect to another server, keep a cookie, use a proxy, or send a login before the
server's certificate and name were verified. What came back is not read here.
"""

import asyncio
import base64
import ssl
from dataclasses import dataclass

import aiohttp
from yarl import URL

from monitor.discovery.dns import Addresses
from monitor.discovery.xprotect.address import Origin
from monitor.discovery.xprotect.client import Names
from monitor.discovery.xprotect.failures import AskError, UntrustedError, failure
from monitor.model import FailureReason
from monitor.parse import display
from monitor.secrets import Secret

MOST_BYTES = 32 * 1024 * 1024
_PIECE = 65536
_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Login:
    """Hold what proves who we are: a password with its user name, else a bearer token."""

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
class Answer:
    """Hold a list as it came, and where it came from."""

    where: str
    body: bytes


async def ask(
    url: str, login: Login | None, context: ssl.SSLContext, resolver: Addresses, longest: float
) -> Answer:
    """Return the list at a URL; raise ``AskError`` when there is none within ``longest`` seconds."""
    there = URL(url, encoded=True)
    origin = Origin(there.host or "", there.port or 0)
    headers = {"Accept": "application/json", "User-Agent": "cert-monitor"}
    if login is not None:
        headers["Authorization"] = _sendable(login.header, origin)
    connector = aiohttp.TCPConnector(ssl=context, resolver=Names(resolver), force_close=True)
    try:
        async with (
            asyncio.timeout(longest),
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(),
                headers=headers,
            ) as session,
        ):
            return Answer(origin.where, await _asked(session, there, origin))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        failed = _explained(error, origin)
    # Outside of the except clause: the original error carries the request's headers.
    raise failed


def _sendable(header: str, origin: Origin) -> str:
    if not header.isprintable() or not header.isascii():
        detail = (
            f"the login for {origin.where} holds a line end or another character that no header can carry"
        )
        raise AskError(FailureReason.UNAUTHORIZED, detail, origin.where)
    return header


async def _asked(session: aiohttp.ClientSession, there: URL, origin: Origin) -> bytes:
    for _ in range(_MOST_REDIRECTS + 1):
        async with session.get(there, allow_redirects=False) as response:
            if response.status not in _REDIRECTS:
                return await _body(response, origin)
            there = _elsewhere(response, there, origin)
    raise AskError(FailureReason.BAD_ANSWER, f"{origin.where} redirects in a circle", origin.where)


def _elsewhere(response: aiohttp.ClientResponse, there: URL, origin: Origin) -> URL:
    target = response.headers.get("Location", "")
    try:
        new = there.join(URL(target))
        if new.origin() == there.origin():
            return new
    except ValueError:  # no URL at all, or one without a server
        pass
    detail = (
        f"{origin.where} redirects to {display(target)}; another server is not followed: "
        "if that is right, make it the url"
    )
    raise AskError(FailureReason.BAD_ANSWER, detail, origin.where)


async def _body(response: aiohttp.ClientResponse, origin: Origin) -> bytes:
    where = origin.where
    if response.status in (401, 403):
        reason = FailureReason.UNAUTHORIZED if response.status == 401 else FailureReason.FORBIDDEN
        raise AskError(reason, f"{where} refuses the login (HTTP {response.status})", where)
    if response.status != 200:
        raise AskError(FailureReason.BAD_ANSWER, f"{where} answered with HTTP {response.status}", where)
    if response.content_type != "application/json":
        said = display(response.headers.get("Content-Type", "none"), 80)
        detail = f"{where} sent content of type {said}; a list is application/json"
        raise AskError(FailureReason.BAD_ANSWER, detail, where)
    body = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > MOST_BYTES:
            raise AskError(FailureReason.BAD_ANSWER, f"{where} sent more than {MOST_BYTES >> 20} MiB", where)
    return bytes(body)


def _explained(error: Exception, origin: Origin) -> AskError:
    failed = failure(error, origin)
    where = origin.where
    if isinstance(failed, UntrustedError):
        detail = (
            f"{where} shows an untrusted certificate: {failed.why}. Nothing was sent. If it is right, put "
            "the CA that issued it under trust; if it is for another name, use that name in url"
        )
        return AskError(FailureReason.BAD_CERTIFICATE, detail, where)
    if failed.failure.reason is FailureReason.REFUSED:
        return AskError(FailureReason.REFUSED, f"{where} refused the connection", where)
    if failed.failure.reason is FailureReason.NOT_TLS:
        return AskError(FailureReason.NOT_TLS, f"{where} answers without TLS; nothing was sent", where)
    return failed
