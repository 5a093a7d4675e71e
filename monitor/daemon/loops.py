"""Work that is done again and again on a timer of its own, in monotonic time; a bug in it ends no loop."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from monitor.errors import SystemBrokenError
from monitor.model import Clock

log = logging.getLogger(__name__)


PATIENCE = 60.0
"""Seconds that a round may take beyond three times its rhythm before its loop counts as stuck."""


class Loop:
    """Do some work every so many seconds, or at once when nudged, until stopped."""

    def __init__(
        self,
        name: str,
        every: float,
        work: Callable[[], Awaitable[None]],
        clock: Clock,
        broken: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the work, and what counts a failure of the local system; nothing runs before ``start``."""
        self._broken = broken
        self.name = name
        self.every = every
        self.patience = PATIENCE
        self._work = work
        self._clock = clock
        self._nudged = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._done_at = clock.monotonic()
        self._complained = ""

    @property
    def age(self) -> float:
        """Return seconds since the work was last done."""
        return self._clock.monotonic() - self._done_at

    @property
    def stuck(self) -> bool:
        """Return whether the work has not been done for far longer than its rhythm."""
        return self.age > 3 * self.every + self.patience

    @property
    def complaint(self) -> str:
        """Return what the local system refused in the last round, empty when nothing."""
        return self._complained

    def start(self) -> None:
        """Begin, with the first round now."""
        self._done_at = self._clock.monotonic()
        self._stopping = False
        self._task = asyncio.create_task(self._rounds(), name=self.name)

    def nudge(self) -> None:
        """Do the work soon instead of at its time."""
        self._nudged.set()

    async def stop(self) -> None:
        """Cancel what runs and wait for its end."""
        # Not by cancelling alone: Python 3.11's wait_for swallows a cancel that comes with its result
        # (CPython issue 86296), and libraries use it.
        self._stopping = True
        self._nudged.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _rounds(self) -> None:
        while not self._stopping:
            self._nudged.clear()
            await self._round()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), self.every)

    async def _round(self) -> None:
        try:
            await self._work()
        except SystemBrokenError as error:
            self._broken()
            self._complain(str(error))
        except Exception:
            log.exception("%s met a bug of cert-monitor; the next round goes on", self.name)
        else:
            self._done_at = self._clock.monotonic()
            self._complained = ""

    def _complain(self, sentence: str) -> None:
        if sentence != self._complained:
            log.error("%s: %s", self.name, sentence)
        self._complained = sentence
