"""Requests to one or a few servers over pooled connections; follows no redirects.

Requests to URLs from untrusted sources go through ``fetch``, which checks addresses.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

import aiohttp
from yarl import URL

from monitor.http import texts
from monitor.http.failures import ERRORS, failure
from monitor.http.request import KIB, MIB, FetchError, FetchRequest, FetchResponse, complete
from monitor.http.resolver import AiohttpResolver
from monitor.model import FailureReason, Message
from monitor.network.resolve import NameLookup
from monitor.parse import display

_PIECE = 64 * KIB


@dataclass(frozen=True, slots=True)
class Connections:
    """The settings of connections.

    At most ``limit`` are open at once; ``keep_alive`` is whether a connection serves several requests.
    ``compressed`` accepts compressed bodies and decompresses them. ``proxy`` is a URL; ``server_name`` is the
    name that the certificate must have when it is not the host.
    """

    limit: int = 1
    keep_alive: bool = True
    compressed: bool = False
    proxy: str | None = None
    server_name: str | None = None


_ONE = Connections()


class _Connector(aiohttp.TCPConnector):
    """A connector that exposes the last transport: Windows authentication is bound to a connection."""

    transport: asyncio.Transport | None = None

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._transports: WeakSet[asyncio.Transport] = WeakSet()

    async def connect(self, *args: Any, **kwargs: Any) -> Any:
        connection = await super().connect(*args, **kwargs)
        self.transport = connection.transport
        if self.transport is not None:
            self._transports.add(self.transport)
        return connection

    def abort(self) -> None:
        """Close all connections, also those that wait for close_notify (RFC 8446 section 6.1)."""
        for transport in self._transports:
            transport.abort()


class HttpSession:
    """A pool of connections to send requests over; use as an async context manager."""

    def __init__(self, names: NameLookup, tls: ssl.SSLContext, connections: Connections = _ONE) -> None:
        """Prepare without connecting; ``tls`` verifies https servers."""
        self._how = connections
        self._connector = _Connector(
            ssl=tls,
            resolver=AiohttpResolver(names),
            limit=connections.limit,
            force_close=not connections.keep_alive,
        )
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(),
            headers={"User-Agent": "cert-monitor"},
            auto_decompress=connections.compressed,
        )

    async def __aenter__(self) -> Self:
        """Return the session."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self.close()

    async def close(self) -> None:
        """Close every connection now, for callers that do not use this as a context manager."""
        await self._session.close()
        self._connector.abort()

    @property
    def transport(self) -> asyncio.BaseTransport | None:
        """Return the transport of the last request."""
        return self._connector.transport

    async def send(self, request: FetchRequest) -> FetchResponse:
        """Return the response; that of a redirect has no body. Raises ``FetchError``."""
        try:
            url = URL(request.url, encoded=request.verbatim)
        except ValueError:
            said = texts.url_invalid(url=display(request.url, 120))
            raise FetchError(FailureReason.BAD_ANSWER, complete(said)) from None
        return await self.send_to(url, request)

    async def send_to(self, url: URL, request: FetchRequest) -> FetchResponse:
        """Send a request to another URL than its own; otherwise as ``send``."""
        host = url.host or ""
        try:
            async with asyncio.timeout(request.timeout):
                return await self._exchange(url, request, host)
        except ERRORS as error:
            failed = failure(error, host, request.timeout)
        # Raised outside of the except clause: the original error contains the request's headers.
        raise failed

    async def _exchange(self, url: URL, request: FetchRequest, host: str) -> FetchResponse:
        timeout = aiohttp.ClientTimeout(sock_connect=request.connect_timeout, sock_read=request.read_timeout)
        async with self._session.request(
            request.method,
            url,
            data=request.body,
            headers=self._headers(request),
            timeout=timeout,
            allow_redirects=False,
            proxy=self._how.proxy,
            server_hostname=self._how.server_name,
        ) as response:
            fields = tuple((name.lower(), value) for name, value in response.headers.items())
            head = FetchResponse(response.status, fields=fields)
            if head.redirect is not None:
                return head
            self._refuse(head, request, host)
            return replace(head, body=await _body(response, request.max_bytes, host))

    def _headers(self, request: FetchRequest) -> dict[str, str]:
        packed = {} if self._how.compressed else {"Accept-Encoding": "identity"}
        return {**packed, **request.headers}

    def _refuse(self, head: FetchResponse, request: FetchRequest, host: str) -> None:
        """Raise ``FetchError`` for an unexpected status, and for an unrequested compressed body."""
        if request.accept and head.status not in request.accept:
            say = partial(texts.status, status=head.status)
            raise FetchError(FailureReason.BAD_ANSWER, say, host, status=head.status, headers=head.headers)
        coding = head.headers.get("content-encoding", "identity")
        if coding.lower() != "identity" and not self._how.compressed:
            say = partial(texts.compressed, coding=display(coding, 40))
            raise FetchError(FailureReason.BAD_ANSWER, say, host)


async def _body(response: aiohttp.ClientResponse, most: int, host: str) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > most:
            raise FetchError(FailureReason.TOO_LARGE, _over(most), host)
    return bytes(body)


def _over(most: int) -> Callable[..., Message]:
    if most % MIB == 0:
        return partial(texts.over_mebibytes, mebibytes=most // MIB)
    return partial(texts.over_kibibytes, kibibytes=most // KIB)
