"""Ask one host over verified TLS and read its answers, bounded in size and time.

It must not follow a redirect, keep a cookie, use a proxy, look up names on asyncio's default executor, or
send anything before the host's certificate and name were verified.
"""

import asyncio
import json
import socket
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.discovery.dns import Addresses
from monitor.discovery.xprotect.address import Origin
from monitor.discovery.xprotect.failures import AskError, UntrustedError, failure
from monitor.model import FailureReason
from monitor.parse import UnreadableCertificateError, certificate, display

MOST_BYTES = 64 * 1024 * 1024
_PIECE = 65536
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
    """Hold what one question may cost: seconds, connections at once, bytes of its answer."""

    longest: float = 30.0
    connections: int = 8
    most_bytes: int = MOST_BYTES


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """Hold one answer; it has no repr, since the body may be a token."""

    status: int
    body: bytes
    challenges: tuple[str, ...] = ()
    location: str = ""
    date: str = ""

    def json(self) -> Any:
        """Return the body as JSON, ``None`` when it is none (``null`` is no answer either)."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Names(AbstractResolver):
    """Look up names for aiohttp the way endpoints do."""

    def __init__(self, resolver: Addresses) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return every address of a host; raise ``OSError`` when there are none."""
        del family  # both are wanted
        return [
            ResolveResult(
                hostname=host,
                host=address.text,
                port=port,
                family=socket.AF_INET6 if ":" in address.text else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._resolver.addresses(host, port)
        ]

    async def close(self) -> None:
        """Close nothing: the resolver belongs to others."""


class _Connector(aiohttp.TCPConnector):
    """Remember the transport last used: a Windows login belongs to one connection and its certificate."""

    transport: asyncio.BaseTransport | None = None

    async def connect(self, *args: Any, **kwargs: Any) -> Any:
        connection = await super().connect(*args, **kwargs)
        self.transport = connection.transport
        return connection


class Client:
    """Ask one host; use as an async context manager."""

    def __init__(
        self,
        origin: Origin,
        context: ssl.SSLContext,
        resolver: Addresses,
        bounds: Bounds,
    ) -> None:
        """Prepare; nothing is connected yet."""
        self.origin = origin
        self._resolver = resolver
        self._bounds = bounds
        self._connector = _Connector(ssl=context, resolver=Names(resolver), limit=bounds.connections)
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(),
            headers={"Accept": "application/json", "User-Agent": "cert-monitor"},
        )

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
        """Return the transport that the last question went over."""
        return self._connector.transport

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Reply:
        """Return the answer to a GET; raise ``AskError`` when there is none."""
        return await self._ask("GET", path, headers, None)

    async def post(self, path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> Reply:
        """Return the answer to a form; raise ``AskError`` when there is none."""
        return await self._ask("POST", path, headers, form)

    async def _ask(
        self, method: str, path: str, headers: dict[str, str] | None, form: dict[str, str] | None
    ) -> Reply:
        failed: AskError
        try:
            async with asyncio.timeout(self._bounds.longest):
                return await self._asked(method, path, headers, form)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            failed = failure(error, self.origin)
        if isinstance(failed, UntrustedError):
            failed = await self._described(failed)
        raise failed

    async def _asked(
        self, method: str, path: str, headers: dict[str, str] | None, form: dict[str, str] | None
    ) -> Reply:
        url = self.origin.url + path
        async with self._session.request(
            method, url, headers=headers, data=form, allow_redirects=False
        ) as response:
            body = await self._body(response)
            return Reply(
                response.status,
                body,
                tuple(response.headers.getall("WWW-Authenticate", ())),
                display(response.headers.get("Location", "")),
                response.headers.get("Date", ""),
            )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for piece in response.content.iter_chunked(_PIECE):
            body += piece
            if len(body) > self._bounds.most_bytes:
                detail = f"{self.origin.where} sent an answer of more than {self._bounds.most_bytes} bytes"
                raise AskError(FailureReason.BAD_ANSWER, detail, self.origin.where)
        return bytes(body)

    async def _described(self, error: UntrustedError) -> AskError:
        """Return the failure with the certificate that was refused; nothing is sent to probe it."""
        shown = await _shown(self.origin, self._resolver, self._bounds.longest)
        what = f"shows {shown}, which is not accepted" if shown else "shows an untrusted certificate"
        advice = _PIN if "invalid CA" in error.why else _ADD_CA
        detail = f"{self.origin.where} {what}: {error.why}. No password was sent. {advice}"
        return AskError(FailureReason.BAD_CERTIFICATE, detail, self.origin.where, whole=True)


async def _shown(origin: Origin, resolver: Addresses, longest: float) -> str:
    """Return the served certificate in words, empty when it cannot be had."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(longest):
            address = (await resolver.addresses(origin.host, origin.port))[0].text
            name = origin.host
            _, writer = await asyncio.open_connection(address, origin.port, ssl=context, server_hostname=name)
            der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            writer.transport.abort()
        seen = certificate(der)
    except (OSError, TimeoutError, IndexError, UnreadableCertificateError):
        return ""
    return (
        f"the certificate {seen.title!r} issued by {seen.issuer_cn or seen.issuer!r}, valid until "
        f"{seen.not_after:%Y-%m-%d} (SHA-256 {seen.sha256})"
    )
