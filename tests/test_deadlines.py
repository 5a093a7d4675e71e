"""Tests of many deadlines on one timer: when they pass, and that nothing is left of those withdrawn."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from monitor.deadlines import Deadlines
from support.factories import virtual_time


class Timed:
    """Note by the loop's clock when it expired."""

    def __init__(self, then: Callable[[], None] | None = None) -> None:
        """Do something more when it expires."""
        self.at: list[float] = []
        self._then = then

    def expire(self) -> None:
        """Note it."""
        self.at.append(asyncio.get_running_loop().time())
        if self._then is not None:
            self._then()


def passed(*after: float) -> list[list[float]]:
    """Return when deadlines after so many seconds have passed, added in this order."""

    async def main() -> list[list[float]]:
        deadlines, begun = Deadlines(), asyncio.get_running_loop().time()
        timed = [Timed() for _ in after]
        for one, seconds in zip(timed, after, strict=True):
            deadlines.add(one, begun + seconds)
        await asyncio.sleep(60)
        return [[round(at - begun, 2) for at in one.at] for one in timed]

    return virtual_time.run(main())


@pytest.mark.parametrize("after", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (0, 1, 1)])
def test_each_passes_once_in_time(after: Sequence[float]) -> None:
    """The order in which they are added does not matter."""
    assert passed(*after) == [[seconds] for seconds in after]


def test_many_close_together() -> None:
    """Those that pass within an instant are told together, a moment late."""
    assert passed(1, 1.001, 1.002) == [[1], [1.02], [1.02]]


def test_withdrawn_in_time() -> None:
    """A deadline that is withdrawn never passes; the others do."""

    async def main() -> list[list[float]]:
        deadlines, begun = Deadlines(), asyncio.get_running_loop().time()
        early, late = Timed(), Timed()
        deadlines.add(early, begun + 1)
        deadlines.add(late, begun + 2)
        deadlines.withdraw(early)
        await asyncio.sleep(5)
        return [early.at, [round(at - begun, 2) for at in late.at]]

    assert virtual_time.run(main()) == [[], [2]]


def test_withdrawn_by_another() -> None:
    """What ends because another expired does not expire as well, although both are due."""

    async def main() -> list[int]:
        deadlines, begun = Deadlines(), asyncio.get_running_loop().time()
        second = Timed()
        first = Timed(lambda: deadlines.withdraw(second))
        deadlines.add(first, begun + 1)
        deadlines.add(second, begun + 1)
        await asyncio.sleep(5)
        return [len(first.at), len(second.at)]

    assert virtual_time.run(main()) == [1, 0]


def test_an_error_stops_no_other() -> None:
    """When expiring one fails, the others still pass."""

    def fail() -> None:
        raise ZeroDivisionError

    async def main() -> list[int]:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        deadlines, begun = Deadlines(), asyncio.get_running_loop().time()
        timed = [Timed(fail), Timed(), Timed()]
        for seconds, one in enumerate(timed, 1):
            deadlines.add(one, begun + seconds // 2)
        await asyncio.sleep(5)
        return [len(one.at) for one in timed]

    assert virtual_time.run(main()) == [1, 1, 1]


def test_no_timer_without_deadlines() -> None:
    """The last one that is withdrawn takes the timer with it, and another loop may be used."""
    deadlines, one = Deadlines(), Timed()

    async def main() -> float:
        loop = asyncio.get_running_loop()
        deadlines.add(Timed(), loop.time() + 1)
        await asyncio.sleep(2)
        deadlines.add(one, loop.time() + 50)
        deadlines.withdraw(one)
        begun = loop.time()
        deadlines.add(one, begun + 3)
        await asyncio.sleep(10)
        return round(one.at.pop() - begun, 2)

    assert [virtual_time.run(main()), virtual_time.run(main())] == [3, 3]
