"""Bounded pools of daemon threads."""

import asyncio
import queue
import threading
import time
import weakref
from typing import Any

import pytest

from monitor.threads import ThreadPool


class Gate:
    """Block a thread until it is opened."""

    def __init__(self) -> None:
        """Start closed."""
        self.open, self._there = threading.Event(), threading.Event()

    def pass_(self) -> None:
        """Wait for the opening."""
        self._there.set()
        self.open.wait(30)

    async def reached(self) -> None:
        """Wait until a thread stands before it, and the loop has heard of that."""
        while not self._there.is_set():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0)


def test_a_call_returns_its_result() -> None:
    """What the call returns comes back to the loop."""
    assert asyncio.run(ThreadPool("t", 1).run(lambda a, b: a + b, 2, b=3)) == 5


def test_a_call_raises_its_error() -> None:
    """What the call raises is raised on the loop's side."""

    def fail() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        asyncio.run(ThreadPool("t", 1).run(fail))


def test_one_thread_serves_in_order() -> None:
    """With size 1, calls happen one after the other in the order they were asked for."""

    async def scenario() -> list[int]:
        pool, order = ThreadPool("t", 1), list[int]()
        await asyncio.gather(*(pool.run(order.append, number) for number in range(50)))
        return order

    assert asyncio.run(scenario()) == list(range(50))


def test_no_more_threads_than_its_size() -> None:
    """The pool grows with the need and stops at its size."""

    async def scenario() -> int:
        pool, names, gate = ThreadPool("t", 3), set[str](), threading.Event()

        def call() -> None:
            names.add(threading.current_thread().name)
            gate.wait(30)

        calls = [asyncio.create_task(pool.run(call)) for _ in range(10)]
        while len(names) < 3:
            await asyncio.sleep(0.01)
        gate.set()
        await asyncio.gather(*calls)
        return len(names)

    assert asyncio.run(scenario()) == 3


def test_an_abandoned_call_counts_until_it_returns() -> None:
    """A hung call that nobody waits for any more is visible, and vanishes when it ends."""

    async def scenario() -> list[int]:
        pool, gate = ThreadPool("t", 2), Gate()
        call = asyncio.create_task(pool.run(gate.pass_))
        await gate.reached()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await asyncio.sleep(0)
        counts = [pool.abandoned]
        gate.open.set()
        while pool.abandoned:
            await asyncio.sleep(0.01)
        return [*counts, pool.abandoned]

    assert asyncio.run(scenario()) == [1, 0]


def test_a_call_cancelled_before_its_turn_is_never_made() -> None:
    """What nobody waits for is not begun."""

    async def scenario() -> list[str]:
        pool, gate, made = ThreadPool("t", 1), Gate(), list[str]()
        first = asyncio.create_task(pool.run(gate.pass_))
        second = asyncio.create_task(pool.run(made.append, "second"))
        await gate.reached()
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        gate.open.set()
        await first
        await pool.run(made.append, "third")
        return made

    assert asyncio.run(scenario()) == ["third"]


def test_exit_waits_for_no_thread() -> None:
    """Threads are daemons: a hung call does not hold up the end of the process."""

    async def scenario() -> bool:
        pool = ThreadPool("t", 1)
        return await pool.run(lambda: threading.current_thread().daemon)

    assert asyncio.run(scenario()) is True


def test_a_thread_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a thread to spare fails the call, which is not made later, and not the pool."""

    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def scenario() -> list[str]:
        pool, made = ThreadPool("t", 1), list[str]()
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refused)
            with pytest.raises(RuntimeError, match="new thread"):
                await pool.run(made.append, "first")
        await asyncio.wait_for(pool.run(made.append, "second"), 30)
        return made

    assert asyncio.run(scenario()) == ["second"]


def test_an_idle_thread_keeps_nothing() -> None:
    """What a call was given and what it returned may go when it is done, whenever the next one comes."""

    class Thing:
        """An object that can be referenced weakly."""

    async def act() -> list[Thing | None]:
        pool, given = ThreadPool("t", 1), Thing()
        known = [weakref.ref(given), weakref.ref(await pool.run(lambda _: Thing(), given))]
        del given
        deadline = time.monotonic() + 30
        while any(one() for one in known) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)  # the thread puts it down a moment after it has told the loop
        return [one() for one in known]

    assert asyncio.run(act()) == [None, None]


class SlowlyTaken(queue.SimpleQueue[Any]):
    """Delay the first taker after ``armed``, between taking a call and making it."""

    def __init__(self) -> None:
        """Delay nobody yet."""
        self.armed, self.taken, self.gate = threading.Event(), threading.Event(), threading.Event()

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Return the next call, the first of them late."""
        job = super().get(*args, **kwargs)
        if self.armed.is_set() and not self.taken.is_set():
            self.taken.set()
            self.gate.wait(30)
        return job


def test_a_thread_that_just_took_a_call_is_not_free() -> None:
    """Between taking a call and making it, a thread counts for nobody else's call."""

    async def scenario() -> int:
        pool, jobs = ThreadPool("t", 2), SlowlyTaken()
        pool._workers._jobs = jobs
        await pool.run(lambda: 1)
        while not pool._workers._idle:
            await asyncio.sleep(0.01)
        jobs.armed.set()
        held = asyncio.create_task(pool.run(lambda: 2))
        await asyncio.sleep(0)
        await asyncio.to_thread(jobs.taken.wait, 30)
        try:
            return await asyncio.wait_for(pool.run(lambda: 3), 30)
        finally:
            jobs.gate.set()
            await held

    assert asyncio.run(scenario()) == 3


def test_spare_threads_take_the_place_of_those_that_hang() -> None:
    """Of calls that were given up so many hold nobody up, also those that wait already."""

    async def scenario() -> tuple[int, bool]:
        pool, gate = ThreadPool("t", 1, spare=1), Gate()
        hanging = asyncio.create_task(pool.run(gate.pass_))
        await gate.reached()
        waiting = asyncio.create_task(pool.run(lambda: 7))
        await asyncio.sleep(0)
        alone = pool._workers._threads == 1
        hanging.cancel()
        found = await asyncio.wait_for(waiting, 30)
        gate.open.set()
        return found, alone

    assert asyncio.run(scenario()) == (7, True)


def thread_of(pool: ThreadPool) -> threading.Thread:
    """Return a thread of the pool, idle again."""
    return asyncio.run(pool.run(threading.current_thread))


def test_threads_end_with_their_pool() -> None:
    """Nobody has to close a pool: when its last user is gone, its idle threads end."""
    pool = ThreadPool("t", 1)
    thread = thread_of(pool)
    assert thread.is_alive()
    del pool
    thread.join(30)
    assert not thread.is_alive()


def test_a_closed_pool_serves_what_was_asked_before() -> None:
    """Calls made before the end are made, each thread ends then, and later calls are refused."""

    async def scenario() -> list[threading.Thread]:
        pool, gate = ThreadPool("t", 2), threading.Event()

        def call() -> threading.Thread:
            gate.wait(30)
            return threading.current_thread()

        calls = [asyncio.create_task(pool.run(call)) for _ in range(5)]
        await asyncio.sleep(0)
        pool.close()
        gate.set()
        threads = await asyncio.gather(*calls)
        with pytest.raises(RuntimeError, match="the pool t is closed"):
            await pool.run(call)
        return threads

    threads = asyncio.run(scenario())
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
