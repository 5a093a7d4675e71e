"""A worker's work on one batch: read it, have it probed, send the answers, acknowledge it."""

import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from monitor.logs import RareEvents, event
from monitor.model import Clock
from monitor.probing import Answer, BatchRunner
from monitor.wire import OrdersDocument, WireError, read_orders
from monitor.workers.sending import AnswerSender, refused, written
from monitor.workers.sole_claim import ClaimLostError
from monitor.workers.subjects import zone_of_target

log = logging.getLogger(__name__)


class BatchWork:
    """Works on batches over one connection."""

    def __init__(
        self, client: Client, stream: JetStreamContext, zone: str, runner: BatchRunner, clock: Clock
    ) -> None:
        """Take the connection, the zone of the answers, and the prober."""
        self._sender = AnswerSender(client, stream, zone, clock)
        self._runner = runner
        self._clock = clock
        self._zone = zone
        self._rarely = RareEvents(log, clock.monotonic)

    async def work(self, message: Msg, claim: AbstractAsyncContextManager[None]) -> None:
        """Carry a batch out while ``claim`` keeps it with this worker."""
        try:
            document = read_orders(message.data)
        except WireError as error:
            self._rarely.event("a batch cannot be read", "batch", level=logging.ERROR, why=str(error))
            with suppress(NatsError, OSError):
                await message.term()
            return
        try:
            async with claim:
                await self._carry_out(message.subject, document)
        except ClaimLostError:
            event(log, "a batch is left to another worker", level=logging.WARNING, batch=message.subject)
        else:
            with suppress(NatsError, OSError):
                await message.ack()

    async def _carry_out(self, name: str, document: OrdersDocument) -> None:
        orders = {
            order.request.target_id: order
            for order in document.orders
            if zone_of_target(order.request.target_id) == self._zone
        }
        if left_out := len(document.orders) - len(orders):
            # Who may take the batches of a zone can have the server send them to any other subject.
            said = "orders of another zone are not carried out"
            self._rarely.event(said, "zone", level=logging.WARNING, orders=left_out)

        async def take(answers: Sequence[Answer]) -> None:
            await self._sender.send(written(orders, answers))

        await self._sender.send(
            [(refused(one.target_id, one.key, self._clock), {}) for one in document.refused]
        )
        await self._runner.run(name, [one.request for one in orders.values()], take, None)


async def hand_back(message: Msg) -> None:
    """Let another worker have a batch at once."""
    with suppress(NatsError, OSError):
        await message.nak()
