"""A cache of the anchors of each ``trust`` list, so that judging never waits for a hanging disk."""

import asyncio
import logging
from collections.abc import Callable

from monitor.model import Anchors, Clock
from monitor.threads import ThreadPool

log = logging.getLogger(__name__)

CHECK_EVERY = 60.0
"""Seconds after which the anchor files are compared with what was read."""

PATIENCE = 10.0
"""Seconds to wait for the disk; then the last good anchors stay in use."""

Read = Callable[[tuple[str, ...], float], Anchors]


class TrustStoreCache:
    """The anchors of each ``trust`` list, read on a dedicated thread."""

    def __init__(self, read: Read, clock: Clock) -> None:
        """Prepare to use a blocking function that reads anchors; its argument is the monotonic time."""
        self.pool = ThreadPool("anchors", 2)
        self._read = read
        self._clock = clock
        self._held: dict[tuple[str, ...], tuple[Anchors, float]] = {}
        self._reading: dict[tuple[str, ...], asyncio.Task[Anchors]] = {}

    async def anchors(self, trust: tuple[str, ...]) -> Anchors:
        """Return the anchors of a list, at most a minute old unless the disk hangs."""
        held = self._held.get(trust)
        if held is not None and self._clock.monotonic() - held[1] < CHECK_EVERY:
            return held[0]
        try:
            async with asyncio.timeout(PATIENCE):
                # Shielded, because other callers may wait for the same read.
                return await asyncio.shield(self._refreshed(trust))
        except TimeoutError:
            log.error("the trusted CAs in %s could not be read within %.0f s", ", ".join(trust), PATIENCE)  # noqa: TRY400 - no traceback
            return self._hold(trust, held[0] if held else Anchors())

    def _refreshed(self, trust: tuple[str, ...]) -> "asyncio.Task[Anchors]":
        reading = self._reading.get(trust)
        if reading is None:
            reading = self._reading[trust] = asyncio.ensure_future(self._read_again(trust))
            reading.add_done_callback(lambda _: self._reading.pop(trust, None))
        return reading

    async def _read_again(self, trust: tuple[str, ...]) -> Anchors:
        return self._hold(trust, await self.pool.run(self._read, trust, self._clock.monotonic()))

    def _hold(self, trust: tuple[str, ...], anchors: Anchors) -> Anchors:
        self._held[trust] = (anchors, self._clock.monotonic())
        return anchors
