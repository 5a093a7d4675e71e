"""The spool of an agent on a thread of its own, which also does what else blocks on the disk."""

import asyncio
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

from monitor.agent.spool import Spool, Spooled, SpooledAnswers
from monitor.threads import ThreadPool

P = ParamSpec("P")
T = TypeVar("T")


class SpoolThread:
    """Uses a spool from one thread; ``filled`` is set when there is something to send."""

    def __init__(self, spool: Spool) -> None:
        """Take the spool, which nobody else may use."""
        self._spool = spool
        self._pool = ThreadPool("spool", 1)
        self.filled = asyncio.Event()

    @property
    def count(self) -> int:
        """Return how many answers wait."""
        return self._spool.count

    @property
    def dropped(self) -> int:
        """Return how many answers were lost since the start."""
        return self._spool.dropped

    async def append(self, answers: Iterable[Spooled]) -> None:
        """Keep answers."""
        await self._pool.run(self._spool.append, answers)
        self.filled.set()

    async def take(self, most: int, most_bytes: int) -> SpooledAnswers:
        """Return the oldest answers, which stay until ``done`` or ``drop``."""
        return await self._pool.run(self._spool.take, most, most_bytes)

    async def done(self) -> None:
        """Forget the answers that were taken last."""
        await self._pool.run(self._spool.done)

    async def drop(self) -> None:
        """Forget the one answer that was taken last, and count it as lost."""
        await self._pool.run(self._spool.done)
        self._spool.dropped += 1

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call that blocks on the disk, and return its result."""
        return await self._pool.run(call, *args, **kwargs)

    async def close(self) -> None:
        """Close the spool and end the thread."""
        await self._pool.run(self._spool.close)
        self._pool.close()
