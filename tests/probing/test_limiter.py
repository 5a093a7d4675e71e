"""The limit for all probes."""

import asyncio

from monitor.clock import SystemClock
from monitor.probing import ProbeLimiter
from support.factories import virtual_time
from support.factories.virtual_time import LoopClock


def test_no_more_than_the_limit_at_once() -> None:
    """The limiter never lets more probes through than it allows."""

    async def scenario() -> int:
        limiter, inside, most = ProbeLimiter(LoopClock(), in_flight=3, per_second=0), 0, 0

        async def one() -> None:
            nonlocal inside, most
            await limiter.acquire()
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1
            limiter.release()

        await asyncio.gather(*(one() for _ in range(30)))
        return most

    assert virtual_time.run(scenario()) == 3


def test_starts_are_paced() -> None:
    """Probes that could all start at once start at the given rate instead."""

    async def scenario() -> list[float]:
        clock = LoopClock()
        limiter, starts = ProbeLimiter(clock, in_flight=10, per_second=10), list[float]()
        for _ in range(4):
            await limiter.acquire()
            starts.append(round(clock.monotonic(), 3))
            limiter.release()
        return starts

    assert virtual_time.run(scenario()) == [0.0, 0.1, 0.2, 0.3]


def test_late_timers_cost_no_starts() -> None:
    """The pace makes up for a timer that is late by a moment, and never for a long silence."""

    class Clock(SystemClock):
        now_at = 100.0

        def monotonic(self) -> float:
            return self.now_at

    async def scenario() -> list[float]:
        clock, waits = Clock(), list[float]()
        limiter = ProbeLimiter(clock, in_flight=10, per_second=1000)

        async def late(seconds: float) -> None:
            waits.append(round(seconds, 4))
            clock.now_at += seconds + 0.0015

        original, asyncio.sleep = asyncio.sleep, late  # type: ignore[assignment]
        try:
            for pause in (0, 0, 0, 0, 60, 0):
                clock.now_at += pause
                await limiter.acquire()
        finally:
            asyncio.sleep = original
        return waits

    # Of the four at first the third and fourth make up for the lateness; after a minute only one is free.
    assert asyncio.run(scenario()) == [0.001, 0.0005, 0.001]
