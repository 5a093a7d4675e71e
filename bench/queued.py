"""Measure 10,000 batches that wait: in the queue of a NATS server, and in the spool of an agent.

    PYTHONPATH=.:tests python bench/queued.py [BATCHES] [TARGETS OF EACH]

Probes give a fixed chain at once, so that what is measured is the way of orders and answers alone.
"""

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from multiprocessing import Process, Queue
from pathlib import Path

from monitor.agent.spool import Spool, Spooled
from monitor.clock import SystemClock
from monitor.model import Target
from monitor.wire import order_key, read_answers, write_answer, write_answers
from monitor.workers.subjects import ORDERS
from support.servers.cluster.nats_server import NatsServer, nats_server
from support.servers.cluster.queue_workers import seen, worker_inside
from support.servers.cluster.workers_center import Cameras, Center, camera, runner

LIMIT = 10**9


def resident() -> int:
    """Return the largest resident size of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def work(server: NatsServer, wanted: int, found: "Queue[tuple[list[str], int]]") -> None:
    """Work on batches until so many were begun, and tell their order and the largest resident size."""

    async def whole() -> None:
        async with worker_inside(server) as probes:
            while len(probes.batches) < wanted:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.1)
            await asyncio.sleep(2)  # the last answer is on its way
            found.put((probes.batches, resident()))

    asyncio.run(whole())


async def queue(server: NatsServer, batches: int, size: int) -> None:
    """Print how batches wait and are worked off."""
    targets = [long_lived(camera(number, 9, "")) for number in range(batches * size)]
    made = Center(server, targets, Cameras(9), runner(server, targets, ("",)))
    before = resident()
    tasks: list[asyncio.Task[None]] = []
    for again in (False, True):  # the second time as a monitor that was restarted: it replaces what waits
        made.runner.start()
        began = time.perf_counter()
        tasks.clear()
        for n in range(batches):
            tasks.append(asyncio.create_task(made.run(f"1h/{n}", slice(n * size, (n + 1) * size))))
            while len(made.runner._exchange._published) < len(tasks):  # noqa: SLF001, ASYNC110 - one after the other
                await asyncio.sleep(0)
        client = made.runner._exchange._client  # noqa: SLF001 - to ask it
        assert client is not None
        state = (await client.jetstream().stream_info(ORDERS)).state
        took = time.perf_counter() - began
        print(f"ordered {batches} batches in {took:.1f} s: {state.messages} wait, {state.bytes >> 20} MiB")
        if not again:
            for one in tasks:
                one.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await made.runner.stop()
            made.runner = runner(server, targets, ("",))
    found: Queue[tuple[list[str], int]] = Queue()
    worker = Process(target=work, args=(server, batches, found))
    began = time.perf_counter()
    worker.start()
    await asyncio.gather(*tasks)
    took = time.perf_counter() - began
    order, theirs = await asyncio.to_thread(found.get)
    worker.join()
    await made.runner.stop()
    in_order = order == [one.id for one in targets[::size]]
    print(
        f"worked off in {took:.1f} s, {batches / took:.0f} batches/s, in order: {in_order},"
        f" answers: {len(made.seen)}"
    )
    print(f"largest resident size: monitor {before} to {resident()} MiB, worker {theirs} MiB")


def long_lived(one: Target) -> Target:
    """Return a target with an interval of an hour."""
    return replace(one, policy=replace(one.policy, interval=timedelta(hours=1)))


def spool(folder: Path, batches: int, size: int) -> None:
    """Print how answers are spooled, found again after a restart, and sent."""
    target = camera(1, 9, "dmz")
    key, observation = order_key(target.request), seen(target.request)

    def answers() -> Iterator[Spooled]:
        for number in range(batches * size):
            answer = {**write_answer(key, target.location, observation), "id": f"dmz/{number}"}
            yield answer, observation.result.ders

    made, left = Spool(folder, LIMIT), answers()
    began = time.perf_counter()
    for _ in range(batches):
        made.append(islice(left, size))
    made.close()
    size_on_disk = sum(one.stat().st_size for one in folder.glob("*.answers"))
    print(f"spooled {made.count} answers in {time.perf_counter() - began:.1f} s: {size_on_disk >> 20} MiB")
    began = time.perf_counter()
    made = Spool(folder, LIMIT)
    opened, expected = time.perf_counter() - began, 0
    while waiting := made.take(500, 2 * 1024 * 1024).answers:
        body = write_answers(waiting, {}, SystemClock().now())
        for one in read_answers(body).answers:
            assert one["id"] == f"dmz/{expected}"
            expected += 1
        made.done()
    took = time.perf_counter() - began
    print(f"found again in {opened:.1f} s and sent in {took:.1f} s, in order: {expected == batches * size}")
    print(
        f"dropped {made.dropped}, files left {len(list(folder.glob('*.answers')))}, resident {resident()} MiB"
    )


def main() -> None:
    """Print all figures."""
    batches = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory() as folder:
        process = Process(target=spool, args=(Path(folder), batches, size))
        process.start()
        process.join()
    with tempfile.TemporaryDirectory() as folder, nats_server(Path(folder)) as server:
        asyncio.run(queue(server, batches, size))


if __name__ == "__main__":
    main()
