"""Workers share the batches of a monitor over a real NATS server, which redelivers what they leave undone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from nats.aio.msg import Msg

from monitor.workers.connection import Broker, NatsConnection
from monitor.workers.subjects import ORDERS, consumer_of, inbox_of
from monitor.workers.trust import tls_of
from support.servers.cluster.queue_workers import worker_inside
from support.servers.cluster.workers_center import CA, LEAF, Center, world
from support.servers.daemon.process import PATIENCE, until

pytestmark = pytest.mark.system


def test_two_workers_share_batches(tmp_path: Path) -> None:
    """Each target is probed once, with its whole chain; a worker that is slow keeps only its own batch."""

    async def scenario(made: Center) -> None:
        made.cameras.open.set()
        for _ in range(2):
            made.server.worker()
        await asyncio.gather(*(made.run(f"60s/8/{n}", slice(10 * n, 10 * n + 10)) for n in range(8)))
        assert sorted(one.target_id for one in made.seen) == sorted(one.id for one in made.targets)
        for one in made.seen:
            assert [sighting.certificate.sha256 for sighting in one.result.sightings] == [
                LEAF.sha256,
                CA.sha256,
            ]
        assert made.cameras.asked >= len(made.targets)
        assert not made.runner.problem()

    world(tmp_path, scenario, count=80)


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    """The batch goes to another worker."""

    async def scenario(made: Center) -> None:
        first = made.server.worker()
        running = asyncio.create_task(made.run())
        await until(lambda: made.cameras.asked >= 1)
        first.kill()
        made.cameras.open.set()
        made.server.worker()
        await running
        assert [bool(one.result.sightings) for one in made.seen] == [True, True]

    world(tmp_path, scenario, count=2)


def test_a_batch_that_another_worker_left_is_worked_on_alone(tmp_path: Path) -> None:
    """It may end this worker as well, and must not take others with it."""

    async def scenario(made: Center) -> None:
        names = [one.id for one in made.targets]
        left = asyncio.create_task(made.run("60s/4/0", slice(0, 1)))
        async with taken(made) as message, worker_inside(made.server, is_open=False, at_once=3) as probes:
            fresh = asyncio.create_task(made.run("60s/4/1", slice(1, 2)))
            await until(lambda: probes.batches == [names[1]])
            await message.nak()
            await until(lambda: queue_is(made, again=1, waiting=0))
            third = asyncio.create_task(made.run("60s/4/2", slice(2, 3)))
            await until(lambda: queue_is(made, again=1, waiting=1))
            assert probes.batches == [names[1]]
            probes.open.set()
            await asyncio.gather(left, fresh, third)
            assert probes.batches == [names[1], names[0], names[2]]

    world(tmp_path, scenario, count=3, ack_wait=PATIENCE)


@asynccontextmanager
async def taken(made: Center) -> AsyncIterator[Msg]:
    """Take a batch as a worker does that begins it and never ends it."""
    server = made.server
    broker = Broker((server.url,), server.credentials("worker"), tls_of((server.url,), (str(server.ca),)))
    await until(lambda: bool(made.runner._exchange._published))  # so that there is something to be taken
    client = await NatsConnection(broker, "test", inbox_of("")).connected()
    batches = await client.jetstream().pull_subscribe_bind(consumer_of(""), ORDERS)
    (message,) = await batches.fetch(1, timeout=PATIENCE)
    yield message
    await client.close()


async def queue_is(made: Center, *, again: int, waiting: int) -> bool:
    """Return whether so many batches were given to a worker once more, and so many wait for one."""
    client = made.runner._exchange._client
    assert client is not None
    info = await client.jetstream().consumer_info(ORDERS, consumer_of(""))
    return (info.num_redelivered, info.num_pending) == (again, waiting)
