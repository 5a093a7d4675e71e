"""Measure probes a second with 1, 2 and 4 workers, and the processor time of the monitor's side and of NATS.

    PYTHONPATH=.:tests python bench/workers.py [TARGETS]

The targets are TLS servers of this machine, which take processor time as well.
"""

import asyncio
import resource
import sys
import tempfile
import time
from multiprocessing import Process, Queue
from pathlib import Path

import psutil

from support.pki import tls_context
from support.servers.cluster.nats_server import NatsServer, nats_server
from support.servers.cluster.workers_center import CA, LEAF, Cameras, Center, camera, runner

BATCH = 200


def serve(ports: "Queue[int]") -> None:
    """Answer handshakes until ended."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def whole() -> None:
        server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=tls_context(LEAF, CA), backlog=1000)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(whole())


def used(process: psutil.Process) -> float:
    """Return the processor time of a process in seconds."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def measured(server: NatsServer, port: int, count: int) -> tuple[float, float, float, int]:
    """Return the seconds of a round, the processor time here and of NATS, and how many were seen."""
    targets = [camera(number, port, "") for number in range(count)]
    made = Center(server, targets, Cameras(port), runner(server, targets, ("",)))
    made.runner.start()
    await made.run("warm", slice(0, BATCH))
    made.seen.clear()
    assert server.process is not None
    nats = psutil.Process(server.process.pid)
    here, there, began = time.process_time(), used(nats), time.perf_counter()
    await asyncio.gather(*(made.run(f"b{n}", slice(n, n + BATCH)) for n in range(0, count, BATCH)))
    took = time.perf_counter() - began
    result = took, time.process_time() - here, used(nats) - there
    await made.runner.stop()
    return *result, sum(bool(one.result.sightings) for one in made.seen)


def main() -> None:
    """Print a line for each number of workers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    ports: Queue[int] = Queue()
    site = Process(target=serve, args=(ports,), daemon=True)
    site.start()
    port = ports.get()
    print("workers  probes/s  monitor ms/probe  NATS ms/probe  seen")
    with tempfile.TemporaryDirectory() as folder, nats_server(Path(folder)) as server:
        for workers in (1, 2, 4):
            while len(server.workers) < workers:
                server.worker(per_second=100_000)
            took, here, there, seen = asyncio.run(measured(server, port, count))
            per = 1000 / count
            print(f"{workers:7}  {count / took:8.0f}  {here * per:16.2f}  {there * per:13.2f}  {seen}")
    site.terminate()
    print(f"largest resident size here: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    main()
