"""Run work repeatedly at a fixed interval of monotonic time; a bug in it stops nothing."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from monitor.errors import SystemBrokenError
from monitor.model import Clock

log = logging.getLogger(__name__)

ROUND_LIMIT = 60.0
"""Seconds that a round may take beyond three intervals before its task counts as stuck."""

Work = Callable[[], Awaitable[bool | None]]
"""One round of work; a true result means that there is more, so the next round follows at once."""


class PeriodicTask:
    """Run some work every so many seconds, or at once when nudged, until stopped."""

    def __init__(
        self,
        name: str,
        every: float,
        work: Work,
        clock: Clock,
        on_store_error: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the work and the counter of errors of the local system; nothing runs before ``start``."""
        self.name = name
        self.every = every
        self.round_limit = ROUND_LIMIT
        self._work = work
        self._clock = clock
        self._on_store_error = on_store_error
        self._nudged = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._done_at = clock.monotonic()
        self._began_at: float | None = None
        self._logged_error = ""

    @property
    def age(self) -> float:
        """Return the seconds since a round was last completed."""
        return self._clock.monotonic() - self._done_at

    @property
    def stuck(self) -> bool:
        """Return whether no round has been completed for far longer than the interval."""
        return self.age > 3 * self.every + self.round_limit

    @property
    def hanging(self) -> bool:
        """Return whether the round that runs now has been running for far longer than the interval."""
        if self._began_at is None:
            return False
        return self._clock.monotonic() - self._began_at > 3 * self.every + self.round_limit

    @property
    def store_error(self) -> str:
        """Return the error of the local system in the last round, empty for none."""
        return self._logged_error

    def start(self) -> None:
        """Start with a first round now."""
        self._done_at = self._clock.monotonic()
        self._stopping = False
        self._task = asyncio.create_task(self._rounds(), name=self.name)

    def nudge(self) -> None:
        """Bring the next round forward to now."""
        self._nudged.set()

    async def stop(self) -> None:
        """Cancel the round that runs and wait for its end."""
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
            self._began_at = self._clock.monotonic()
            await self._round()
            self._began_at = None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), self.every)

    async def _round(self) -> None:
        try:
            if await self._work():
                self.nudge()
        except SystemBrokenError as error:
            self._on_store_error()
            self._log_once(str(error))
        except Exception:
            log.exception("%s failed with a bug of cert-monitor; it runs again at its next time", self.name)
        else:
            self._done_at = self._clock.monotonic()
            self._logged_error = ""

    def _log_once(self, error: str) -> None:
        if error != self._logged_error:
            log.error("%s: %s", self.name, error)
        self._logged_error = error
