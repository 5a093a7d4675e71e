"""An event loop whose time leaps: nobody waits for a timer, and timers still fire in their order.

For code that waits for nothing but timers and other tasks. Threads, sockets and programs live in real time,
so what waits for those runs on an ordinary loop.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from support.pki import NOW

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as ``asyncio.run`` does, in no time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop with virtual time, which advances only when nothing is left to do."""

    def __init__(self) -> None:
        """Start at zero."""
        self._seconds = 0.0
        super().__init__(_Leaping(self))

    def time(self) -> float:
        """Return the seconds since the beginning."""
        return self._seconds

    def leap(self, seconds: float) -> None:
        """Let time go by."""
        self._seconds += seconds


class _Leaping(selectors.DefaultSelector):
    """Let time go by instead of waiting."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; if nothing is, leap to the next timer."""
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "it waits for something that never comes"
            self._loop.leap(timeout)
        return ready


@dataclass
class LoopClock:
    """A clock of the running loop's time; changing ``begun_at`` sets the date."""

    begun_at: datetime = NOW

    def now(self, _timezone: object = None) -> datetime:
        """Return the date and time in UTC."""
        return self.begun_at + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return the loop's seconds."""
        return asyncio.get_running_loop().time()
