"""A client for one host over verified TLS, bounded in size and time.

It must not follow redirects, or send anything before the host's certificate and name were verified.
"""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from monitor.discovery.xprotect import texts
from monitor.discovery.xprotect.address import Origin
from monitor.discovery.xprotect.exchanges import OnExchange, SiteExchange, ignored
from monitor.discovery.xprotect.failures import SiteRequestError, request_error
from monitor.http.request import MIB, FetchError, FetchRequest, FetchResponse
from monitor.http.session import Connections, HttpSession
from monitor.model import Certificate, FailureReason, Message
from monitor.network.client_tls import unverified_context
from monitor.network.resolve import NameLookup
from monitor.parse import UnreadableCertificateError, parse_certificate

MOST_BYTES = 64 * MIB


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of requests: seconds, connections at once, bytes of a response."""

    timeout: float = 30.0
    connections: int = 8
    max_bytes: int = MOST_BYTES


class Client:
    """A client for one host; use as an async context manager."""

    def __init__(
        self,
        origin: Origin,
        context: ssl.SSLContext,
        resolver: NameLookup,
        bounds: Bounds,
        on_exchange: OnExchange = ignored,
    ) -> None:
        """Prepare without connecting; ``on_exchange`` gets every answer, and every failure to get one."""
        self._on_exchange = on_exchange
        self.origin = origin
        self._resolver = resolver
        self._bounds = bounds
        self._session = HttpSession(resolver, context, Connections(limit=bounds.connections, compressed=True))

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._session.close()

    @property
    def connection(self) -> asyncio.BaseTransport | None:
        """Return the transport of the last request."""
        return self._session.transport

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> FetchResponse:
        """Return the response to a GET; raise ``SiteRequestError`` without one."""
        return await self._send(self._request(path, headers))

    async def post(
        self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> FetchResponse:
        """Return the response to a form; raise ``SiteRequestError`` when there is none."""
        return await self._send(self._request(path, headers).with_form(form))

    async def send_json(
        self, method: str, path: str, value: object, headers: Mapping[str, str] | None = None
    ) -> FetchResponse:
        """Return the response to a value as JSON; raise ``SiteRequestError`` when there is none."""
        return await self._send(replace(self._request(path, headers).with_json(value), method=method))

    def _request(self, path: str, headers: Mapping[str, str] | None) -> FetchRequest:
        return FetchRequest(
            self.origin.url + path,
            headers={"Accept": "application/json", **(headers or {})},
            max_bytes=self._bounds.max_bytes,
            timeout=self._bounds.timeout,
        )

    async def _send(self, request: FetchRequest) -> FetchResponse:
        begun = time.monotonic()
        try:
            reply = await self._session.send(request)
        except FetchError as error:
            failed = error
        else:
            self._note(request, begun, reply)
            return reply
        self._note(request, begun, reason=failed.reason.value)
        if failed.reason is FailureReason.BAD_CERTIFICATE:
            raise await self._described(failed.tls_error)
        raise request_error(failed, self.origin)

    def _note(
        self, request: FetchRequest, begun: float, reply: FetchResponse | None = None, reason: str = ""
    ) -> None:
        path, seconds = request.url.removeprefix(self.origin.url), time.monotonic() - begun
        made = SiteExchange(self.origin.where, request.method, path, seconds, reason=reason)
        if reply is not None:
            made = replace(made, status=reply.status, fields=reply.fields, body=reply.body)
        self._on_exchange(made)

    async def _described(self, why: str) -> SiteRequestError:
        """Return the failure with a description of the untrusted certificate; sends no request."""
        shown = await _shown(self.origin, self._resolver, self._bounds.timeout)
        return SiteRequestError(
            FailureReason.BAD_CERTIFICATE,
            _untrusted(self.origin.where, shown, why),
            self.origin.where,
            whole=True,
        )


def _untrusted(server: str, shown: Certificate | None, why: str) -> Message:
    # OpenSSL's own words: the standard library has no name for its number.
    advice = texts.ADD_CERTIFICATE if "invalid CA" in why else texts.ADD_CA
    if shown is None:
        return texts.untrusted(server=server, error=why, advice=advice)
    return texts.untrusted_certificate(
        server=server,
        title=shown.title,
        issuer=shown.issuer_cn or shown.issuer,
        not_after=shown.not_after,
        sha256=shown.sha256,
        error=why,
        advice=advice,
    )


async def _shown(origin: Origin, resolver: NameLookup, longest: float) -> Certificate | None:
    """Return the served certificate, ``None`` when it is unavailable."""
    context = unverified_context()
    try:
        async with asyncio.timeout(longest):
            address = (await resolver.addresses(origin.host, origin.port))[0].text
            name = origin.host
            _, writer = await asyncio.open_connection(address, origin.port, ssl=context, server_hostname=name)
            der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            writer.transport.abort()
        return parse_certificate(der)
    except (OSError, TimeoutError, IndexError, UnreadableCertificateError):
        return None
