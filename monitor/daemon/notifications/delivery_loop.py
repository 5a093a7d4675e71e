"""Deliver the notifications that wait in the outbox; probing and deciding never wait for it."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from logging import WARNING, getLogger

from monitor.config import Config
from monitor.daemon.notifications.receivers import receivers
from monitor.delivery import LoggedErrors, Receiver, SendAllowance, deliver_due
from monitor.delivery.kinds import ReceiverSettings
from monitor.delivery.links import LinksNow
from monitor.logs import event
from monitor.metrics import OwnMetrics
from monitor.model import Clock
from monitor.store import Store

log = getLogger(__name__)

DELIVER_EVERY = 10.0

DELIVERY_ROUND_LIMIT = 3600.0
"""Seconds that a round may take: minutes for each mail where the relay is slow to accept them."""


WAITING_TOO_LONG = timedelta(minutes=15)
"""How long something may be undelivered before health and the log say so."""


class DeliveryLoop:
    """Hand what waits to its receivers and keep the outbox metrics up to date."""

    def __init__(  # noqa: PLR0913 - services, and what the configuration says
        self,
        store: Store,
        clock: Clock,
        metrics: OwnMetrics,
        config: Callable[[], Config],
        decide_again: Callable[[], None] = lambda: None,
        *,
        links: LinksNow | None = None,
    ) -> None:
        """Take the services, and the functions that return the configuration and the links in force.

        ``decide_again`` is called when what all recipients of a receiver refused is to be decided again.
        """
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._config = config
        self._decide_again = decide_again
        self._links = links
        self._errors: dict[str, LoggedErrors] = {}
        self._allowances: dict[str, SendAllowance] = {}
        self._settings: Mapping[str, ReceiverSettings] = {}
        self._receivers: tuple[Receiver, ...] = ()
        self.undelivered_since: datetime | None = None

    async def round(self) -> None:
        """Deliver everything that is due; notifications for receivers that are not configured wait."""
        # Side by side: one that hangs until its timeout must not delay the others.
        delivered = [self._deliver(receiver) for receiver in self._current_receivers()]
        for failed in await asyncio.gather(*delivered, return_exceptions=True):
            if failed is not None:
                raise failed
        if await self._store.retry_due(tuple(self._config().receivers), self._clock.now()):
            self._decide_again()
        self._metrics.outbox(*await self._store.outbox())
        await self._note_undelivered()

    async def _deliver(self, receiver: Receiver) -> None:
        await deliver_due(
            self._store,
            receiver,
            self._clock.now(),
            counters=self,
            errors=self._errors.setdefault(receiver.name, LoggedErrors()),
            allowance=self._allowances[receiver.name],
        )

    async def _note_undelivered(self) -> None:
        """Keep and log whether the configured receivers could not be notified for too long."""
        _, oldest = await self._store.outbox(tuple(self._config().receivers))
        late = oldest is not None and self._clock.now() - oldest > WAITING_TOO_LONG
        error = "; ".join(one.latest for one in self._errors.values() if one.latest)
        held_back = ", ".join(name for name, one in self._allowances.items() if one.held_back)
        if held_back and not error:
            error = f"max_per_hour holds them back for {held_back}"
        before, self.undelivered_since = self.undelivered_since, oldest if late else None
        if late and before is None:
            event(log, "notifications cannot be delivered", level=WARNING, since=oldest, error=error)
        elif before is not None and not late:
            event(log, "notifications are delivered again", waited_since=before)

    def _current_receivers(self) -> tuple[Receiver, ...]:
        """Return the receivers in force, the same objects while their settings stay: each has threads."""
        settings = self._config().receivers
        if settings != self._settings:
            for receiver in self._receivers:
                receiver.close()
            self._settings, self._receivers = settings, receivers(self._config, self._links, self._store)
            for name, one in settings.items():
                self._allowances.setdefault(name, SendAllowance()).limit = one.rate_limit
        return self._receivers

    def count(self, receiver: str, result: str, number: int) -> None:
        """Count recipients by receiver and by the result of the attempt."""
        self._metrics.notified(receiver, result, number)
