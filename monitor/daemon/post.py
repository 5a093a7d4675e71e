"""Deliver what waits in the outbox; looking and deciding never wait for it."""

from collections.abc import Sequence
from datetime import datetime

from monitor.delivery import Complaints, Relay, deliver_due
from monitor.metrics import OwnMetrics
from monitor.model import Clock, Mail
from monitor.store import Store


class Post:
    """Take waiting mails to the relay and keep the outbox metrics true."""

    def __init__(self, store: Store, clock: Clock, own: OwnMetrics) -> None:
        """Take the services."""
        self._store = store
        self._clock = clock
        self._own = own
        self._complaints = Complaints()

    async def deliver(self, relay: Relay | None) -> None:
        """Try every mail that is due; without a relay they wait."""
        if relay is not None:
            await deliver_due(self, relay, self._clock.now(), tally=self, complaints=self._complaints)
        self._own.outbox(*await self._store.outbox())

    async def due_mails(self, now: datetime, limit: int) -> Sequence[Mail]:
        """Return the mails whose next attempt is due."""
        return await self._store.due_mails(now, limit)

    async def mail_attempted(self, mail: Mail) -> None:
        """Record what became of an attempt."""
        await self._store.mail_attempted(mail)

    def count(self, result: str, number: int) -> None:
        """Count what became of recipients."""
        for _ in range(number):
            self._own.mail(result)
