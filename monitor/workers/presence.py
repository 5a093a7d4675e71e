"""Which zones have workers, by their answers and by what JetStream says of their queues."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from monitor.model import Clock, WorkerZone
from monitor.workers.subjects import ORDERS, consumer_of, logins_of

EVERY = 3.0
"""Seconds between two questions; a worker asks for batches every five seconds, or has one."""
IDLE_FOR = 10.0
"""Seconds in which nobody asked and nobody had a batch: a restart of the only worker takes less."""
SILENT_FOR = 60.0
"""Seconds in which nobody asked and a batch is out there: its worker may be busy with slow targets."""
ANSWERS_LATELY = 300.0
"""Seconds after its last answer for which a worker counts as one that answers."""
_MOST_WORKERS = 1000


class WorkerPresence:
    """Who asks for the batches of each zone and answers, or since when nobody does, as far as is known."""

    def __init__(self, zones: Iterable[str], clock: Clock, logins: Iterable[str] = ()) -> None:
        """Take the zones, and those with queues of accounts; nothing is known yet."""
        self._zones = tuple(zones)
        self._logins = frozenset(logins)
        self._seen: dict[str, datetime] = {}
        self._queued: dict[str, int] = {}
        self._answered: dict[str, dict[str, float]] = {}
        self._clock = clock
        self._unasked_since: dict[str, float] = {}
        self._idle_since: dict[str, float] = {}
        self._failed: tuple[str, ...] = ()

    @property
    def problem(self) -> str:
        """Return why the server answers no questions, empty while it does; one may be lost."""
        return self._failed[-1] if len(self._failed) > 1 else ""

    async def follow(self, stream: JetStreamContext) -> None:
        """Ask again and again until cancelled."""
        while True:
            try:
                for zone in self._zones:
                    with suppress(APIError):  # an answer, too: there is no such queue yet
                        await self._ask(zone, stream)
                self._failed = ()
            except (NatsError, OSError, TimeoutError) as error:
                silent = isinstance(error, TimeoutError)
                self._failed = (*self._failed[-1:], "it does not answer" if silent else str(error))
            await asyncio.sleep(EVERY)

    async def _ask(self, zone: str, stream: JetStreamContext) -> None:
        info = await stream.consumer_info(ORDERS, consumer_of(zone))
        self.note(zone, asked=bool(info.num_waiting), busy=bool(info.num_ack_pending))
        queued = (info.num_pending or 0) + (info.num_ack_pending or 0)
        if zone in self._logins:
            queued += (await stream.stream_info(logins_of(zone))).state.messages
        self._queued[zone] = queued

    def note(self, zone: str, *, asked: bool, busy: bool) -> None:
        """Note whether a worker asks for batches of a zone, and whether one has a batch."""
        now = self._clock.monotonic()
        if asked:
            self._seen[zone] = self._clock.now()
            self._unasked_since.pop(zone, None)
        else:
            self._unasked_since.setdefault(zone, now)
        if asked or busy:
            self._idle_since.pop(zone, None)
        else:
            self._idle_since.setdefault(zone, now)

    def heard(self, zone: str, worker: str = "") -> None:
        """Note that a worker of a zone has answered; its name is not verified."""
        self._seen[zone] = self._clock.now()
        answered = self._answered.setdefault(zone, {})
        answered.pop(worker, None)
        answered[worker] = self._clock.monotonic()
        if len(answered) > _MOST_WORKERS:
            del answered[next(iter(answered))]
        self._unasked_since.pop(zone, None)
        self._idle_since.pop(zone, None)

    def forget(self) -> None:
        """Forget all that is known: the server cannot be asked."""
        self._unasked_since.clear()
        self._idle_since.clear()
        self._queued.clear()

    def states(self) -> tuple[WorkerZone, ...]:
        """Return what is known of the workers of each zone."""
        return tuple(
            WorkerZone(one, self._answering(one), self._seen.get(one), self._queued.get(one))
            for one in self._zones
        )

    def _answering(self, zone: str) -> int:
        after = self._clock.monotonic() - ANSWERS_LATELY
        return sum(at > after for at in self._answered.get(zone, {}).values())

    def absent(self) -> Mapping[str, float]:
        """Return since when, in monotonic time, zones have no worker; only those without one for a while."""
        now = self._clock.monotonic()
        return {
            zone: since
            for zone, since in self._unasked_since.items()
            if now - self._idle_since.get(zone, now) >= IDLE_FOR or now - since >= SILENT_FOR
        }
