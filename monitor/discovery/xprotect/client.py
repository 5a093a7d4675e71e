"""Send requests to one host over verified TLS and read its answers, bounded in size and time.

It must not follow a redirect, or send anything before the host's certificate and name were verified.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from monitor.discovery.xprotect.address import Origin
from monitor.discovery.xprotect.failures import AskError, ask_error
from monitor.http.request import MIB, FetchError, FetchRequest, FetchResponse
from monitor.http.session import Connections, HttpSession
from monitor.model import FailureReason
from monitor.network.client_tls import unverified_context
from monitor.network.resolve import NameLookup
from monitor.parse import UnreadableCertificateError, parse_certificate

MOST_BYTES = 64 * MIB
_ADD_CA = (
    "If the certificate is right, put that of the CA that issued it (a .cer or .pem file) under trust; if it "
    "is for another name, use that name in address"
)
# OpenSSL takes no CA that says neither by basicConstraints nor by keyUsage that it is one; Windows does.
_PIN = (
    "Its CA does not say that it is a CA: put the server's own certificate (a .cer file) under trust as well"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request may cost: seconds, connections at once, bytes of its answer."""

    longest: float = 30.0
    connections: int = 8
    most_bytes: int = MOST_BYTES


class Client:
    """Ask one host; use as an async context manager."""

    def __init__(
        self,
        origin: Origin,
        context: ssl.SSLContext,
        resolver: NameLookup,
        bounds: Bounds,
    ) -> None:
        """Prepare; nothing is connected yet."""
        self.origin = origin
        self._resolver = resolver
        self._bounds = bounds
        self._session = HttpSession(resolver, context, Connections(most=bounds.connections, compressed=True))

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._session.close()

    @property
    def connection(self) -> asyncio.BaseTransport | None:
        """Return the transport that the last request went over."""
        return self._session.transport

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> FetchResponse:
        """Return the response to a GET; raise ``AskError`` when there is none."""
        return await self._send(self._request(path, headers))

    async def post(
        self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> FetchResponse:
        """Return the response to a form; raise ``AskError`` when there is none."""
        return await self._send(self._request(path, headers).with_form(form))

    def _request(self, path: str, headers: Mapping[str, str] | None) -> FetchRequest:
        return FetchRequest(
            self.origin.url + path,
            headers={"Accept": "application/json", **(headers or {})},
            max_bytes=self._bounds.most_bytes,
            timeout=self._bounds.longest,
        )

    async def _send(self, request: FetchRequest) -> FetchResponse:
        try:
            return await self._session.send(request)
        except FetchError as error:
            failed = error
        if failed.reason is FailureReason.BAD_CERTIFICATE:
            raise await self._described(failed.tls_error)
        raise ask_error(failed, self.origin)

    async def _described(self, why: str) -> AskError:
        """Return the failure with the certificate that was refused; nothing is sent to probe it."""
        shown = await _shown(self.origin, self._resolver, self._bounds.longest)
        what = f"shows {shown}, which is not accepted" if shown else "shows an untrusted certificate"
        advice = _PIN if "invalid CA" in why else _ADD_CA
        detail = f"{self.origin.where} {what}: {why}. No password was sent. {advice}"
        return AskError(FailureReason.BAD_CERTIFICATE, detail, self.origin.where, whole=True)


async def _shown(origin: Origin, resolver: NameLookup, longest: float) -> str:
    """Return the served certificate in words, empty when it cannot be had."""
    context = unverified_context()
    try:
        async with asyncio.timeout(longest):
            address = (await resolver.addresses(origin.host, origin.port))[0].text
            name = origin.host
            _, writer = await asyncio.open_connection(address, origin.port, ssl=context, server_hostname=name)
            der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            writer.transport.abort()
        seen = parse_certificate(der)
    except (OSError, TimeoutError, IndexError, UnreadableCertificateError):
        return ""
    return (
        f"the certificate {seen.title!r} issued by {seen.issuer_cn or seen.issuer!r}, valid until "
        f"{seen.not_after:%Y-%m-%d} (SHA-256 {seen.sha256})"
    )
