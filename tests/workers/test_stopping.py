"""A worker that is stopped ends, also where a batch arrives at the same moment."""

import asyncio
from typing import Any

import pytest

from monitor.workers.cancellation import raise_if_cancelled
from monitor.workers.taking import BatchTaking


class Batches:
    """A queue whose client returns a batch in place of the cancellation that came with it."""

    is_closed = False

    def __init__(self) -> None:
        """Begin."""
        self.asked = asyncio.Event()
        self.handed_back = 0
        self.num_delivered = 1

    @property
    def metadata(self) -> "Batches":
        """Return what is known of the batch."""
        return self

    async def fetch(self, _number: int, **_timeout: float) -> list["Batches"]:
        """Wait for the cancellation, and swallow it."""
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return [self]
        raise AssertionError

    async def nak(self) -> None:
        """Count batches that another worker may have."""
        self.handed_back += 1


def test_a_batch_that_comes_with_the_end_is_handed_back() -> None:
    """Else the worker would go on, and could not be stopped."""

    async def scenario() -> int:
        batches, nothing_that_works = Batches(), None
        made: Any = BatchTaking  # a batch that is taken all the same is an error
        taking = asyncio.create_task(made(batches, batches, nothing_that_works, 15.0).run())
        await batches.asked.wait()
        taking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(taking, 30)
        return batches.handed_back

    assert asyncio.run(scenario()) == 1


def test_nothing_is_raised_in_a_task_that_goes_on() -> None:
    """A time limit that was kept is none of its cancellations."""

    async def scenario() -> None:
        async with asyncio.timeout(30):
            await asyncio.sleep(0)
            raise_if_cancelled()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await asyncio.sleep(30)
        raise_if_cancelled()

    asyncio.run(scenario())
