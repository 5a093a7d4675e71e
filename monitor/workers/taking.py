"""A worker's batches of endpoints: several at a time, but one that another worker left undone alone.

Such a batch may be what ended that worker. It must not take others with it, three times in a row.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from monitor.workers.batch import BatchWork, hand_back
from monitor.workers.cancellation import raise_if_cancelled
from monitor.workers.failures import fetched
from monitor.workers.sole_claim import signs_of_life

_PATIENCE = 60.0
"""Seconds for other batches to end; one that hangs must not keep a worker from all others."""


class BatchTaking:
    """Takes batches over one connection; ``run`` is called once for each that may be under way."""

    def __init__(
        self, client: Client, batches: JetStreamContext.PullSubscription, work: BatchWork, ack_wait: float
    ) -> None:
        """Take the source of batches, and the function that works on one."""
        self._client = client
        self._batches = batches
        self._work = work
        self._ack_wait = ack_wait
        self._turn = asyncio.Lock()
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self) -> None:
        """Take one batch after the other until the connection ends."""
        while not self._client.is_closed:
            async with self._turn:
                raise_if_cancelled()
                messages = await fetched(self._batches, 1)
                again = [one for one in messages if one.metadata.num_delivered > 1]
                # Nobody takes another one meanwhile: what is here when this process ends has lost a try.
                await self._each(again, alone=True)
            await self._each([one for one in messages if one not in again], alone=False)

    async def _each(self, messages: list[Msg], *, alone: bool) -> None:
        for message in messages:
            claim = signs_of_life(message, self._ack_wait)
            try:
                raise_if_cancelled()
                await self._work.work(message, self._alone(claim) if alone else self._beside(claim))
            except asyncio.CancelledError:
                await hand_back(message)
                raise

    @asynccontextmanager
    async def _alone(self, claim: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
        async with claim:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), _PATIENCE)
            yield

    @asynccontextmanager
    async def _beside(self, claim: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
        self._under_way += 1
        self._idle.clear()
        try:
            async with claim:
                yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()
