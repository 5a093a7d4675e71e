"""Bounded pools of daemon threads for blocking calls (name lookups, files, the store).

asyncio's default executor is not used: six hung lookups block everything that shares it, and the interpreter
waits for its threads at exit. Here each purpose has its own pool, an abandoned call counts against its pool
until it returns, and exit does not wait.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_Job = tuple[Callable[[], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class ThreadPool:
    """Runs blocking calls on at most ``size`` daemon threads, in order of arrival.

    Up to ``spare`` more may replace threads that hang in abandoned calls.
    """

    def __init__(self, name: str, size: int, *, spare: int = 0) -> None:
        """Prepare the pool; threads start with the first calls."""
        self.name = name
        self.size = size
        self._spare = spare
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0
        # Changes together with _idle: the queue's own size drops before the thread that took the item counts
        # as busy.
        self._waiting = 0
        self._abandoned = 0

    @property
    def abandoned(self) -> int:
        """Return how many threads still work on abandoned calls."""
        return self._abandoned

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what ``call`` returns or raise what it raises; cancelling abandons its thread."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._lock:
            self._waiting += 1
        self._jobs.put((lambda: call(*args, **kwargs), loop, future))
        try:
            self._grow()
        except BaseException:
            future.cancel()  # what was reported as failed must not run later
            raise
        return await future

    def close(self) -> None:
        """Let idle threads exit; threads that hang remain until the process exits."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _grow(self) -> None:
        with self._lock:
            most = self.size + min(self._abandoned, self._spare)
            if self._idle >= self._waiting or self._threads >= most:
                return
            name = f"{self.name}-{self._threads + 1}"
            # Counted only once it runs: a machine that is out of threads now may have one later.
            threading.Thread(target=self._work, name=name, daemon=True).start()
            self._threads += 1

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            job = self._jobs.get()
            with self._lock:
                self._idle -= 1
                self._waiting -= job is not None
            if job is None:
                return
            self._serve(*job)
            del job  # an idle thread would keep references to its last work: files, lists, passphrases

    def _serve(
        self, call: Callable[[], Any], loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Any]"
    ) -> None:
        if future.cancelled():
            return
        watch = _Watch(self, future)
        result: Any = None
        error: BaseException | None = None
        # RuntimeError below: the loop is closed and nothing waits for the result.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(watch.begin)
        try:
            result = call()
        except BaseException as raised:  # noqa: BLE001 - the waiting side gets any error
            error = raised
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(watch.finish, result, error)

    def _count_abandoned(self, change: int) -> None:
        with self._lock:
            self._abandoned += change
        if change > 0 and self._spare:
            with contextlib.suppress(RuntimeError):  # no thread available: the next call tries again
                self._grow()


class _Watch:
    """Tracks one running call on the loop's side: delivers its result or counts it as abandoned.

    ``begin`` and ``finish`` arrive in that order, but a cancelled future runs its callbacks only later,
    possibly after ``finish``: hence the two flags.
    """

    def __init__(self, pool: ThreadPool, future: "asyncio.Future[Any]") -> None:
        self._pool = pool
        self._future = future
        self._left = False
        self._finished = False

    def begin(self) -> None:
        self._future.add_done_callback(self._given_up)

    def _given_up(self, future: "asyncio.Future[Any]") -> None:
        if future.cancelled() and not self._finished:
            self._left = True
            self._pool._count_abandoned(1)  # noqa: SLF001 - the two classes are one mechanism

    def finish(self, result: object, error: BaseException | None) -> None:
        self._finished = True
        if self._left:
            self._pool._count_abandoned(-1)  # noqa: SLF001 - the two classes are one mechanism
        elif self._future.done():
            return
        elif error is not None:
            self._future.set_exception(error)
        else:
            self._future.set_result(result)
