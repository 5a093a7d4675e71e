"""Deliver the mails that wait in the outbox; probing and deciding never wait for it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from monitor.config import Config, EmailSettings
from monitor.daemon.relay import relay_of
from monitor.delivery import LoggedErrors, deliver_due
from monitor.delivery.email import SmtpRelay
from monitor.metrics import OwnMetrics
from monitor.model import Clock, Mail
from monitor.store import Store

DELIVER_EVERY = 10.0

DELIVERY_ROUND_LIMIT = 3600.0
"""Seconds that a round may take: minutes for each mail where the relay is slow to accept them."""


class DeliveryLoop:
    """Hand waiting mails to the relay and keep the outbox metrics up to date."""

    def __init__(self, store: Store, clock: Clock, metrics: OwnMetrics, config: Callable[[], Config]) -> None:
        """Take the services and what returns the configuration in force."""
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._config = config
        self._errors = LoggedErrors()
        self._email: EmailSettings | None = None
        self._relay: SmtpRelay | None = None

    async def round(self) -> None:
        """Try every mail that is due; while no mail is configured they wait."""
        relay = self._current_relay()
        if relay is not None:
            await deliver_due(self, relay, self._clock.now(), counters=self, errors=self._errors)
        self._metrics.outbox(*await self._store.outbox())

    def _current_relay(self) -> SmtpRelay | None:
        """Return the relay in force, the same object while its settings stay: each has threads."""
        config = self._config()
        if config.email != self._email:
            if self._relay is not None:
                self._relay.pool.close()
            self._email, self._relay = config.email, relay_of(config)
        return self._relay

    async def due_mails(self, now: datetime, limit: int) -> Sequence[Mail]:
        """Return the mails whose next attempt is due."""
        return await self._store.due_mails(now, limit)

    async def mail_attempted(self, mail: Mail) -> None:
        """Record the result of an attempt."""
        await self._store.mail_attempted(mail)

    def count(self, result: str, number: int) -> None:
        """Count recipients by the result of the attempt."""
        self._metrics.notified("email", result, number)
