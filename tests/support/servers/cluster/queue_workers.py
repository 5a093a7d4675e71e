"""Workers in the process of a test, whose probes give a fixed chain at once or wait until they may."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.clock import SystemClock
from monitor.model import Observation, ProbeRequest, ProbeResult, Sighting
from monitor.parse import parse_certificate
from monitor.probing import Take
from monitor.workers.connection import Broker
from monitor.workers.queue import WorkQueue
from monitor.workers.trust import tls_of
from support.servers.cluster.nats_server import NatsServer
from support.servers.cluster.workers_center import CA, LEAF

DERS = {one.sha256: one.der for one in (LEAF, CA)}


@dataclass
class Probes:
    """A runner that gives every target the same chain; ``batches`` are the first targets of those begun."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    batches: list[str] = field(default_factory=list)

    async def run(
        self, batch_id: str, requests: Sequence[ProbeRequest], take: Take, expires_at: datetime | None
    ) -> None:
        """Answer all requests at once, when this is open."""
        del batch_id, expires_at
        self.batches.append(requests[0].target_id)
        await self.open.wait()
        await take([(one, seen(one)) for one in requests])


def seen(request: ProbeRequest) -> Observation:
    """Return what a probe sees: always the same chain."""
    chain = enumerate(DERS.values())
    sightings = tuple(Sighting(request.location, at, parse_certificate(der)) for at, der in chain)
    result = ProbeResult(sightings, ders=DERS, encrypted=True)
    return Observation(request.target_id, SystemClock().now(), timedelta(milliseconds=20), result)


@asynccontextmanager
async def worker_inside(
    server: NatsServer, *, is_open: bool = True, user: str = "worker", zone: str = "", at_once: int = 1
) -> AsyncIterator[Probes]:
    """Run a worker that takes some batches at a time."""
    probes = Probes()
    if is_open:
        probes.open.set()
    broker = Broker((server.url,), server.credentials(user), tls_of((server.url,), (str(server.ca),)))
    working = asyncio.create_task(WorkQueue(broker, zone, probes, SystemClock(), at_once, logins=False).run())
    try:
        yield probes
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
