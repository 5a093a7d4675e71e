"""Bounded pools of daemon threads for blocking calls (name lookups, files, the store).

asyncio's default executor is not used: six hung lookups block everything that shares it, and the interpreter
waits for its threads at exit. Here each purpose has its own pool, an abandoned call counts against its pool
until it returns, and exit does not wait.
"""

import asyncio
import contextlib
import queue
import threading
import weakref
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_Job = tuple[Callable[[], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class ThreadPool:
    """Runs blocking calls on at most ``size`` daemon threads, in order of arrival.

    Up to ``spare`` more may replace threads that hang in abandoned calls. Idle threads end with ``close``, or
    when nobody refers to the pool any more.
    """

    def __init__(self, name: str, size: int, *, spare: int = 0) -> None:
        """Prepare the pool; threads start with the first calls."""
        self.name = name
        self.size = size
        self._workers = _Workers(name, size, spare)
        # The threads know the workers and not the pool: it goes away as soon as its last user does.
        weakref.finalize(self, self._workers.close).atexit = False

    @property
    def abandoned(self) -> int:
        """Return how many threads still work on abandoned calls."""
        return self._workers.abandoned

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what ``call`` returns or raise what it raises; cancelling abandons its thread.

        Raises ``RuntimeError`` after ``close``, and where the machine has no thread to spare.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        try:
            self._workers.add((lambda: call(*args, **kwargs), loop, future))
        except BaseException:
            future.cancel()  # what was reported as failed must not run later
            raise
        return await future

    def close(self) -> None:
        """Let threads end once the calls made so far are served; those that hang last until they return."""
        self._workers.close()


class _Workers:
    """The threads of one pool and the calls that wait for them."""

    def __init__(self, name: str, size: int, spare: int) -> None:
        self._name = name
        self._size = size
        self._spare = spare
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._threads = 0
        self._idle = 0
        # Changes together with _idle: the queue's own size drops before the thread that took the item counts
        # as busy.
        self._waiting = 0
        self.abandoned = 0

    def add(self, job: _Job) -> None:
        """Let a thread make a call."""
        if self._closed:
            # Behind the mark of the end it would wait forever.
            raise RuntimeError(f"the pool {self._name} is closed")
        with self._lock:
            self._waiting += 1
        self._jobs.put(job)
        self._grow()

    def close(self) -> None:
        """Mark the end of the calls; takes no lock, since the garbage collector may call it anywhere."""
        self._closed = True
        self._jobs.put(None)

    def count_abandoned(self, change: int) -> None:
        """Count a call as abandoned or as returned; spare threads may start."""
        with self._lock:
            self.abandoned += change
        if change > 0 and self._spare:
            with contextlib.suppress(RuntimeError):  # no thread available: the next call tries again
                self._grow()

    def _grow(self) -> None:
        with self._lock:
            most = self._size + min(self.abandoned, self._spare)
            if self._idle >= self._waiting or self._threads >= most:
                return
            name = f"{self._name}-{self._threads + 1}"
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
                self._jobs.put(None)  # for the next thread
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
        # RuntimeError below: the loop is closed and nobody waits for the result.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(watch.begin)
        try:
            result = call()
        except BaseException as raised:  # noqa: BLE001 - whatever it is, the waiting side gets it
            error = raised
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(watch.finish, result, error)


class _Watch:
    """Tracks one running call on the loop's side: delivers its result or counts it as abandoned.

    ``begin`` and ``finish`` arrive in that order, but a cancelled future runs its callbacks only later,
    possibly after ``finish``: hence the two flags.
    """

    def __init__(self, workers: _Workers, future: "asyncio.Future[Any]") -> None:
        self._workers = workers
        self._future = future
        self._left = False
        self._finished = False

    def begin(self) -> None:
        self._future.add_done_callback(self._given_up)

    def _given_up(self, future: "asyncio.Future[Any]") -> None:
        if future.cancelled() and not self._finished:
            self._left = True
            self._workers.count_abandoned(1)

    def finish(self, result: object, error: BaseException | None) -> None:
        self._finished = True
        if self._left:
            self._workers.count_abandoned(-1)
        elif self._future.done():
            return
        elif error is not None:
            self._future.set_exception(error)
        else:
            self._future.set_result(result)
