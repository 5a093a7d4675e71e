"""A CA that names a web server of ours in its certificates, its CRLs and OCSP responses, and that server.

Nothing here is for use outside tests.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from monitor.http.fetch import Fetcher
from monitor.http.policy import UrlPolicy
from monitor.issuers.issued import Issued, read_list
from monitor.issuers.verdict import Pair
from support import pki

NOW = pki.NOW
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
URL = "http://ca.example/ca.crl"
RESPONDER = "http://ca.example/ocsp"
LOOPBACK = UrlPolicy.of(("127.0.0.0/8", "::1"))


def points(*urls: str, **more: object) -> tuple[x509.ExtensionType, bool]:
    """Return the extension that names one distribution point with these addresses."""
    names = [x509.UniformResourceIdentifier(url) for url in urls]
    parts = {"full_name": names or None, "relative_name": None, "reasons": None, "crl_issuer": None} | more
    return x509.CRLDistributionPoints([x509.DistributionPoint(**parts)]), False  # type: ignore[arg-type]


def access(*urls: str) -> tuple[x509.ExtensionType, bool]:
    """Return the extension that names OCSP responders."""
    ways = [
        x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url))
        for url in urls
    ]
    return x509.AuthorityInformationAccess(ways), False


def leaf(
    ca: pki.Issued, *extensions: tuple[x509.ExtensionType, bool], subject: str = "rec.example"
) -> pki.Issued:
    """Return a server certificate with these extensions."""
    return pki.issue(subject, ca, names=(subject,), extensions=extensions)


def pair(issued: pki.Issued, ca: pki.Issued) -> Pair:
    """Return a certificate with its issuer's."""
    return Pair(issued.certificate, ca.certificate)


def entry(
    issued: pki.Issued,
    reason: x509.ReasonFlags | None = x509.ReasonFlags.key_compromise,
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> x509.RevokedCertificate:
    """Return the entry of a certificate that was revoked yesterday."""
    builder = (
        x509.RevokedCertificateBuilder()
        .serial_number(issued.certificate.serial_number)
        .revocation_date(NOW - DAY)
    )
    if reason is not None:
        builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    for value, critical in extra:
        builder = builder.add_extension(value, critical=critical)
    return builder.build()


def crl(
    ca: pki.Issued,
    *entries: x509.RevokedCertificate,
    begin: datetime = NOW - HOUR,
    end: datetime | None = NOW + DAY,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    issuer: x509.Name | None = None,
) -> bytes:
    """Return a CRL in DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer or ca.certificate.subject)
        .last_update(begin)
        .next_update(end or NOW + DAY)
    )
    for one in entries:
        builder = builder.add_revoked_certificate(one)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical=critical)
    made = builder.sign(ca.key, hashes.SHA256())
    return made.public_bytes(Encoding.DER)


def issued_list(data: bytes, url: str = URL) -> Issued:
    """Return a CRL as it is held."""
    return read_list(data, url)


def scope(**more: object) -> tuple[x509.ExtensionType, bool]:
    """Return the critical extension that limits what a CRL covers."""
    parts: dict[str, object] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**(parts | more)), True  # type: ignore[arg-type]


def responder(ca: pki.Issued, **more: object) -> pki.Issued:
    """Return a certificate that a CA issued for signing OCSP responses."""
    return pki.issue("responder", ca, usages=(ExtendedKeyUsageOID.OCSP_SIGNING,), **more)  # type: ignore[arg-type]


def response(  # every part of a response is an argument
    about: pki.Issued,
    ca: pki.Issued,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    *,
    by: pki.Issued | None = None,
    begin: datetime = NOW - HOUR,
    end: datetime | None = NOW + DAY,
    reason: x509.ReasonFlags | None = None,
    algorithm: hashes.HashAlgorithm | None = None,
) -> bytes:
    """Return a response in DER, signed by the CA or by another."""
    signer = by or ca
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=about.certificate,
            issuer=ca.certificate,
            algorithm=algorithm or hashes.SHA1(),
            cert_status=status,
            this_update=begin,
            next_update=end,
            revocation_time=NOW - DAY if revoked else None,
            revocation_reason=reason,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    )
    if by is not None:
        builder = builder.certificates([by.certificate])
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)  # type: ignore[arg-type]


@dataclass
class Clock:
    """Tell the time that it is given; both kinds go on together."""

    at: datetime = NOW

    def now(self) -> datetime:
        """Return the wall time."""
        return self.at

    def monotonic(self) -> float:
        """Return the wall time as seconds."""
        return self.at.timestamp()


@dataclass(frozen=True)
class Place:
    """Hold an address for people."""

    text: str


@dataclass
class Hosts:
    """Look names up in a table; a name that is not there is an address."""

    table: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def addresses(self, host: str, port: int) -> list[Place]:
        """Return what the table says."""
        self.asked.append(host)
        found = self.table.get(host, [host])
        if not found:
            raise OSError("no such name")
        return [Place(one) for one in found]


Reply = bytes | Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """Hold what was asked of the server."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """Be a web server with an answer for each path, and remember every request."""

    replies: dict[str, Reply] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    port: int = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return the address of a path."""
        return f"http://{host}:{self.port}{path}"

    @property
    def asked(self) -> list[str]:
        """Return the paths of all requests."""
        return [request.path for request in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            request = await _read(reader)
            self.requests.append(request)
            reply = self.replies.get(request.path, http(b"", "404 Not Found"))
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
            else:
                await reply(request, writer)
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, body)


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return a whole HTTP response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def web(**replies: Reply) -> AsyncIterator[Web]:
    """Run a web server on loopback; each keyword is a path without its slash."""
    made = Web({f"/{path}": reply for path, reply in replies.items()})
    handling: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handling.add(task)
        try:
            await made.serve(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            handling.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in list(handling):
            task.cancel()
        await asyncio.gather(*handling, return_exceptions=True)


def fetcher(hosts: Hosts | None = None, policy: UrlPolicy = LOOPBACK) -> Fetcher:
    """Return what asks our server."""
    return Fetcher(hosts or Hosts(), policy, None)
