"""One limit for all probes of the process: how many at once, and how many may start in a second."""

import asyncio

from monitor.model import Clock

_CATCH_UP = 0.1
"""Seconds of lateness that the pace makes up for: timers are a millisecond late, at a thousand starts a
second as long as the gap itself, and a busy loop wakes us some tens of milliseconds late."""


class ProbeLimiter:
    """Let at most ``in_flight`` probes be under way and start at most ``per_second``.

    The pace matters after a restart, when everything may be due at once; a probe that waits for
    the limiter has not started, so its timeout does not run.

    ``turn`` is held while the probes of one batch are started: so batches go through one after the other, and
    those that wait cost nothing and have no few results each to record.
    """

    def __init__(self, clock: Clock, *, in_flight: int, per_second: float) -> None:
        """Start with every slot free; ``per_second`` of 0 means no pace."""
        self.turn = asyncio.Lock()
        self._clock = clock
        self._slots = asyncio.Semaphore(in_flight)
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0

    async def acquire(self) -> None:
        """Wait for a slot and for the pace; every caller that acquires must release."""
        await self._slots.acquire()
        if self._gap:
            try:
                await self._pace()
            except BaseException:
                self.release()
                raise

    def release(self) -> None:
        """Give the slot to the next probe."""
        self._slots.release()

    async def _pace(self) -> None:
        now = self._clock.monotonic()
        start = self._next if now - self._next < _CATCH_UP else now
        self._next = start + self._gap
        if start > now:
            await asyncio.sleep(start - now)
