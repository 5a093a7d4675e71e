"""Ask one issuer's server over HTTP, bounded in size and time, at checked addresses only.

It must not keep a cookie, use a proxy, send a login, or connect to an address other than the one that was
checked. What came back is not read here.
"""

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from monitor.issuers.reach import Reach, RefusedError, read_url
from monitor.parse import display

AT_ONCE = 8
"""Requests under way at once, whoever is asked."""

LONGEST = 20.0
"""Seconds that one request may take with all its redirects, name look-up and body included."""

_PIECE = 65536
_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_KEEP_METHOD = (307, 308)
_UNCHANGED = 304


class _HasText(Protocol):
    @property
    def text(self) -> str: ...


class Names(Protocol):
    """Look up names; the resolver that endpoints use fits."""

    async def addresses(self, host: str, port: int) -> Sequence[_HasText]:
        """Return the addresses of a host; raise ``OSError`` when there are none."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """Hold what is asked: a GET, or a POST where there is a body; ``follow`` is whether redirects are."""

    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    most: int = 1024 * 1024
    within: float = LONGEST
    follow: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold a good answer; ``status`` is 200, or 304 where the question was conditional.

    ``headers`` have lower-case names; of several with one name it holds the first.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def unchanged(self) -> bool:
        """Return whether the server says that what we have is still what it has."""
        return self.status == _UNCHANGED


class UnansweredError(Exception):
    """A question got no good answer; the text is a sentence for people that names the server.

    ``status`` is that of the answer and 0 where there was none; ``headers`` are the answer's.
    """

    def __init__(self, sentence: str, status: int = 0, headers: Mapping[str, str] | None = None) -> None:
        """Keep the sentence and what came with it."""
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}


class Fetcher:
    """Ask servers, a bounded number at once; holds no connection between questions."""

    def __init__(
        self, names: Names, reach: Reach, tls: ssl.SSLContext | None = None, *, at_once: int = AT_ONCE
    ) -> None:
        """Take who looks up names, what may be asked, and what verifies https.

        Without ``tls`` nothing is verified: right only for answers that are signed, as CRLs and OCSP are.
        """
        self._names = names
        self._reach = reach
        self._tls: ssl.SSLContext | bool = tls or False
        self._gate = asyncio.Semaphore(at_once)

    async def ask(self, question: Question) -> Answer:
        """Return the answer; raise ``UnansweredError`` for all else, also for what may not be asked."""
        where = ""
        try:
            url = read_url(question.url)
            where = url.host or ""
            async with self._gate, asyncio.timeout(question.within):
                return await self._followed(url, question)
        except RefusedError as error:
            raise UnansweredError(display(str(error), 400)) from None
        except TimeoutError:
            raise UnansweredError(f"{where} gave no whole answer in {question.within:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UnansweredError(_explained(error, where)) from None

    async def _followed(self, url: URL, question: Question) -> Answer:
        for _ in range(_MOST_REDIRECTS + 1 if question.follow else 1):
            found = await self._once(url, question)
            if isinstance(found, Answer):
                return found
            url = found
        if not question.follow:
            raise UnansweredError(f"it redirects to {display(str(url), 200)}, which is not followed")
        raise UnansweredError(f"{url.host} redirects more than {_MOST_REDIRECTS} times")

    async def _once(self, url: URL, question: Question) -> Answer | URL:
        """Return the answer of one server, or where it sends us."""
        resolver = _Fixed(await self._checked(url))
        connector = aiohttp.TCPConnector(ssl=self._tls, resolver=resolver, force_close=True)
        headers = {"User-Agent": "cert-monitor", "Accept-Encoding": "identity", **question.headers}
        method = "GET" if question.body is None else "POST"
        async with (
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(),
                auto_decompress=False,
            ) as session,
            session.request(
                method, url, data=question.body, headers=headers, allow_redirects=False
            ) as response,
        ):
            if response.status in _REDIRECTS:
                return _elsewhere(url, response, question)
            return await _read(response, url, question)

    async def _checked(self, url: URL) -> tuple[str, ...]:
        """Return the addresses of a URL's host that may be asked; the connection goes to one of these.

        The name is looked up once, so no name server can give us one address to check and another to go to.
        """
        host, port = url.host or "", url.port or 0
        try:
            found = [address.text for address in await self._names.addresses(host, port)]
        except OSError:
            raise UnansweredError(f"{host} cannot be resolved") from None
        allowed, refused = [], []
        for address in found:
            try:
                self._reach.check(address, port)
                allowed.append(address)
            except RefusedError as error:
                refused.append(f"{host}: {error}" if address != host else str(error))
        if not allowed:
            raise RefusedError(refused[0] if refused else f"{host} has no address")
        return tuple(allowed)


class _Fixed(AbstractResolver):
    """Answer with addresses that are known already."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return every address, of both families."""
        del family
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Close nothing."""


def _elsewhere(url: URL, response: aiohttp.ClientResponse, question: Question) -> URL:
    target = response.headers.get("Location", "")
    if question.body is not None and response.status not in _KEEP_METHOD:
        raise UnansweredError(f"{url.host} redirects a POST with HTTP {response.status}", response.status)
    try:
        joined = str(url.join(URL(target)))
    except ValueError:
        raise UnansweredError(f"{url.host} redirects to {display(target, 120)!r}, which is no URL") from None
    try:
        return read_url(joined)
    except RefusedError as error:
        raise RefusedError(f"{url.host} redirects: {error}") from None


async def _read(response: aiohttp.ClientResponse, url: URL, question: Question) -> Answer:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        headers.setdefault(name.lower(), value)
    if response.status == _UNCHANGED:
        return Answer(response.status, b"", headers)
    if response.status != 200:
        raise UnansweredError(f"{url.host} answered with HTTP {response.status}", response.status, headers)
    coding = headers.get("content-encoding", "identity")
    if coding.lower() != "identity":
        raise UnansweredError(
            f"{url.host} sent a packed answer ({display(coding, 40)}) that nobody asked for"
        )
    return Answer(response.status, await _body(response, url, question.most), headers)


async def _body(response: aiohttp.ClientResponse, url: URL, most: int) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > most:
            raise UnansweredError(f"{url.host} sent more than {most >> 10} KiB")
    return bytes(body)


def _explained(error: Exception, where: str) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        said = getattr(error.certificate_error, "verify_message", "") or "it could not be verified"
        return f"{where} shows an untrusted certificate: {display(said, 200)}"
    if isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
        if isinstance(cause, ssl.SSLError):
            return f"{where} agreed on no TLS connection"
        if isinstance(cause, ConnectionRefusedError):
            return f"{where} refused the connection"
        return f"{where} cannot be reached"
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError):
        return f"{where} sent half an answer, or something that is no HTTP"
    return f"{where} closed the connection before it answered"
