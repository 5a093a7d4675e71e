"""A center, two workers and a NATS server, and what happens to them at random instants."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from nats.js.api import AckPolicy, ConsumerConfig

from monitor.workers.connection import Broker, NatsConnection
from monitor.workers.streams import MOST_TRIES
from monitor.workers.subjects import ORDERS, consumer_of, inbox_of, orders_of
from monitor.workers.trust import tls_of
from support.campaigns.campaign import BrokenError
from support.campaigns.cluster.endpoints import Endpoints, served
from support.campaigns.mails import MailedNames
from support.campaigns.restarted_process import LONG, RestartedProcess
from support.servers.cluster.nats_server import NatsServer, nats_server
from support.servers.daemon.process import daemon, started, until
from support.servers.daemon.site import Site, site

ENDPOINTS, WORKERS = 10, 2
SLOWEST = "seconds at most until all were probed again"
ACK_WAIT = 5.0
"""Seconds after which the batch of a worker that is gone is another one's; in use it is three times that."""


@dataclass
class World:
    """All parts, and what has happened to them."""

    site: Site
    endpoints: Endpoints
    server: NatsServer
    chance: Random
    interval: str
    counts: Counter[str] = field(default_factory=Counter)
    workers: list[RestartedProcess] = field(default_factory=list)
    mailed: MailedNames = field(init=False)
    center: RestartedProcess = field(init=False)

    def __post_init__(self) -> None:
        """Write the files of all parts."""
        self.mailed = MailedNames(self.site.post)
        config = self.site.folder / "cert-monitor.yaml"
        config.write_text(_center_text(self))
        self.center = RestartedProcess("center", lambda: daemon(config, patience=LONG))
        file = self.site.folder / "worker.yaml"
        file.write_text(f"{_nats(self.server, 'worker')}\nallow: ['127.0.0.1:*']\n")
        asked = ("worker", "--config", str(file))
        self.workers = [
            RestartedProcess("worker", lambda: started(*asked, wait=False)) for _ in range(WORKERS)
        ]

    async def begin(self) -> None:
        """Start all, and wait for what is mailed at a start."""
        await self.center.start()
        await until(self._redelivers_soon, LONG)
        for worker in self.workers:
            await worker.start()
        await self.goes_on("after the start")

    async def _redelivers_soon(self) -> bool:
        """Give batches of dead workers away sooner, once there is a queue."""
        url, user = self.server.url, self.server.credentials("center")
        broker = Broker((url,), user, tls_of((url,), (str(self.server.ca),)))
        connection = NatsConnection(broker, "test", inbox_of("center"))
        client = await connection.connected()
        try:
            stream = client.jetstream()
            names = [one.name for one in await stream.consumers_info(ORDERS)]
            if consumer_of("") not in names:
                return False
            await stream.add_consumer(ORDERS, _consumer())
        except Exception:  # noqa: BLE001 - there is no stream yet
            return False
        finally:
            await connection.close(client)
        return True

    async def goes_on(self, when: str) -> None:
        """Require that each target is probed again, and a new certificate is mailed."""
        since, one = time.time(), self.endpoints.next_of_any()
        self.endpoints.held.add(one.endpoint)
        try:
            await until(lambda: one.name in self.mailed, LONG)
            await until(lambda: self._all_probed_since(since), LONG)
        except TimeoutError:
            raise BrokenError(f"{one} was not mailed, or not all were probed {when}: {self.logs()}") from None
        finally:
            self.endpoints.held.discard(one.endpoint)
        self.counts[SLOWEST] = max(self.counts[SLOWEST], round(time.time() - since))

    async def _all_probed_since(self, since: float) -> bool:
        await asyncio.sleep(0.2)
        probed = await self.center.now.samples("cert_monitor_target_last_probe_timestamp_seconds")
        return sum(at > since for at in probed) >= ENDPOINTS

    def logs(self) -> str:
        """Return the last words of all."""
        parts = (self.center, *self.workers)
        return "\n".join(part.running.log[-2000:] for part in parts if part.running is not None)

    async def settle(self) -> None:
        """Let everything that waits arrive, and end all as they are asked to."""
        self.endpoints.held.update(self.endpoints.names)
        await self.endpoints.rounds(2, LONG)
        await self.center.now.passes(2)
        await until(self._is_idle, LONG)
        for worker in self.workers:
            await until(lambda one=worker: "taking batches" in one.now.log, LONG)  # type: ignore[misc]
            await worker.stop()
        await self.center.stop()

    async def _is_idle(self) -> bool:
        return await self.center.now.metric("cert_monitor_outbox_pending") == 0


def _consumer() -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=consumer_of(""),
        filter_subject=orders_of(""),
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT,
        max_deliver=MOST_TRIES,
    )


def _nats(server: NatsServer, user: str) -> str:
    return (
        f"nats: {{servers: ['{server.url}'], trust: [{server.ca}],"
        f" credentials_file: {server.credentials(user)}}}"
    )


def _center_text(made: World) -> str:
    where, address = made.site, f"127.0.0.1:{made.endpoints.port}"
    targets = "".join(
        f"\n  - {{kind: endpoint, address: '{address}', server_name: {name}, interval: {made.interval}}}"
        for name in made.endpoints.names
    )
    mail = f"host: 127.0.0.1, port: {where.mail_port}, from: certs@vms.example"
    return f"""
defaults: {{timeout: 60s, trust: [ca.cer]}}
targets:{targets}
workers: {{{_nats(made.server, "center")}}}
email: {{{mail}, to: [admins@vms.example], max_per_hour: 3600}}
web: {{listen: "127.0.0.1:0"}}
digest: {{every: off}}
store: {{url: "{where.store}"}}
alerts: {{every: 200ms}}
"""


@asynccontextmanager
async def world(folder: Path, chance: Random, interval: str) -> AsyncIterator[World]:
    """Run all parts, and end whichever still run."""
    with nats_server(folder) as server:
        async with AsyncExitStack() as stack:
            where = await stack.enter_async_context(site(folder))
            names = [f"cam{number:02}.vms.example" for number in range(ENDPOINTS)]
            made_endpoints = Endpoints(where.ca, chance, names)
            endpoints = await stack.enter_async_context(served(made_endpoints, host="127.0.0.1", port=0))
            made = World(where, endpoints, server, chance, interval)
            for part in (made.center, *made.workers):
                stack.push_async_callback(part.close)
            await made.begin()
            yield made


async def worker_killed(made: World) -> None:
    """Kill one at any time, after a handshake, or while it starts."""
    one = made.chance.choice(made.workers)
    await _some_time(made)
    await one.kill()
    await one.start()
    if made.chance.random() < 0.25:
        made.counts["worker killed"] += 1
        await asyncio.sleep(made.chance.uniform(0, 3))  # while it starts
        await one.kill()
        await one.start()


async def worker_frozen(made: World) -> None:
    """Stop one, mostly until its batch is another one's, and wake it."""
    one = made.chance.choice(made.workers)
    await _some_time(made)
    one.freeze()
    await asyncio.sleep(made.chance.uniform(1, 4 * ACK_WAIT))
    one.wake()


async def nats_killed(made: World) -> None:
    """Kill the NATS server and start it after a while, in which a worker may be killed."""
    await _some_time(made)
    await asyncio.to_thread(made.server.kill)
    await asyncio.sleep(made.chance.choice([0, made.chance.uniform(0, 10)]))
    if made.chance.random() < 0.3:
        made.counts["worker killed"] += 1
        one = made.chance.choice(made.workers)
        await one.kill()
        await one.start()
    await asyncio.to_thread(made.server.start)


async def _some_time(made: World) -> None:
    if made.chance.random() < 0.4:
        await asyncio.sleep(made.chance.uniform(0, 3))
        return
    met = asyncio.Event()
    made.endpoints.met = met.set
    await asyncio.wait_for(met.wait(), LONG)
    made.endpoints.met = None
    await asyncio.sleep(made.chance.choice([0, made.chance.uniform(0, 0.6)]))


EVENTS: dict[str, Callable[[World], Awaitable[None]]] = {
    "worker killed": worker_killed,
    "worker frozen": worker_frozen,
    "NATS killed": nats_killed,
}
