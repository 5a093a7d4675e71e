"""A center that gives orders over TLS and keeps the answers of its agents; it judges nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.model import Observation, ProbeRequest
from monitor.wire import order_key, read_answer, read_answers, write_orders, write_receipt
from support.pki import Issued, authority, leaf, tls_context
from support.pki.certificates import TODAY
from support.servers.web.server import Request, Web, http

TOKEN = "the-token-of-this-agent"


@dataclass
class AgentCenter:
    """Orders, the answers so far, and the certificates that came with them.

    ``away`` refuses everything, ``frozen`` answers nothing, and without ``leads`` its receipts say so.
    """

    requests: tuple[ProbeRequest, ...]
    interval: timedelta = timedelta(hours=1)
    authority: Issued = field(default_factory=lambda: authority("Center CA", at=TODAY))
    away: bool = False
    frozen: bool = False
    leads: bool = True
    refuse: str = ""
    observations: list[Observation] = field(default_factory=list)
    held: dict[str, bytes] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    dropped: int = 0
    web: Web = field(default_factory=Web)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"https://127.0.0.1:{self.web.port}"

    async def orders(self, request: Request, writer: asyncio.StreamWriter) -> None:
        """Give the orders, or say that they are the same."""
        if await self._turned_away(request, writer):
            return
        revision, body = write_orders((one, self.interval) for one in self.requests)
        same = request.headers.get("if-none-match") == f'"{revision}"'
        writer.write(http(b"", "304 Not Modified") if same else http(body))

    async def answers(self, request: Request, writer: asyncio.StreamWriter) -> None:
        """Keep answers, unless certificates are missing."""
        if await self._turned_away(request, writer):
            return
        if self.refuse and self.refuse in request.body.decode():
            writer.write(http(b"", "400 Bad Request"))
            return
        document = read_answers(request.body)
        missing = document.missing(lambda _: self.held)
        self.dropped = document.dropped
        if not missing:
            self.sent += document.certificates
            self.held |= document.certificates
            known = {one.target_id: one for one in self.requests}
            for one in document.answers:
                asked = known.get(str(one["id"]))
                if asked is not None and one["key"] == order_key(asked):
                    self.observations.append(read_answer(one, asked, self.held.get))
        revision = write_orders((one, self.interval) for one in self.requests)[0]
        writer.write(http(write_receipt(revision, missing, leads=self.leads)))

    async def ca(self, _: Request, writer: asyncio.StreamWriter) -> None:
        """Show that a center listens here."""
        if not await self._gone(writer):
            writer.write(http(self.authority.der))

    async def _turned_away(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        if await self._gone(writer):
            return True
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            writer.write(http(b"", "401 Unauthorized"))
        else:
            return False
        return True

    async def _gone(self, writer: asyncio.StreamWriter) -> bool:
        while self.frozen:
            await asyncio.sleep(0.02)
        if self.away:
            writer.transport.abort()
        return self.away


@asynccontextmanager
async def agent_center(requests: Iterable[ProbeRequest]) -> AsyncIterator[AgentCenter]:
    """Run a center on loopback that orders these requests."""
    center = AgentCenter(tuple(requests))
    center.web.replies = {
        "/agents/v1/orders": center.orders,
        "/agents/v1/answers": center.answers,
        "/agents/v1/ca": center.ca,
    }
    tls = tls_context(leaf("127.0.0.1", center.authority, at=TODAY))
    server = await asyncio.start_server(center.web.serve, "127.0.0.1", 0, ssl=tls)
    center.web.port = server.sockets[0].getsockname()[1]
    try:
        yield center
    finally:
        server.close()
