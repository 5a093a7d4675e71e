"""The probes of one batch: started one by one as the limiter admits them, handed over when they finish.

Only a probe that is under way has a task. With everything due at once there may be a hundred thousand that
are not, and waiting over so many tasks, or cancelling them, would stop the loop.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence

from monitor.model import Observation, ProbeRequest
from monitor.probing.limiter import ProbeLimiter
from monitor.probing.runner import Answer

Probe = Callable[[ProbeRequest], Coroutine[None, None, Observation]]


class ProbeBatch:
    """The running probes of one batch; must be created, used and closed on one loop."""

    def __init__(
        self,
        probe: Probe,
        requests: Sequence[ProbeRequest],
        limiter: ProbeLimiter,
        expired: Callable[[], bool] | None = None,
    ) -> None:
        """Begin to probe; once ``expired`` is true, no more are begun."""
        self._probe = probe
        self._limiter = limiter
        self._expired = expired
        self._left = len(requests)
        self._running: dict[asyncio.Task[Observation], ProbeRequest] = {}
        self._finished: list[tuple[asyncio.Task[Observation], ProbeRequest]] = []
        self._some, self._all = asyncio.Event(), asyncio.Event()
        self._starting = asyncio.create_task(self._start(requests))
        self._starting.add_done_callback(self._started)

    async def taken(self, within: float) -> list[Answer]:
        """Return finished probes: all that were left, or those up to ``within`` s after the first.

        An empty list means that nothing is left. Raises what a probe raised: a bug, as probes make values of
        everything else.
        """
        await self._some.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._all.wait()
        if self._starting.done():
            self._starting.result()
        if not self._all.is_set():
            self._some.clear()
        finished, self._finished = self._finished, []
        return [(request, task.result()) for task, request in finished]

    async def abandon(self) -> list[Answer]:
        """Cancel what is left and return what had finished before; bugs are ignored."""
        self._starting.cancel()
        for task in self._running:
            task.cancel()
        await asyncio.gather(self._starting, *self._running, return_exceptions=True)
        finished, self._finished = self._finished, []
        return [
            (request, task.result())
            for task, request in finished
            if not task.cancelled() and task.exception() is None
        ]

    async def _start(self, requests: Sequence[ProbeRequest]) -> None:
        async with self._limiter.turn:
            for begun, request in enumerate(requests):
                await self._limiter.acquire()
                if self._expired is not None and self._expired():
                    self._limiter.release()
                    self._left -= len(requests) - begun
                    return
                task = asyncio.create_task(self._probe(request))
                self._running[task] = request
                task.add_done_callback(self._end)

    def _started(self, starting: asyncio.Task[None]) -> None:
        if not self._left or starting.cancelled() or starting.exception() is not None:
            self._some.set()
            self._all.set()

    def _end(self, task: asyncio.Task[Observation]) -> None:
        self._limiter.release()
        self._finished.append((task, self._running.pop(task)))
        self._left -= 1
        self._some.set()
        if not self._left:
            self._all.set()
