"""The time limit of a probe: what it cuts off, and whose cancellation it is."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from monitor.deadlines import Deadlines
from monitor.probing.time_limit import TimeLimit
from support.factories import virtual_time

LIMIT = 5.0


async def limited(work: Callable[[], Awaitable[str]]) -> str:
    """Return what some work gives within the limit, or that it took too long."""
    try:
        with TimeLimit(LIMIT, Deadlines()):
            return await work()
    except TimeoutError:
        return "too long"


async def in_time() -> str:
    """Take less than the limit."""
    await asyncio.sleep(LIMIT - 1)
    return "done"


async def forever() -> str:
    """Never end."""
    await asyncio.Event().wait()
    raise AssertionError


async def stubborn() -> str:
    """Take a little time for what must be done when cancelled."""
    try:
        return await forever()
    finally:
        await asyncio.sleep(1)


async def deaf() -> str:
    """Give something although it was cancelled."""
    try:
        return await forever()
    except asyncio.CancelledError:
        return "something"


CASES = {"in time": (in_time, "done"), "forever": (forever, "too long"), "stubborn": (stubborn, "too long")}
CASES["deaf"] = (deaf, "something")


@pytest.mark.parametrize(("work", "expected"), CASES.values(), ids=CASES)
def test_what_it_gives(work: Callable[[], Awaitable[str]], expected: str) -> None:
    """Work that ends in time gives its result, and the task goes on in any case."""

    async def main() -> tuple[str, int]:
        given = await limited(work)
        await asyncio.sleep(2 * LIMIT)
        task = asyncio.current_task()
        return given, task.cancelling() if task else -1

    assert virtual_time.run(main()) == (expected, 0)


def test_an_error_passes_through() -> None:
    """Whatever the work raises is raised."""

    async def broken() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        virtual_time.run(limited(broken))


@pytest.mark.parametrize("after", [1, LIMIT + 0.5], ids=["before the limit", "after the limit"])
def test_cancelled_by_others(after: float) -> None:
    """A cancellation that is not the limit's goes through, also one that comes on top of it."""

    async def main() -> bool:
        task = asyncio.create_task(limited(stubborn))
        await asyncio.sleep(after)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert virtual_time.run(main())
