"""The probes of one batch: started one after the other as the gate opens, handed over when they have ended.

Only a probe that is under way has a task. With everything due at once there may be a hundred thousand that
are not, and waiting over so many tasks, or cancelling them, would stop the loop.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence

from monitor.model import Observation, Target
from monitor.pipeline.gate import Gate

Probe = Callable[[Target], Coroutine[None, None, Observation]]
Result = tuple[Target, Observation]


class ProbeBatch:
    """Hold the probes of one batch; must be created, used and ended on one loop."""

    def __init__(self, probe: Probe, targets: Sequence[Target], gate: Gate) -> None:
        """Begin to probe some targets."""
        self._probe = probe
        self._gate = gate
        self._left = len(targets)
        self._running: dict[asyncio.Task[Observation], Target] = {}
        self._ended: list[tuple[asyncio.Task[Observation], Target]] = []
        self._some, self._all = asyncio.Event(), asyncio.Event()
        self._starting = asyncio.create_task(self._start(targets))
        self._starting.add_done_callback(self._started)

    async def taken(self, within: float) -> list[Result]:
        """Return what has ended: everything that was left, or what came up to ``within`` s after the first.

        An empty list means that nothing is left. Raises what a probe raised: a bug, as looks make values of
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
        ended, self._ended = self._ended, []
        return [(target, task.result()) for task, target in ended]

    async def abandon(self) -> list[Result]:
        """End what is left and return what had ended before; bugs are left aside."""
        self._starting.cancel()
        for task in self._running:
            task.cancel()
        await asyncio.gather(self._starting, *self._running, return_exceptions=True)
        ended, self._ended = self._ended, []
        return [
            (target, task.result())
            for task, target in ended
            if not task.cancelled() and task.exception() is None
        ]

    async def _start(self, targets: Sequence[Target]) -> None:
        async with self._gate.turn:
            for target in targets:
                await self._gate.enter()
                task = asyncio.create_task(self._probe(target))
                self._running[task] = target
                task.add_done_callback(self._end)

    def _started(self, starting: asyncio.Task[None]) -> None:
        if not self._left or starting.cancelled() or starting.exception() is not None:
            self._some.set()
            self._all.set()

    def _end(self, task: asyncio.Task[Observation]) -> None:
        self._gate.leave()
        self._ended.append((task, self._running.pop(task)))
        self._left -= 1
        self._some.set()
        if not self._left:
            self._all.set()
