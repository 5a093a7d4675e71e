"""One limit for all looks of the process: how many at once, and how many may start in a second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from monitor.model import Clock


class Gate:
    """Let at most ``in_flight`` looks be under way and start at most ``per_second``.

    The pace matters after a restart, when everything may be due at once; a look that waits for
    the gate has not started, so its timeout does not run.
    """

    def __init__(self, clock: Clock, *, in_flight: int, per_second: float) -> None:
        """Open the gate; ``per_second`` of 0 means no pace."""
        self._clock = clock
        self._slots = asyncio.Semaphore(in_flight)
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0

    @asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        """Wait for a slot and for the pace, and hold the slot inside the block."""
        async with self._slots:
            await self._pace()
            yield

    async def _pace(self) -> None:
        if not self._gap:
            return
        now = self._clock.monotonic()
        start = max(now, self._next)
        self._next = start + self._gap
        if start > now:
            await asyncio.sleep(start - now)
