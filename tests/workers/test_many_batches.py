"""Many batches in the queue of a real NATS server, and workers of which one is slow."""

import asyncio
from pathlib import Path

import pytest

from monitor.workers.subjects import ORDERS
from support.servers.cluster.queue_workers import worker_inside
from support.servers.cluster.workers_center import Center, runner, world
from support.servers.daemon.process import until

pytestmark = pytest.mark.system

COUNT = 200


async def ordered(made: Center, count: int) -> list[asyncio.Task[None]]:
    """Order so many batches of one target, one after the other, and return what waits for their answers."""
    tasks = []
    for number in range(count):
        tasks.append(asyncio.create_task(made.run(f"1h/{number}", slice(number, number + 1))))
        while len(made.runner._exchange._published) <= number:
            await asyncio.sleep(0.001)
    return tasks


async def queued(made: Center) -> int:
    """Return how many batches the server has."""
    client = made.runner._exchange._client
    return 0 if client is None else (await client.jetstream().stream_info(ORDERS)).state.messages


def test_batches_that_wait_are_taken_in_their_order(tmp_path: Path) -> None:
    """Those of a monitor that is restarted meanwhile replace them, so that each is there once."""

    async def scenario(made: Center) -> None:
        stale = await ordered(made, COUNT)
        assert await queued(made) == COUNT
        for one in stale:
            one.cancel()
        await asyncio.gather(*stale, return_exceptions=True)
        await made.runner.stop()
        made.runner = runner(made.server, made.targets, ("",))
        made.runner.start()
        fresh = await ordered(made, COUNT)
        assert await queued(made) == COUNT
        async with worker_inside(made.server) as probes:
            await asyncio.gather(*fresh)
        assert probes.batches == [one.id for one in made.targets]
        assert len(made.seen) == COUNT

    world(tmp_path, scenario, count=COUNT)


def test_a_slow_worker_keeps_only_its_own_batch(tmp_path: Path) -> None:
    """All others are finished meanwhile by the one beside it, and its own is not taken away from it."""

    async def scenario(made: Center) -> None:
        async with worker_inside(made.server, is_open=False) as slow:
            tasks = await ordered(made, 10)
            await until(lambda: len(slow.batches) == 1)
            async with worker_inside(made.server) as quick:
                await until(lambda: len(made.seen) == 9)
                assert [one.done() for one in tasks].count(False) == 1
                assert slow.batches[0] not in quick.batches
                slow.open.set()
                await asyncio.gather(*tasks)
        assert len({one.target_id for one in made.seen}) == len(made.seen) == 10

    world(tmp_path, scenario, count=10)
