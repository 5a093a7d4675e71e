"""The center's side of workers: targets at a server of this process, a runner, and the answers so far."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from monitor.clock import SystemClock
from monitor.model import Observation, ProbeRequest, Target, TargetState
from monitor.probing import Answer
from monitor.sources.endpoint.connect_options import Endpoint
from monitor.workers.connection import Broker
from monitor.workers.runner import JetStreamRunner
from monitor.workers.trust import tls_of
from support.factories.pipeline.world import target
from support.pki import authority, leaf, tls_context
from support.servers.cluster.nats_server import NatsServer, nats_server

CA = authority("Site CA")
LEAF = leaf("cam01.example", CA)


@dataclass
class Cameras:
    """A TLS server that may keep those waiting who ask it; ``asked`` counts them."""

    port: int = 0
    asked: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Complete a handshake once the server is open."""
        self.asked += 1
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # else the ClientHello is not TLS's
        await self.open.wait()
        context: ssl.SSLContext = tls_context(LEAF, CA)
        with suppress(OSError):
            await writer.start_tls(context)
        writer.close()


@dataclass
class Center:
    """The center's side: its targets, a runner, and the answers so far."""

    server: NatsServer
    targets: list[Target]
    cameras: Cameras
    runner: JetStreamRunner
    seen: list[Observation] = field(default_factory=list)

    def request(self, number: int) -> ProbeRequest:
        """Return the request for one of the targets."""
        return self.targets[number].request

    async def take(self, answers: Sequence[Answer]) -> None:
        """Keep answers."""
        self.seen += [observation for _, observation in answers]

    async def run(self, name: str = "60s/1/0", targets: slice = slice(None)) -> None:
        """Have a batch probed."""
        await self.runner.run(name, [one.request for one in self.targets[targets]], self.take, None)


def camera(number: int, port: int, zone: str) -> Target:
    """Return a target at a port of this machine."""
    made = target(number, zone, interval=timedelta(minutes=1), timeout=timedelta(seconds=20))
    where = f"127.0.0.1:{port}"
    return replace(made, location=where, settings=Endpoint("127.0.0.1", port, f"host{number}"))


def runner(
    server: NatsServer, targets: Sequence[Target], zones: Sequence[str], ack_wait: float = 1.5
) -> JetStreamRunner:
    """Return a runner as the daemon makes it, which gives batches of dead workers away sooner."""
    states = {one.id: TargetState(one) for one in targets}
    broker = Broker((server.url,), server.credentials("center"), tls_of((server.url,), (str(server.ca),)))
    return JetStreamRunner(
        broker,
        zones,
        lambda one: states.get(one.target_id),
        SystemClock(),
        ack_wait=ack_wait,
        logins=tuple(filter(None, zones)),
    )


@asynccontextmanager
async def center(server: NatsServer, count: int, zone: str, ack_wait: float = 1.5) -> AsyncIterator[Center]:
    """Run the center's side."""
    cameras = Cameras()
    listening = await asyncio.start_server(cameras.serve, "127.0.0.1", 0)
    cameras.port = listening.sockets[0].getsockname()[1]
    targets = [camera(number, cameras.port, zone) for number in range(count)]
    made = Center(server, targets, cameras, runner(server, targets, (zone,), ack_wait))
    made.runner.start()
    try:
        yield made
    finally:
        await made.runner.stop()
        cameras.open.set()
        listening.close()


def world(
    folder: Path,
    scenario: Callable[[Center], Awaitable[None]],
    *,
    count: int,
    zone: str = "",
    ack_wait: float = 1.5,
) -> None:
    """Run a scenario with a server and a center."""

    async def whole(server: NatsServer) -> None:
        async with center(server, count, zone, ack_wait) as made:
            await scenario(made)

    with nats_server(folder) as server:
        asyncio.run(whole(server))
