"""A runner whose batches are probed by workers: orders go out as one message, answers come back in parts."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.logs import RareEvents, event
from monitor.model import Clock, Message, ProbeRequest, WorkerZone
from monitor.probing import Take
from monitor.wire import WireError
from monitor.workers import texts
from monitor.workers.accounts import account_queue
from monitor.workers.answer_reader import REFUSED, UNANSWERED, AnswerReader, Known
from monitor.workers.connection import Broker
from monitor.workers.nats_exchange import Arrival, NatsExchange
from monitor.workers.pending_orders import PendingOrders
from monitor.workers.presence import WorkerPresence
from monitor.workers.streams import ACK_WAIT, MOST_TRIES, Queues
from monitor.workers.subjects import login_subject, order_subject

log = logging.getLogger(__name__)

TARGETS_IN_MESSAGE = 200
"""What a worker that dies has to leave to another one."""
LEAST_LIFE = timedelta(seconds=30)
PATIENCE = 0.95
"""Part of the life of orders after which answers are not waited for: before the batch is due again."""
SILENT_AFTER = 300.0
"""Seconds without any answer from a zone while orders wait there."""
_Together = tuple[str, timedelta, int | None]
"""Zone, interval, and queue of the account, of the targets of one message."""
Count = Callable[[str, Mapping[str, int]], None]


def _uncounted(zone: str, results: Mapping[str, int]) -> None:
    """Count nothing."""


class JetStreamRunner:
    """Runs batches on workers; the mutable state is which orders wait for answers."""

    def __init__(  # noqa: PLR0913 - all that it needs, and what tests shorten
        self,
        broker: Broker,
        zones: Sequence[str],
        known: Known,
        clock: Clock,
        ack_wait: float = ACK_WAIT,
        *,
        logins: Sequence[str] = (),
        count: Count = _uncounted,
    ) -> None:
        """Take where NATS is and the zones that workers probe; ``known`` returns the state of a target.

        In the zones ``logins`` workers also log in at Windows machines. ``count`` is called with what became
        of orders of a zone: ``answered``, ``outdated``, ``refused``, ``unanswered``.
        """
        self._known = known
        self._clock = clock
        self._key = broker.key()
        self._waiting: dict[str, PendingOrders] = {}
        self._heard: dict[str, float] = {}
        self._rarely = RareEvents(log, clock.monotonic)
        self._unanswered: dict[str, float] = {}
        self._ordered: set[str] = set()
        self._reader = AnswerReader(known, clock, self._refused)
        self._presence = WorkerPresence(zones, clock, logins)
        self._count = count
        queues = Queues(zones, logins, ack_wait)
        self._exchange = NatsExchange(
            broker, queues, self._arrived, self._abandoned, follow=self._presence.follow
        )

    def start(self) -> None:
        """Connect, and stay connected until ``stop``."""
        self._exchange.start()

    async def stop(self) -> None:
        """Disconnect; orders that wait are left to the workers."""
        await self._exchange.stop()

    def states(self) -> Sequence[WorkerZone]:
        """Return what is known of the workers of each zone."""
        return self._presence.states()

    def waits(self, target_id: str) -> bool:
        """Return whether the order of a target waits for its answer."""
        orders = self._waiting.get(target_id)
        return orders is not None and target_id in orders.unanswered

    @property
    def unusable(self) -> str:
        """Return why NATS cannot be used, empty while it can."""
        return self._exchange.problem or self._presence.problem

    def silent(self) -> Mapping[str, float]:
        """Return for how many seconds each zone has had no worker, or none that answers; not the others."""
        now = self._clock.monotonic()
        if self.unusable:
            self._presence.forget()
            self._heard = dict.fromkeys(self._heard.keys() | self._zones_waiting(), now)
            return {}
        absent = self._presence.absent()
        found = {zone: now - since for zone, since in absent.items() if zone in self._ordered}
        for zone, first in self._zones_waiting().items():
            silent = now - max(first, self._heard.get(zone, first))
            if silent > SILENT_AFTER:
                found.setdefault(zone, silent)
        return found

    def _zones_waiting(self) -> Mapping[str, float]:
        """Return since when orders of each zone wait, or have waited without any answer since."""
        found = dict(self._unanswered)
        for orders in self._waiting.values():
            found[orders.zone] = min(orders.since, found.get(orders.zone, orders.since))
        return found

    def problem(self) -> Message | None:
        """Return why targets are not probed, ``None`` while they are."""
        zones = [""] if self.unusable else sorted(self.silent())
        return next(map(self.missing, zones), None)

    def missing(self, zone: str) -> Message | None:
        """Return why no worker probes the targets of a zone, ``None`` while one may."""
        if why := self.unusable:
            return texts.nats_unusable(why=why)
        if (silent := self.silent().get(zone)) is None:
            return None
        seconds = round(silent)
        return (
            texts.zone_workers_silent(zone=zone, seconds=seconds)
            if zone
            else texts.workers_silent(seconds=seconds)
        )

    async def run(
        self, batch_id: str, requests: Sequence[ProbeRequest], take: Take, expires_at: datetime | None
    ) -> None:
        """Order the targets of a batch and hand the answers over; orders expire after the interval."""
        del expires_at
        async with asyncio.TaskGroup() as group:
            for (zone, interval, queue), several in self._messages(requests):
                orders = PendingOrders(zone, several, interval, self._clock.monotonic())
                subject = _subject(batch_id, orders, queue, self._key)
                group.create_task(self._carried_out(subject, orders, max(interval, LEAST_LIFE), take))

    def _messages(self, requests: Sequence[ProbeRequest]) -> Iterator[tuple[_Together, list[ProbeRequest]]]:
        """Iterate over targets that go out as one message, with what they have in common."""
        together: dict[_Together, list[ProbeRequest]] = {}
        for one in requests:
            if (state := self._known(one)) is not None:
                target = state.target
                key = target.zone, target.policy.interval, account_queue(one)
                together.setdefault(key, []).append(one)
        for key, members in together.items():
            for first in range(0, len(members), TARGETS_IN_MESSAGE):
                yield key, members[first : first + TARGETS_IN_MESSAGE]

    async def _carried_out(self, subject: str, orders: PendingOrders, life: timedelta, take: Take) -> None:
        self._ordered.add(orders.zone)
        self._waiting.update(dict.fromkeys(orders.unanswered, orders))
        names = tuple(orders.unanswered)
        try:
            async with asyncio.timeout(PATIENCE * life.total_seconds()):
                await self._exchange.order(subject, orders, life.total_seconds())
                while orders.unanswered:
                    await self._take(orders, take, wait=True)
        except TimeoutError:
            event(log, "orders expired unanswered", level=logging.WARNING, targets=len(orders.unanswered))
            self._unanswered.setdefault(orders.zone, orders.since)
            self._fail(orders, texts.NO_ANSWER)
        finally:
            for name in names:
                if self._waiting.get(name) is orders:
                    del self._waiting[name]
            self._exchange.forget(orders)
            await self._take(orders, take, wait=False)

    @staticmethod
    async def _take(orders: PendingOrders, take: Take, *, wait: bool) -> None:
        if wait:
            await orders.wait()
        answers, waiting = orders.arrived()
        try:
            if answers:
                await take(answers)
        finally:
            for one in waiting:
                if not one.done():
                    one.set_result(None)

    async def _arrived(self, zone: str, arrival: Arrival) -> None:
        """Hand answers to the runs that wait for them; return when they have been taken."""
        try:
            answers, results = self._reader.read(zone, arrival, self._waiting)
        except WireError as error:
            self._refused(zone, "", error)
            self._count(zone, {REFUSED: 1})
            return
        # Not for what cannot be read: JetStream sends to any subject that somebody names for its replies.
        self._heard[zone] = self._clock.monotonic()
        self._unanswered.pop(zone, None)
        self._presence.heard(zone, arrival.worker)
        self._count(zone, results)
        futures = [orders.put(several) for orders, several in answers]
        if futures:
            await asyncio.wait(futures)

    def _refused(self, zone: str, target: str, error: WireError) -> None:
        said = "answers of a worker are not believed"
        self._rarely.event(said, zone, level=logging.WARNING, zone=zone, target=target, why=str(error))

    def _abandoned(self, orders: PendingOrders) -> None:
        said = texts.batch_abandoned(tries=MOST_TRIES)
        event(log, "workers did not finish a batch", level=logging.ERROR, targets=len(orders.unanswered))
        self._fail(orders, said)

    def _fail(self, orders: PendingOrders, said: Message) -> None:
        self._count(orders.zone, {UNANSWERED: len(orders.unanswered)})
        orders.fail(said, self._clock.now())


def _subject(batch_id: str, orders: PendingOrders, queue: int | None, key: bytes) -> str:
    if queue is None:
        return order_subject(orders.zone, batch_id, orders.subject_key, key)
    return login_subject(orders.zone, queue, batch_id, orders.subject_key, key)
