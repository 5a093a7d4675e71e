"""Keep a batch with one worker: signs of life, and for exclusive batches proof that it is still ours.

JetStream gives a batch to another worker when it has heard nothing for a while. Who was frozen or cut off
does not notice that, and must stop by its own clock, before that time is over.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

SIGNS_PER_WAIT = 3
"""A sign of life is sent so many times within the time after which a batch goes to another worker."""
_CLAIM_LASTS = 0.8
"""Part of that time for which a batch is ours without a reply of the server."""


class ClaimLostError(Exception):
    """Another worker may have the batch."""


@asynccontextmanager
async def signs_of_life(message: Msg, ack_wait: float) -> AsyncIterator[None]:
    """Keep a batch; after a silence another worker may begin it as well."""
    alive = asyncio.create_task(_alive(message, ack_wait / SIGNS_PER_WAIT))
    try:
        yield
    finally:
        await _ended(alive)


async def _alive(message: Msg, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        with suppress(NatsError, OSError):
            await message.in_progress()


@asynccontextmanager
async def sole_claim(
    client: Client, stream: JetStreamContext, message: Msg, ack_wait: float
) -> AsyncIterator[None]:
    """Keep a batch, and cancel what is done with it before another worker may begin.

    Raises ``ClaimLostError``. Needs a consumer that gives out one batch at a time.
    """
    every, now = ack_wait / SIGNS_PER_WAIT, asyncio.get_running_loop().time
    began = now()
    try:
        ours = await _is_ours(client, stream, message, every)
    except (NatsError, OSError, TimeoutError):
        ours = False
    if not ours:
        raise ClaimLostError
    bound = asyncio.timeout_at(began + _CLAIM_LASTS * ack_wait)

    async def confirm() -> None:
        while True:
            await asyncio.sleep(every)
            asked = now()
            try:
                ours = await _is_ours(client, stream, message, every)
            except (NatsError, OSError, TimeoutError):
                continue
            bound.reschedule(asked + _CLAIM_LASTS * ack_wait if ours else asked)
            if not ours:
                return

    try:
        async with bound:
            confirming = asyncio.create_task(confirm())
            try:
                yield
            finally:
                await _ended(confirming)
    except TimeoutError:
        if bound.expired():
            raise ClaimLostError from None
        raise


async def _is_ours(client: Client, stream: JetStreamContext, message: Msg, within: float) -> bool:
    """Send a sign of life; return whether the consumer has delivered no other message after this one."""
    await client.request(message.reply, Msg.Ack.Progress, timeout=within)
    about = message.metadata
    info = await stream.consumer_info(about.stream, about.consumer, timeout=within)
    return info.delivered is not None and info.delivered.consumer_seq == about.sequence.consumer


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
