"""A worker's side: take one batch after the other, of endpoints and of each account's machines."""

import asyncio
import logging

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from monitor.errors import CertMonitorError
from monitor.logs import event
from monitor.model import Clock
from monitor.probing import BatchRunner
from monitor.workers.accounts import QUEUES
from monitor.workers.batch import BatchWork, hand_back
from monitor.workers.cancellation import raise_if_cancelled
from monitor.workers.connection import Broker, NatsConnection
from monitor.workers.failures import RETRY_AFTER, reason
from monitor.workers.pinned import PinnedRequests
from monitor.workers.sole_claim import sole_claim
from monitor.workers.streams import ACK_WAIT
from monitor.workers.subjects import ORDERS, consumer_of, inbox_of, login_consumer, logins_of
from monitor.workers.taking import BatchTaking

log = logging.getLogger(__name__)

_LOGINS_RETRY_AFTER = 30.0


class WorkQueue:
    """Takes batches of one zone until it is cancelled."""

    def __init__(  # noqa: PLR0913 - all that a worker needs
        self, broker: Broker, zone: str, runner: BatchRunner, clock: Clock, at_once: int, *, logins: bool
    ) -> None:
        """Take the address of NATS and the prober; at most ``at_once`` batches are under way.

        With ``logins`` there is one more for each account that this worker is pinned to.
        """
        self._connection = NatsConnection(broker, f"cert-monitor worker {zone}".strip(), inbox_of(zone))
        self._zone = zone
        self._runner = runner
        self._clock = clock
        self._at_once = at_once
        self._logins = logins

    async def run(self) -> None:
        """Take batches; wait where NATS is away or the center has not made the queue yet."""
        said = ""
        while True:
            raise_if_cancelled()
            try:
                await self._session()
            except* (NatsError, OSError, TimeoutError, CertMonitorError) as errors:
                said = _said_once("no batches can be taken", errors, said)
            await asyncio.sleep(RETRY_AFTER)

    async def _session(self) -> None:
        client = await self._connection.connected()
        try:
            stream = client.jetstream()
            work = BatchWork(client, stream, self._zone, self._runner, self._clock)
            name = consumer_of(self._zone)
            info = await stream.consumer_info(ORDERS, name)
            batches = await stream.pull_subscribe_bind(name, ORDERS)
            event(log, "taking batches", zone=self._zone)
            taking = BatchTaking(client, batches, work, info.config.ack_wait or ACK_WAIT)
            async with asyncio.TaskGroup() as group:
                for _ in range(self._at_once):
                    group.create_task(taking.run())
                if self._logins:
                    group.create_task(self._log_in(client, stream, work))
        finally:
            await self._connection.close(client)

    async def _log_in(self, client: Client, stream: JetStreamContext, work: BatchWork) -> None:
        """Take the batches of accounts; a center or a server that knows of none hinders nothing else."""
        said, name = "", logins_of(self._zone)
        while not client.is_closed:
            raise_if_cancelled()
            try:
                info = await stream.consumer_info(name, login_consumer(0))
                event(log, "taking batches with logins", zone=self._zone)
                async with asyncio.TaskGroup() as group:
                    for queue in range(QUEUES):
                        requests = PinnedRequests(
                            client, name, login_consumer(queue), info.config.ack_wait or ACK_WAIT
                        )
                        group.create_task(_take_pinned(client, stream, requests, work))
            except* (NatsError, OSError, TimeoutError) as errors:
                said = _said_once("no batches with logins can be taken", errors, said)
            await asyncio.sleep(_LOGINS_RETRY_AFTER)


async def _take_pinned(
    client: Client, stream: JetStreamContext, requests: PinnedRequests, work: BatchWork
) -> None:
    under_work = None
    try:
        async with requests.asking():
            while True:
                under_work = await requests.next()
                raise_if_cancelled()
                await work.work(under_work, sole_claim(client, stream, under_work, requests.ack_wait))
                under_work = None
    finally:
        if under_work is not None:
            await hand_back(under_work)  # only now: as long as we ask it would come here again


def _said_once(what: str, errors: BaseExceptionGroup, said: str) -> str:
    """Log a problem unless it was the last one logged, and return it."""
    error = errors.exceptions[0]
    why = reason(error)
    if why != said:
        event(log, what, level=logging.WARNING, why=why)
    return why
