"""The center's side of both streams: orders are published, answers acknowledged when they were taken."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from monitor.errors import CertMonitorError
from monitor.logs import event
from monitor.workers.cancellation import raise_if_cancelled
from monitor.workers.connection import Broker, NatsConnection
from monitor.workers.failures import RETRY_AFTER, fetched, reason
from monitor.workers.pending_orders import PendingOrders
from monitor.workers.streams import Queues, prepare
from monitor.workers.subjects import ANSWERS, CENTER, WORKER, zone_of

log = logging.getLogger(__name__)

_ADVISORIES = ("MAX_DELIVERIES", "MSG_TERMINATED")
"""What JetStream says when it gives a message up: https://docs.nats.io (JetStream advisories)."""
_AT_ONCE = 20
_LONGEST = 64
Failures = (NatsError, OSError, TimeoutError, CertMonitorError)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Answers as they came, when the NATS server received them, by its clock, and who says to send them."""

    body: bytes
    sent_at: datetime
    worker: str = ""


class NatsExchange:
    """Connects and exchanges until stopped."""

    def __init__(
        self,
        broker: Broker,
        queues: Queues,
        arrived: Callable[[str, Arrival], Awaitable[None]],
        abandoned: Callable[[PendingOrders], None],
        *,
        follow: Callable[[JetStreamContext], Coroutine[None, None, None]],
    ) -> None:
        """Take the functions for answers and for orders that JetStream gave up; ``follow`` runs beside."""
        self._connection = NatsConnection(broker, "cert-monitor center", "_INBOX_center")
        self._queues = queues
        self._arrived = arrived
        self._abandoned = abandoned
        self._follow = follow
        self._client: Client | None = None
        self._ready = asyncio.Event()
        self._published: dict[tuple[str, int], PendingOrders] = {}
        self._running: asyncio.Task[None] | None = None
        self._failed = ""

    @property
    def problem(self) -> str:
        """Return why nothing can be exchanged, empty while it can."""
        return self._connection.problem or self._failed

    def start(self) -> None:
        """Begin to connect."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Disconnect."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def order(self, subject: str, orders: PendingOrders, life: float) -> None:
        """Publish orders; waits while that is not possible."""
        while True:
            await self._ready.wait()
            client = self._client
            try:
                if client is not None:
                    sent = await client.jetstream().publish(subject, orders.body, msg_ttl=max(1.0, life))
                    self._published[sent.stream, sent.seq] = orders
                    return
            except Failures as error:
                event(log, "an order waits", level=logging.WARNING, why=reason(error))
            await asyncio.sleep(RETRY_AFTER)

    def forget(self, orders: PendingOrders) -> None:
        """Expect no more answers to these orders."""
        for sent in [sent for sent, one in self._published.items() if one is orders]:
            del self._published[sent]

    async def _run(self) -> None:
        while True:
            raise_if_cancelled()
            try:
                await self._session()
            except Failures as error:
                why = reason(error)
                if why != self._failed:
                    event(log, "NATS cannot be used", level=logging.WARNING, why=why)
                self._failed = why
            await asyncio.sleep(RETRY_AFTER)

    async def _session(self) -> None:
        client = await self._connection.connected()
        stream = client.jetstream()
        following = asyncio.create_task(self._follow(stream))
        try:
            await prepare(stream, self._queues)
            for kind, name in product(_ADVISORIES, self._queues.streams):
                subject = f"$JS.EVENT.ADVISORY.CONSUMER.{kind}.{name}.*"
                await client.subscribe(subject, cb=self._on_advisory)
            answers = await stream.pull_subscribe_bind(CENTER, ANSWERS)
            self._client, self._failed = client, ""
            self._ready.set()
            while not client.is_closed:
                raise_if_cancelled()
                await asyncio.gather(*(self._take(one) for one in await fetched(answers, _AT_ONCE)))
        finally:
            self._ready.clear()
            self._client = None
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await self._connection.close(client)

    async def _take(self, message: Msg) -> None:
        worker = (message.headers or {}).get(WORKER, "")[:_LONGEST]
        arrival = Arrival(message.data, message.metadata.timestamp, worker)
        try:
            await self._arrived(zone_of(message.subject), arrival)
        except Exception:
            # What a worker sends must not end the exchange with all others, nor come again and again.
            log.exception("answers of a worker met a bug of cert-monitor; they are dropped")
        try:
            await message.ack()
        except Failures:
            return  # it is delivered again, and nobody waits for it

    async def _on_advisory(self, message: Msg) -> None:
        try:
            said = json.loads(message.data)
            stream, number = str(said["stream"]), int(said["stream_seq"])
        except (ValueError, TypeError, KeyError):
            return  # raised here, it would be shown as a problem of the connection for as long as that lasts
        orders = self._published.pop((stream, number), None)
        if orders is not None:
            self._abandoned(orders)
        if self._client is not None:
            try:
                await self._client.jetstream().delete_msg(stream, number)
            except (*Failures, APIError):
                return  # a terminated message is gone already; others end with their interval
