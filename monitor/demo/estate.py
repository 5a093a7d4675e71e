"""The demo's servers on loopback, one for each kind of problem, and a folder of files."""

import asyncio
import ssl
import warnings
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.demo.issuer import IssuerWeb
from monitor.demo.pki import Issued, authority, leaf
from monitor.demo.tls_server import TlsServer

DAY = timedelta(days=1)
A_WHILE = timedelta(hours=1)
"""So that 20 days left are still 20 during the demo."""
CA_NAME = "Demo VMS Certificate Authority"


@dataclass(frozen=True, slots=True)
class Member:
    """One server of the demo: its name and its certificate."""

    name: str
    title: str
    issued: Issued | None
    legacy: bool = False
    revoked: bool = False
    overdue: bool = False

    @property
    def host(self) -> str:
        """Return the host name that clients would use."""
        return f"{self.name}.vms.example"


def members(ca: Issued, crl: str, short_life: timedelta) -> tuple[Member, ...]:
    """Return the servers; the certificate of ``expiring`` expires during the demo.

    ``crl`` is the URL of the CA's CRL, which the revoked certificate names.
    """
    return (
        Member(
            "management",
            "Management server",
            leaf("management.vms.example", 200 * DAY + A_WHILE, issuer=ca),
        ),
        Member(
            "recorder11",
            "Recorder 11",
            leaf("recorder11.vms.example", 20 * DAY + A_WHILE, issuer=ca),
        ),
        Member(
            "recorder12",
            "Recorder 12",
            leaf("recorder12.vms.example", 3 * DAY + A_WHILE, issuer=ca),
        ),
        Member("mobile", "Mobile server", leaf("mobile.vms.example", -2 * DAY, issuer=ca)),
        Member(
            "event",
            "Event server",
            leaf("old-event.vms.example", 300 * DAY + A_WHILE, issuer=ca),
        ),
        Member("camera", "Camera", leaf("camera.vms.example", 900 * DAY, lifetime=3650 * DAY)),
        Member(
            "encoder",
            "Old encoder",
            leaf("encoder.vms.example", 150 * DAY + A_WHILE, issuer=ca),
            legacy=True,
        ),
        Member(
            "webclient",
            "Web client",
            leaf("webclient.vms.example", 250 * DAY + A_WHILE, issuer=ca, crl=crl),
            revoked=True,
        ),
        Member(
            "website",
            "Web site",
            leaf("website.vms.example", 30 * DAY + A_WHILE, lifetime=90 * DAY, issuer=ca),
            overdue=True,
        ),
        Member("expiring", "Test server", short_lived(ca, short_life)),
        Member("plain", "Log server", None),
    )


def short_lived(ca: Issued, life: timedelta) -> Issued:
    """Return a certificate that is valid from now and expires soon."""
    return leaf("expiring.vms.example", life, lifetime=life, issuer=ca)


class Estate:
    """The servers and the folder of certificate files."""

    def __init__(self, folder: Path, short_life: timedelta) -> None:
        """Make the CA without listening yet."""
        self.folder = folder
        self.ca = authority(CA_NAME, 3650 * DAY)
        self.issuer = IssuerWeb(self.ca)
        self.short_life = short_life
        self.members: tuple[Member, ...] = ()
        self.ports: dict[str, int] = {}
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._servers: list[asyncio.Server | TlsServer] = []

    async def start(self) -> None:
        """Make every certificate, write the files and listen on free loopback ports."""
        await self._start_issuer()
        self._write_files()
        for member in self.members:
            server = await self._serve(member)
            self._servers.append(server)
            self.ports[member.name] = server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close every port."""
        for server in self._servers:
            if isinstance(server, TlsServer):
                await server.stop()
            else:
                server.close()
        await self.issuer.stop()

    def renew_expiring(self) -> None:
        """Replace the short-lived certificate by a long-lived one, as an administrator would."""
        self.serve("expiring", 398 * DAY)

    def serve(self, name: str, life: timedelta) -> None:
        """Let a server show a new certificate for its name, which expires after ``life``."""
        self._load(self._contexts[name], name, leaf(f"{name}.vms.example", life, issuer=self.ca))

    async def _start_issuer(self) -> None:
        """Start the CA's web server before issuing certificates, which contain its URL."""
        await self.issuer.start()
        self.members = members(self.ca, self.issuer.crl, self.short_life)
        self.issuer.revoke(member.issued for member in self.members if member.issued and member.revoked)
        for member in self.members:
            if member.issued and member.overdue:
                self.issuer.want_renewed(member.issued)

    def _write_files(self) -> None:
        files = self.folder / "certificates"
        (files / "old").mkdir(parents=True, exist_ok=True)
        (self.folder / "vms-ca.cer").write_bytes(self.ca.der)
        (files / "web.pem").write_bytes(leaf("web.vms.example", 90 * DAY, issuer=self.ca).chain_pem)
        (files / "database.der").write_bytes(
            leaf("database.vms.example", 12 * DAY + A_WHILE, issuer=self.ca).der
        )
        (files / "notes.txt").write_text("not a certificate, and no error\n")
        (files / "old" / "web.pem").write_bytes(leaf("web.vms.example", -100 * DAY, issuer=self.ca).chain_pem)

    async def _serve(self, member: Member) -> asyncio.Server | TlsServer:
        if member.issued is None:
            return await asyncio.start_server(say_http, "127.0.0.1", 0)
        context = self._context(member.issued, member)
        self._contexts[member.name] = context
        return await TlsServer.start(context)

    def _context(self, issued: Issued, member: Member) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if member.legacy:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers("ALL:@SECLEVEL=0")
        self._load(context, member.name, issued)
        return context

    def _load(self, context: ssl.SSLContext, name: str, issued: Issued) -> None:
        chain, key = self.folder / f"{name}.chain", self.folder / f"{name}.key"
        chain.write_bytes(issued.chain_pem)
        key.write_bytes(issued.key_pem)
        context.load_cert_chain(chain, key)


async def say_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as a web server without TLS answers a ClientHello."""
    try:
        await asyncio.wait_for(reader.read(1), 5)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    except (OSError, TimeoutError):
        pass
    finally:
        writer.close()
