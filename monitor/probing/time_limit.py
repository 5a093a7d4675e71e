"""A time limit on what the running task does, without a timer of its own."""

import asyncio
from types import TracebackType

from monitor.deadlines import Deadlines


class TimeLimit:
    """Cancels what takes too long in its block and raises ``TimeoutError``, as asyncio.timeout does."""

    __slots__ = ("_cancelling", "_deadlines", "_expired", "_seconds", "_task")

    def __init__(self, seconds: float, deadlines: Deadlines) -> None:
        """Prepare the limit, to be kept with others."""
        self._seconds = seconds
        self._deadlines = deadlines
        self._expired = False
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0

    def __enter__(self) -> None:
        """Begin to count."""
        self._task = asyncio.current_task()
        assert self._task is not None  # noqa: S101 - whatever awaits runs in a task
        self._cancelling = self._task.cancelling()
        self._deadlines.add(self, asyncio.get_running_loop().time() + self._seconds)

    def expire(self) -> None:
        """Cancel the task inside the block."""
        assert self._task is not None  # noqa: S101 - it has been entered
        self._expired = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Turn our own cancellation into ``TimeoutError``; that of others goes on."""
        self._deadlines.withdraw(self)
        if not self._expired or self._task is None:
            return
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
