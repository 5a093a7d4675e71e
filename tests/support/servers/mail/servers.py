"""Real mail servers on loopback for the tests of delivery; each lives in the test's own event loop."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from monitor.delivery import SendResult, SendStatus
from monitor.delivery.email.layout.sample import sample_mail
from monitor.delivery.email.receiver import EmailReceiver
from monitor.delivery.email.relay.settings import RelaySettings
from monitor.messages import english
from monitor.model import Notification, NotificationKind, text
from monitor.pipeline.notifications import notification
from support.factories.alerts.world import NOW
from support.servers.mail.hooks import hooks


@dataclass
class Inbox:
    """A handler that accepts mails, and answers RCPT, MAIL and DATA as configured.

    ``answers`` maps a command or a recipient to the answer that is given instead of taking it.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    taken: list[Envelope] = field(default_factory=list)
    helos: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer MAIL."""
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer RCPT."""
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Answer DATA."""
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.taken.append(envelope)
        self.helos.append(str(session.host_name))
        self.encrypted.append(session.ssl is not None)
        return "250 taken"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        """Let one person in."""
        login = cast(LoginPassword, data)
        self.logins.append(login.login.decode())
        return AuthResult(success=login.password == b"right horse", handled=False)

    @property
    def messages(self) -> list[EmailMessage]:
        """Return the mails taken, as a mail program reads them."""
        parser = BytesParser(policy=default)
        return [cast(EmailMessage, parser.parsebytes(cast(bytes, e.content))) for e in self.taken]


@contextlib.asynccontextmanager
async def mail_server(
    inbox: Inbox,
    *,
    port: int = 0,
    implicit_tls: ssl.SSLContext | None = None,
    speaks: type[SMTP] = SMTP,
    **options: Any,
) -> AsyncIterator[int]:
    """Run a mail server and give its port."""
    loop = asyncio.get_running_loop()
    talks: list[SMTP] = []

    def protocol() -> SMTP:
        talks.append(speaks(hooks(inbox), hostname="relay.vms.example", loop=loop, **options))
        return talks[-1]

    server = await loop.create_server(protocol, "127.0.0.1", port, ssl=implicit_tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for conversation in talks:
            if conversation.transport is not None:
                conversation.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0)


Answer = Callable[[str], str | None]


@contextlib.asynccontextmanager
async def scripted_server(greeting: str | None, answer: Answer) -> AsyncIterator[int]:
    """Run a server that answers each line by a function.

    ``None`` hangs, an empty answer hangs up, a blank says nothing and listens on.
    """
    talks: set[asyncio.Task[None]] = set()

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reply = greeting
        try:
            while reply:
                writer.write(reply.encode() + b"\r\n" if reply.strip() else b"")
                line = await reader.readline()
                reply = answer(line.decode().strip()) if line else ""
            if reply is None:
                await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        await conversation(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


SENDER = "cert-monitor <certs@vms.example>"
ADMIN = "admins@vms.example"


def sample(*recipients: str, sender: str = SENDER) -> Notification:
    """Return a rendered test mail to some recipients."""
    new = notification("email", recipients or (ADMIN,), NotificationKind.TEST, "", NOW)
    return made(replace(new, id="42"), sender)


def made(new: Notification, sender: str = SENDER) -> Notification:
    """Return a test notification as it is sent."""
    return replace(new, rendered=sample_mail(new, sender, english(NOW)).message, rendered_at=NOW)


def relay(port: int, **more: object) -> EmailReceiver:
    """Return a receiver whose relay is on loopback."""
    settings = RelaySettings("localhost", SENDER, port=port, timeout=timedelta(seconds=5))
    changed = replace(settings, **more)  # type: ignore[arg-type]
    return EmailReceiver(changed, lambda: text("watch.vms.example"), english)


def results(outcomes: dict[str, SendResult]) -> dict[str, SendStatus]:
    """Return the bare results."""
    return {address: outcome.status for address, outcome in outcomes.items()}


def sent_to(inbox: Inbox, mail: Notification | None = None, **more: object) -> dict[str, SendResult]:
    """Return what becomes of a mail at a plain server with this inbox."""

    async def run() -> dict[str, SendResult]:
        async with mail_server(inbox) as port:
            return await relay(port, **more).send(mail or sample(), NOW)

    return asyncio.run(run())


def only(outcomes: dict[str, SendResult]) -> SendResult:
    """Return the outcome of the only recipient."""
    (outcome,) = outcomes.values()
    return outcome
