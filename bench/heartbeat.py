"""Measure CPU, wall time and the longest block of the event loop while some asynchronous work runs."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from resource import RUSAGE_SELF, getrusage

_EVERY = 0.001


@dataclass(frozen=True, slots=True)
class Strain:
    """Measured seconds: CPU of the whole process, wall, and the longest block of the loop.

    ``block`` is wall time and so contains what other programs took from us; ``block_cpu`` is what the loop's
    own thread computed meanwhile.
    """

    cpu: float
    wall: float
    block: float
    block_cpu: float


class _Heart:
    """A task that wakes up every millisecond and records the longest delay."""

    def __init__(self) -> None:
        self.block = self.block_cpu = 0.0

    async def beat(self) -> None:
        at, cpu = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(_EVERY)
            now, used = time.perf_counter(), time.thread_time()
            self.block = max(self.block, now - at - _EVERY)
            self.block_cpu = max(self.block_cpu, used - cpu)
            at, cpu = now, used


async def strain(work: Awaitable[object]) -> Strain:
    """Return what some work cost; the heart itself takes some two hundredths of a processor."""
    heart = _Heart()
    beating = asyncio.create_task(heart.beat())
    await asyncio.sleep(_EVERY * 5)
    heart.block = heart.block_cpu = 0.0
    before, start = getrusage(RUSAGE_SELF), time.perf_counter()
    await work
    await asyncio.sleep(_EVERY * 2)
    after, wall = getrusage(RUSAGE_SELF), time.perf_counter() - start
    beating.cancel()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Strain(cpu, wall, heart.block, heart.block_cpu)
