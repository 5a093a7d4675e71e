"""Deliver what waits in the outbox; looking and deciding never wait for it."""

from monitor.delivery import SmtpRelay, deliver_due
from monitor.metrics import OwnMetrics
from monitor.model import Clock
from monitor.store import Store


class Post:
    """Take waiting mails to the relay and keep the outbox metrics true."""

    def __init__(self, store: Store, clock: Clock, own: OwnMetrics) -> None:
        """Take the services."""
        self._store = store
        self._clock = clock
        self._own = own

    async def deliver(self, relay: SmtpRelay | None) -> None:
        """Try every mail that is due; without a relay they wait."""
        if relay is not None:
            await deliver_due(self._store, relay, self._clock.now, self._own.mail)
        self._own.outbox(*await self._store.outbox())
