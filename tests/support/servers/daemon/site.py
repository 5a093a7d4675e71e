"""Serve certificates and take mails on loopback, and stand still at a chosen instant; for several tests."""

import asyncio
import email
import email.policy
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from monitor.demo.tls_server import TlsServer
from support.pki import TODAY, Issued, authority, leaf, show, tls_context
from support.servers.mail.hooks import hooks
from support.written import word_of

DAY = timedelta(days=1)
NAME = "rec.vms.example"


@dataclass
class Post:
    """Keep the mails that arrive; ``hold`` makes the server silent after the text of each.

    ``taken`` is awaited when a mail is kept and its sender does not know that yet; ``refuse`` is answered
    instead of keeping any, and ``refused`` counts how often.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    hold: bool = False
    held: asyncio.Event = field(default_factory=asyncio.Event)
    taken: Callable[[], Awaitable[None]] | None = None
    refuse: str = ""
    refused: int = 0

    async def handle_DATA(self, _server: SMTP, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        """Keep one mail, or hold it without an answer."""
        if self.refuse:
            self.refused += 1
            return self.refuse
        if self.hold:
            self.held.set()
            await asyncio.Event().wait()
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.taken:
            await self.taken()
        return "250 kept"

    @property
    def words(self) -> list[str]:
        """Return what each subject begins with: Certificates (the inventory), WARNING, Resolved and so on."""
        return [word_of(mail["Subject"].strip()) for mail in self.mails]

    @property
    def texts(self) -> list[str]:
        """Return the plain text of each mail, its lines joined."""
        bodies = (mail.get_body(("plain",)) for mail in self.mails)
        return [" ".join(body.get_content().split()) for body in bodies if body is not None]

    @property
    def ids(self) -> list[str]:
        """Return each Message-ID, as often as it arrived."""
        return [mail["Message-ID"] for mail in self.mails]


@dataclass
class Site:
    """A TLS server whose certificate can be replaced, a mail server, and the daemon's files."""

    folder: Path
    ca: Issued
    post: Post
    context: ssl.SSLContext
    port: int = 0
    mail_port: int = 0
    met: Callable[[], None] | None = None
    named: dict[str, str] = field(default_factory=dict)
    store: str = "sqlite:///disk/state.db"
    more: str = ""

    @property
    def target(self) -> str:
        """Return the id of the server as a target."""
        return f"endpoint:127.0.0.1:{self.port}/{NAME}"

    @property
    def database(self) -> Path:
        """Return the daemon's database."""
        return self.folder / "disk" / "state.db"

    def serve(self, issued: Issued) -> None:
        """Serve this certificate from now on."""
        show(self.context, issued)

    def issue(self, ends_in: timedelta, lifetime: timedelta = 398 * DAY) -> Issued:
        """Return a new certificate that ends in this time."""
        end = datetime.now(UTC) + ends_in
        return leaf(NAME, self.ca, names=(NAME, "127.0.0.1"), start=end - lifetime, end=end)

    def issue_named(self, ends_in: timedelta) -> Issued:
        """Return a certificate with a name of its own, since mails of several alerts lack fingerprints."""
        end, name = datetime.now(UTC) + ends_in, f"n{len(self.named)}.vms.example"
        names = (NAME, "127.0.0.1", name)
        issued = leaf(NAME, self.ca, names=names, start=end - 100 * DAY, end=end)
        self.named[name] = issued.sha256
        return issued

    def mailed_in(self, mail: EmailMessage) -> list[str]:
        """Return the fingerprints of the named certificates that a mail wants to be replaced."""
        body = mail.get_body(("plain",))
        assert body is not None
        found = re.findall(r"\bn\d+\.vms\.example", body.get_content())
        return [self.named[name] for name in dict.fromkeys(found)]

    def serve_leaf(self, ends_in: timedelta) -> None:
        """Serve a new certificate that ends in this time."""
        self.serve(self.issue(ends_in))

    def configure(self, *more: str, interval: str = "500ms", timeout: str = "2s") -> Path:
        """Write the configuration with one line for each target more, and return its path."""
        path = self.folder / "cert-monitor.yaml"
        targets = "".join(f"\n  - {line}" for line in more)
        mail = f"host: 127.0.0.1, port: {self.mail_port}, from: certs@vms.example"
        path.write_text(
            f"""
defaults: {{interval: {interval}, timeout: {timeout}, trust: [ca.cer], unreachable_after: 20}}
targets:
  - {{kind: endpoint, address: "127.0.0.1:{self.port}", server_name: {NAME}, title: Recorder 01}}{targets}
email: {{{mail}, to: [admins@vms.example], max_per_hour: 3600}}
web: {{listen: "127.0.0.1:0"}}
digest: {{every: off}}
store: {{url: "{self.store}"}}
alerts: {{every: 200ms}}
{self.more}""",
            encoding="utf-8",
        )
        return path


def serve_another_at_each_second_look(where: Site, number: int) -> None:
    """Let every other probe find a certificate never seen, so that each is recorded, notified and mailed."""
    # Ever older ones, so that none is the renewal of the one before; one at each probe would be flapping.
    stock = [where.issue_named(timedelta(hours=30) - timedelta(minutes=n)) for n in range(number)]
    left = iter([one for one in stock for _ in range(2)])

    def next_one() -> None:
        issued = next(left, None)
        if issued is not None:
            where.serve(issued)

    where.met = next_one


@asynccontextmanager
async def site(folder: Path, ends_in: timedelta = 200 * DAY) -> AsyncIterator[Site]:
    """Run the two servers."""
    context = tls_context()
    made = Site(folder, authority("Test CA", at=TODAY), Post(), context)
    (folder / "ca.cer").write_bytes(made.ca.der)
    made.serve_leaf(ends_in)

    def greet(*_: object) -> None:
        if made.met:
            made.met()

    context.sni_callback = greet

    server = await TlsServer.start(context)
    loop = asyncio.get_running_loop()
    # A held mail must not end by the server's own time limit.
    sink = await loop.create_server(
        lambda: SMTP(hooks(made.post), hostname="mail.test", timeout=600), "127.0.0.1", 0
    )
    made.port = server.sockets[0].getsockname()[1]
    made.mail_port = sink.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        await server.stop()
        sink.close()


@asynccontextmanager
async def silent_server() -> AsyncIterator[tuple[int, asyncio.Event]]:
    """Accept connections and never say a word; yield the port and what tells that somebody came."""
    came, over = asyncio.Event(), asyncio.Event()

    async def wait(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.set()
        await over.wait()
        writer.close()

    server = await asyncio.start_server(wait, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], came
    finally:
        over.set()
        server.close()
        await server.wait_closed()
