"""Targets that are checked at once because somebody asks; their results go the way of every probe."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from monitor.model import Batch, Clock, ProbeRequest
from monitor.pipeline import Board, Pipeline

MOST_TARGETS = 1000
"""Targets of one request."""
MOST_REQUESTS = 4
"""Requests under way at once: they share sockets and the processor with the schedule."""
_ATTEMPTS = 40
_BETWEEN = 0.5
"""How often, and after how many seconds, a target that was busy is tried again."""
_WAIT = 15.0
"""Seconds after which a request is answered although its checks go on."""


class ChecksNow:
    """Checks targets at once, a bounded number of them; the next alert pass follows when they are done."""

    def __init__(self, pipeline: Pipeline, board: Board, clock: Clock, done: Callable[[], None]) -> None:
        """Take what probes, what is known, and what brings the next alert pass forward."""
        self._pipeline = pipeline
        self._board = board
        self._clock = clock
        self._done = done
        self._running: set[asyncio.Task[None]] = set()

    async def check(self, target_ids: Collection[str]) -> str:
        """Check targets and return when they are done or it takes long; return why they are not, if so."""
        states = self._board.snapshot.states
        requests = tuple(states[one].target.request for one in dict.fromkeys(target_ids) if one in states)
        if len(requests) > MOST_TARGETS:
            return f"{len(requests)} targets are too many to check at once; at most {MOST_TARGETS}"
        if len(self._running) >= MOST_REQUESTS:
            return "other checks are still running; try again in a minute"
        task = asyncio.create_task(self._check(requests))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait({task}, timeout=_WAIT)
        return ""

    async def _check(self, requests: tuple[ProbeRequest, ...]) -> None:
        """Probe targets, those that the schedule is just probing once more after that."""
        asked_at, left = self._clock.now(), requests
        for _ in range(_ATTEMPTS):
            await self._pipeline.run(Batch("asked", timedelta(0), left))
            left = tuple(one for one in left if self._is_older(one, asked_at))
            if not left:
                break
            await asyncio.sleep(_BETWEEN)
        self._done()

    def _is_older(self, request: ProbeRequest, asked_at: datetime) -> bool:
        known = self._board.state(request)
        return known is not None and (known.probed_at is None or known.probed_at < asked_at)

    async def stop(self) -> None:
        """End what is running; what was probed is recorded."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
