"""Deliver what waits in the outbox; looking and deciding never wait for it."""

from collections.abc import Sequence
from datetime import datetime

from monitor.config import Config, EmailSettings
from monitor.daemon.active_config import relay_of
from monitor.delivery import Complaints, SmtpRelay, deliver_due
from monitor.metrics import OwnMetrics
from monitor.model import Clock, Mail
from monitor.store import Store


class DeliveryLoop:
    """Take waiting mails to the relay and keep the outbox metrics true."""

    def __init__(self, store: Store, clock: Clock, own: OwnMetrics) -> None:
        """Take the services."""
        self._store = store
        self._clock = clock
        self._own = own
        self._complaints = Complaints()
        self._email: EmailSettings | None = None
        self._relay: SmtpRelay | None = None

    async def deliver(self, config: Config) -> None:
        """Try every mail that is due; while no mail is configured they wait."""
        relay = self._relay_of(config)
        if relay is not None:
            await deliver_due(self, relay, self._clock.now(), tally=self, complaints=self._complaints)
        self._own.outbox(*await self._store.outbox())

    def _relay_of(self, config: Config) -> SmtpRelay | None:
        """Return the relay of a configuration, the same one while its section stays: each has threads."""
        if config.email != self._email:
            if self._relay is not None:
                self._relay.pool.close()
            self._email, self._relay = config.email, relay_of(config)
        return self._relay

    async def due_mails(self, now: datetime, limit: int) -> Sequence[Mail]:
        """Return the mails whose next attempt is due."""
        return await self._store.due_mails(now, limit)

    async def mail_attempted(self, mail: Mail) -> None:
        """Record what became of an attempt."""
        await self._store.mail_attempted(mail)

    def count(self, result: str, number: int) -> None:
        """Count what became of recipients."""
        self._own.notified("email", result, number)
