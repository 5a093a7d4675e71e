"""A web server and a relay that stop once while they take a notification, and then take everything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session

from support.servers.mail.servers import Inbox, mail_server
from support.servers.web.server import http

STAGES = ("connected", "received", "answering")
"""Where a server can stop: before it reads, when it has read everything, and in the middle of its answer."""

_ANSWER = http(b"ok")


@dataclass
class Stop:
    """The stage at which a server stops once, and ``reached`` when it has."""

    stage: str
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def at(self, stage: str) -> None:
        """Stop for ever, if this is the stage and it did not stop before."""
        if stage == self.stage and not self.reached.is_set():
            self.reached.set()
            await asyncio.Event().wait()


@asynccontextmanager
async def stopping_web(stop: Stop, bodies: list[bytes]) -> AsyncIterator[int]:
    """Run a web server that keeps the bodies that it has read; give its port."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stop.at("connected")
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length: ")[2].partition("\r\n")[0]
        bodies.append(await reader.readexactly(int(length)))
        await stop.at("received")
        writer.write(_ANSWER[:12])
        await writer.drain()
        await stop.at("answering")
        writer.write(_ANSWER[12:])
        await writer.drain()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taking.append(asyncio.ensure_future(take(reader, writer)))
        await asyncio.wait(taking[-1:])
        writer.close()

    taking: list[asyncio.Future[None]] = []
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        for one in taking:
            one.cancel()
        await asyncio.gather(*taking, return_exceptions=True)


class _StoppingInbox(Inbox):
    def __init__(self, stop: Stop, mails: list[bytes]) -> None:
        super().__init__()
        self._stop = stop
        self._mails = mails

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._stop.at("connected")
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self._mails.append(envelope.original_content or b"")
        await self._stop.at("received")
        await server.push("250-taken")
        await self._stop.at("answering")
        return await super().handle_DATA(server, session, envelope)


@asynccontextmanager
async def stopping_relay(stop: Stop, mails: list[bytes]) -> AsyncIterator[int]:
    """Run a relay that keeps the mails that it has read; give its port."""
    async with mail_server(_StoppingInbox(stop, mails)) as port:
        yield port
