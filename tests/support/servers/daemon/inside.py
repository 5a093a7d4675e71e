"""Run the whole daemon on the test's own loop and look inside; used by several test files."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from monitor.daemon.daemon import Daemon
from monitor.daemon.periodic import PeriodicTask
from monitor.daemon.serve import serve
from monitor.model import Clock
from support.servers.daemon.process import until


@asynccontextmanager
async def daemon(
    config: Path, hurried: Callable[[Daemon], PeriodicTask] | None = None, clock: Clock | None = None
) -> AsyncIterator[Daemon]:
    """Run the daemon, with one of its loops ten times a second and by this clock if they are given.

    What it tunes in the garbage collector is undone: the rest of the run needs it as it was.
    """
    thresholds = gc.get_threshold()
    stop, running = asyncio.Event(), asyncio.get_running_loop().create_future()

    def started(made: Daemon) -> None:
        if hurried is not None:
            loop = hurried(made)
            loop.every = 0.1
            loop.nudge()
        running.set_result(made)

    task = asyncio.create_task(serve(config, stop=stop, clock=clock, started=started))
    await asyncio.wait({task, running}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        yield running.result()
    finally:
        stop.set()
        try:
            await asyncio.wait_for(task, 30)
        finally:
            gc.unfreeze()
            gc.set_threshold(*thresholds)


async def passes(running: Daemon, count: int = 3) -> None:
    """Wait until some alert passes are over."""
    for _ in range(count):
        begun = running.parts.tasks.alerts._done_at

        def later(begun: float = begun) -> bool:
            return running.parts.tasks.alerts._done_at > begun

        await until(later)


async def metrics(running: Daemon, wanted: str) -> list[str]:
    """Return the lines of the metrics that hold a text."""
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{running.url}/metrics")).text
    return [line for line in text.splitlines() if wanted in line and not line.startswith("#")]
