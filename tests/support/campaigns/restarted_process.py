"""A process of ours that a campaign kills, stops, wakes and starts again; its log must have no traceback."""

import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from support.campaigns.campaign import BrokenError, require, require_no_traceback
from support.servers.daemon.process import Running

LONG = 300.0
"""Seconds for anything: a cut line is tried again after 30, and a busy machine starts programs slowly."""


class RestartedProcess:
    """One process after the other, each on the same files."""

    def __init__(self, name: str, make: Callable[[], AbstractAsyncContextManager[Running]]) -> None:
        """Take what starts one."""
        self._name = name
        self._make = make
        self._stack = AsyncExitStack()
        self.running: Running | None = None

    @property
    def now(self) -> Running:
        """Return the process that runs."""
        assert self.running is not None
        return self.running

    async def start(self) -> Running:
        """Start another process."""
        self.running = await self._stack.enter_async_context(self._make())
        return self.running

    async def kill(self) -> None:
        """End it as a failing machine does."""
        await self._ended(signal.SIGKILL)

    async def stop(self) -> None:
        """End it as it is asked to, and require that it obeys."""
        number = await self._ended(signal.SIGTERM)
        require(number == 0, f"the end of the {self._name} failed with {number}")

    async def _ended(self, number: signal.Signals) -> int:
        running, self.running = self.now, None
        lived = running.process.returncode is None
        require(lived, f"the {self._name} ended by itself: {running.log[-3000:]}")
        try:
            code = await running.end(number)
        except TimeoutError:
            raise BrokenError(f"the {self._name} did not end: {running.log[-3000:]}") from None
        await self._stack.aclose()
        require_no_traceback(running.log)
        return code

    def freeze(self) -> None:
        """Stop it with SIGSTOP."""
        self.now.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on."""
        self.now.process.send_signal(signal.SIGCONT)

    async def close(self) -> None:
        """End what still runs, whatever its state."""
        if self.running is not None and self.running.process.returncode is None:
            self.running.process.kill()  # a frozen one does not hear SIGTERM
        await self._stack.aclose()
